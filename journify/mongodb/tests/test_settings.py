"""Under the settings of MongoDB, in processes of their own: no server answers them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

ADDRESS = "mongodb://ada:geheim@127.0.0.1:1/journify"
FACTS = """
import json
import django
django.setup()
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from bson import ObjectId
from django.contrib.sessions.backends.signed_cookies import SessionStore
session = SessionStore()
session["second key"] = ObjectId("0123456789abcdef01234567")
session.save()
print(json.dumps({
    "vendor": connection.vendor,
    "name": connection.settings_dict["NAME"],
    "apps": [config.name for config in apps.get_app_configs()],
    "keys": sorted({type(model._meta.pk).__name__
                    for model in apps.get_models(include_auto_created=True)}),
    "session": dict(SessionStore(session.session_key).load()),
}))
"""


def run(tmp_path: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": ADDRESS, "JOURNIFY_DATA_DIR": str(tmp_path)}
        | {"QUEUE_URL": "", "DJANGO_SETTINGS_MODULE": "journify.settings"}
        | env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_address_is_enough(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", FACTS)
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    assert (facts["vendor"], facts["name"]) == ("mongodb", "journify")
    assert {"django.contrib.admin", "allauth.mfa", "journal"} <= set(facts["apps"])
    # no table counts its keys up: MongoDB has no counter
    assert facts["keys"] == ["CharField", "ObjectIdAutoField", "UUIDField"]
    assert facts["session"] == {"second key": "0123456789abcdef01234567"}


def test_every_table_has_its_migrations(tmp_path: Path) -> None:
    done = run(tmp_path, "-m", "tools.mongodb.migrations", "--check", "--dry-run")
    assert (done.returncode, done.stdout) == (0, "No changes detected\n"), done.stderr


def test_backup_names_the_tools_that_do_it(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "backup", str(tmp_path / "new.tar"))
    assert done.returncode == 1
    assert "mongodump" in done.stderr
    assert "geheim" not in done.stderr
    assert not (tmp_path / "new.tar").exists()
