"""Install the build of PyTorch that fits this machine; `make run` calls it, once.

    python tools/install_torch.py

The package index serves PyTorch for Linux with CUDA, several GB. A machine without an Nvidia card
needs none of it, so PyTorch's own index of builds for the processor is asked as well: pip prefers
its `+cpu` versions (https://pytorch.org/get-started/locally/). Where that index does not answer
within seconds, the package index alone has to do.

Runs before anything is installed: the standard library and pip only.
"""

import os
import platform
import shutil
import subprocess
import sys
import urllib.request
from http import HTTPStatus
from importlib import metadata
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "requirements-torch.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE_SECONDS = 3.0


def main() -> int:
    """Install what `requirements-torch.txt` asks for, and say which build was chosen."""
    if is_satisfied():
        return 0
    index, reason = _choose()
    sys.stdout.write(f"PyTorch: {reason}\n")
    sys.stdout.flush()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.call([*pip, "--no-compile", *index, "-r", str(REQUIREMENTS)])


def _choose() -> tuple[list[str], str]:
    """Return pip's options for the build that fits, and why it fits."""
    if has_nvidia_card():
        return [], "an Nvidia card is here; taking the build with CUDA."
    if platform.system() != "Linux":
        return [], "taking the package index's build for this system."
    if answers(CPU_INDEX):
        options = ["--extra-index-url", CPU_INDEX]
        return options, "no Nvidia card; taking the build for the processor."
    return [], (
        "no Nvidia card, but PyTorch's own index does not answer; taking what the package index"
        " has, which may be the build with CUDA (several GB)."
    )


def is_satisfied() -> bool:
    """Whether the versions asked for are installed, in whichever build."""
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        name, _, version = line.split("#")[0].strip().partition("==")
        if not name:
            continue
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            return False
        if installed.split("+")[0] != version:
            return False
    return True


def has_nvidia_card() -> bool:
    """Whether the driver of an Nvidia card is loaded."""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def answers(index: str, *, seconds: float = PROBE_SECONDS) -> bool:
    """Whether a package index is reached within `seconds`; a proxy of the environment is used."""
    if os.environ.get("PIP_NO_INDEX"):
        return False
    try:
        # a constant https address
        with urllib.request.urlopen(f"{index}/torch/", timeout=seconds) as response:  # nosec B310
            return bool(response.status == HTTPStatus.OK)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
