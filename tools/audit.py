"""Known holes in the pinned packages, where the index answers: python -m tools.audit.

Exits 0 with none, 1 with some, 2 where nobody could be asked about some.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-torch.txt", "requirements-dev.txt")
SILENT = "not audited: the package index tells of no holes. Ask where PyPI itself answers."


def ask(lock: str) -> str:
    """Have pip-audit ask about a file of pinned packages; return what it prints."""
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--format=json"]
    command += ["--no-deps", "--disable-pip", "--requirement", lock]
    return subprocess.run(  # noqa: S603 -- our own command
        command, cwd=ROOT, check=False, capture_output=True, text=True
    ).stdout


def verdict(answer: str) -> tuple[int, str]:
    """Say what an answer means. A package that is skipped, which pip-audit calls clean, is none."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        return 2, SILENT
    asked = [package for package in packages if "vulns" in package]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, "
        f"mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in asked
        for hole in package["vulns"]
    ]
    if holes:
        return 1, "\n".join([f"{len(holes)} known holes", *holes])
    if len(asked) < len(packages) or not packages:
        return 2, f"{len(packages) - len(asked)} of {len(packages)} packages {SILENT}"
    return 0, f"no known holes in {len(asked)} packages"


def main() -> int:
    """Audit every file of pinned packages; return the worst."""
    worst = 0
    for lock in LOCKS:
        status, sentence = verdict(ask(lock))
        print(f"{lock}: {sentence}")  # noqa: T201 -- a command
        worst = max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main())
