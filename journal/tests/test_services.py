from __future__ import annotations

import pytest

from classifier.models import Classification, Label
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal import services
from journal.tests.factories import EntryFactory
from journify.background import transport
from journify.background.jobs import lane_of
from spotify_auth.models import User


class TestAnswerEntry:
    def test_a_classification_waits_when_a_song_answers(self, user: User) -> None:
        entry, song = EntryFactory(journal__user=user), SongFactory()
        services.answer_entry(entry, song)
        assert entry.song == song
        assert entry.answered_at is not None
        assert song.classifications.get().status == Classification.Status.QUEUED

    def test_a_worker_is_woken_after_the_commit(
        self, user: User, django_capture_on_commit_callbacks
    ) -> None:
        entry, song = EntryFactory(journal__user=user), SongFactory()
        with django_capture_on_commit_callbacks() as callbacks:
            services.answer_entry(entry, song)
        assert transport.wake_workers in callbacks
        assert song.classifications.get().lane == lane_of(user.pk)

    def test_an_answer_that_is_known_is_not_asked_for_again(self, user: User) -> None:
        known = ClassificationFactory()
        services.answer_entry(EntryFactory(journal__user=user), known.song)
        known.refresh_from_db()
        assert known.status == Classification.Status.DONE

    def test_nothing_is_written_when_the_card_changed_elsewhere(self, user: User) -> None:
        entry = EntryFactory(journal__user=user)
        seen = entry.revision
        services.write_note(entry, "from the other tab", revision=seen)
        with pytest.raises(services.StaleEntryError):
            services.answer_entry(entry, SongFactory(), revision=seen)
        entry.refresh_from_db()
        assert (entry.song, entry.note) == (None, "from the other tab")
        assert Classification.objects.count() == 0


def test_phrase_and_note_stay_when_the_song_is_taken_off(user: User) -> None:
    entry = EntryFactory(journal__user=user, song=SongFactory(), note="so it was")
    services.clear_entry(entry)
    assert (entry.song, entry.answered_at, entry.note) == (None, None, "so it was")


def test_a_failed_song_is_queued_again_when_retried(user: User) -> None:
    row = ClassificationFactory(status=Classification.Status.FAILED, emotion="", error="silent")
    services.retry_song(user, row.song)
    row.refresh_from_db()
    assert (row.status, row.error) == (Classification.Status.QUEUED, "")


class TestSetLabel:
    def test_the_label_is_changed_when_there_is_one(self, user: User) -> None:
        label = LabelFactory(user=user, emotion="sad")
        services.set_label(user, label.song, "happy")
        label.refresh_from_db()
        assert label.emotion == "happy"

    def test_only_the_own_label_goes_when_taken_back(self, user: User, stranger: User) -> None:
        song = SongFactory()
        LabelFactory(user=user, song=song)
        theirs = LabelFactory(user=stranger, song=song)
        services.set_label(user, song, "")
        assert list(Label.objects.all()) == [theirs]
