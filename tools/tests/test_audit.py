from __future__ import annotations

import json
from typing import Any

import pytest

from tools.audit import verdict

CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
SKIPPED = {"name": "django", "skip_reason": "Dependency not found on PyPI and could not be audited"}
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.20"], "aliases": [], "description": "…"}


@pytest.mark.parametrize(
    ("packages", "status", "sentence"),
    [
        ([CLEAN], 0, "no known holes in 1 packages"),
        ([CLEAN, {**CLEAN, "vulns": [HOLE]}], 1, "django 5.2.19: PYSEC-2026-1, mended in 5.2.20"),
        ([CLEAN, SKIPPED], 2, "1 of 2 packages not audited"),
        ([], 2, "not audited"),
    ],
)
def test_what_nobody_answered_for_is_not_called_clean(
    packages: list[dict[str, Any]], status: int, sentence: str
) -> None:
    found, text = verdict(json.dumps({"dependencies": packages, "fixes": []}))
    assert found == status
    assert sentence in text


def test_no_answer_at_all_is_said() -> None:
    assert verdict("")[0] == 2
