"""Every address, as its owner, as a stranger with an account, and signed out."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from classifier.models import Label
from classifier.tests.factories import ClassificationFactory, ExplanationFactory
from journal import urls
from journal.models import Entry
from journal.tests.factories import EntryFactory
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PUBLIC = {"emotions"}
FOR_VISITORS = {"begin_try_out", "try_out"}  # test_views_tryout has them
PERSONAL = {
    "today",
    "day",
    "history",
    "settings",
    "profile",
    "listening",
    "disconnect",
    "phrases",
    "gentle",
    "add_phrase",
}  # show each person their own
OF_ENTRY = {"entry_card", "remote", "picker", "answer", "clear", "note", "swap", "retry", "label"}
OF_PHRASE = {"delete_phrase"}
OF_SONG = {"song", "song_audio", "song_why", "song_picture", "song_label", "song_retry"}
OWN = OF_ENTRY | OF_PHRASE | OF_SONG
POSTS = {
    *{"disconnect", "answer", "clear", "note", "swap", "retry", "label", "song_label"},
    *{"song_retry", "add_phrase", "delete_phrase", "gentle"},
}


@pytest.fixture(autouse=True)
def _with_spotify(settings: SettingsWrapper) -> None:
    settings.SPOTIFY_ENABLED = True


@pytest.fixture
def entry(user: User) -> Entry:
    row = ClassificationFactory(song__owner=user)
    ExplanationFactory(classification=row)
    return EntryFactory(journal__user=user, phrase__owner=user, song=row.song, note="private")


def path_of(name: str, entry: Entry) -> str:
    """Fill an address with what belongs to the entry's owner."""
    known = {
        "entry_id": entry.pk,
        "song_id": entry.song_id,
        "phrase_id": entry.phrase_id,
        "date": entry.journal.date,
    }
    (pattern,) = (each for each in urls.urlpatterns if each.name == name)
    wanted = pattern.pattern.converters
    return reverse(f"journal:{name}", kwargs={key: known[key] for key in wanted})


def call(client: Client, name: str, entry: Entry) -> int:
    path = path_of(name, entry)
    data = {"emotion": "sad"} if name in POSTS else {}
    method = client.post if name in POSTS else client.get
    response = method(path, data)
    list(response)  # to its end, so that a file is closed; close() would take the connection along
    return response.status_code


def test_every_address_is_in_this_walk() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == (
        PUBLIC | PERSONAL | OWN | FOR_VISITORS | {"add_to_today"}  # test_views_profile has that
    )


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_stranger_finds_nothing(
    name: str, entry: Entry, stranger: User, browser_of: Callable[[User], Client]
) -> None:
    before = Entry.objects.values().get()
    assert call(browser_of(stranger), name, entry) == HTTPStatus.NOT_FOUND
    assert Entry.objects.values().get() == before
    assert Label.objects.count() == 0


@pytest.mark.parametrize("name", sorted(PERSONAL | OWN))
def test_a_visitor_is_sent_to_sign_in(name: str, entry: Entry) -> None:
    client = Client()
    assert call(client, name, entry) == HTTPStatus.FOUND
    assert Label.objects.count() == 0


@pytest.mark.parametrize("name", sorted(PUBLIC | PERSONAL | OWN))
def test_the_owner_gets_an_answer(name: str, entry: Entry, listener: Client) -> None:
    assert call(listener, name, entry) in {HTTPStatus.OK, HTTPStatus.FOUND}


@pytest.mark.parametrize("name", sorted(POSTS - PERSONAL))
def test_nothing_changes_by_following_a_link(name: str, entry: Entry, listener: Client) -> None:
    response = listener.get(path_of(name, entry))
    assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("name", sorted(POSTS))
def test_another_site_cannot_post(name: str, entry: Entry, user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert call(client, name, entry) == HTTPStatus.FORBIDDEN


def test_a_strangers_day_shows_nothing_of_the_owners(
    entry: Entry, stranger: User, browser_of: Callable[[User], Client]
) -> None:
    page = browser_of(stranger).get(reverse("journal:day", args=[entry.journal.date]))
    assert str(entry.pk) not in page.content.decode()
    assert "private" not in page.content.decode()
