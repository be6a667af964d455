"""After an account's end every table and every file is as it was before the account began."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from classifier.models import Label, Song
from classifier.queue.rows import request_classification
from classifier.serving.whole import request_arc
from classifier.tests.factories import ClassificationFactory, ExplanationFactory, SongFactory
from journal.account import leaving
from journal.archive import transfers
from journal.listening.importing import imports
from journal.listening.importing.plays import Play
from journal.listening.importing.storing import store
from journal.listening.models import Followed
from journal.models import CountedMonth, DayFeeling, Phrase, Playlist, Preferences, Refresh
from journal.reminders import schedule
from journal.reminders.models import Nudge, PushDevice
from journal.tests.factories import EntryFactory
from journify.background.jobs import lane_of
from journify.tests.sandbox import Sandbox
from spotify_auth.models import User, UserGroup, UserPermission
from spotify_auth.sign_in.invitations import invite

PASSWORD = "a-good-password"
SIGN_UP = {"username": "leaver", "password1": PASSWORD, "password2": PASSWORD}
# Kept for a while by their own rules, and they name nobody: see the privacy page.
NOT_OURS = {"limits.Allowance", "outbound.PlatformPace"}

State = dict[str, set[str]]


def rows() -> State:
    """Every row of every table, as text."""
    return {
        model._meta.label: {str(sorted(row.items())) for row in model._default_manager.values()}
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in NOT_OURS
    }


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def others(stranger: User) -> User:
    """Somebody else, with a journal that has to stay."""
    song = SongFactory(owner=stranger)
    entry = EntryFactory(journal__user=stranger, song=ClassificationFactory(song=song).song)
    theirs = EntryFactory(journal=entry.journal, song=SongFactory(spotify_id="b" * 22))
    Label.objects.create(user=stranger, song=theirs.song, emotion="sad")
    return stranger


def fill(sandbox: Sandbox, curator: User, commit: Callable[..., Any]) -> tuple[User, Client]:
    """Make an account and put something into every table that can hold something of it."""
    client = Client(headers={"user-agent": "Firefox"})
    assert client.post("/accounts/signup/", SIGN_UP).status_code == 302
    user = User.objects.get(username="leaver")
    sandbox.connect(user)
    SocialAccount.objects.create(user=user, provider="spotify", uid="leaver-at-spotify")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    EmailAddress.objects.create(user=user, email="leaver@example.org")
    invite(user, days=14)
    group, permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    UserGroup.objects.create(user=user, group=group.objects.get())
    UserPermission.objects.create(user=user, permission=permission.objects.all()[0])
    Preferences.objects.create(user=user, time_zone="Asia/Tokyo")
    DayFeeling.objects.create(user=user, date=timezone.localdate(), tags="Leaver’s friend")
    CountedMonth.objects.create(user=user, month="2026-11", zone="UTC", entries=1, marks=1)
    phrase = Phrase.objects.create(owner=user, text="Only the leaver says…")
    with commit(execute=True):
        song = SongFactory(owner=user, title="Leaver's song", audio=ContentFile(b"x", name="a.mp3"))
        request_classification(song, lane=lane_of(user.pk))
        answer = ClassificationFactory(song=song, model="other")
        ExplanationFactory(classification=answer, picture=ContentFile(b"x", name="a.png"))
        request_arc(song, lane=lane_of(user.pk))
        transfers.request_export(user, with_audio=True)
        transfers.request_import(user, ContentFile(b"x", name="x.zip"))
        imports.request_history_import(user, ContentFile(b"x", name="x.json"))
    origin = "https://journal.example"
    schedule.choose_reminder(user, at=dt.time(9), time_zone="UTC", language="en", origin=origin)
    PushDevice.objects.create(user=user, endpoint="https://fcm.googleapis.com/leaver")
    Nudge.objects.create(user=user, date=timezone.localdate())
    Followed.objects.create(user=user, service="listenbrainz", name="leaver-there")
    store(user, [Play("A", "Leaver's play", timezone.now(), seconds=99)], progress=lambda: None)
    shared = Song.objects.get(spotify_id="a" * 22)
    Refresh.objects.create(song=shared, user=user)
    Playlist.objects.create(user=user, key="leaver", title="Leaver’s list")
    Label.objects.create(user=user, song=shared, emotion="calm")
    EntryFactory(journal__user=user, phrase=phrase, song=song, note="A leaver's secret")
    EntryFactory(journal=user.journals.get(), phrase=phrase, song=shared)
    log = apps.get_model("admin", "LogEntry").objects
    log.create(
        user=curator,
        content_type=ContentType.objects.get_for_model(Song),
        action_flag=CHANGE,
        object_id=str(song.pk),
        object_repr=str(song),
    )
    log.create(user=user, content_type=None, action_flag=CHANGE, object_id="1", object_repr="x")
    return user, client


def test_an_accounts_end_leaves_nothing(
    sandbox: Sandbox,
    others: User,
    curator: User,
    own_folder: Path,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    SongFactory(spotify_id="a" * 22, title="", artist="", audio="", duration_ms=None)
    apps.get_model("auth", "Group").objects.create(name="curators")
    ContentType.objects.get_for_model(Song)
    before, files_before = rows(), files(own_folder)
    user, client = fill(sandbox, curator, django_capture_on_commit_callbacks)
    filled = rows()
    personal = {label for label in filled if filled[label] != before[label]}
    assert personal == {label for label in before if label not in EMPTY_OF_PEOPLE}, (
        "put something into every table that can hold something of somebody"
    )
    assert files(own_folder) != files_before

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/settings/leave/", {"password": PASSWORD}, follow=True)
    assert "Your account is deleted" in response.content.decode()

    after = rows()
    # the message that says so needs a session: an empty one that knows nobody
    after["sessions.Session"] = before["sessions.Session"]
    for label, values in before.items():
        assert after[label] == values, label
    assert files(own_folder) == files_before
    everything = str(after)
    for trace in (str(user.pk), "leaver", "Leaver", "Only the"):
        assert trace not in everything


# Tables in which no row is about somebody with an account.
EMPTY_OF_PEOPLE = {
    "auth.Permission",
    "auth.Group",
    "auth.Group_permissions",
    "classifier.EmotionRule",
    "classifier.TryOut",
    "classifier.Worker",
    "contenttypes.ContentType",
    "listening.ListeningRound",
    "account.EmailConfirmation",
    "socialaccount.SocialApp",
    "socialaccount.SocialToken",
}


def test_what_goes_is_counted(user: User) -> None:
    song = SongFactory(owner=user)
    entry = EntryFactory(journal__user=user, song=song)
    EntryFactory(journal=entry.journal)
    EntryFactory(journal=entry.journal, song=song)
    Phrase.objects.create(owner=user, text="Mine…")
    assert leaving.what_goes(user) == {"days": 1, "answers": 2, "files": 1, "phrases": 1}
