from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import models
from django.test.utils import isolate_apps

from journal.tests.factories import JournalFactory
from journify.models import UUIDModel
from journify.tests.databases import table_of

MIGRATION = import_module("journal.migrations.0006_entry_user_date")


@pytest.fixture
def between(transactional_db: None) -> Iterator[type[models.Model]]:
    """A table with the columns of before and after."""
    with isolate_apps("journal"):

        class Entry(UUIDModel):
            journal_id = models.UUIDField()
            user_id = models.UUIDField(null=True)
            date = models.DateField(null=True)

            class Meta:
                app_label = "journal"
                db_table = "entry_between"

        with table_of(Entry):
            yield Entry


def test_old_entries_get_the_listener_and_the_day_of_their_page(
    between: type[models.Model],
) -> None:
    rows = between._default_manager
    pages = [JournalFactory(date=dt.date(2026, 11, day)) for day in (23, 24)]
    pages.append(JournalFactory(user=pages[0].user, date=dt.date(2026, 11, 25)))
    for page in pages:
        for _ in range(2):
            rows.create(journal_id=page.pk)
    models_here = {"Journal": type(pages[0]), "Entry": between}
    MIGRATION.fill(SimpleNamespace(get_model=lambda _app, name: models_here[name]), None)
    for page in pages:
        found = set(rows.filter(journal_id=page.pk).values_list("user_id", "date"))
        assert found == {(page.user_id, page.date)}
