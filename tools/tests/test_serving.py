"""The pages are served the same wherever they are started: by make, a unit or a container."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tools.processes import commands_of

ROOT = settings.BASE_DIR
# What each place decides by itself; everything else is in gunicorn.conf.py.
OWN = {"--bind", "--workers"}


def web_of(path: Path) -> list[str]:
    """The command that serves the pages there."""
    text = path.read_text()
    if path.name.startswith("Procfile"):
        return shlex.split(commands_of(path)["web"])
    if path.name == "Dockerfile":
        return list(json.loads(text.rpartition("CMD ")[2]))
    found = re.search("^ExecStart=(.*)$", text, re.MULTILINE)
    assert found is not None
    return shlex.split(found[1])


@pytest.mark.parametrize(
    "name", ["Procfile", "Procfile.sandbox", "deploy/Dockerfile", "deploy/journify-web.service"]
)
def test_every_place_starts_gunicorn_and_leaves_the_rest_to_its_settings(name: str) -> None:
    program, app, *options = web_of(ROOT / name)
    assert (Path(program).name, app) == ("gunicorn", "journify.wsgi")
    assert set(options[::2]) <= OWN
    assert "--bind" in options


@pytest.mark.parametrize("name", ["Procfile", "deploy/journify-worker@.service"])
def test_every_worker_is_the_same(name: str) -> None:
    path = ROOT / name
    command = commands_of(path)["worker"] if name == "Procfile" else shlex.join(web_of(path))
    assert command.endswith("python manage.py worker")


def test_gunicorn_finds_its_settings_by_itself() -> None:
    child = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--print-config", "journify.wsgi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(re.findall(r"^(\w+) += (.*)$", child.stdout, re.MULTILINE))
    assert (told["keepalive"], told["threads"]) == ("75", "8")
    assert "gthread" in told["worker_class"].lower()
    assert told["control_socket_disable"] == "True"
