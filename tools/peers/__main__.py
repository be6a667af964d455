"""Ask a package of others what it hears, to stand beside ours: `make peers DATA="data/emotify"`.

VibeNet (GPL-3, EfficientNet distilled on FMA) is installed into an environment of its own below the
folder of runs. Nothing of it is imported here or shipped; `manage.py evaluate --held-out` reads the
numbers that it leaves.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

PACKAGE = "vibenet==0.1.0"
SAY = Path(__file__).with_name("say.py")
NOT_HAD = "VibeNet cannot be installed here, so nothing is compared with it."


def _ask(folders: list[Path], runs: Path) -> str:
    """Let VibeNet hear each folder; return a sentence on what came of it."""
    python = runs / "peers" / "environment" / "bin" / "python"
    if not python.exists():
        venv.create(python.parents[1], with_pip=True)
    wanted = [str(python), "-m", "pip", "install", "--quiet", PACKAGE]
    if subprocess.run(wanted, check=False).returncode:
        return NOT_HAD
    for folder in folders:
        target = runs / "peers" / f"vibenet-{folder.resolve().name}.json"
        if not target.exists():
            command = [str(python), str(SAY), str(folder), str(target)]
            subprocess.run(command, check=True)
    return f"VibeNet has heard {len(folders)} folders; see manage.py evaluate --held-out."


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.peers", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders with labels.csv")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    options = parser.parse_args()
    sys.stdout.write(_ask(options.folders, options.runs) + "\n")


if __name__ == "__main__":
    main()
