"""Nothing is made twice, and nobody gets an error, when several do the same at the same moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from journal.day.pages import MOST_ENTRIES
from journify.tests.databases import own_data


@pytest.fixture(scope="module")
def races(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of the races, on a database of their own of the kind that the tests run on."""
    folder = tmp_path_factory.mktemp("races")
    with own_data(folder / "data", migrated=True) as env:
        ran = subprocess.run(
            [sys.executable, "-m", "journal.tests.racing", str(folder)],
            cwd=settings.BASE_DIR,
            env=os.environ | env | {"LOG_LEVEL": "ERROR"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize(
    ("race", "outcome"),
    [
        ("keep_one_phrase", {"errors": [], "rows": 1}),
        ("add_phrases", {"errors": [], "rows": 8, "double": 0}),
        ("add_one_phrase", {"errors": [], "rows": 1}),
        ("fill_a_page", {"errors": ["DayIsFullError"] * 6, "rows": MOST_ENTRIES}),
        ("start_twice", {"errors": [], "double": 0, "some": True}),
        ("open_one_day", {"errors": [], "rows": 12}),
        ("swap_phrases", {"double": 0}),
        ("upload_one_song", {"errors": [], "rows": 1, "files": 1}),
        ("request_one_export", {"errors": [], "states": ["queued"]}),
        ("request_one_explanation", {"errors": [], "states": ["queued"], "asked": 1}),
        ("request_one_classification", {"errors": [], "rows": 1}),
        ("label_one_song", {"errors": ["StaleEntryError"] * 3, "counts_as_said": True}),
        (
            "import_into_a_page_in_use",
            {"errors": [], "imported": 4, "answered": 4, "waiting": 3},
        ),
    ],
)
def test_a_race_has_one_winner_and_no_accident(
    races: dict[str, Any], race: str, outcome: dict[str, Any]
) -> None:
    assert races[race] == outcome
