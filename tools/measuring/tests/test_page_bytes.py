from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tools.management.commands import page_bytes
from tools.measuring.sizes import BUDGET_KB, PageSize

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the tests' database."""

    class Here:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(page_bytes, "own_database", Here)


def test_every_page_is_weighed_and_within_budget() -> None:
    out = StringIO()
    call_command("page_bytes", years=0.1, stdout=out)
    for name in ("day", "history", "song", "settings", "recap_year"):
        assert f"│ {name} " in out.getvalue()


def test_a_page_over_budget_fails_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUDGET_KB, "css", 0.001)
    with pytest.raises(CommandError, match=r"Over budget: .*day"):
        call_command("page_bytes", years=0.02, stdout=StringIO())


def test_what_exceeds_its_budget_is_known() -> None:
    assert PageSize("day", html=20.1, css=1.0, js=45.1).over == ["html", "js"]
    assert PageSize("day", html=20.0, css=25.0, js=45.0).over == []
