"""What is kept beside each answer is what `effective_in` says of its song, whatever happened."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from classifier.emotions import effective
from classifier.emotions.effective import effective_in
from classifier.models import Classification, EmotionRule, Label, Song
from classifier.queue import backlog
from classifier.queue import rows as queue
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal import services
from journal.emotions import renewing
from journal.models import Entry
from journal.tests.factories import EntryFactory, JournalFactory
from journify.models import uuid_of
from journify.operations import housekeeping
from ml.labels import EMOTIONS
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

NAMES = [emotion.value for emotion in EMOTIONS]


def assert_kept() -> None:
    """Compare every entry with what is said of its song now."""
    for user in User.objects.all():
        entries = Entry.objects.of(user)
        used = entries.filter(song__isnull=False).order_by().values("song")
        said = {uuid_of(key): each.emotion for key, each in effective_in(user, used).items()}
        for song, emotion in entries.values_list("song", "emotion"):
            assert emotion == said.get(song, ""), f"{user}: {song}"


def is_renewed() -> bool:
    """Whether all entries count by this machine's models, in their order."""
    digest = effective.digest_of(django_settings.CLASSIFIER_MODELS)
    rules = EmotionRule.objects.filter(digest=digest, recounted_at__isnull=False)
    return rules.filter(pk=effective.THE_RULE).exists()


def emotion_of(entry: Entry) -> str:
    entry.refresh_from_db()
    return entry.emotion


@pytest.fixture
def entry(user: User) -> Entry:
    """An answer with a song that the main model calls calm."""
    return EntryFactory(journal__user=user, song=ClassificationFactory().song)


@pytest.fixture
def theirs(entry: Entry, stranger: User) -> Entry:
    """Somebody else's answer with the same song."""
    return EntryFactory(journal__user=stranger, song=entry.song)


def row_of(entry: Entry) -> Classification:
    assert entry.song is not None
    return entry.song.classifications.get()


def hear(row: Classification, emotion: str, certainty: float = 0.9) -> None:
    """Claim a row and answer it, as a worker does."""
    claimed = queue.claim_classification(row.pk, worker="w")
    assert claimed is not None
    assert queue.settle_classification(claimed, status="done", emotion=emotion, certainty=certainty)


def test_an_answer_carries_what_its_song_does(user: User) -> None:
    journal = JournalFactory(user=user)
    entry = EntryFactory(journal=journal)
    assert entry.emotion == ""
    services.answer_entry(entry, ClassificationFactory(emotion="sad").song)
    assert entry.emotion == emotion_of(entry) == "sad"
    services.answer_entry(entry, SongFactory())
    assert entry.emotion == emotion_of(entry) == ""
    services.answer_entry(entry, ClassificationFactory(emotion="happy").song)
    services.clear_entry(entry)
    assert entry.emotion == emotion_of(entry) == ""


def test_a_worker_that_answers_is_heard_by_everybody(entry: Entry, theirs: Entry) -> None:
    queue.requeue(row_of(entry))
    assert emotion_of(entry) == emotion_of(theirs) == "calm"
    hear(row_of(entry), "energetic")
    assert emotion_of(entry) == emotion_of(theirs) == "energetic"


def test_an_answer_that_no_model_is_sure_of_counts_as_that(entry: Entry) -> None:
    queue.requeue(row_of(entry))
    hear(row_of(entry), "energetic", certainty=0.3)
    assert emotion_of(entry) == "unsure"


@pytest.mark.parametrize("end", ["fail", "drop"])
def test_an_earlier_answer_stands_where_another_try_comes_to_nothing(
    entry: Entry, end: str
) -> None:
    queue.requeue(row_of(entry))
    if end == "drop":
        backlog.drop_rows([row_of(entry)])
    else:
        claimed = queue.claim_classification(row_of(entry).pk, worker="w")
        assert claimed is not None
        queue.fail_classification(claimed, "No.", reason="no")
    assert emotion_of(entry) == "calm"


def test_a_label_counts_for_who_set_it(entry: Entry, theirs: Entry, stranger: User) -> None:
    assert theirs.song is not None
    services.set_label(stranger, theirs.song, "sad")
    assert (emotion_of(entry), emotion_of(theirs)) == ("calm", "sad")
    services.set_label(stranger, theirs.song, "happy")
    assert (emotion_of(entry), emotion_of(theirs)) == ("calm", "happy")
    queue.requeue(row_of(entry))
    hear(row_of(entry), "energetic")
    assert (emotion_of(entry), emotion_of(theirs)) == ("energetic", "happy")
    services.set_label(stranger, theirs.song, "")
    assert (emotion_of(entry), emotion_of(theirs)) == ("energetic", "energetic")


def test_what_is_deleted_says_nothing_any_more(entry: Entry, theirs: Entry, user: User) -> None:
    LabelFactory(song=entry.song, user=user, emotion="sad")
    row_of(entry).delete()
    assert (emotion_of(entry), emotion_of(theirs)) == ("sad", "")
    ClassificationFactory(song=entry.song, emotion="happy")
    Label.objects.filter(user=user).delete()
    assert (emotion_of(entry), emotion_of(theirs)) == ("happy", "happy")
    Classification.objects.filter(song=entry.song).delete()
    assert (emotion_of(entry), emotion_of(theirs)) == ("", "")


@pytest.mark.parametrize("how", ["row", "rows"])
def test_the_end_of_a_song_leaves_an_entry_that_carries_nothing(
    entry: Entry, theirs: Entry, user: User, how: str
) -> None:
    LabelFactory(song=entry.song, user=user, emotion="sad")
    assert entry.song is not None
    entry.song.delete() if how == "row" else Song.objects.filter(pk=entry.song.pk).delete()
    for each in (entry, theirs):
        each.refresh_from_db()
        assert (each.song_id, each.emotion) == (None, "")


def test_a_curator_s_hand_counts(entry: Entry, curator: User, client: Client) -> None:
    client.force_login(curator)
    own = EntryFactory(journal__user=curator, song=entry.song)
    row, song = row_of(entry), entry.song
    assert song is not None
    address = reverse("admin:classifier_song_label", args=[song.pk])
    client.post(address, {f"label-{song.pk}": "energetic"})
    assert (emotion_of(entry), emotion_of(own)) == ("calm", "energetic")
    client.post(address, {f"label-{song.pk}": ""})
    assert emotion_of(own) == "calm"
    lists = {"song": song.pk, "classification": row.pk}
    for name, action in (("song", "reclassify"), ("classification", "requeue")):
        hear_again = {"action": action, "_selected_action": [str(lists[name])]}
        client.post(reverse(f"admin:classifier_{name}_changelist"), hear_again)
        assert emotion_of(entry) != ""
        hear(row_of(entry), "happy")
        assert emotion_of(entry) == "happy"
    gone = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    client.post(reverse("admin:classifier_classification_changelist"), gone)
    assert emotion_of(entry) == emotion_of(own) == ""


def test_a_label_or_an_answer_stays_with_its_song_and_its_person(
    entry: Entry, curator: User, client: Client
) -> None:
    """Whose it was before would not be told."""
    client.force_login(curator)
    label = LabelFactory(song=entry.song, user=entry.user, emotion="sad")
    moved = {"song": SongFactory().pk, "user": curator.pk, "emotion": "happy"}
    client.post(reverse("admin:classifier_label_change", args=[label.pk]), moved)
    label.refresh_from_db()
    assert (label.song, label.user, label.emotion) == (entry.song, entry.user, "happy")
    assert emotion_of(entry) == "happy"
    row = row_of(entry)
    page = client.get(reverse("admin:classifier_classification_change", args=[row.pk]))
    assert "song" not in page.context["adminform"].form.fields


def test_another_order_of_models_counts_after_everything_is_renewed(
    entry: Entry, settings: SettingsWrapper
) -> None:
    ClassificationFactory(song=entry.song, model="other", emotion="sad")
    assert emotion_of(entry) == "calm"
    settings.CLASSIFIER_MODELS = ["other", *settings.CLASSIFIER_MODELS]
    renewing.renew_all()
    assert emotion_of(entry) == "sad"
    assert_kept()


def test_everything_can_be_renewed(
    entry: Entry, theirs: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "AT_ONCE", 2)
    LabelFactory(song=entry.song, user=entry.user, emotion="sad")
    for emotion in NAMES:
        EntryFactory(journal=entry.journal, song=ClassificationFactory(emotion=emotion).song)
    EntryFactory(journal=entry.journal)
    before = dict(Entry.objects.values_list("pk", "emotion"))
    Entry.objects.update(emotion="happy")
    for count in (6, 0):
        out = StringIO()
        call_command("renew_emotions", stdout=out)
        assert out.getvalue() == f"{count} answers renewed.\n"
        assert dict(Entry.objects.values_list("pk", "emotion")) == before


def test_everything_is_renewed_where_needed_only(entry: Entry, settings: SettingsWrapper) -> None:
    def renew() -> str:
        out = StringIO()
        Entry.objects.update(emotion="happy")
        call_command("renew_emotions", "--if-needed", stdout=out)
        return out.getvalue()

    assert renew() == "1 answers renewed.\n"
    assert renew() == "0 answers renewed.\n"
    assert emotion_of(entry) == "happy"
    settings.CLASSIFIER_MODELS = [*reversed(settings.CLASSIFIER_MODELS)]
    assert not is_renewed()
    assert renew() == "1 answers renewed.\n"
    assert is_renewed()


def test_a_recount_that_was_cut_off_goes_on_where_it_was(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "AT_ONCE", 2)
    for _ in range(4):
        EntryFactory(journal=entry.journal, song=ClassificationFactory().song)
    EntryFactory(journal=entry.journal)
    Entry.objects.update(emotion="happy")
    renewing.begin_counting()
    assert renewing.recount_next() == 2
    assert not is_renewed()
    assert Entry.objects.filter(emotion="calm").count() == 2
    # what was done is not done once more
    Entry.objects.filter(emotion="calm").update(emotion="sad")
    assert renewing.renew_all() == 4
    assert is_renewed()
    assert renewing.recount_next() is None
    assert sorted(Entry.objects.values_list("emotion", flat=True)) == [
        *("", "calm", "calm", "calm", "sad", "sad"),
    ]


def test_a_start_only_begins_and_workers_recount(
    entry: Entry, listener: Client, settings: SettingsWrapper
) -> None:
    renewing.renew_all()
    Entry.objects.update(emotion="happy")
    settings.CLASSIFIER_MODELS = [*reversed(settings.CLASSIFIER_MODELS)]
    call_command("renew_emotions", "--begin")
    assert emotion_of(entry) == "happy"
    for name in ("journal:stats", "journal:history"):
        assert "are being counted again" in listener.get(reverse(name)).content.decode()
    for chore in housekeeping.due():
        if chore == renewing.recount_some:
            chore()
    assert emotion_of(entry) == "calm"
    assert is_renewed()
    cache.clear()  # pages ask once in some seconds
    assert "are being counted again" not in listener.get(reverse("journal:stats")).content.decode()


def test_two_machines_share_one_recount(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewing, "AT_ONCE", 1)
    for _ in range(3):
        EntryFactory(journal=entry.journal, song=ClassificationFactory().song)
    Entry.objects.update(emotion="happy")
    renewing.begin_counting()
    renew, others = renewing.renew, [renewing.recount_next]

    def overtaken(songs: list[uuid.UUID], **how: object) -> int:
        if others:
            others.pop()()
        return renew(songs, **how)

    monkeypatch.setattr(renewing, "renew", overtaken)
    renewing.renew_all()
    assert is_renewed()
    assert set(Entry.objects.values_list("emotion", flat=True)) == {"calm"}


class TestMachinesThatAskOtherModels:
    """Whoever begins last decides for all; nothing is ever left that the other one counted."""

    OURS, THEIRS = ["resnet18_bilstm", "ann"], ["ann", "resnet18_bilstm"]

    @pytest.fixture(autouse=True)
    def _two_answers(self, entry: Entry) -> None:
        ClassificationFactory(song=entry.song, model="ann", emotion="sad")

    def test_the_one_that_begins_last_decides(
        self, entry: Entry, settings: SettingsWrapper
    ) -> None:
        for models, emotion in ((self.OURS, "calm"), (self.THEIRS, "sad"), (self.OURS, "calm")):
            settings.CLASSIFIER_MODELS = models
            renewing.renew_all()
            assert emotion_of(entry) == emotion

    def test_the_other_one_writes_by_its_order_too(
        self, entry: Entry, theirs: Entry, settings: SettingsWrapper
    ) -> None:
        settings.CLASSIFIER_MODELS = self.THEIRS
        renewing.renew_all()
        settings.CLASSIFIER_MODELS = self.OURS
        ClassificationFactory(song=entry.song, model="ann", version="2", emotion="happy")
        assert emotion_of(entry) == emotion_of(theirs) == "happy"
        services.clear_entry(entry)
        assert theirs.song is not None
        services.answer_entry(entry, theirs.song)
        assert emotion_of(entry) == "happy"
        assert_kept()

    def test_a_change_between_reading_and_writing_is_not_overwritten(
        self, entry: Entry, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.CLASSIFIER_MODELS = self.OURS
        renewing.renew_all()
        read, others = renewing.heard_in, [self.THEIRS]

        def interrupted(songs: list[uuid.UUID], **how: object) -> object:
            found = read(songs, **how)
            if others:
                settings.CLASSIFIER_MODELS = others.pop()
                effective.adopt_order()
                Entry.objects.update(emotion="sad")  # as the other machine writes
                settings.CLASSIFIER_MODELS = self.OURS
            return found

        monkeypatch.setattr(renewing, "heard_in", interrupted)
        assert entry.song is not None
        renewing.renew([entry.song.pk])
        assert emotion_of(entry) == "sad"

    def test_a_recount_that_another_machine_began_is_gone_on_with(
        self, entry: Entry, settings: SettingsWrapper
    ) -> None:
        settings.CLASSIFIER_MODELS = self.THEIRS
        renewing.begin_counting()
        settings.CLASSIFIER_MODELS = self.OURS
        assert renewing.is_recounting()
        while renewing.recount_next() is not None:
            pass
        assert not renewing.is_recounting()
        assert not is_renewed()
        assert EmotionRule.objects.get().model_order == self.THEIRS
        assert emotion_of(entry) == "sad"

    def test_another_version_of_the_rule_is_left_to_who_knows_it(self, entry: Entry) -> None:
        renewing.begin_counting()
        EmotionRule.objects.update(digest="of a later version")
        Entry.objects.update(emotion="happy")
        assert renewing.recount_next() is None
        assert renewing.is_recounting()
        assert emotion_of(entry) == "happy"


def test_who_writes_last_has_read_last(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another answer that comes between reading what counts and writing it is not lost."""
    assert entry.song is not None
    read, others = renewing.heard_in, ["happy", "sad"]

    def interrupted(songs: list[object], **how: object) -> object:
        found = read(songs, **how)
        if others:
            Classification.objects.filter(song=entry.song).update(emotion=others.pop())
        return found

    Classification.objects.filter(song=entry.song).update(emotion="energetic")
    monkeypatch.setattr(renewing, "heard_in", interrupted)
    renewing.renew([entry.song.pk])
    assert emotion_of(entry) == "happy"
    assert_kept()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_in_whatever_order(user: User, stranger: User, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- dice, not secrets
    users = [user, stranger]
    for person in users:
        for day in (1, 2):
            journal = JournalFactory(user=person, date=dt.date(2026, 11, day))
            for _ in range(3):
                EntryFactory(journal=journal)
    songs = [SongFactory() for _ in range(3)] + [SongFactory(owner=user)]
    walk = Walk(dice, users, songs)
    for _ in range(60):
        dice.choice(walk.steps)()
        assert_kept()


class Walk:
    """What may happen to answers, songs, and what is said of them."""

    def __init__(self, dice: random.Random, users: list[User], songs: list[Song]) -> None:
        self.dice, self.users, self.songs = dice, users, songs
        often = [self.answer, self.answer, self.hear, self.hear, self.label]
        rare = [self.clear, self.unlabel, self.requeue, self.other_model, self.forget]
        self.steps = [*often, *rare, self.drop, self.correct, self.delete_song, self.new_song]

    def entry(self) -> Entry:
        return self.dice.choice(list(Entry.objects.order_by("pk")))

    def song(self) -> Song:
        return self.dice.choice(self.songs)

    def emotion(self) -> str:
        return self.dice.choice(NAMES)

    def row(self, **values: object) -> Classification | None:
        rows = list(Classification.objects.filter(**values).order_by("queued_at", "pk"))
        return self.dice.choice(rows) if rows else None

    def answer(self) -> None:
        services.answer_entry(self.entry(), self.song())

    def clear(self) -> None:
        services.clear_entry(self.entry())

    def label(self) -> None:
        services.set_label(self.dice.choice(self.users), self.song(), self.emotion())

    def unlabel(self) -> None:
        services.set_label(self.dice.choice(self.users), self.song(), "")

    def hear(self) -> None:
        if row := self.row(status="queued"):
            hear(row, self.emotion(), self.dice.choice([0.3, 0.9]))

    def requeue(self) -> None:
        if row := self.row():
            queue.requeue(row)

    def drop(self) -> None:
        if row := self.row(status="queued"):
            backlog.drop_rows([row])

    def other_model(self) -> None:
        values = {"status": "done", "emotion": self.emotion(), "certainty": 0.9}
        Classification.objects.update_or_create(
            song=self.song(), model="other", version="1", defaults=values
        )

    def correct(self) -> None:
        if row := self.row(status="done"):
            row.emotion = self.emotion()
            row.save()

    def forget(self) -> None:
        if row := self.row():
            row.delete()

    def delete_song(self) -> None:
        self.songs.pop(self.dice.randrange(len(self.songs))).delete()
        self.new_song()

    def new_song(self) -> None:
        self.songs.append(SongFactory())
