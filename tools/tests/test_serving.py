"""The pages are served the same wherever they are started: by make, a unit or a container."""

from __future__ import annotations

import json
import re
import shlex
import shutil
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
    return shlex.split(commands_in(path)[0])


def commands_in(unit: Path) -> list[str]:
    """What a unit starts."""
    return re.findall("^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "name", ["Procfile", "Procfile.sandbox", "deploy/Dockerfile", "deploy/journify-web.service"]
)
def test_every_place_starts_gunicorn_and_leaves_the_rest_to_its_settings(name: str) -> None:
    program, app, *options = web_of(ROOT / name)
    # `journify web` is gunicorn with the same application: test_wrapper.py
    assert (Path(program).name, app) in {("gunicorn", "journify.wsgi"), ("journify", "web")}
    assert set(options[::2]) <= OWN
    assert "--bind" in options


def test_every_worker_is_the_same() -> None:
    assert commands_of(ROOT / "Procfile")["worker"] == "python manage.py worker"
    [unit] = commands_in(ROOT / "deploy" / "journify-worker@.service")
    assert unit == "/usr/local/bin/journify worker"


def test_everything_installed_runs_by_one_wrapper() -> None:
    """Else a unit and a shell have two databases, as they had."""
    commands = [
        command
        for unit in (ROOT / "deploy").glob("*.service")
        for command in re.findall("^Exec\\w+=(.*)$", unit.read_text(), re.MULTILINE)
    ]
    assert len(commands) >= 5
    assert [each for each in commands if not each.startswith("/usr/local/bin/journify ")] == []
    compose = (ROOT / "deploy" / "compose.yaml").read_text()
    ours = re.findall(r"command: \[(.*)\]", compose)
    assert ours
    assert [each for each in ours if not each.startswith('"journify", ')] == []


def test_settings_of_a_server_stand_in_one_file() -> None:
    for unit in (ROOT / "deploy").glob("*.service"):
        assert "Environment" not in unit.read_text(), unit
    assert re.search("^JOURNIFY_DATA_DIR=", (ROOT / ".env.production.example").read_text(), re.M)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_units_are_well_formed(tmp_path: Path) -> None:
    """Systemd reads them; what they start lies elsewhere than on a server."""
    for unit in (ROOT / "deploy").glob("journify-*"):
        text = unit.read_text().replace("/usr/local/bin/journify", "/bin/true")
        (tmp_path / unit.name).write_text(text.replace("/opt/journify", str(tmp_path)))
    names = [str(path) for path in tmp_path.iterdir() if "@" not in path.name]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_gunicorn_finds_its_settings_by_itself() -> None:
    child = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--print-config", "journify.wsgi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(re.findall(r"^(\w+) += (.*)$", child.stdout, re.MULTILINE))
    assert (told["keepalive"], told["threads"]) == ("75", "24")
    assert "gthread" in told["worker_class"].lower()
    assert told["control_socket_disable"] == "True"
