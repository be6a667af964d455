"""`deploy/journify`: any command as the service's user, with the service's settings."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from journify.operations.owners import refuse_root

ME = pwd.getpwuid(os.geteuid()).pw_name
IS_ROOT = os.geteuid() == 0
# whoever it runs as
SOMEBODY = "nobody" if IS_ROOT else ME
ECHO = """#!/bin/sh
echo "$(basename "$0") $(id -un) $(umask) $HOME $*"
"""


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose Python says who it is and what it was given."""
    home = tmp_path_factory.mktemp("opt")
    (home / "deploy").mkdir()
    shutil.copy(settings.BASE_DIR / "deploy" / "journify", home / "deploy")
    (home / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "gunicorn"):
        program = home / ".venv" / "bin" / name
        program.write_text(ECHO)
        program.chmod(0o755)
    for folder in (home, *home.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    return home


def run(home: Path, *arguments: str, user: str, cwd: str = "/") -> subprocess.CompletedProcess[str]:
    link = home / "journify"
    link.unlink(missing_ok=True)
    link.symlink_to(home / "deploy" / "journify")
    return subprocess.run(
        [link, *arguments],
        env=os.environ | {"JOURNIFY_USER": user},
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )


def test_a_command_runs_as_the_service(home: Path) -> None:
    done = run(home, "backup", "a file.tar", user=SOMEBODY)
    who = pwd.getpwnam(SOMEBODY)
    expected = f"python {SOMEBODY} 0077 {who.pw_dir} {home}/manage.py backup a file.tar\n"
    assert (done.stdout, done.stderr) == (expected, "")


def test_the_pages_are_served_by_gunicorn(home: Path) -> None:
    done = run(home, "web", "--workers", "2", user=SOMEBODY)
    assert done.stdout.startswith(f"gunicorn {SOMEBODY} ")
    assert done.stdout.endswith(" journify.wsgi --workers 2\n")


def test_where_there_is_no_such_user_it_runs_as_whoever_starts_it(home: Path) -> None:
    done = run(home, "check", user="nobody-of-that-name")
    assert done.stdout.startswith(f"python {ME} 0077 ")


@pytest.mark.skipif(not IS_ROOT, reason="only root can be two users")
def test_others_are_told_how(home: Path) -> None:
    script = home / "deploy" / "journify"
    done = subprocess.run(
        ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", script, "backup"],
        env=os.environ | {"JOURNIFY_USER": "daemon"},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.stderr == "journify runs as daemon: sudo journify backup\n"
    assert (done.returncode, done.stdout) == (1, "")


def test_the_real_one_reads_the_settings_of_the_server(tmp_path: Path) -> None:
    """From any folder, whatever the shell knows: what the issue's operator typed."""
    (tmp_path / "env").write_text(f"JOURNIFY_DATA_DIR={tmp_path}/data\n")
    env = {name: value for name, value in os.environ.items() if name != "JOURNIFY_DATA_DIR"}
    done = subprocess.run(
        [settings.BASE_DIR / "deploy" / "journify", "shell", "--verbosity=0"],
        input="from django.conf import settings; print(settings.DATA_DIR)",
        env=env | {"ENV_FILE": str(tmp_path / "env"), "JOURNIFY_USER": ME},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.stdout == f"{tmp_path}/data\n", done.stderr


class TestRoot:
    """Whatever root writes into the service's folder, the service could not read."""

    def test_is_refused_in_a_folder_of_somebody_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        if IS_ROOT:
            os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
        with pytest.raises(ImproperlyConfigured, match=f"belongs to {SOMEBODY}, .*`journify COMM"):
            refuse_root(tmp_path)

    def test_is_at_home_in_its_own(self, tmp_path: Path) -> None:
        refuse_root(tmp_path)

    @pytest.mark.skipif(not IS_ROOT, reason="only root is refused")
    def test_no_command_writes_there(self, tmp_path: Path) -> None:
        os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
        done = subprocess.run(
            [settings.BASE_DIR / ".venv" / "bin" / "python", "manage.py", "backup", "x.tar"],
            cwd=settings.BASE_DIR,
            env=os.environ | {"JOURNIFY_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "belongs to nobody, who could not read what root writes there" in done.stderr
        assert list(tmp_path.iterdir()) == []
