from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from classifier.models import Arc, Classification, Explanation, Label, Song
from classifier.tests.factories import ClassificationFactory, ExplanationFactory, SongFactory
from journal.tests.factories import EntryFactory
from spotify_auth.models import User


@pytest.fixture
def song(user: User) -> Song:
    return ClassificationFactory(emotion="happy", song__owner=user).song


class TestSongPage:
    def test_emotion_segments_and_uses_are_shown(
        self, listener: Client, user: User, song: Song
    ) -> None:
        entry = EntryFactory(journal__user=user, song=song)
        response = listener.get(reverse("journal:song", args=[song.pk]))
        assert response.context["reading"].emotion == "happy"
        assert len(response.context["reading"].segments) == 3
        assert list(response.context["entries"]) == [entry]
        assert entry.phrase_text in response.content.decode()

    def test_other_peoples_uses_of_a_catalogue_song_stay_theirs(
        self, listener: Client, stranger: User
    ) -> None:
        song = SongFactory()
        EntryFactory(journal__user=stranger, song=song)
        response = listener.get(reverse("journal:song", args=[song.pk]))
        assert list(response.context["entries"]) == []

    def test_a_page_for_a_song_without_any_answer(self, listener: Client) -> None:
        response = listener.get(reverse("journal:song", args=[SongFactory(audio="").pk]))
        assert response.context["reading"].state == "failed"
        assert response.context["can_play"] is False


class TestParts:
    """The parts of a song that were heard, in its own times, and a player that begins there."""

    def page_of(self, listener: Client, **values: object) -> tuple[str, str]:
        song = ClassificationFactory(**{"clip_source": "upload", "clip_start": 92.4} | values).song
        page = listener.get(reverse("journal:song", args=[song.pk])).content.decode()
        return " ".join(page.split()), reverse("journal:song_audio", args=[song.pk])

    def test_a_part_is_a_link_to_its_sound(self, listener: Client) -> None:
        page, audio = self.page_of(listener)
        for text, start in (("1:32 to 1:42", "92.4"), ("1:52 to 2:02", "112.4")):
            assert text in page
            assert f'href="{audio}#t={start}"' in page
        assert "Tap a part to play the song from there." in page
        assert "There is nothing to hear in the middle" not in page

    def test_the_link_has_a_dot_in_every_language(self, listener: Client) -> None:
        listener.cookies["django_language"] = "de"
        page, audio = self.page_of(listener)
        assert f'href="{audio}#t=92.4"' in page

    def test_there_is_no_link_without_sound(self, listener: Client) -> None:
        page, audio = self.page_of(listener, song__audio="")
        assert "1:32 to 1:42" in page
        assert audio not in page

    def test_another_part_than_the_middle_is_told(self, listener: Client) -> None:
        page, _audio = self.page_of(listener, is_middle=False)
        sentence = (
            "There is nothing to hear in the middle of this song, so the model heard 1:32 to 2:02."
        )
        assert sentence in page

    @pytest.mark.parametrize("values", [{"clip_start": None}, {"clip_source": "deezer"}])
    def test_times_of_a_clip_are_called_so(
        self, listener: Client, values: dict[str, object]
    ) -> None:
        page, audio = self.page_of(listener, **values)
        assert "0 to 10&nbsp;s" in page
        assert "Times count from the start of the clip." in page
        assert f"{audio}#t=" not in page

    def test_what_counted_has_the_songs_times_too(self, listener: Client) -> None:
        drawn = ExplanationFactory(
            classification__clip_source="upload", classification__clip_start=60.0
        )
        page = listener.get(reverse("journal:song", args=[drawn.classification.song_id]))
        text = " ".join(page.content.decode().split())
        assert "1:10 to 1:20: <b>50&nbsp;%</b> of the evidence" in text
        assert "lies between 1:10 and 1:20." in text
        assert "1:14 to 1:15, 820 to 1260" in text


class TestSongAudio:
    def test_the_sound_is_sent(self, listener: Client, song: Song) -> None:
        response = listener.get(reverse("journal:song_audio", args=[song.pk]))
        assert response.getvalue() == b"not really audio"
        assert response["Content-Type"] == "audio/mpeg"

    def test_a_player_can_seek(self, listener: Client, song: Song) -> None:
        response = listener.get(
            reverse("journal:song_audio", args=[song.pk]), headers={"Range": "bytes=4-9"}
        )
        assert response.status_code == 206
        assert response.getvalue() == b"really"

    def test_not_found_when_the_file_is_gone(self, listener: Client, song: Song) -> None:
        song.audio.storage.delete(song.audio.name)
        assert listener.get(reverse("journal:song_audio", args=[song.pk])).status_code == 404


def test_the_label_is_kept_and_the_page_shown_again(listener: Client, song: Song) -> None:
    response = listener.post(
        reverse("journal:song_label", args=[song.pk]), {"emotion": "calm"}, follow=True
    )
    assert Label.objects.get().emotion == "calm"
    assert response.context["reading"].emotion == "calm"


def test_a_failed_song_is_queued_again(listener: Client) -> None:
    row = ClassificationFactory(status="failed", emotion="")
    listener.post(reverse("journal:song_retry", args=[row.song.pk]))
    row.refresh_from_db()
    assert row.status == Classification.Status.QUEUED


@pytest.mark.parametrize(
    ("source", "words"),
    [("upload", "in your file"), ("deezer", "clip from Deezer"), ("itunes", "courtesy of iTunes")],
)
def test_where_the_sound_came_from_is_said(
    source: str, words: str, listener: Client, song: Song
) -> None:
    song.classifications.update(clip_source=source)
    page = listener.get(reverse("journal:song", args=[song.pk])).content.decode()
    assert words in page


class TestWhy:
    def test_it_can_be_asked_for(self, listener: Client, song: Song) -> None:
        page = listener.get(reverse("journal:song", args=[song.pk])).content.decode()
        assert "Show what counted" in page
        url = reverse("journal:song_why", args=[song.pk])
        assert listener.post(url).url == f"/songs/{song.pk}/#why"
        assert Explanation.objects.get().classification.song == song
        fragment = listener.get(url, headers={"HX-Request": "true"}).content.decode()
        assert "data-poll" in fragment

    def test_the_picture_comes_with_its_words(self, listener: Client, song: Song) -> None:
        ExplanationFactory(classification=song.classifications.get())
        page = listener.get(reverse("journal:song", args=[song.pk]))
        assert page.context["why"]["state"] == "done"
        assert page.context["why"]["sentence"] == (
            "Most of the evidence for happy, 50\xa0%, lies between 10 and 20\xa0s."
        )
        assert "14 to 15\xa0s, 820 to 1260\xa0Hz" in page.content.decode()
        picture = listener.get(reverse("journal:song_picture", args=[song.pk]))
        assert picture.getvalue().startswith(b"\x89PNG")

    def test_a_picture_that_is_not_finished_is_not_sent(self, listener: Client, song: Song) -> None:
        ExplanationFactory(classification=song.classifications.get(), status="running")
        assert listener.get(reverse("journal:song_picture", args=[song.pk])).status_code == 404

    def test_a_failure_is_told_and_may_be_tried_again(self, listener: Client, song: Song) -> None:
        answer = song.classifications.get()
        ExplanationFactory(classification=answer, status="failed", picture="", error="Gone.")
        page = listener.get(reverse("journal:song", args=[song.pk])).content.decode()
        assert "Gone." in page
        assert "Show what counted" in page
        assert listener.get(reverse("journal:song_picture", args=[song.pk])).status_code == 404

    def test_nothing_is_offered_where_nothing_was_heard(self, listener: Client, user: User) -> None:
        song = ClassificationFactory(song__owner=user, input="features").song
        page = listener.get(reverse("journal:song", args=[song.pk]))
        assert page.context["why"] is None
        listener.post(reverse("journal:song_why", args=[song.pk]))
        assert Explanation.objects.count() == 0


class TestFinerWords:
    def page(self, listener: Client, song: Song) -> str:
        page = listener.get(reverse("journal:song", args=[song.pk])).content.decode()
        return " ".join(page.split())

    def say(self, listener: Client, song: Song, **values: str) -> Label | None:
        listener.post(reverse("journal:song_label", args=[song.pk]), values)
        return Label.objects.filter(song=song).first()

    def test_the_point_its_certainty_and_words_are_shown(
        self, listener: Client, song: Song
    ) -> None:
        text = self.page(listener, song)
        # 0.7 happy, 0.1 of each other: 0.8 of either side
        assert "80 % sure: more pleasant than unpleasant" in text
        assert "80 % sure: more lively than quiet" in text
        assert 'class="plane-point" cx="60" cy="-60"' in text
        assert ">festive</a>" in text
        assert "word=festive" in text

    def test_a_chosen_word_says_the_emotion_too(self, listener: Client, song: Song) -> None:
        label = self.say(listener, song, word="tender", said="")
        assert label is not None
        assert (label.emotion, label.word) == ("calm", "tender")
        assert "This is your word" in self.page(listener, song)

    def test_it_stays_until_it_is_taken_back_or_the_emotion_changes(
        self, listener: Client, song: Song
    ) -> None:
        self.say(listener, song, word="tender", said="")
        again = self.say(listener, song, emotion="calm", said="calm")
        assert again is not None
        assert again.word == "tender"
        without = self.say(listener, song, emotion="calm", word="", said="calm")
        assert without is not None
        assert (without.emotion, without.word) == ("calm", "")
        self.say(listener, song, word="mellow", said="calm")
        other = self.say(listener, song, emotion="sad", said="calm")
        assert other is not None
        assert (other.emotion, other.word) == ("sad", "")
        assert self.say(listener, song, emotion="", said="sad") is None

    def test_what_is_no_word_is_not_kept(self, listener: Client, song: Song) -> None:
        assert self.say(listener, song, word="loud", said="") is None

    def test_a_word_on_an_old_page_does_not_overwrite(self, listener: Client, song: Song) -> None:
        self.say(listener, song, emotion="sad", said="")
        label = self.say(listener, song, word="tender", said="")
        assert label is not None
        assert (label.emotion, label.word) == ("sad", "")

    def test_nothing_to_choose_while_it_is_heard(self, listener: Client) -> None:
        row = ClassificationFactory(status="queued", emotion="")
        assert 'id="finer"' not in self.page(listener, row.song)

    def test_a_song_that_only_the_listener_described_has_no_plane(self, listener: Client) -> None:
        song = SongFactory()
        self.say(listener, song, word="tender", said="")
        text = self.page(listener, song)
        assert 'id="finer"' in text
        assert "plane-point" not in text


class TestWholeSong:
    def url(self, song: Song) -> str:
        return reverse("journal:song_whole", args=[song.pk])

    def text(self, listener: Client, song: Song) -> str:
        return " ".join(listener.get(f"/songs/{song.pk}/").content.decode().split())

    def test_it_is_heard_only_when_asked_for(self, listener: Client, song: Song) -> None:
        assert "Hear the whole song" in self.text(listener, song)
        assert not Arc.objects.exists()
        response = listener.post(self.url(song))
        assert response["Location"].endswith(f"/songs/{song.pk}/#whole")
        assert Arc.objects.get().song == song
        assert "you can leave this page" in self.text(listener, song)

    def test_its_lines_and_turns_are_drawn(self, listener: Client, song: Song) -> None:
        quiet = {"sad": 0.1, "happy": 0.1, "energetic": 0.0, "calm": 0.8}
        loud = {"sad": 0.0, "happy": 0.8, "energetic": 0.1, "calm": 0.1}
        segments = [
            {"start": 10.0 * n, "end": 10.0 * (n + 1), "probabilities": quiet if n < 6 else loud}
            for n in range(12)
        ]
        Arc.objects.create(song=song, status="done", segments=segments)
        text = self.text(listener, song)
        assert 'class="arc-arousal" points="0,180 50,180' in text
        audio = reverse("journal:song_audio", args=[song.pk])
        assert f'href="{audio}#t=60" data-play>Lifts at 1:00</a>' in text

    def test_a_failure_is_told_and_can_be_tried_again(self, listener: Client, song: Song) -> None:
        Arc.objects.create(song=song, status="failed", error="It broke.")
        page = listener.get(self.url(song), headers={"HX-Request": "true"}).content.decode()
        assert "It broke." in page
        assert "Hear the whole song" in page

    def test_only_of_ones_own_files(self, listener: Client, stranger: User) -> None:
        others = ClassificationFactory(song__owner=stranger).song
        shared = ClassificationFactory().song
        for song in (others, shared):
            assert listener.post(self.url(song)).status_code == 404
        assert "Hear the whole song" not in self.text(listener, shared)
        assert not Arc.objects.exists()
