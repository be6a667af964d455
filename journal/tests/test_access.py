"""Every address, as its owner, as a stranger with an account, and signed out."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from classifier.models import Label
from classifier.tests.factories import ClassificationFactory
from journal import urls
from journal.models import Entry
from journal.tests.factories import EntryFactory
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

PUBLIC = {"emotions"}
PERSONAL = {
    "today",
    "day",
    "history",
    "settings",
    "profile",
    "listening",
    "disconnect",
}  # show each person their own
OF_ENTRY = {"entry_card", "remote", "picker", "answer", "clear", "note", "retry", "label"}
OF_SONG = {"song", "song_audio", "song_label", "song_retry"}
POSTS = {"disconnect", "answer", "clear", "note", "retry", "label", "song_label", "song_retry"}


@pytest.fixture(autouse=True)
def _with_spotify(settings: SettingsWrapper) -> None:
    settings.SPOTIFY_ENABLED = True


@pytest.fixture
def entry(user: User) -> Entry:
    row = ClassificationFactory(song__owner=user)
    return EntryFactory(journal__user=user, song=row.song, note="private")


def call(client: Client, name: str, entry: Entry) -> int:
    if name in OF_ENTRY:
        path = reverse(f"journal:{name}", args=[entry.pk])
    elif name in OF_SONG:
        path = reverse(f"journal:{name}", args=[entry.song.pk])
    elif name == "day":
        path = reverse("journal:day", args=[entry.journal.date])
    else:
        path = reverse(f"journal:{name}")
    data = {"emotion": "sad"} if name in POSTS else {}
    method = client.post if name in POSTS else client.get
    response = method(path, data)
    response.close()
    return response.status_code


def test_every_address_is_in_this_walk() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == (
        PUBLIC | PERSONAL | OF_ENTRY | OF_SONG | {"add_to_today"}  # test_views_profile has that
    )


@pytest.mark.parametrize("name", sorted(OF_ENTRY | OF_SONG))
def test_a_stranger_finds_nothing(
    name: str, entry: Entry, stranger: User, browser_of: Callable[[User], Client]
) -> None:
    before = Entry.objects.values().get()
    assert call(browser_of(stranger), name, entry) == HTTPStatus.NOT_FOUND
    assert Entry.objects.values().get() == before
    assert Label.objects.count() == 0


@pytest.mark.parametrize("name", sorted(PERSONAL | OF_ENTRY | OF_SONG))
def test_a_visitor_is_sent_to_sign_in(name: str, entry: Entry) -> None:
    client = Client()
    assert call(client, name, entry) == HTTPStatus.FOUND
    assert Label.objects.count() == 0


@pytest.mark.parametrize("name", sorted(PUBLIC | PERSONAL | OF_ENTRY | OF_SONG))
def test_the_owner_gets_an_answer(name: str, entry: Entry, listener: Client) -> None:
    assert call(listener, name, entry) in {HTTPStatus.OK, HTTPStatus.FOUND}


@pytest.mark.parametrize("name", sorted(POSTS - PERSONAL))
def test_nothing_changes_by_following_a_link(name: str, entry: Entry, listener: Client) -> None:
    target = entry if name in OF_ENTRY else entry.song
    response = listener.get(reverse(f"journal:{name}", args=[target.pk]))
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
