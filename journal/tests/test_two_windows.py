"""Two windows on one card: nothing is lost, and nothing is done to what was not seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from classifier.models import Label, Song
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Entry
from journal.tests.factories import EntryFactory, PhraseFactory
from journal.tests.forms_of import forms_of
from spotify_auth.models import User

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
ELSEWHERE = "changed in another window"


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user)


def url(name: str, entry: Entry) -> str:
    return reverse(f"journal:{name}", args=[entry.pk])


class Window:
    """A page of a day that somebody left open: its forms name what it showed."""

    def __init__(self, client: Client, entry: Entry) -> None:
        self.client, self.entry = client, entry
        self.forms = forms_of(client.get(f"/journal/{entry.date}/").content.decode())
        if not entry.song_id:  # the picker, opened before anything happened elsewhere
            self.forms |= forms_of(client.get(url("picker", entry)).content.decode())

    def send(self, name: str, *, htmx: bool = True, **values: Any) -> HttpResponse:
        data = self.forms[url(name, self.entry)] | values
        headers = HTMX if htmx else {}
        return self.client.post(url(name, self.entry), data, headers=headers, follow=not htmx)

    def text(self, name: str, **values: Any) -> str:
        return self.send(name, **values).content.decode()


def answered(entry: Entry, **values: Any) -> Entry:
    entry.song = ClassificationFactory(**values).song
    entry.save()
    return entry


class TestEveryFormOfACard:
    def test_names_the_revision_that_was_seen(self, listener: Client, entry: Entry) -> None:
        Entry.objects.update(revision=7)
        for made in (entry, answered(entry), answered(entry, status="failed", emotion="")):
            made.refresh_from_db(fields=["revision"])
            page = listener.get(f"/journal/{entry.date}/").content.decode()
            picker = listener.get(url("picker", entry)).content.decode()
            forms = forms_of(page) | forms_of(picker)
            own = {path: form for path, form in forms.items() if path.startswith("/entries/")}
            own.pop(url("picker", entry))  # it only looks
            assert len(own) >= 3
            assert {form["revision"] for form in own.values()} == {str(made.revision)}

    def test_names_the_song_that_a_label_is_for(self, listener: Client, entry: Entry) -> None:
        song = answered(entry).song
        assert Window(listener, entry).forms[url("label", entry)]["song"] == str(song.pk)


class TestASongChosenElsewhere:
    @pytest.fixture
    def window(self, listener: Client, entry: Entry) -> Window:
        """A card with a failed song, which another window has changed since."""
        window = Window(listener, answered(entry, status="failed", emotion=""))
        Window(listener, entry).send("note", note="")  # double work changes nothing
        entry.refresh_from_db()
        other = SongFactory(title="Chosen elsewhere")
        listener.post(url("answer", entry), {"song": other.pk, "revision": entry.revision})
        return window

    @pytest.mark.parametrize("name", ["label", "retry", "clear", "note"])
    @pytest.mark.parametrize("htmx", [True, False])
    def test_is_shown_and_stays_as_it_is(self, window: Window, name: str, *, htmx: bool) -> None:
        other = Song.objects.get(title="Chosen elsewhere")
        before = list(other.classifications.values_list("pk", "status", "revision"))
        page = window.text(name, emotion="sad", note="new", htmx=htmx)
        assert ELSEWHERE in page
        assert "Chosen elsewhere" in page
        now = Entry.objects.get()
        assert (now.song, now.note, Label.objects.count()) == (other, "", 0)
        assert list(other.classifications.values_list("pk", "status", "revision")) == before

    def test_is_not_labelled_by_a_window_that_names_only_the_other_song(
        self, window: Window, entry: Entry
    ) -> None:
        entry.refresh_from_db()
        window.send("label", emotion="sad", revision=entry.revision)
        assert not Label.objects.exists()


def test_the_label_of_a_song_that_is_deleted_elsewhere_is_refused(
    listener: Client, entry: Entry, user: User
) -> None:
    window = Window(listener, answered(entry, song__owner=user))
    Song.objects.all().delete()
    assert ELSEWHERE in window.text("label", emotion="sad")
    now = Entry.objects.get()
    assert (now.song, now.answered_at, now.revision) == (None, None, 1)
    assert ELSEWHERE in window.text("note", note="to a song that is gone")


class TestALabelGivenElsewhere:
    @pytest.mark.parametrize(("first", "second"), [("sad", "calm"), ("sad", "")])
    def test_stays(self, listener: Client, entry: Entry, first: str, second: str) -> None:
        song = answered(entry).song
        Label.objects.create(song=song, user=entry.user, emotion="happy")
        window = Window(listener, entry)
        Window(listener, entry).send("label", emotion=first)
        page = window.text("label", emotion=second)
        assert ELSEWHERE in page
        assert Label.objects.get().emotion == first
        assert "sad" in page

    def test_stays_on_the_songs_page(self, listener: Client, entry: Entry) -> None:
        song = answered(entry).song
        path = reverse("journal:song", args=[song.pk])
        label = reverse("journal:song_label", args=[song.pk])
        seen = forms_of(listener.get(path).content.decode())[label]
        Window(listener, entry).send("label", emotion="sad")
        page = listener.post(label, seen | {"emotion": "calm"}, follow=True)
        assert "in another window" in page.content.decode()
        assert Label.objects.get().emotion == "sad"

    def test_the_same_twice_is_one(self, listener: Client, entry: Entry) -> None:
        window = Window(listener, answered(entry))
        for _ in range(2):
            assert ELSEWHERE not in window.text("label", emotion="sad")
        entry.refresh_from_db()
        assert (Label.objects.get().emotion, entry.emotion) == ("sad", "sad")

    def test_changed_and_taken_back_it_counts_as_the_model_says(
        self, listener: Client, entry: Entry
    ) -> None:
        answered(entry, emotion="calm")
        for emotion in ("sad", "happy", ""):
            Window(listener, entry).send("label", emotion=emotion)
            entry.refresh_from_db()
            assert entry.emotion == (emotion or "calm")
        assert not Label.objects.exists()


class TestANoteWrittenElsewhere:
    @pytest.fixture
    def window(self, listener: Client, entry: Entry) -> Window:
        window = Window(listener, entry)
        Window(listener, entry).send("note", note="Written first.")
        return window

    @pytest.mark.parametrize("htmx", [True, False])
    def test_both_are_shown_and_none_is_lost(self, window: Window, *, htmx: bool) -> None:
        page = window.text("note", note="Written second.", htmx=htmx)
        assert ELSEWHERE in page
        assert "Written first." in page
        assert forms_of(page)[url("note", window.entry)]["note"].strip() == "Written second."
        assert Entry.objects.get().note == "Written first."

    def test_nothing_more_is_sent_by_itself(self, window: Window) -> None:
        page = window.text("note", note="Written second.")
        assert "input changed" not in page

    def test_the_old_form_goes_on_being_refused(self, window: Window) -> None:
        response = window.send("note", note="Written second.")
        assert "HX-Trigger" not in response
        for typed in ("Written second. M", "Written second. More"):
            assert ELSEWHERE in window.text("note", note=typed)
        assert Entry.objects.get().note == "Written first."

    @pytest.mark.parametrize(
        ("keep", "note"),
        [
            ("mine", "Written second."),
            ("theirs", "Written first."),
            ("both", "Written first.\n\nWritten second."),
        ],
    )
    @pytest.mark.parametrize("htmx", [True, False])
    def test_the_person_chooses(self, window: Window, keep: str, note: str, *, htmx: bool) -> None:
        page = window.text("note", note="Written second.", htmx=htmx)
        window.forms = forms_of(page)
        page = window.text("note", keep=keep, htmx=htmx)
        assert ELSEWHERE not in page
        assert Entry.objects.get().note == note
        form = forms_of(page)[url("note", window.entry)]
        assert form["note"] == note
        assert form["revision"] == str(Entry.objects.get().revision)

    @pytest.mark.parametrize("keep", ["mine", "theirs", "both"])
    def test_a_third_version_is_shown_before_anything_is_kept(
        self, window: Window, listener: Client, keep: str
    ) -> None:
        window.forms = forms_of(window.text("note", note="Written second."))
        Window(listener, window.entry).send("note", note="Written third.")
        page = window.text("note", keep=keep)
        assert ELSEWHERE in page
        assert "Written third." in page
        assert "Written second." in page
        assert Entry.objects.get().note == "Written third."

    @pytest.mark.parametrize("htmx", [True, False])
    def test_two_that_are_too_long_together_both_stay(
        self, window: Window, listener: Client, *, htmx: bool
    ) -> None:
        Window(listener, window.entry).send("note", note="a" * 1500)
        window.forms = forms_of(window.text("note", note="b" * 1500, htmx=htmx))
        page = window.text("note", keep="both", htmx=htmx)
        assert "Both together are 1002 characters too long." in page
        assert "a" * 1500 in page
        assert "b" * 1500 in page
        assert Entry.objects.get().note == "a" * 1500


def test_a_note_that_is_too_long_comes_back_without_scripts(listener: Client, entry: Entry) -> None:
    page = Window(listener, entry).text("note", note="x" * 2001, htmx=False)
    assert "x" * 2001 in page
    assert "2000" in page


class TestTheWindowsOwnChanges:
    def test_are_told_to_its_other_forms(self, listener: Client, entry: Entry) -> None:
        response = Window(listener, entry).send("note", note="rain")
        assert response["HX-Trigger"] == (
            f'{{"card-changed": {{"entry": "{entry.pk}", "before": 0, "after": 1}}}}'
        )

    def test_are_not_told_when_another_window_changed_more(
        self, listener: Client, entry: Entry
    ) -> None:
        window = Window(listener, entry)
        Window(listener, entry).send("note", note="rain")
        Window(listener, entry).send("answer", song=SongFactory().pk)
        assert "HX-Trigger" not in window.send("note", note="rain")


class TestAnotherPhrase:
    def test_is_none_that_the_page_has_in_another_language(
        self, listener: Client, entry: Entry
    ) -> None:
        """Phrases are known by what they are, not by their words."""
        known = PhraseFactory(key="bus", text="Missing my bus by mere seconds, I felt like…")
        EntryFactory(journal=entry.journal, phrase=known, phrase_text="Der Bus war weg, und ich…")
        assert "no other phrase left" in Window(listener, entry).text("swap")

    def test_is_none_whose_words_are_there_without_it(
        self, listener: Client, entry: Entry, user: User
    ) -> None:
        """As after an import, or when the phrase was deleted and written again."""
        PhraseFactory(text="On the stairs…", owner=user)
        EntryFactory(journal=entry.journal, phrase=None, phrase_text="On the stairs…")
        assert "no other phrase left" in Window(listener, entry).text("swap")
