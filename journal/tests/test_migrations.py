from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from journify.operations.preparing import complaint_of_newer_database, is_migrated

TASKS = "django_tasks_database_dbtaskresult"
APPS = ("spotify_auth", "classifier", "journal")
LABELS = (*APPS, "listening", "reminders", "limits", "outbound")
# What commit 269ece2 had applied; its tables are those of `0001_initial`.
APPLIED = {
    "spotify_auth": ["0001_initial", "0002_spotify_connection"],
    "classifier": [
        *("0001_initial", "0002_audio_of_any_format", "0003_song_deezer"),
        *("0004_embedding_and_stage", "0005_explanation_tryout", "0006_retries_and_reasons"),
        *("0007_workers_and_request_ids", "0008_certainty_packed_embedding", "0009_jobs"),
        *("0010_clip_sha256", "0011_explanation_without_requested_at", "0012_heard"),
    ],
    "journal": [
        *("0001_initial", "0002_preferences_language", "0003_gentle_memories", "0004_transfer"),
        *("0005_jobs", "0006_entry_user_date", "0007_entry_emotion"),
    ],
}
EARLIER, LATER = (dt.datetime(2026, 11, day, 9, tzinfo=dt.UTC) for day in (1, 2))

Rows = dict[tuple[str, Any], dict[str, Any]]
Tables = dict[str, tuple[set[str], set[str]]]


def migrate(targets: list[tuple[str, str]] | None = None) -> Any:
    """Bring the database to these migrations, or the newest; return the models of then."""
    executor = MigrationExecutor(connection)
    targets = targets or executor.loader.graph.leaf_nodes()
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def tables() -> Tables:
    """Columns and constraints of each table of ours, in no order; databases name some by number."""
    models = [model for label in LABELS for model in apps.get_app_config(label).get_models()]
    ask = connection.introspection
    with connection.cursor() as cursor:
        return {
            name: (
                {repr(column) for column in ask.get_table_description(cursor, name)},
                {
                    repr((key if each["index"] else "", each))
                    for key, each in ask.get_constraints(cursor, name).items()
                },
            )
            for name in (model._meta.db_table for model in models)
        }


@pytest.fixture
def at_once(transactional_db: None) -> Tables:
    """What a database from nothing has."""
    return tables()


@pytest.fixture
def old(at_once: Tables) -> Iterator[Any]:
    """The models and the empty tables of commit 269ece2, as what it applied made them."""
    MigrationExecutor(connection).migrate([(app, None) for app in APPS])
    recorder = MigrationRecorder(connection)
    for app, names in APPLIED.items():
        for name in names[1:]:
            recorder.record_applied(app, name)
    yield migrate([(app, "0001_initial") for app in APPS])
    migrate()


@pytest.fixture
def made(old: Any) -> Any:
    """Rows of every table, with each of what the migrations since then put right."""

    def create(label: str, **values: Any) -> Any:
        return old.get_model(label).objects.create(**values)

    users = [
        create("spotify_auth.User", username=name, date_joined=joined)
        for name, joined in [("fiona", EARLIER), ("ﬁona", LATER)]
    ]
    create("spotify_auth.SpotifyConnection", user=users[0], refresh_token="of Spotify")
    create("journal.Preferences", user=users[0], theme="dark", language="de")
    songs = songs_of(create, users[0])
    own = {"owner": users[0], "text": "Mine…"}
    phrases = [create("journal.Phrase", active=on, **own) for on in (False, True)]
    create("journal.Phrase", key="cold-lake", text="Built in…")
    page = create("journal.Journal", user=users[0], date=EARLIER.date())
    for position, phrase in enumerate(phrases):
        shown = {
            "phrase": phrase,
            "phrase_text": "Mine…",
            "position": position,
            "note": "It rained",
        }
        mine = {"journal": page, "user": users[0], "date": page.date}
        create("journal.Entry", song=songs[0], emotion="sad", answered_at=LATER, **shown, **mine)
    for at, name in [(EARLIER, "older.zip"), (LATER, "newer.zip")]:
        file = ContentFile(b"archive", name=name)
        asked = {"requested_at": at, "ready_at": at, "status": "queued"}
        create("journal.Transfer", user=users[0], kind="export", file=file, **asked)
    with connection.cursor() as cursor:  # who kept the queue's books then
        cursor.execute(f"CREATE TABLE {TASKS} (id integer)")
    MigrationRecorder(connection).record_applied("django_tasks_database", "0001_initial")
    return old


def songs_of(create: Any, user: Any) -> list[Any]:
    """Songs of a listener and of everybody, and what was heard in them."""
    songs = [
        create("classifier.Song", title=title, owner=user, audio_sha256=digest * 64)
        for title, digest in [("First", "a"), ("Second", "a"), ("Other", "b"), ("No", "")]
    ]
    type(songs[0]).objects.filter(pk=songs[0].pk).update(
        audio=default_storage.save("songs/a.wav", ContentFile(b"sound"))
    )
    create("classifier.Song", title="A song on Spotify", spotify_id="1" * 22)
    create("classifier.Song", title="Ohne Titel", artist="Satie", deezer_id=7)
    create("classifier.Label", user=user, song=songs[0], emotion="sad")
    heard = create(
        "classifier.Classification",
        song=songs[0],
        model="ann",
        version="1.0",
        status="done",
        emotion="calm",
        probabilities={"calm": 1.0},
        embedding=b"12",
    )
    create("classifier.Classification", song=songs[1], model="ann", ready_at=EARLIER)
    create("classifier.Explanation", classification=heard, emotion="calm", ready_at=EARLIER)
    create("classifier.TryOut", title="Tried", ready_at=EARLIER)
    create("classifier.Worker", name="one")
    return songs


def rows_of(apps: Any) -> Rows:
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return {
        (model._meta.label, row["id"]): row
        for model in models
        for row in model.objects.order_by().values()
    }


@pytest.mark.slow
def test_a_database_of_then_becomes_one_of_today(at_once: Tables, made: Any) -> None:
    """One walk for all that is asked of it: there and back takes seconds."""
    before = rows_of(made)
    now = migrate()
    nothing_is_lost(before, rows_of(now))
    new_columns_say_what_they_would_have_said(now)
    assert tables() == at_once
    assert is_migrated()


@pytest.mark.django_db
def test_a_database_that_went_every_step_has_nothing_left_to_do() -> None:
    """As one of commit 99d37e4, which has also recorded what its steps stood for."""
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.filter(name__contains="_squashed_").delete()
    recorder.record_applied("classifier", "0013_emotion_rule")
    recorder.record_applied("journal", "0011_song_search")
    steps = applied()
    executor = MigrationExecutor(connection)
    assert not executor.migration_plan(executor.loader.graph.leaf_nodes())
    assert not is_migrated()
    migrate()
    assert is_migrated()
    assert not complaint_of_newer_database()
    assert {label for label, _name in applied() - steps} == set(LABELS)


def applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def nothing_is_lost(before: Rows, after: Rows) -> None:
    lost, changed = set(before) - set(after), {}
    for key in set(before) - lost:
        row = after[key]
        changed |= {
            (key[0], name, value): row[name]
            for name, value in before[key].items()
            if name in row and row[name] != value
        }
    of = {label: [row for key, row in before.items() if key[0] == label] for label, _ in before}
    doubled = next(row for row in of["journal.Phrase"] if row["owner_id"] and not row["active"])
    kept = next(row for row in of["journal.Phrase"] if row["owner_id"] and row["active"])
    older = next(row for row in of["journal.Transfer"] if row["requested_at"] == EARLIER)
    assert lost == {("journal.Phrase", doubled["id"]), ("journal.Transfer", older["id"])}
    assert not default_storage.exists(older["file"])
    assert changed == {
        ("journal.Entry", "phrase_id", doubled["id"]): kept["id"],
        ("classifier.Song", "audio_sha256", "a" * 64): "",
        ("classifier.Song", "title", "A song on Spotify"): "",
    }


def new_columns_say_what_they_would_have_said(apps: Any) -> None:
    def values(name: str, *columns: str, **which: Any) -> list[Any]:
        rows = apps.get_model(name).objects.filter(**which).order_by(*columns)
        return list(rows.values_list(*columns))

    assert values("spotify_auth.User", "identity", "skeleton") == [
        ("fiona", "flona"),
        ("fiona 2", "flona 2"),
    ]
    assert values("journal.Phrase", "seasons", key="cold-lake") == [("summer",)]
    assert values("classifier.Song", "title", "audio_bytes", audio_bytes__gt=0) == [("First", 5)]
    assert values("classifier.Song", "title", audio_sha256__gt="") == [("First",), ("Other",)]
    for name in ("classifier.Classification", "classifier.Explanation", "classifier.TryOut"):
        assert values(name, "turn_at", status="queued") == [(EARLIER,)], name
    assert values("journal.Transfer", "turn_at") == [(LATER,)]
    assert TASKS not in connection.introspection.table_names()
    assert "django_tasks_database" not in {app for app, _name in applied()}
