from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoCaptureOnCommitCallbacks

from classifier.models import Song
from classifier.tests.factories import SongFactory
from journal.tasks import refresh_metadata
from journal.tests.factories import EntryFactory
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


def run(song: Song, user: User) -> Song:
    refresh_metadata.func(song_id=str(song.pk), user_id=str(user.pk))
    song.refresh_from_db()
    return song


def test_read_anew_when_old(old: Song, user: User) -> None:
    assert run(old, user).title == "Tone 0"


def test_left_as_it_is_when_spotify_is_away(old: Song, user: User, sandbox: Sandbox) -> None:
    sandbox.fail("spotify", "down", times=3)
    assert run(old, user).title == "Old name"


def test_forgotten_when_spotify_has_it_no_more(old: Song, user: User) -> None:
    Song.objects.update(spotify_id="0" * 22)
    assert run(old, user).title == ""


def test_asked_for_once_however_often_it_is_shown(
    old: Song,
    listener: Client,
    sandbox: Sandbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            listener.get(reverse("journal:song", args=[old.pk]))
    assert DBTaskResult.objects.count() == 1
    assert sandbox.paths("spotify") == []


def test_not_asked_for_when_it_is_fresh(old: Song, listener: Client) -> None:
    Song.objects.update(metadata_fetched_at=timezone.now())
    listener.get(reverse("journal:song", args=[old.pk]))
    assert not DBTaskResult.objects.exists()


def test_forgotten_after_twice_the_time_without_a_look(old: Song) -> None:
    call_command("forget_metadata", verbosity=0)
    assert Song.objects.get().title == "Old name"
    Song.objects.update(metadata_fetched_at=timezone.now() - dt.timedelta(days=61))
    call_command("forget_metadata", verbosity=0)
    assert Song.objects.get().title == ""
