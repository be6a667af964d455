from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from io import StringIO
from itertools import chain
from pathlib import Path

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from time_machine import TimeMachineFixture

from classifier.models import Label, Song
from classifier.tests.factories import LabelFactory, SongFactory
from journal.models import Phrase
from journal.tests.factories import PhraseFactory
from journify.curating import previews
from journify.curating.formats import MAX_ROWS
from journify.curating.resources import CuratedResource
from spotify_auth.models import User, UserPermission
from spotify_auth.tests.factories import UserFactory

SONG, LABEL, PHRASE = "classifier_song", "classifier_label", "journal_phrase"
TABLES = [SONG, LABEL, PHRASE]


@pytest.fixture
def client(curator: User, browser_of: Callable[[User], Client]) -> Client:
    """The curator's."""
    return browser_of(curator)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Write a file to import."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def preview(client: Client, table: str, path: Path) -> HttpResponse:
    with path.open("rb") as content:
        data = {"csrfmiddlewaretoken": "x", "import_file": content, "format": "0"}
        response = client.post(reverse(f"admin:{table}_import"), data)
    assert response.status_code == 200
    return response


def confirm(client: Client, table: str, previewed: HttpResponse) -> list[str]:
    """Say yes to a preview; return what is said afterwards."""
    values = previewed.context["confirm_form"].initial
    response = client.post(reverse(f"admin:{table}_process_import"), values)
    assert response.status_code == 302
    return [str(message) for message in get_messages(response.wsgi_request)]


def bring(client: Client, table: str, path: Path) -> list[str]:
    return confirm(client, table, preview(client, table, path))


def refusal(client: Client, table: str, path: Path) -> str:
    """What is said of a file that cannot be read; nothing is kept of it."""
    response = preview(client, table, path)
    assert "confirm_form" not in response.context
    assert kept() == []
    return " ".join(response.context["form"].errors["import_file"])


def wrong_rows(client: Client, table: str, path: Path) -> dict[int, str]:
    """What the preview says of which row of the file."""
    response = preview(client, table, path)
    assert "confirm_form" not in response.context
    assert kept() == []
    result = response.context["result"]
    assert not result.has_errors()
    shown = response.content.decode()
    wrong = {}
    for row in result.invalid_rows:
        assert f'<th scope="row">{row.number + 1}</th>' in shown
        wrong[row.number + 1] = " ".join(chain.from_iterable(row.error_dict.values()))
    return wrong


def taken(client: Client, table: str, query: str = "") -> list[dict[str, str]]:
    """The rows of an export."""
    response = client.get(reverse(f"admin:{table}_export") + query)
    assert response["Content-Type"].startswith("text/csv")
    assert response.content.startswith("\ufeff".encode())
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


def kept() -> list[str]:
    """Previewed files that still lie in storage."""
    return default_storage.listdir("previews")[1] if default_storage.exists("previews") else []


class TestSongs:
    def test_a_file_adds_and_changes(self, client: Client, curator: User, file: Callable) -> None:
        known = SongFactory(title="Old", artist="Satie", isrc="FR6V80200001")
        path = file(f"id,title,artist\n{known.pk},Gymnopédie,Satie\n,Clair de lune,Debussy\n")
        seen = preview(client, SONG, path)
        page = seen.content.decode()
        assert "New: 1. Changed: 1. Left as they are: 0." in page
        assert "<del>Old</del> <ins>Gymnopédie</ins>" in page
        assert "style=" not in page
        assert Song.objects.get().title == "Old"
        confirm(client, SONG, seen)
        known.refresh_from_db()
        assert (known.title, known.isrc) == ("Gymnopédie", "FR6V80200001")
        new = Song.objects.get(title="Clair de lune")
        assert (new.owner, new.artist) == (None, "Debussy")
        assert kept() == []
        written = LogEntry.objects.values_list("user", "object_id", "action_flag")
        assert set(written) == {
            (curator.pk, str(known.pk), CHANGE),
            (curator.pk, str(new.pk), ADDITION),
        }

    def test_the_same_file_again_changes_nothing(self, client: Client, file: Callable) -> None:
        path = file("title,artist\nClair de lune,Debussy\n")
        bring(client, SONG, path)
        [before] = Song.objects.values()
        assert "Left as they are: 1." in preview(client, SONG, path).content.decode()
        bring(client, SONG, path)
        assert list(Song.objects.values()) == [before]

    def test_what_is_taken_along_can_be_brought_back(self, client: Client, file: Callable) -> None:
        titles = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "'=quoted", "'", "Plain; “Ünï” \n two"]
        for title in titles:
            SongFactory(title=title)
        response = client.get(reverse("admin:classifier_song_export"))
        for row in taken(client, SONG):
            assert not row["title"].startswith(("=", "+", "-", "@"))
        before = list(Song.objects.order_by("pk").values())
        path = file(response.content)
        assert f"Left as they are: {len(titles)}." in preview(client, SONG, path).content.decode()
        Song.objects.all().delete()
        bring(client, SONG, path)
        after = list(Song.objects.order_by("pk").values())
        assert [(row["id"], row["title"]) for row in after] == [
            (row["id"], row["title"]) for row in before
        ]

    def test_a_row_is_not_known_by_words_that_one_above_changed(
        self, client: Client, file: Callable
    ) -> None:
        known = SongFactory(title="Old", artist="", album="")
        bring(client, SONG, file(f"id,title\n{known.pk},New\n,Old\n,Old\n"))
        known.refresh_from_db()
        assert known.title == "New"
        assert Song.objects.get(title="Old") != known

    def test_a_spreadsheet_with_semicolons_is_read(self, client: Client, file: Callable) -> None:
        bring(client, SONG, file("title;artist;album\r\nNo, never;Satie;Airs\r\n\r\n"))
        song = Song.objects.get()
        assert (song.title, song.artist, song.album) == ("No, never", "Satie", "Airs")

    def test_nobodys_private_song_goes_out(self, client: Client, user: User, curator: User) -> None:
        SongFactory(title="Private", owner=user)
        SongFactory(title="Private too", owner=curator)
        SongFactory(title="Everybody's")
        assert [row["title"] for row in taken(client, SONG)] == ["Everybody's"]

    def test_a_list_goes_out_as_it_is_filtered(self, client: Client) -> None:
        SongFactory(title="Clair de lune")
        SongFactory(title="Gymnopédie")
        assert [row["title"] for row in taken(client, SONG, "?q=clair")] == ["Clair de lune"]

    def test_a_private_song_is_not_reached_by_its_key(
        self, client: Client, user: User, file: Callable
    ) -> None:
        private = SongFactory(title="Private", owner=user)
        wrong = wrong_rows(client, SONG, file(f"id,title\n{private.pk},Mine now\n"))
        assert wrong == {2: "Song with this Id already exists."}
        private.refresh_from_db()
        assert (private.title, private.owner) == ("Private", user)

    def test_every_wrong_row_is_named_and_none_written(
        self, client: Client, file: Callable
    ) -> None:
        path = file(f"id,title,isrc\n,Fine,\n,,X\nnonsense,Third,\n,Fourth,{'9' * 13}\n")
        wrong = wrong_rows(client, SONG, path)
        assert wrong[3] == "This field cannot be blank."
        assert wrong[4] == "“nonsense” is not a key."
        assert "at most 12 characters" in wrong[5]
        assert set(wrong) == {3, 4, 5}
        assert not Song.objects.exists()

    def test_nothing_is_written_when_it_no_longer_fits(
        self, client: Client, file: Callable, user: User
    ) -> None:
        key = "6f9e2c1e-8a52-4c5e-9d0a-0123456789ab"
        seen = preview(client, SONG, file(f"id,title\n,First\n{key},Second\n"))
        SongFactory(pk=key, owner=user)
        assert "Nothing was imported" in " ".join(confirm(client, SONG, seen))
        assert Song.objects.count() == 1
        assert not LogEntry.objects.exists()

    def test_a_preview_is_confirmed_once(self, client: Client, file: Callable) -> None:
        seen = preview(client, SONG, file("title\nOnce\n"))
        confirm(client, SONG, seen)
        assert confirm(client, SONG, seen)[-1] == "This preview is gone. Choose the file again."
        assert Song.objects.count() == 1

    def test_no_other_file_can_be_named(self, client: Client) -> None:
        song = SongFactory(title="Kept")
        default_storage.save("audio/x.csv", ContentFile(b"title\nStolen\n"))
        for name in ("../audio/x.csv", "/etc/hostname", ""):
            values = {"import_file_name": name, "original_file_name": "x", "format": "0"}
            client.post(reverse("admin:classifier_song_process_import"), values)
        assert list(Song.objects.all()) == [song]
        assert default_storage.exists("audio/x.csv")


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("title\nCafé\n".encode("latin-1"), "not UTF-8 text"),
            ("title\nCafé\n".encode("utf-16"), "not UTF-8 text"),
            (b"PK\x03\x04\x00\x00", "not UTF-8 text"),
            ("title\nA\0B\n", "not UTF-8 text"),
            ("artist\nSatie\n", "A column is missing: title."),
            ("title,owner\nMine,alice\n", "This table has no such column: owner."),
            ("title,title\nA,B\n", "Two columns have the same name: title."),
            ("title\n", "There are no rows in this file."),
            ("title,artist\nA,B,C\n", "Row 2 has more cells"),
            ('title\nFine\n"never closed\n', "Row 3 cannot be read"),
            (f"title\n{'x' * 200_000}\n", "Row 2 cannot be read"),
            ("title\n" + "A song\n" * 100_000, f"more than {MAX_ROWS} rows"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, client: Client, file: Callable, content: str | bytes, said: str
    ) -> None:
        assert said in refusal(client, SONG, file(content))
        assert not Song.objects.exists()

    def test_an_empty_file(self, client: Client, file: Callable) -> None:
        assert "empty" in refusal(client, SONG, file(""))

    def test_a_file_that_is_too_large(
        self, client: Client, file: Callable, settings: Settings
    ) -> None:
        settings.UPLOAD_MAX_MB = 0
        assert refusal(client, SONG, file("title\nA song\n")) == "This file is too large."

    def test_what_nobody_confirmed_is_forgotten(
        self, client: Client, file: Callable, time_machine: TimeMachineFixture
    ) -> None:
        previews.forget_old_previews()
        preview(client, SONG, file("title\nOnce\n"))
        previews.forget_old_previews()
        assert len(kept()) == 1
        time_machine.move_to(dt.datetime.now(dt.UTC) + dt.timedelta(hours=2))
        previews.forget_old_previews()
        assert kept() == []

    def test_nothing_is_written_of_a_file_that_no_longer_fits(
        self, client: Client, file: Callable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where the database cannot take back what was written, as MongoDB."""
        monkeypatch.setattr(CuratedResource, "get_use_transactions", lambda _self: False)
        known = SongFactory(title="Old")
        seen = preview(client, SONG, file(f"id,title\n{known.pk},New\n,Another\n"))
        path = f"previews/{kept()[0]}"
        default_storage.delete(path)
        default_storage.save(path, ContentFile(f"id,title\n{known.pk},New\n,{'x' * 201}\n"))
        assert "Nothing was imported" in confirm(client, SONG, seen)[0]
        assert [song.title for song in Song.objects.all()] == ["Old"]
        confirm(client, SONG, preview(client, SONG, file(f"id,title\n{known.pk},New\n,Two\n")))
        assert {song.title for song in Song.objects.all()} == {"New", "Two"}


class TestLabels:
    def test_a_file_sets_the_curators_own(
        self, client: Client, curator: User, user: User, file: Callable
    ) -> None:
        changed = LabelFactory(user=curator, emotion="sad")
        theirs = LabelFactory(user=user, emotion="sad")
        rows = [
            f"{changed.song_id},Calm,{curator}",
            f"{theirs.song_id},energetic,",
            f"{theirs.song_id},happy,(listener)",
            f"{changed.song_id},happy,somebody",
        ]
        bring(client, LABEL, file("\n".join(["song,emotion,user", *rows])))
        said = set(Label.objects.values_list("song", "user", "emotion"))
        assert said == {
            (changed.song_id, curator.pk, "calm"),
            (theirs.song_id, user.pk, "sad"),
            (theirs.song_id, curator.pk, "energetic"),
        }
        assert LogEntry.objects.count() == 2

    def test_listeners_are_not_named_and_their_songs_not_told(
        self, client: Client, curator: User, user: User
    ) -> None:
        LabelFactory(user=user, song__owner=user, song__title="Private")
        song = SongFactory(title="Shared")
        LabelFactory(user=user, song=song, emotion="calm")
        LabelFactory(user=curator, song=song, emotion="sad")
        rows = taken(client, LABEL)
        assert {(row["title"], row["emotion"], row["user"]) for row in rows} == {
            ("Shared", "calm", "(listener)"),
            ("Shared", "sad", curator.username),
        }
        assert set(rows[0]) == {"song", "title", "artist", "emotion", "user"}

    def test_what_is_taken_along_can_be_brought_back(
        self, client: Client, curator: User, user: User, file: Callable
    ) -> None:
        label = LabelFactory(user=curator, emotion="sad")
        LabelFactory(user=user, song=label.song, emotion="calm")
        exported = client.get(reverse("admin:classifier_label_export")).content
        before = list(Label.objects.order_by("pk").values())
        assert "Left as they are: 2." in preview(client, LABEL, file(exported)).content.decode()
        bring(client, LABEL, file(exported))
        assert list(Label.objects.order_by("pk").values()) == before

    def test_wrong_rows_are_named(self, client: Client, user: User, file: Callable) -> None:
        shared, private = SongFactory(), SongFactory(owner=user)
        path = file(f"song,emotion\n{shared.pk},angry\n{private.pk},sad\nnonsense,sad\n")
        wrong = wrong_rows(client, LABEL, path)
        assert wrong[2] == "“angry” is none of sad, happy, energetic, calm."
        assert wrong[3] == f"No song of the catalogue has the key “{private.pk}”."
        assert wrong[4] == "No song of the catalogue has the key “nonsense”."
        assert not Label.objects.exists()


class TestPhrases:
    def test_a_file_adds_changes_and_switches_off(self, client: Client, file: Callable) -> None:
        built_in = PhraseFactory(key="bus", text="On the bus I felt like…", owner=None)
        ours = PhraseFactory(text="In the rain…", owner=None)
        path = file(
            f"id,text,theme,active\n{built_in.pk},{built_in.text},{built_in.theme},0\n"
            f"{ours.pk},In the drizzle…,weather,1\n,On the stairs…,home,1\n"
        )
        bring(client, PHRASE, path)
        said = set(Phrase.objects.values_list("text", "active", "owner"))
        assert said == {
            ("On the bus I felt like…", False, None),
            ("In the drizzle…", True, None),
            ("On the stairs…", True, None),
        }

    def test_a_text_that_comes_back_with_the_next_start_is_refused(
        self, client: Client, file: Callable
    ) -> None:
        built_in = PhraseFactory(key="bus", text="On the bus I felt like…", owner=None)
        wrong = wrong_rows(client, PHRASE, file(f"id,text\n{built_in.pk},By bus…\n"))
        assert "only “active” can be changed" in wrong[2]

    def test_a_word_that_is_neither_yes_nor_no_is_refused(
        self, client: Client, file: Callable
    ) -> None:
        path = file("text,active\nBy bus…,maybe\n")
        assert wrong_rows(client, PHRASE, path) == {2: "“maybe” is neither 1 nor 0."}

    def test_listeners_own_phrases_stay_theirs(self, client: Client, user: User) -> None:
        PhraseFactory(text="What Anna said…", owner=user)
        PhraseFactory(text="On the bus…", owner=None)
        assert [row["text"] for row in taken(client, PHRASE)] == ["On the bus…"]


@pytest.mark.parametrize("table", TABLES)
class TestWho:
    def test_both_are_offered_in_the_list(self, client: Client, table: str) -> None:
        page = client.get(reverse(f"admin:{table}_changelist")).content.decode()
        for verb in ("import", "export"):
            assert reverse(f"admin:{table}_{verb}") in page

    @pytest.mark.parametrize("allowed", [[], ["view"], ["view", "add"], ["view", "change"]])
    def test_import_takes_adding_and_changing_and_export_seeing(
        self, table: str, allowed: list[str], browser_of: Callable[[User], Client], file: Callable
    ) -> None:
        helper = UserFactory(is_staff=True)
        app, model = table.split("_")
        for verb in allowed:
            permission = Permission.objects.get(
                codename=f"{verb}_{model}", content_type__app_label=app
            )
            UserPermission.objects.create(user=helper, permission=permission)
        client = browser_of(helper)
        exported = client.get(reverse(f"admin:{table}_export")).status_code
        assert exported == (200 if "view" in allowed else 403)
        values = {"import_file_name": "x", "original_file_name": "x", "format": "0"}
        for verb in ("import", "process_import"):
            assert client.post(reverse(f"admin:{table}_{verb}"), values).status_code == 403
