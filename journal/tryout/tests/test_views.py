from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from classifier.models import Classification, Song, TryOut
from classifier.tests.factories import ClassificationFactory
from classifier.tests.fakes import SURE, FakeService, install
from journify.background.tests.workers import work_at
from journify.limits.models import Allowance
from journify.tests.sandbox import Sandbox
from ml.tests.sounds import music, write
from spotify_auth.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeService:
    fake = FakeService()
    install(monkeypatch, fake)
    return fake


@pytest.fixture
def tune(tmp_path: Path) -> SimpleUploadedFile:
    path = write(tmp_path / "tune.flac", music(4.0), codec="flac")
    return SimpleUploadedFile("tune.flac", path.read_bytes())


def begin(client: Client, audio: object, **headers: str):
    return client.post(reverse("journal:begin_try_out"), {"audio": audio}, headers=headers)


def files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_the_landing_page_asks_for_a_file(client: Client) -> None:
    page = client.get("/").content.decode()
    assert reverse("journal:begin_try_out") in page
    assert 'enctype="multipart/form-data"' in page


def test_a_visitor_sees_the_emotion_and_nothing_is_kept(
    client: Client, service: FakeService, tune: SimpleUploadedFile, settings: Settings
) -> None:
    response = begin(client, tune)
    tryout = TryOut.objects.get()
    assert response.url == reverse("journal:try_out", args=[tryout.pk])
    waiting = client.get(response.url)
    assert waiting.context["state"] == "listening"
    work_at(tryout)
    page = client.get(response.url)
    assert (page.context["state"], page.context["reading"].emotion) == ("answered", "happy")
    assert "tune" in page.content.decode()
    left = [TryOut, Song, Classification, User]
    assert [model.objects.count() for model in left] == [0, 0, 0, 0]
    assert files(settings) == []
    again = client.get(response.url)
    assert again.context["state"] == "gone"
    assert "tune" not in again.content.decode()


def test_htmx_gets_fragments(
    client: Client, service: FakeService, tune: SimpleUploadedFile
) -> None:
    first = begin(client, tune, **HTMX).content.decode()
    assert "data-poll" in first
    assert "<html" not in first
    tryout = TryOut.objects.get()
    work_at(tryout)
    url = reverse("journal:try_out", args=[tryout.pk])
    last = client.get(url, {"n": "1"}, headers=HTMX).content.decode()
    assert "data-poll" not in last
    assert 'data-emotion="happy"' in last


def test_looking_without_taking_forgets_nothing(client: Client, service: FakeService) -> None:
    result = {"emotion": "happy", "probabilities": SURE, "segments": []}
    tryout = TryOut.objects.create(status=TryOut.Status.DONE, result=result)
    client.head(reverse("journal:try_out", args=[tryout.pk]))
    assert TryOut.objects.count() == 1


def test_a_failure_is_told_and_forgotten(client: Client) -> None:
    tryout = TryOut.objects.create(status=TryOut.Status.FAILED, error="This file is silent.")
    page = client.get(reverse("journal:try_out", args=[tryout.pk]))
    assert "This file is silent." in page.content.decode()
    assert TryOut.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"a letter, not a song", "could not be read as audio"), (None, "Choose a file first.")],
)
def test_what_is_no_song_gets_a_sentence(
    client: Client, settings: Settings, content: bytes | None, sentence: str
) -> None:
    audio = SimpleUploadedFile("letter.mp3", content) if content else ""
    assert sentence in begin(client, audio).content.decode()
    assert TryOut.objects.count() == 0
    assert files(settings) == []


def test_a_large_file_gets_a_sentence(
    client: Client, settings: Settings, tune: SimpleUploadedFile
) -> None:
    settings.UPLOAD_MAX_MB = 0
    assert "For trying out a file may have" in begin(client, tune).content.decode()
    assert TryOut.objects.count() == 0


def test_too_often_is_too_often(client: Client, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"try-out": {"address": (1, 600)}}
    assert begin(client, "").status_code == HTTPStatus.OK
    assert begin(client, "").status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert Allowance.objects.count() == 1


def test_there_are_only_so_many_visitors_at_once(
    client: Client, settings: Settings, tune: SimpleUploadedFile
) -> None:
    settings.TRY_OUT_MAX_WAITING = 2
    for _ in range(3):
        tune.seek(0)
        answer = begin(client, tune)
    assert TryOut.objects.count() == 2
    assert "Many people are trying it right now" in answer.content.decode()


def test_another_site_cannot_use_a_visitors_browser() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert begin(strict, "").status_code == HTTPStatus.FORBIDDEN


def test_no_page_offers_it_and_no_address_answers_where_it_is_off(
    client: Client, tune: SimpleUploadedFile, settings: Settings, db: None
) -> None:
    tryout = TryOut.objects.create()
    settings.TRYOUTS = False
    assert "try-out" not in client.get("/").content.decode()
    assert begin(client, tune).status_code == 404
    assert client.get(reverse("journal:try_out", args=[tryout.pk])).status_code == 404
    assert TryOut.objects.count() == 1


class TestSongsByName:
    """A visitor names a song instead of bringing its file."""

    @pytest.fixture(autouse=True)
    def _searchable(self, sandbox: Sandbox, settings: Settings) -> None:
        settings.DEEZER_SEARCH = True

    def test_the_landing_page_says_where_the_words_go(self, client: Client) -> None:
        page = client.get("/").content.decode()
        assert reverse("journal:try_songs") in page
        assert "Your words go to Deezer" in page

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_a_song_is_found_heard_and_forgotten(
        self, headers: dict[str, str], client: Client, sandbox: Sandbox, service: FakeService
    ) -> None:
        there = sandbox.world.songs[5]
        page = client.get(reverse("journal:try_songs"), {"q": "tone 5"}, headers=headers)
        assert f'value="deezer:{there.deezer_id}"' in page.content.decode()
        assert "data-preview" in page.content.decode()
        form = {"track": f"deezer:{there.deezer_id}"}
        client.post(reverse("journal:begin_try_out"), form, headers=headers)
        tryout = TryOut.objects.get()
        work_at(tryout)
        answer = client.get(reverse("journal:try_out", args=[tryout.pk]))
        assert (answer.context["state"], answer.context["tryout"].title) == (
            "answered",
            f"{there.artist} – {there.title}",
        )
        assert not TryOut.objects.exists()
        assert not Song.objects.exists()

    def test_why_a_clip_could_not_be_had_is_told(
        self, client: Client, sandbox: Sandbox, service: FakeService
    ) -> None:
        form = {"track": f"deezer:{sandbox.world.songs[5].deezer_id}"}
        client.post(reverse("journal:begin_try_out"), form)
        tryout = TryOut.objects.get()
        sandbox.fail("deezer", "expired-preview", path="/preview", times=2)
        work_at(tryout)
        page = client.get(reverse("journal:try_out", args=[tryout.pk])).content.decode()
        assert "took its clip away" in page

    def test_trouble_is_one_sentence(self, client: Client, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", "down")
        page = client.get(reverse("journal:try_songs"), {"q": "tone 5"}).content.decode()
        assert "Deezer is not responding just now" in page
        sandbox.fail("deezer", "deezer-no-data")
        page = client.post(reverse("journal:begin_try_out"), {"track": "deezer:1"}).content.decode()
        assert "Deezer does not have this song" in page
        assert not TryOut.objects.exists()

    @pytest.mark.parametrize("track", ["deezer:x", "spotify:1", "deezer:1;2", "deezer:" + "9" * 13])
    def test_nonsense_is_no_song(self, track: str, client: Client, sandbox: Sandbox) -> None:
        page = client.post(reverse("journal:begin_try_out"), {"track": track}).content.decode()
        assert "Choose a file first" in page
        assert sandbox.world.requests == []

    def test_nobody_is_asked_for_one_letter_or_where_it_is_off(
        self, client: Client, sandbox: Sandbox, settings: Settings
    ) -> None:
        client.get(reverse("journal:try_songs"), {"q": "t"})
        settings.DEEZER_SEARCH = False
        assert client.get(reverse("journal:try_songs"), {"q": "tone"}).status_code == 404
        client.post(reverse("journal:begin_try_out"), {"track": "deezer:1"})
        assert "Deezer" not in client.get("/").content.decode()
        assert sandbox.world.requests == []

    def test_searching_has_its_limit(self, client: Client, settings: Settings) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"try-search": {"address": (2, 600)}}
        answers = [client.get(reverse("journal:try_songs"), {"q": "tone"}) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]


class TestSamples:
    """Songs on the first page that play, with what the model says of them."""

    @pytest.fixture
    def spring(self, tune: SimpleUploadedFile) -> Song:
        song = Song.objects.create(title="Spring", catalogue_key="spring", audio=tune)
        parts = [
            {"start": start, "end": start + 10.0, "probabilities": SURE, "weight": 0.3}
            for start in (0.0, 10.0, 20.0)
        ]
        ClassificationFactory(song=song, status="done", segments=parts, clip_start=0.0)
        return song

    def test_a_visitor_hears_them(self, client: Client, spring: Song) -> None:
        page = client.get("/")
        assert [sample["song"] for sample in page.context["samples"]] == [spring]
        address = reverse("journal:sample_audio", args=["spring"])
        assert address in page.content.decode()
        response = client.get(address)
        with spring.audio.open() as file:
            assert b"".join(response.streaming_content) == file.read()

    def test_a_song_that_nobody_heard_yet_is_left_out(self, client: Client, spring: Song) -> None:
        spring.classifications.update(status="queued", emotion="", probabilities={})
        assert client.get("/").context["samples"] == []

    def test_nobody_elses_song_has_such_an_address(self, client: Client, spring: Song) -> None:
        other = User.objects.create_user("anna")
        Song.objects.filter(pk=spring.pk).update(owner=other)
        response = client.get(reverse("journal:sample_audio", args=["spring"]))
        assert response.status_code == HTTPStatus.NOT_FOUND
