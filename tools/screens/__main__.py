"""Take a picture of every page on a phone and a desktop, light and dark, and in German.

python -m tools.screens                     renew docs/screens
python -m tools.screens --only song,stats   these pages only
python -m tools.screens --raw DIR           keep the full-size pictures, too

It starts the app with a journal that it invents, in a folder that is thrown away.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from tools.processes import ROOT, free_port, running


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="names of pages, with commas between")
    parser.add_argument("--raw", type=Path, help="a folder for the full-size pictures")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        os.environ |= {
            "ENV_FILE": os.devnull,
            "JOURNIFY_DATA_DIR": str(data / "data"),
            "RATE_LIMIT_FACTOR": "0",
            "DJANGO_SETTINGS_MODULE": "journify.settings",
            # a browser's Playwright has an event loop in this thread; the database is not in it
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        django.setup()
        # after the setup, as these know the models
        from tools.screens import demo, sheets, shooting  # noqa: PLC0415

        port = free_port()
        call_command("prepare", port=str(port), verbosity=0)
        demo.make_people()
        raw = options.raw or data / "raw"
        only = {name for name in options.only.split(",") if name}
        with (
            running(ROOT / "Procfile", port=port, log=data / "processes.log"),
            _with_spotify(data) as spotify,
        ):
            names = shooting.shoot(f"http://127.0.0.1:{port}", spotify, raw, only=only)
        sheets.write(raw, names, ROOT / "docs" / "screens")
        if not options.raw:
            shutil.rmtree(raw)
    sys.stdout.write(f"{len(names)} pages in docs/screens.\n")
    return 0


@contextmanager
def _with_spotify(data: Path) -> Iterator[str]:
    """The same app on another port, where a stand-in plays Spotify; most pages name it nowhere."""
    port, sandbox = free_port(), free_port()
    lines = (ROOT / "Procfile.sandbox").read_text(encoding="utf-8").splitlines()
    procfile = data / "Procfile"
    procfile.write_text("\n".join(line for line in lines if not line.startswith("worker")))
    names = {"SANDBOX_PORT": str(sandbox), "SANDBOX_URL": f"http://127.0.0.1:{sandbox}"}
    os.environ |= names
    try:
        with running(procfile, port=port, log=data / "spotify.log"):
            yield f"http://127.0.0.1:{port}"
    finally:
        for name in names:
            del os.environ[name]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
