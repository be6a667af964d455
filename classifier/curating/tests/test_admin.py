from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from classifier.models import Classification, Label, Song
from classifier.tests.corpus import Corpus
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from spotify_auth.models import User

LISTS = [
    "admin:classifier_song_changelist",
    "admin:classifier_classification_changelist",
    "admin:classifier_label_changelist",
]
SONGS, CLASSIFICATIONS, LABELS = LISTS


@pytest.fixture
def client(curator: User, browser_of: Callable[[User], Client]) -> Client:
    """The curator's."""
    return browser_of(curator)


def listed(client: Client, name: str, **query: str) -> set[object]:
    """What a list shows for a query string."""
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return set(response.context["cl"].result_list)


def act(client: Client, name: str, action: str, *rows: Song | Classification) -> list[str]:
    """Run an action on rows of a list; return what is said afterwards."""
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    response = client.post(reverse(name), data)
    assert response.status_code == 302
    return [str(message) for message in get_messages(response.wsgi_request)]


def save(client: Client, song: Song, *, audio: Path | None = None, **changes: str) -> HttpResponse:
    """Save a song's form with some fields changed."""
    url = reverse("admin:classifier_song_change", args=[song.pk])
    form = client.get(url).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value is not None}
    count = song.classifications.count()
    values |= {"classifications-TOTAL_FORMS": count, "classifications-INITIAL_FORMS": count}
    values |= {"labels-TOTAL_FORMS": 0, "labels-INITIAL_FORMS": 0}
    for number, row in enumerate(song.classifications.all()):
        values |= {
            f"classifications-{number}-id": row.pk,
            f"classifications-{number}-song": song.pk,
        }
    del values["audio"]
    if audio is None:
        return client.post(url, values | changes)
    with audio.open("rb") as file:
        return client.post(url, values | changes | {"audio": file})


def set_label(client: Client, song: Song, emotion: str) -> str:
    url = reverse("admin:classifier_song_label", args=[song.pk])
    response = client.post(url, {f"label-{song.pk}": emotion})
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_changed_is_written_down(client: Client, curator: User) -> None:
    song = SongFactory(title="Before")
    assert save(client, song, title="After").status_code == 302
    [row] = LogEntry.objects.all()
    assert (row.user, row.object_id, row.action_flag) == (curator, str(song.pk), CHANGE)
    assert "Title" in row.get_change_message()


class TestLists:
    @pytest.mark.parametrize("name", LISTS)
    def test_rows_are_shown(self, client: Client, curator: User, name: str) -> None:
        LabelFactory(song=ClassificationFactory(song__title="Clair de lune").song, user=curator)
        assert "Clair de lune" in client.get(reverse(name)).content.decode()

    @pytest.mark.parametrize("name", LISTS)
    def test_an_empty_list_is_shown(self, client: Client, name: str) -> None:
        assert listed(client, name) == set()

    def test_queries_do_not_grow_with_songs(
        self, client: Client, curator: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(2):
            LabelFactory(song=ClassificationFactory(song__owner=curator).song)
        with CaptureQueriesContext(connection) as few:
            client.get(reverse(SONGS))
        for _ in range(8):
            LabelFactory(song=ClassificationFactory(song__owner=curator).song)
        with django_assert_num_queries(len(few)):
            client.get(reverse(SONGS))

    def test_the_main_models_answer_is_shown(self, client: Client) -> None:
        main = ClassificationFactory(emotion="energetic")
        ClassificationFactory(song=main.song, model="ann", emotion="sad")
        assert "energetic 70\xa0%" in client.get(reverse(SONGS)).content.decode()

    @pytest.mark.parametrize(
        ("status", "word"), [("queued", "listening"), ("running", "listening"), ("failed", "fail")]
    )
    def test_the_state_is_shown_when_there_is_no_answer(
        self, client: Client, status: str, word: str
    ) -> None:
        ClassificationFactory(status=status, emotion="")
        assert f'field-heard">{word}' in client.get(reverse(SONGS)).content.decode()

    def test_an_answer_without_probabilities_is_shown(self, client: Client) -> None:
        ClassificationFactory(emotion="calm", probabilities={}, segments=[])
        assert "calm 0\xa0%" in client.get(reverse(SONGS)).content.decode()

    def test_a_strange_title_is_escaped(self, client: Client) -> None:
        SongFactory(title='"><script>alert(1)</script>')
        assert "<script>alert" not in client.get(reverse(SONGS)).content.decode()


class TestSearch:
    @pytest.mark.parametrize("words", ["Clair", "debussy", "Bergamasque", "carol", "FRZ0"])
    def test_songs_are_found_by_what_is_known_of_them(
        self, client: Client, curator: User, words: str
    ) -> None:
        song = SongFactory(
            title="Clair de lune",
            artist="Debussy",
            album="Suite bergamasque",
            isrc="FRZ000000001",
            owner=curator,
        )
        SongFactory()
        assert listed(client, SONGS, q=words) == {song}

    def test_classifications_are_found_by_song_and_error(self, client: Client) -> None:
        row = ClassificationFactory(song__title="Clair", error="This file is silent.")
        ClassificationFactory()
        assert listed(client, CLASSIFICATIONS, q="clair") == {row}
        assert listed(client, CLASSIFICATIONS, q="silent") == {row}

    def test_labels_are_found_by_song_and_person(self, client: Client, user: User) -> None:
        label = LabelFactory(song__title="Clair", user=user)
        LabelFactory()
        assert listed(client, LABELS, q="clair") == listed(client, LABELS, q="alice") == {label}


class TestFilters:
    def test_songs_by_what_was_heard(self, client: Client) -> None:
        calm = ClassificationFactory(emotion="calm").song
        sad = ClassificationFactory(emotion="sad").song
        failed = ClassificationFactory(emotion="", status="failed").song
        waiting = ClassificationFactory(emotion="", status="queued").song
        again = ClassificationFactory(emotion="happy", status="queued").song
        unsure = ClassificationFactory(emotion="calm", probabilities={"calm": 0.4}).song
        # only the answer that counts does
        ClassificationFactory(song=sad, model="ann", emotion="calm")
        ClassificationFactory(song=sad, model="ann", version="2", emotion="", status="failed")
        assert listed(client, SONGS, heard="calm") == {calm}
        assert listed(client, SONGS, heard="sad") == {sad}
        assert listed(client, SONGS, heard="happy") == {again}
        assert listed(client, SONGS, heard="unsure") == {unsure}
        assert listed(client, SONGS, heard="failed") == {failed}
        assert listed(client, SONGS, heard="open") == {waiting, again}

    def test_songs_by_label_come_once(self, client: Client, user: User, curator: User) -> None:
        label = LabelFactory(emotion="sad", user=user)
        LabelFactory(emotion="sad", user=curator, song=label.song)
        LabelFactory(emotion="calm")
        response = client.get(reverse(SONGS), {"labels__emotion__exact": "sad"})
        assert list(response.context["cl"].result_list) == [label.song]

    def test_songs_of_the_catalogue(self, client: Client, curator: User, user: User) -> None:
        common, own = SongFactory(), SongFactory(owner=curator)
        SongFactory(owner=user)
        assert listed(client, SONGS, owner__isempty="1") == {common}
        assert listed(client, SONGS, owner__isempty="0") == {own}

    @pytest.mark.parametrize(
        "query",
        [
            {"status__exact": "failed"},
            {"emotion__exact": "sad"},
            {"model": "ann"},
            {"version": "old"},
            {"clip_source": "upload"},
            {"input__exact": "features"},
        ],
    )
    def test_classifications(self, client: Client, query: dict[str, str]) -> None:
        row = ClassificationFactory(
            status="failed",
            emotion="sad",
            model="ann",
            version="old",
            clip_source="upload",
            input="features",
        )
        ClassificationFactory()
        assert listed(client, CLASSIFICATIONS, **query) == {row}

    def test_values_are_offered_without_reading_the_whole_table(self, client: Client) -> None:
        ClassificationFactory(model="ann", version="1.0")
        ClassificationFactory(model="resnet18", version="2.0")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("admin:classifier_classification_changelist"))
        text = page.content.decode()
        assert "?model=ann" in text
        assert "?version=2.0" in text
        whole = [query["sql"] for query in queries if "SELECT DISTINCT" in query["sql"]]
        assert whole == []

    def test_labels_by_emotion(self, client: Client) -> None:
        label = LabelFactory(emotion="sad")
        LabelFactory(emotion="calm")
        assert listed(client, LABELS, emotion__exact="sad") == {label}


class TestLabelInTheList:
    def test_set_changed_and_taken_back(self, client: Client, curator: User) -> None:
        song = SongFactory()
        assert 'value="sad" selected' in set_label(client, song, "sad")
        assert Label.objects.get().user == curator
        assert 'value="calm" selected' in set_label(client, song, "calm")
        assert Label.objects.get().emotion == "calm"
        assert "selected" not in set_label(client, song, "")
        assert not Label.objects.exists()

    def test_labels_of_others_stay(self, client: Client, user: User) -> None:
        label = LabelFactory(user=user, emotion="sad")
        set_label(client, label.song, "calm")
        set_label(client, label.song, "")
        assert Label.objects.get().emotion == "sad"

    def test_an_unknown_emotion_changes_nothing(self, client: Client, curator: User) -> None:
        label = LabelFactory(user=curator, emotion="sad")
        assert 'value="sad" selected' in set_label(client, label.song, "bored")
        assert Label.objects.get().emotion == "sad"

    def test_the_list_shows_it(self, client: Client, curator: User) -> None:
        LabelFactory(user=curator, emotion="energetic")
        assert 'value="energetic" selected' in client.get(reverse(SONGS)).content.decode()

    def test_not_by_a_link(self, client: Client) -> None:
        url = reverse("admin:classifier_song_label", args=[SongFactory().pk])
        assert client.get(url).status_code == 405

    def test_the_list_of_labels_can_be_edited(self, client: Client) -> None:
        label = LabelFactory(emotion="sad")
        data = {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": str(label.pk),
            "form-0-emotion": "calm",
            "_save": "Save",
        }
        assert client.post(reverse(LABELS), data).status_code == 302
        label.refresh_from_db()
        assert label.emotion == "calm"


class TestActions:
    def test_chosen_songs_wait_again(self, client: Client) -> None:
        answered, failed = ClassificationFactory(), ClassificationFactory(status="failed")
        new, left = SongFactory(), ClassificationFactory()
        said = act(client, SONGS, "reclassify", answered.song, failed.song, new)
        assert said == ["3 songs are being listened to again."]
        waiting = {row.song for row in Classification.objects.filter(status="queued")}
        assert waiting == {answered.song, failed.song, new}
        left.refresh_from_db()
        assert left.status == "done"

    def test_one_song_is_spoken_of_as_one(self, client: Client) -> None:
        said = act(client, SONGS, "reclassify", SongFactory())
        assert said == ["1 song is being listened to again."]

    def test_work_under_way_is_not_disturbed(self, client: Client) -> None:
        row = ClassificationFactory(status="running", owner="w1")
        said = act(client, SONGS, "reclassify", row.song, SongFactory())
        assert said == ["1 song is being listened to again."]
        row.refresh_from_db()
        assert (row.status, row.owner) == ("running", "w1")

    def test_chosen_classifications_wait_again(self, client: Client) -> None:
        row = ClassificationFactory(status="failed")
        assert act(client, CLASSIFICATIONS, "requeue", row) == ["Queued again: 1"]
        row.refresh_from_db()
        assert row.status == "queued"

    def test_answers_of_other_models_stay(self, client: Client) -> None:
        main = ClassificationFactory(status="failed", emotion="")
        fallback = ClassificationFactory(song=main.song, model="ann", emotion="sad")
        assert act(client, CLASSIFICATIONS, "requeue", main, fallback) == ["Queued again: 1"]
        fallback.refresh_from_db()
        main.refresh_from_db()
        assert (fallback.status, fallback.emotion, main.status) == ("done", "sad", "queued")


class TestForms:
    def test_a_song_shows_what_was_said_of_it(self, client: Client, user: User) -> None:
        song = ClassificationFactory(emotion="energetic").song
        LabelFactory(song=song, user=user)
        page = client.get(reverse("admin:classifier_song_change", args=[song.pk])).content.decode()
        assert "energetic" in page
        assert "<audio" in page
        assert "alice" in page

    @pytest.mark.parametrize("model", ["song", "label", "classification"])
    def test_an_empty_form_is_shown(self, client: Client, model: str) -> None:
        assert client.get(reverse(f"admin:classifier_{model}_add")).status_code == 200

    def test_a_song_can_be_edited(self, client: Client) -> None:
        song = SongFactory(audio=ContentFile(b"sound", name="of an unknown kind"))
        assert save(client, song, title="Renamed").status_code == 302
        song.refresh_from_db()
        assert (song.title, song.has_audio) == ("Renamed", True)
        assert not song.classifications.exists()

    def test_what_only_machines_write_cannot_be_edited(self, client: Client) -> None:
        row = ClassificationFactory()
        url = reverse("admin:classifier_classification_change", args=[row.pk])
        fields = set(client.get(url).context["adminform"].form.fields)
        assert {"emotion", "error", "status"} <= fields
        assert not fields & {"probabilities", "segments", "revision", "lease_until", "owner"}


class TestAudioOfTheForm:
    def test_new_audio_is_checked_and_listened_to(self, client: Client, library: Corpus) -> None:
        song = SongFactory(audio="", duration_ms=None)
        assert save(client, song, audio=library["song.flac"]).status_code == 302
        song.refresh_from_db()
        assert (song.duration_ms, Path(song.audio.path).suffix) == (5000, ".flac")
        assert song.audio_sha256 == sha256(library["song.flac"].read_bytes()).hexdigest()
        assert song.classifications.get().status == "queued"

    def test_what_was_said_of_replaced_audio_goes_with_it(
        self,
        client: Client,
        library: Corpus,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        song = ClassificationFactory(emotion="sad").song
        before = Path(song.audio.path)
        with django_capture_on_commit_callbacks(execute=True):
            save(client, song, audio=library["song.flac"])
        row = song.classifications.get()
        assert (row.status, row.emotion) == ("queued", "")
        assert not before.exists()

    def test_cleared_audio_leaves_storage(
        self,
        client: Client,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        song = SongFactory(audio_sha256="1" * 64)
        before = Path(song.audio.path)
        with django_capture_on_commit_callbacks(execute=True):
            save(client, song, **{"audio-clear": "on"})
        song.refresh_from_db()
        assert (song.audio.name, song.audio_sha256) == ("", "")
        assert not before.exists()
        assert not song.classifications.exists()

    def test_refused_with_a_sentence_when_it_is_no_audio(
        self, client: Client, library: Corpus
    ) -> None:
        song = SongFactory()
        response = save(client, song, audio=library["text.mp3"])
        errors = response.context["adminform"].form.errors
        assert errors == {"audio": ["This file could not be read as audio."]}
        before = song.audio.name
        song.refresh_from_db()
        assert song.audio.name == before

    def test_refused_with_a_sentence_when_it_is_too_large(
        self, client: Client, library: Corpus, settings: Settings
    ) -> None:
        settings.UPLOAD_MAX_MB = 1
        response = save(client, SongFactory(), audio=library["96-khz.wav"])
        [sentence] = response.context["adminform"].form.errors["audio"]
        assert sentence.startswith("This file is larger than 1\xa0MB.")


class TestPlayer:
    def test_a_song_can_be_heard(self, client: Client) -> None:
        song = SongFactory()
        url = reverse("admin:classifier_song_audio", args=[song.pk])
        assert f'src="{url}"' in client.get(reverse(SONGS)).content.decode()
        response = client.get(url)
        assert response["Content-Type"] == "audio/mpeg"
        assert response.getvalue() == b"not really audio"

    def test_a_player_can_seek(self, client: Client) -> None:
        url = reverse("admin:classifier_song_audio", args=[SongFactory().pk])
        response = client.get(url, headers={"Range": "bytes=4-9"})
        assert (response.status_code, response["Content-Range"]) == (206, "bytes 4-9/16")
        assert response.getvalue() == b"really"

    @pytest.mark.parametrize("bytes_", ["bytes=0-1", ""])
    def test_sound_is_never_compressed_on_the_way(self, client: Client, bytes_: str) -> None:
        url = reverse("admin:classifier_song_audio", args=[SongFactory().pk])
        response = client.get(url, headers={"Range": bytes_, "Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in response.headers
        assert int(response["Content-Length"]) == len(response.getvalue())

    def test_not_found_when_it_is_a_listeners_upload(self, client: Client, user: User) -> None:
        song = SongFactory(owner=user)
        assert client.get(reverse("admin:classifier_song_audio", args=[song.pk])).status_code == 404

    def test_own_uploads_have_a_player_and_those_of_listeners_have_none(
        self, client: Client, curator: User, user: User
    ) -> None:
        own, others = SongFactory(owner=curator), SongFactory(owner=user)
        page = client.get(reverse(SONGS)).content.decode()
        assert reverse("admin:classifier_song_audio", args=[own.pk]) in page
        assert reverse("admin:classifier_song_audio", args=[others.pk]) not in page
        form = client.get(reverse("admin:classifier_song_change", args=[others.pk]))
        assert form.status_code == 302  # as for a song that is not there

    def test_nobody_takes_over_a_song_to_hear_it(self, client: Client, curator: User) -> None:
        url = reverse("admin:classifier_song_change", args=[SongFactory(owner=curator).pk])
        assert "owner" not in client.get(url).context["adminform"].form.fields

    def test_not_found_when_there_is_no_sound(self, client: Client) -> None:
        song = SongFactory(audio="")
        assert "<audio" not in client.get(reverse(SONGS)).content.decode()
        assert client.get(reverse("admin:classifier_song_audio", args=[song.pk])).status_code == 404


class TestAccess:
    @pytest.mark.parametrize("name", LISTS)
    def test_a_listener_is_sent_to_the_login(self, listener: Client, name: str) -> None:
        response = listener.get(reverse(name))
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("admin:login"))

    def test_a_listener_hears_and_labels_nothing(self, listener: Client, stranger: User) -> None:
        song = SongFactory(owner=stranger)
        for name in ("audio", "label"):
            url = reverse(f"admin:classifier_song_{name}", args=[song.pk])
            response = listener.post(url, {f"label-{song.pk}": "sad"})
            assert response.status_code == 302
            assert response["Location"].startswith(reverse("admin:login"))
        assert not Label.objects.exists()

    def test_staff_without_the_permission_hear_and_label_nothing(
        self, user: User, browser_of: Callable[[User], Client]
    ) -> None:
        user.is_staff = True
        user.save()
        client = browser_of(user)
        song = SongFactory()
        audio, label = (
            reverse(f"admin:classifier_song_{name}", args=[song.pk]) for name in ("audio", "label")
        )
        assert client.get(audio).status_code == 404
        assert client.post(label, {f"label-{song.pk}": "sad"}).status_code == 404
        assert not Label.objects.exists()


def test_long_lists_are_not_counted_to_their_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journify.curating.admin.COUNTED_ROWS", 3)
    for _ in range(5):
        ClassificationFactory()
    for name in ("classification", "song"):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse(f"admin:classifier_{name}_changelist"))
        assert page.context["cl"].result_count == 3
        sent = [query["sql"] for query in queries if f'FROM "classifier_{name}"' in query["sql"]]
        assert sent
        assert not any("COUNT(" in sql for sql in sent)
