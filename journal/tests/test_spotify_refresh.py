from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier.models import Song
from classifier.tests.factories import SongFactory
from journal.models import Refresh
from journal.spotify import connection as spotify
from journal.tests.factories import EntryFactory
from journify.background import transport
from journify.background.tests.workers import claimed, work_at
from journify.tests.sandbox import Sandbox
from spotify_auth.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(sandbox: Sandbox, user: User) -> Song:
    cache.clear()
    sandbox.connect(user)
    song = SongFactory(
        audio="",
        title="Old name",
        spotify_id=sandbox.world.songs[0].spotify_id,
        metadata_fetched_at=timezone.now() - dt.timedelta(days=31),
    )
    EntryFactory(journal__user=user, song=song)
    return song


def refreshed(song: Song, user: User) -> Song:
    assert work_at(Refresh.objects.create(song=song, user=user))
    assert not Refresh.objects.exists()
    song.refresh_from_db()
    return song


def test_read_again_when_old(old: Song, user: User) -> None:
    assert refreshed(old, user).title == "Tone 0"


def test_left_as_it_is_when_spotify_is_away(old: Song, user: User, sandbox: Sandbox) -> None:
    sandbox.fail("spotify", "down", times=3)
    assert refreshed(old, user).title == "Old name"


def test_forgotten_when_spotify_has_it_no_more(old: Song, user: User) -> None:
    Song.objects.update(spotify_id="0" * 22)
    assert refreshed(old, user).title == ""


def test_asked_for_once_however_often_it_is_shown(
    old: Song,
    listener: Client,
    sandbox: Sandbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        for _ in range(3):
            listener.get(reverse("journal:song", args=[old.pk]))
            cache.clear()  # another process would not know
    assert Refresh.objects.get().song == old
    assert callbacks == [transport.wake_workers]
    assert sandbox.paths("spotify") == []


def test_not_asked_for_when_it_is_fresh(old: Song, listener: Client) -> None:
    Song.objects.update(metadata_fetched_at=timezone.now())
    listener.get(reverse("journal:song", args=[old.pk]))
    assert not Refresh.objects.exists()


def test_given_up_after_its_tries_until_somebody_looks_again(old: Song, user: User) -> None:
    row = Refresh.objects.create(song=old, user=user)
    for _ in range(3):
        running = claimed(row)
        assert running is not None
        assert spotify.refresh_interrupted(running)
    assert not Refresh.objects.exists()


def test_forgotten_after_twice_the_time_without_a_look(old: Song) -> None:
    call_command("forget_metadata", verbosity=0)
    assert Song.objects.get().title == "Old name"
    Song.objects.update(metadata_fetched_at=timezone.now() - dt.timedelta(days=61))
    call_command("forget_metadata", verbosity=0)
    assert Song.objects.get().title == ""
