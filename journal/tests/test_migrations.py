from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import isolate_apps

from classifier.models import Song
from journal.models import Entry
from journal.tests.factories import JournalFactory
from journify.models import UUIDModel
from journify.tests.databases import table_of
from spotify_auth.tests.factories import UserFactory

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


@pytest.fixture
def apps_at(transactional_db: None) -> Iterator[Callable[..., Any]]:
    """Bring the database to other migrations, and back to the newest afterwards."""

    def migrate(*targets: tuple[str, str]) -> Any:
        executor = MigrationExecutor(connection)
        executor.migrate(list(targets))
        return executor.loader.project_state(list(targets)).apps

    yield migrate
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_was_made_twice_is_there_once_and_nothing_is_lost(
    apps_at: Callable[..., Any],
) -> None:
    before = apps_at(("journal", "0008_entry_unsure"), ("classifier", "0013_emotion_rule"))
    user = UserFactory()
    own = {"owner_id": user.pk}
    phrases = before.get_model("journal", "Phrase").objects
    doubles = [phrases.create(text="Mine…", active=on, **own) for on in (False, True)]
    for _ in range(2):
        phrases.create(text="Built in…")
    pages, entries = (before.get_model("journal", name).objects for name in ("Journal", "Entry"))
    page = pages.create(user_id=user.pk, date=dt.date(2026, 11, 23))
    for position, phrase in enumerate(doubles):
        values = {"user_id": user.pk, "date": page.date, "phrase_text": "Mine…"}
        entries.create(journal=page, position=position, phrase=phrase, **values)
    songs = before.get_model("classifier", "Song").objects
    for title, digest in (
        ("First", "a"),
        ("Second", "a"),
        ("Other", "b"),
        ("None", ""),
        ("No", ""),
    ):
        songs.create(title=title, audio_sha256=digest * 64, **own)
    transfers = before.get_model("journal", "Transfer").objects
    for day in (1, 2):
        when = dt.datetime(2026, 11, day, tzinfo=dt.UTC)
        file = ContentFile(b"x", name="a.zip")
        row = transfers.create(user_id=user.pk, kind="export", requested_at=when, file=file)

    after = apps_at(("journal", "0009_one_of_each"), ("classifier", "0014_one_of_each"))
    phrases = after.get_model("journal", "Phrase").objects
    assert phrases.get(owner=user.pk).pk == doubles[1].pk
    assert phrases.filter(text="Built in…").count() == 2
    assert set(Entry.objects.values_list("phrase", flat=True)) == {doubles[1].pk}
    digests = Song.objects.order_by("created_at").values_list("title", "audio_sha256")
    assert dict(digests) == {
        "First": "a" * 64,
        "Second": "",
        "Other": "b" * 64,
        "None": "",
        "No": "",
    }
    left = after.get_model("journal", "Transfer").objects.get()
    assert left.pk == row.pk
    assert len(left.file.storage.listdir("archives")[1]) == 1
