"""What the privacy page promises is kept: each kind is filled, the clock moved, the rest found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from classifier.models import Arc, Classification, Explanation, Song, TryOut, Worker
from classifier.tests.factories import ClassificationFactory, ExplanationFactory, SongFactory
from journal.account import privacy
from journal.account.tests.test_privacy import IMPERSONAL
from journal.models import Entry, Transfer
from journal.tests.factories import EntryFactory
from journify.limits.models import Allowance
from journify.operations import housekeeping
from spotify_auth.models import Invitation, User

Captured = Callable[..., object]

pytestmark = pytest.mark.django_db


@pytest.fixture
def after(django_capture_on_commit_callbacks: Captured) -> Callable[[dt.timedelta], None]:
    """Keep house some time later, files included."""

    def keep_house(later: dt.timedelta) -> None:
        moment = timezone.now() + later
        with time_machine.travel(moment), django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            housekeeping.keep_all_rules()

    return keep_house


def kept(name: str) -> dt.timedelta:
    return housekeeping.rule(name).kept()


MINUTE = dt.timedelta(minutes=1)


def test_sessions_and_where_they_were_opened(
    listener: Client, user: User, after: Callable[[dt.timedelta], None]
) -> None:
    listener.get("/settings/devices/")
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    after(kept("sessions") - MINUTE)
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    after(kept("sessions") + MINUTE)
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)


def test_signing_out_ends_it_at_once(
    listener: Client, after: Callable[[dt.timedelta], None]
) -> None:
    listener.get("/settings/devices/")
    listener.post("/accounts/logout/")
    after(MINUTE)
    assert UserSession.objects.count() == 0


def test_try_outs_with_their_file(own_folder: Path, after: Callable[[dt.timedelta], None]) -> None:
    row = TryOut.objects.create(audio=ContentFile(b"sound", "a.mp3"), title="a")
    # by the database's clock, which `after` does not move
    TryOut.objects.update(created_at=row.created_at - kept("try-outs") - MINUTE)
    after(MINUTE)
    assert TryOut.objects.count() == 0
    assert list((own_folder / "media").rglob("*.mp3")) == []


def test_drawings_with_their_picture(
    own_folder: Path, after: Callable[[dt.timedelta], None]
) -> None:
    ExplanationFactory()
    after(kept("drawings") - MINUTE)
    assert Explanation.objects.count() == 1
    after(kept("drawings") + MINUTE)
    assert Explanation.objects.count() == 0
    assert list((own_folder / "media").rglob("*.png")) == []
    assert Classification.objects.count() == 1


def test_whole_songs(after: Callable[[dt.timedelta], None]) -> None:
    Arc.objects.create(song=SongFactory(), status="done")
    after(kept("drawings") - MINUTE)
    assert Arc.objects.count() == 1
    after(kept("drawings") + MINUTE)
    assert Arc.objects.count() == 0


class TestOldAnswers:
    def answers(self, song: Song, *versions: str, days: int = 0) -> None:
        for number, version in enumerate(versions):
            moment = timezone.now() - dt.timedelta(days=days - number)
            ClassificationFactory(song=song, version=version, queued_at=moment, answered_at=moment)

    def left(self) -> list[str]:
        return sorted(Classification.objects.values_list("version", flat=True))

    def test_go_when_a_newer_one_has_stood_for_long(
        self, after: Callable[[dt.timedelta], None]
    ) -> None:
        self.answers(SongFactory(), "1.0", "1.1", "1.2")
        after(kept("old answers") + MINUTE)
        assert self.left() == ["1.0", "1.1", "1.2"], "1.1 has not stood for long enough"
        after(kept("old answers") + dt.timedelta(days=1, minutes=1))
        assert self.left() == ["1.1", "1.2"]
        after(kept("old answers") + dt.timedelta(days=3))
        assert self.left() == ["1.2"]
        after(20 * kept("old answers"))
        assert self.left() == ["1.2"]

    def test_one_alone_stays(self, after: Callable[[dt.timedelta], None]) -> None:
        self.answers(SongFactory(), "1.0")
        self.answers(SongFactory(), "1.1")
        after(20 * kept("old answers"))
        assert self.left() == ["1.0", "1.1"]

    def test_one_of_another_model_takes_nobodys_place(
        self, after: Callable[[dt.timedelta], None]
    ) -> None:
        song = SongFactory()
        ClassificationFactory(song=song, model="ann", version="1")
        ClassificationFactory(song=song, model="resnet18_bilstm", version="2")
        after(20 * kept("old answers"))
        assert self.left() == ["1", "2"]

    @pytest.mark.parametrize("status", ["queued", "running", "failed"])
    def test_nor_does_one_that_never_came(
        self, status: str, after: Callable[[dt.timedelta], None]
    ) -> None:
        song = SongFactory()
        self.answers(song, "1.0")
        ClassificationFactory(song=song, version="1.1", status=status, emotion="")
        after(20 * kept("old answers"))
        assert self.left() == ["1.0", "1.1"]

    def test_a_drawing_keeps_what_it_explains(self, after: Callable[[dt.timedelta], None]) -> None:
        song = SongFactory()
        self.answers(song, "1.0", "1.1", days=200)
        later = timezone.now() - dt.timedelta(days=1)
        old = Classification.objects.get(version="1.0")
        ExplanationFactory(classification=old, ready_at=later)
        after(MINUTE)
        assert self.left() == ["1.0", "1.1"]
        after(kept("drawings"))
        after(kept("drawings"))
        assert self.left() == ["1.1"]


def test_limits_invitations_transfers_workers(
    user: User, own_folder: Path, after: Callable[[dt.timedelta], None]
) -> None:
    Allowance.objects.create(key="x", spent_until=timezone.now() + dt.timedelta(hours=1))
    Invitation.objects.create(expires_at=timezone.now())
    Worker.objects.create(name="dead")
    Transfer.objects.create(
        user=user,
        kind="export",
        status="done",
        file=ContentFile(b"PK", "a.zip"),
        expires_at=timezone.now() + kept("exports and imports"),
    )
    models = (Allowance, Invitation, Worker, Transfer)
    after(dt.timedelta(minutes=50))
    assert [model._default_manager.count() for model in models] == [1, 1, 1, 1]
    after(kept("exports and imports") + MINUTE)
    assert [model._default_manager.count() for model in models] == [0, 1, 0, 0]
    assert list((own_folder / "media").rglob("*.zip")) == []
    after(kept("invitations") + MINUTE)
    assert Invitation.objects.count() == 0


def test_what_spotify_told(after: Callable[[dt.timedelta], None]) -> None:
    SongFactory(spotify_id="x" * 22, artist="Satie", metadata_fetched_at=timezone.now())
    after(kept("Spotify’s metadata") - MINUTE)
    assert Song.objects.get().artist == "Satie"
    after(kept("Spotify’s metadata") + MINUTE)
    assert Song.objects.get().artist == ""


def test_uploads_that_no_answer_uses(
    user: User, own_folder: Path, after: Callable[[dt.timedelta], None]
) -> None:
    used, cleared, again = (SongFactory(owner=user) for _ in range(3))
    SongFactory(owner=None)
    first = EntryFactory(journal__user=user, song=used)
    after(MINUTE)
    day = dt.timedelta(days=1)
    EntryFactory(journal=first.journal, position=90, song=again)
    after(day)
    Entry.objects.filter(song=again).update(song=None)
    after(kept("unused uploads") - day)
    assert set(Song.objects.exclude(owner=None)) == {used, cleared, again}
    after(kept("unused uploads") + 2 * MINUTE)
    assert set(Song.objects.exclude(owner=None)) == {used, again}, "it was used until lately"
    after(3 * kept("unused uploads"))
    assert set(Song.objects.exclude(owner=None)) == {used}
    assert Song.objects.filter(owner=None).count() == 1
    assert len(list((own_folder / "media").rglob("*.mp3"))) == 2


def test_the_page_says_what_the_table_does(client: Client) -> None:
    page = client.get("/privacy/").content.decode()
    shown = {name for row in privacy.described() for name in row.rules}
    for rule in housekeeping.rules():
        is_of_people = set(rule.tables) - IMPERSONAL
        assert (rule.name in shown) == bool(is_of_people), rule.name
        assert not is_of_people or rule.sentence() in page
    assert "after 14 days" in page


def test_each_table_of_a_rule_is_one() -> None:
    known = {model._meta.label for model in apps.get_models()}
    assert {table for rule in housekeeping.rules() for table in rule.tables} <= known


def test_the_command_lists_and_keeps(listener: Client, capsys: pytest.CaptureFixture[str]) -> None:
    Session.objects.update(expire_date=timezone.now() - MINUTE)
    call_command("housekeeping", list=True)
    assert "sessions: Until you sign out there, or after 14 days." in capsys.readouterr().out
    assert Session.objects.count() == 1
    call_command("housekeeping")
    assert Session.objects.count() == 0
