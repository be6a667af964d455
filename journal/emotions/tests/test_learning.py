"""What labels teach counts for their listener everywhere, and for nobody else."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from classifier.emotions import personal
from classifier.emotions.effective import effective_in, effective_of
from classifier.emotions.readings import read
from classifier.models import Classification, EmotionRule, Label, PersonalLayer, Song
from classifier.queue import rows as queue
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal import services
from journal.emotions import learning, renewing
from journal.emotions.tests.test_renewing import assert_kept
from journal.listening.models import ListenedSong
from journal.models import Entry
from journal.songs.learnt import question_for
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User

pytestmark = pytest.mark.django_db

# a little happier than energetic, so that a small shift turns it
TORN = {"sad": 0.05, "happy": 0.5, "energetic": 0.4, "calm": 0.05}
SURE = {"sad": 0.05, "happy": 0.85, "energetic": 0.05, "calm": 0.05}


def heard_as(probabilities: dict[str, float]) -> Song:
    emotion = max(probabilities, key=probabilities.__getitem__)
    return ClassificationFactory(
        emotion=emotion, certainty=probabilities[emotion], probabilities=probabilities
    ).song


def answered(user: User, songs: list[Song], *, day: int = 1) -> list[Entry]:
    journal = JournalFactory(user=user, date=dt.date(2026, 11, day))
    return [EntryFactory(journal=journal, song=song, emotion="happy") for song in songs]


def teach(user: User, count: int, emotion: str = "energetic") -> Counter[str]:
    """Label some songs of one kind otherwise than the model hears them."""
    learnt: Counter[str] = Counter()
    for _ in range(count):
        learnt = services.set_label(user, heard_as(SURE), emotion)
    return learnt


def emotions_of(user: User) -> set[str]:
    return set(Entry.objects.of(user).values_list("emotion", flat=True))


def test_what_was_taught_is_learnt_anew_by_another_rule(user: User, stranger: User) -> None:
    teach(user, 12)
    PersonalLayer.objects.update_or_create(user=stranger)  # taught nothing
    layer = PersonalLayer.objects.get(user=user)
    renewing.begin_counting()
    assert learning.learn_some() == 1  # the first start knows no rule
    renewing.begin_counting()
    assert learning.learn_some() == 0
    PersonalLayer.objects.update(arousal=9.0)  # as another version of us learnt it
    EmotionRule.objects.update(digest="of another version")
    renewing.begin_counting()
    assert learning.learn_some() == 1
    assert PersonalLayer.objects.get(user=user).arousal == layer.arousal


def test_other_songs_sound_different_after_labels(user: User, stranger: User) -> None:
    songs = [heard_as(TORN) for _ in range(3)]
    answered(user, songs)
    answered(stranger, songs)
    counts: list[dict[str, int]] = [dict(teach(user, 1)) for _ in range(8)]
    assert {"energetic": 3} in counts
    assert emotions_of(user) == {"energetic"}
    assert emotions_of(stranger) == {"happy"}
    assert_kept()


def test_the_forms_of_the_rule_agree_with_a_layer(user: User) -> None:
    answered(user, [heard_as(TORN), heard_as(SURE)])
    LabelFactory(song=heard_as(TORN), user=user, emotion="calm")
    teach(user, 8)
    layer = PersonalLayer.objects.get(user=user).layer
    assert layer.changes_anything
    many = effective_in(user, Song.objects.values("pk"))
    songs = list(Song.objects.with_readings(user))
    for song in songs:
        label = next((label.emotion for label in song.own_labels), "")
        rows = list(song.classifications.all())
        one = effective_of(rows, label=label, layer=layer)
        assert (read(song).emotion or "unsure") == one.emotion
        assert one.emotion in {verdict.emotion for verdict in many.values()}
    assert len(many) == len(songs)


def test_the_page_of_a_song_keeps_what_the_model_says(user: User, client: Client) -> None:
    song = heard_as(TORN)
    answered(user, [song])
    [plain] = Song.objects.filter(pk=song.pk).with_readings(user)
    assert read(plain).without_layer is None
    teach(user, 8)
    [taught] = Song.objects.filter(pk=song.pk).with_readings(user)
    reading = read(taught)
    alone = reading.without_layer
    assert (reading.emotion, alone and alone.name) == ("energetic", "happy")
    assert sum(bar.probability for bar in reading.bars) == pytest.approx(1.0)
    client.force_login(user)
    page = client.get(f"/songs/{song.pk}/").content.decode()
    assert "the model says happy (50" in page


def test_a_label_weighs_more_than_a_layer(user: User) -> None:
    song = heard_as(TORN)
    [entry] = answered(user, [song])
    services.set_label(user, song, "calm")
    teach(user, 8)
    entry.refresh_from_db()
    assert entry.emotion == "calm"


def test_switched_off_it_changes_nothing_until_it_is_on_again(user: User) -> None:
    answered(user, [heard_as(TORN)])
    teach(user, 8)
    learning.switch(user.pk, is_on=False)
    assert emotions_of(user) == {"happy"}
    teach(user, 1)
    assert emotions_of(user) == {"happy"}
    learning.switch(user.pk, is_on=True)
    assert emotions_of(user) == {"energetic"}
    assert_kept()


def test_forgotten_labels_teach_nothing_any_more(user: User) -> None:
    answered(user, [heard_as(TORN)])
    teach(user, 8)
    learning.forget_learnt(user.pk)
    assert emotions_of(user) == {"happy"}
    assert Label.objects.count() == 8
    teach(user, 1)
    assert PersonalLayer.objects.get(user=user).labels == 1
    assert_kept()


def test_a_label_taken_back_teaches_nothing(user: User) -> None:
    song = heard_as(SURE)
    services.set_label(user, song, "energetic")
    services.set_label(user, song, "")
    row = PersonalLayer.objects.get(user=user)
    assert (row.labels, row.strength) == (0, 0.0)


def test_a_new_answer_counts_as_taught(user: User, stranger: User) -> None:
    song = SongFactory()
    row = ClassificationFactory(song=song, emotion="", status="queued")
    for person in (user, stranger):
        answered(person, [song])
    teach(user, 8)
    renewing.renew([song.pk])
    claimed = queue.claim_classification(row.pk, worker="w")
    assert claimed is not None
    heard = {"emotion": "happy", "certainty": 0.5, "probabilities": TORN}
    assert queue.settle_classification(claimed, status="done", **heard)
    assert emotions_of(user) == {"energetic"}
    assert emotions_of(stranger) == {"happy"}
    assert_kept()


def test_what_is_imported_from_elsewhere_counts_as_taught(user: User) -> None:
    song = heard_as(TORN)
    row = ListenedSong.objects.create(user=user, number=1, key="k", song=song, emotion="happy")
    answered(user, [song])
    teach(user, 8)
    row.refresh_from_db()
    assert row.emotion == "energetic"


def test_a_worker_brings_the_rest_of_a_long_journal_up_to_date(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "SONGS_AT_ONCE", 2)
    [old] = answered(user, [heard_as(TORN)], day=1)
    answered(user, [heard_as(TORN) for _ in range(2)], day=2)
    teach(user, 8)
    old.refresh_from_db()
    assert old.emotion == "happy"
    assert learning.learn_some() == 1
    old.refresh_from_db()
    assert old.emotion == "energetic"
    assert_kept()
    assert learning.learn_some() == 0


def test_a_worker_learns_from_labels_that_no_page_set(user: User) -> None:
    for _ in range(8):
        LabelFactory(song=heard_as(SURE), user=user, emotion="energetic")
    assert not PersonalLayer.objects.at_work().exists()
    assert learning.learn_some() == 1
    assert PersonalLayer.objects.get().labels == 8


def test_a_worker_learns_again_when_a_model_hears_labelled_songs_anew(user: User) -> None:
    teach(user, 8)
    learning.learn_some()
    row = Classification.objects.all()[0]
    row.probabilities = TORN
    row.save()
    assert PersonalLayer.objects.get().is_stale


def test_another_listeners_labels_teach_nothing(user: User, stranger: User) -> None:
    answered(user, [heard_as(TORN)])
    teach(stranger, 8)
    assert emotions_of(user) == {"happy"}
    assert not PersonalLayer.objects.filter(user=user).exists()


def test_a_label_takes_the_same_queries_however_many_there_are(user: User) -> None:
    def queries(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as found:
            act()
        return len(found)

    answered(user, [heard_as(SURE) for _ in range(3)], day=1)
    teach(user, 2)
    few = queries(lambda: services.set_label(user, heard_as(SURE), "energetic"))
    answered(user, [heard_as(SURE) for _ in range(40)], day=2)
    teach(user, 30)
    assert queries(lambda: services.set_label(user, heard_as(SURE), "energetic")) <= few


def test_a_label_reads_no_more_labels_than_teach(user: User) -> None:
    answered(user, [heard_as(TORN) for _ in range(3)])
    teach(user, 1)
    song = heard_as(SURE)
    songs = Song.objects.bulk_create(Song(title="Labelled") for _ in range(3 * personal.MAX_LABELS))
    Label.objects.bulk_create(Label(song=each, user=user, emotion="calm") for each in songs)
    with CaptureQueriesContext(connection) as found:
        services.set_label(user, song, "energetic")
    table = f'FROM "{Label._meta.db_table}"'
    asked = [query["sql"] for query in found if query["sql"].startswith("SELECT")]
    read = 0
    with connection.cursor() as cursor:
        for sql in asked:
            if table in sql:
                cursor.execute(sql)
                read += len(cursor.fetchall())
    assert personal.MAX_LABELS <= read <= personal.MAX_LABELS + 10


def test_the_newest_labels_are_found_by_an_index(user: User) -> None:
    if connection.vendor == "postgresql":  # of a table without rows it would read all
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    newest = Label.objects.filter(user=user).order_by("-updated_at", "pk")
    assert "label_user_updated" in newest[: personal.MAX_LABELS].explain()


def test_only_the_newest_labels_teach(user: User) -> None:
    now = timezone.now()
    for number in range(personal.MAX_LABELS + 5):
        label = LabelFactory(song=heard_as(SURE), user=user, emotion="energetic")
        Label.objects.filter(pk=label.pk).update(updated_at=now - dt.timedelta(days=number))
    assert personal.learn(user.pk, []).labels == personal.MAX_LABELS


class TestTheQuestion:
    """At most one a day: the least sure song that most others lie near to."""

    DAY = dt.date(2026, 11, 30)

    @pytest.fixture
    def torn(self, user: User) -> Song:
        songs = [heard_as(SURE) for _ in range(6)] + [heard_as(TORN) for _ in range(3)]
        answered(user, songs)
        return songs[-1]

    def test_is_about_what_teaches_most_and_only_one_a_day(self, user: User, torn: Song) -> None:
        song = question_for(user, self.DAY)
        assert song is not None
        assert song.classifications.get().probabilities == TORN
        assert question_for(user, self.DAY) == song
        services.set_label(user, song, "energetic")
        assert question_for(user, self.DAY) is None
        following = question_for(user, self.DAY + dt.timedelta(days=1))
        assert following not in {None, song}

    def test_is_not_asked_of_few_songs(self, user: User) -> None:
        answered(user, [heard_as(TORN) for _ in range(3)])
        assert question_for(user, self.DAY) is None

    def test_is_answered_on_the_page_of_today(self, user: User, client: Client, torn: Song) -> None:
        client.force_login(user)
        page = client.get("/journal/", follow=True)
        song = page.context["question"]
        values = {"song": song.pk, "emotion": "energetic"}
        response = client.post("/learned/question/", values, follow=True)
        assert response.context["question"] is None
        assert Label.objects.get(user=user, song=song).emotion == "energetic"
        # sent once more: the question is over
        client.post("/learned/question/", values | {"emotion": "calm"})
        assert Label.objects.get(user=user, song=song).emotion == "energetic"

    def test_is_put_off_until_tomorrow(self, user: User, client: Client, torn: Song) -> None:
        client.force_login(user)
        song = client.get("/journal/", follow=True).context["question"]
        values = {"song": song.pk, "emotion": ""}
        assert client.post("/learned/question/", values, follow=True).context["question"] is None
        assert not Label.objects.exists()


def test_the_page_says_what_was_taught(user: User, client: Client) -> None:
    client.force_login(user)
    assert "Nothing yet" in client.get("/learned/").content.decode()
    song = heard_as(TORN)
    answered(user, [song])
    teach(user, 8)
    page = client.get("/learned/").content.decode()
    assert "less pleasant to you than to the model. It agrees with" in page
    assert "of your 8 labels now, with 0 before" in page
    assert "energetic instead of happy" in page
    assert song.title in page
    client.post("/learned/switch/", {"on": "no"})
    page = client.get("/learned/").content.decode()
    assert "It is switched off" in page
    assert song.title not in page
    client.post("/learned/switch/", {"on": "yes"})
    assert emotions_of(user) == {"energetic"}
    client.post("/learned/forget/")
    assert "Nothing yet" in client.get("/learned/").content.decode()
    assert emotions_of(user) == {"happy"}


@pytest.mark.parametrize(("labels", "says"), [(4, "Nothing yet"), (5, "of your 5 labels")])
def test_a_few_labels_are_no_finding_yet(
    user: User, client: Client, labels: int, says: str
) -> None:
    client.force_login(user)
    teach(user, labels)
    assert says in client.get("/learned/").content.decode()


def test_a_label_says_what_else_sounds_different(user: User, client: Client) -> None:
    answered(user, [heard_as(TORN) for _ in range(3)])
    client.force_login(user)
    told = [
        client.post(f"/songs/{heard_as(SURE).pk}/label/", {"emotion": "energetic"}, follow=True)
        for _ in range(8)
    ]
    pages = [page.content.decode() for page in told]
    sentence = "3 songs you haven’t labelled now sound energetic to you. "
    link = '<a href="/learned/#songs">Look</a>'
    assert sum(sentence + link in page for page in pages) == 1


def test_the_page_takes_the_same_queries_however_many_songs(user: User, client: Client) -> None:
    client.force_login(user)
    teach(user, 8)
    counts = []
    for day in (1, 2):
        answered(user, [heard_as(TORN) for _ in range(10 * day)], day=day)
        with CaptureQueriesContext(connection) as found:
            client.get("/learned/")
        counts.append(len(found))
    assert counts[0] == counts[1]
