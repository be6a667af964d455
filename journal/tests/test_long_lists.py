"""The admin's lists over a hundred thousand rows: what they ask, and by which index it is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal.tests.factories import EntryFactory
from journify.curating.admin import COUNTED_ROWS
from spotify_auth.models import User

SONGS, CLASSIFICATIONS, LABELS, PHRASES, USERS = (
    f"admin:{name}_changelist"
    for name in (
        *("classifier_song", "classifier_classification", "classifier_label"),
        *("journal_phrase", "spotify_auth_user"),
    )
)


@pytest.fixture
def client(curator: User, browser_of: Callable[[User], Client]) -> Client:
    """The curator's."""
    return browser_of(curator)


def asked(client: Client, name: str, **query: str) -> list[str]:
    """What a list asks the database."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(reverse(name), query).status_code == 200
    return [each["sql"] for each in found]


def plan_of(sql: str) -> str:
    """How the database would answer; PostgreSQL, if it had more rows than these."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not is_sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.parametrize("name", [SONGS, CLASSIFICATIONS, LABELS, PHRASES, USERS])
def test_only_the_rows_of_the_page_are_read(client: Client, user: User, name: str) -> None:
    label = LabelFactory(song=ClassificationFactory().song, user=user)
    EntryFactory(journal__user=user, song=label.song)
    model = client.get(reverse(name)).context["cl"].model
    # a row's last column: what searches and sorts needs none but the key
    table, column = model._meta.db_table, model._meta.local_fields[-1].column
    sent = asked(client, name)
    lists = [sql for sql in sent if f'FROM "{table}"' in sql and "ORDER BY" in sql]
    rows = [sql for sql in lists if f'"{table}"."{column}"' in sql.partition(" FROM ")[0]]
    assert rows
    assert all(f'"{table}"."id" IN (' in sql for sql in rows)
    assert not any("COUNT(*)" in sql for sql in sent)


def test_answers_are_counted_of_the_phrases_of_the_page(client: Client) -> None:
    phrases = [EntryFactory(song=SongFactory()).phrase for _ in range(3)]
    [counting] = [sql for sql in asked(client, PHRASES) if '"journal_entry"' in sql]
    assert all(phrase.pk.hex in counting.replace("-", "") for phrase in phrases)


def test_phrases_are_sorted_by_how_often_they_were_answered(client: Client) -> None:
    never, often = EntryFactory(song=None).phrase, EntryFactory(song=SongFactory()).phrase
    EntryFactory(phrase=often, song=SongFactory())
    column = client.get(reverse(PHRASES)).context["cl"].list_display.index("answered")
    found = client.get(reverse(PHRASES), {"o": f"-{column}"}).context["cl"].result_list
    assert [(row, row.answered_count) for row in found] == [(often, 2), (never, 0)]


@pytest.mark.parametrize(
    ("name", "query", "indexes"),
    [
        (SONGS, {"heard": "calm"}, {"(song_id=?)", "unique", "classification_answer"}),
        (CLASSIFICATIONS, {"q": "ada 1"}, {"classification_error"}),
        (CLASSIFICATIONS, {}, {"classification_queued"}),
        (SONGS, {}, {"song_created"}),
        (SONGS, {"heard": "calm"}, {"song_created"}),
        (SONGS, {"q": "ada 1"}, {"song_created"}),
    ],
)
def test_an_index_finds_them(
    client: Client, name: str, query: dict[str, str], indexes: set[str]
) -> None:
    ClassificationFactory()
    searches = [sql for sql in asked(client, name, **query) if f"LIMIT {COUNTED_ROWS}" in sql]
    plans = [plan_of(sql) for sql in searches]
    assert any(index in plan for index in indexes for plan in plans), plans


def test_classifications_are_searched_through_their_songs(client: Client) -> None:
    """Of the wide rows only those are read that have an error, or a song that was found."""
    searches = [sql for sql in asked(client, CLASSIFICATIONS, q="ada") if "LIKE" in sql]
    of_songs, of_errors = searches
    assert "LIKE" not in of_songs.partition('"song_id" IN (SELECT')[0]
    assert '"error" >' in of_errors


def test_what_counts_is_asked_song_by_song(client: Client) -> None:
    """As a list of all songs with that answer it would be made before the first is shown."""
    ClassificationFactory()
    [search] = [sql for sql in asked(client, SONGS, heard="calm") if f"LIMIT {COUNTED_ROWS}" in sql]
    assert "EXISTS" in search
    assert "LIST SUBQUERY" not in plan_of(search)
