"""What SECURITY.md and docs/threats.md promise is held by tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NAMED = re.compile(r"`([^`]+)`")
TARGETS = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
TABLES = {
    "SECURITY.md": "| promise | test |",
    "docs/threats.md": "| asset | attacker | way in | what stops it | test |",
}


def rows(document: str) -> list[str]:
    """The last cell of every row of its table."""
    _, _, table = (ROOT / document).read_text().partition(TABLES[document])
    cells = [line.rstrip(" |").rpartition("|")[2] for line in table.split("\n\n")[0].splitlines()]
    return cells[2:]


def is_there(name: str) -> bool:
    command, _, rest = name.partition(" ")
    if command == "make":
        return rest.split()[0] in TARGETS
    if "/" in name:
        path = ROOT / name
        return path.is_file() or any(path.rglob("test_*.py")) or (path / "__main__.py").is_file()
    return any(ROOT.glob(f"*/tests/{name}")) or any(ROOT.glob(f"*/*/tests/{name}"))


@pytest.mark.parametrize("document", TABLES)
def test_every_row_names_a_test_that_exists(document: str) -> None:
    cells = rows(document)
    assert len(cells) > 10
    for cell in cells:
        names = NAMED.findall(cell)
        assert names, cell
        assert [name for name in names if not is_there(name)] == [], cell


def test_a_test_that_is_gone_would_be_noticed() -> None:
    assert not is_there("journal/tests/test_nothing.py")
    assert not is_there("test_nothing.py")
    assert not is_there("make nothing")
