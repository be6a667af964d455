"""Uploads in a bucket: the way of a file over HTTP, to a server that speaks S3 and back."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from moto.server import ThreadedMotoServer

from classifier.files.tests.test_bad_input import upload_of
from classifier.files.uploads import add_upload
from classifier.models import Song
from classifier.queue import rows as queue
from classifier.sources import audio_of
from classifier.tests.corpus import Corpus
from classifier.tests.fakes import FakeService
from journify.background.tests.workers import work_at
from journify.config.buckets import PIECE_BYTES
from journify.config.storages import media_storage
from journify.web.ranges import BLOCK_BYTES
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """A server that speaks S3, on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(
    s3_server: str, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """The bucket that the app keeps uploads in, as STORAGE_URL names it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    s3 = boto3.resource("s3", endpoint_url=s3_server, region_name="us-east-1")
    made = s3.create_bucket(Bucket="uploads")
    url = f"s3://uploads/journify?endpoint={s3_server}&region=us-east-1"
    settings.STORAGES = settings.STORAGES | {"default": media_storage(url)}
    yield made
    storages["default"].connection.meta.client.close()  # type: ignore[attr-defined]
    made.objects.all().delete()
    made.delete()
    s3.meta.client.close()


@pytest.fixture
def song(bucket: Any, user: User, library: Corpus) -> Song:
    """An upload of the listener's, kept in the bucket."""
    with upload_of(library["song.mp3"]) as upload:
        return add_upload(user, upload)


def keys(bucket: Any) -> list[str]:
    return [each.key for each in bucket.objects.all()]


def test_an_upload_is_kept_whole_and_found_again(song: Song, bucket: Any, library: Corpus) -> None:
    assert keys(bucket) == [f"journify/{song.audio.name}"]
    assert bucket.Object(keys(bucket)[0]).get()["Body"].read() == library["song.mp3"].read_bytes()
    assert song.has_audio


def test_nobody_gets_it_from_the_bucket(song: Song, s3_server: str, bucket: Any) -> None:
    public = {
        grant["Grantee"].get("URI") for grant in bucket.Object(keys(bucket)[0]).Acl().grants
    } - {None}
    assert public == set()
    stranger = requests.get(f"{s3_server}/uploads/{keys(bucket)[0]}", timeout=30)
    assert stranger.status_code == HTTPStatus.FORBIDDEN


def test_its_owner_hears_it_and_seeks_in_it(song: Song, listener: Client, library: Corpus) -> None:
    path, content = reverse("journal:song_audio", args=[song.pk]), library["song.mp3"].read_bytes()
    whole = listener.get(path)
    assert whole.getvalue() == content
    assert whole["Content-Length"] == str(len(content))
    part = listener.get(path, headers={"Range": "bytes=1000-2999"})
    assert (part.status_code, part.getvalue()) == (206, content[1000:3000])
    tail = listener.get(path, headers={"Range": "bytes=-10"})
    assert tail.getvalue() == content[-10:]
    beyond = listener.get(path, headers={"Range": f"bytes={len(content)}-"})
    assert beyond.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


@pytest.fixture
def fetched(song: Song) -> list[str]:
    """The ranges of bytes that the app asks the bucket for from now on."""
    asked: list[str] = []
    events = storages["default"].connection.meta.client.meta.events  # type: ignore[attr-defined]

    def note(request: Any, **_event: Any) -> None:
        asked.append(request.headers.get("Range", b"all").decode())

    events.register("before-send.s3.GetObject", note)
    return asked


class TestALongOne:
    """As long as four pieces and a bit."""

    @pytest.fixture
    def content(self, song: Song, bucket: Any) -> bytes:
        content = bytes(range(256)) * (4 * PIECE_BYTES // 256 + 8)
        bucket.put_object(Key=keys(bucket)[0], Body=content)
        return content

    @pytest.fixture
    def path(self, song: Song) -> str:
        return reverse("journal:song_audio", args=[song.pk])

    def test_whoever_seeks_in_it_fetches_that_piece_only(
        self, listener: Client, path: str, content: bytes, fetched: list[str]
    ) -> None:
        part = listener.get(path, headers={"Range": "bytes=2500000-2500999"})
        assert part.getvalue() == content[2_500_000:2_501_000]
        assert part["Content-Range"] == f"bytes 2500000-2500999/{len(content)}"
        assert fetched == [f"bytes=2500000-{2_500_000 + PIECE_BYTES - 1}"]

    def test_a_player_that_seeks_away_leaves_the_rest_there(
        self, listener: Client, path: str, content: bytes, fetched: list[str]
    ) -> None:
        rest = listener.get(path, headers={"Range": "bytes=100-"})
        assert next(iter(rest.streaming_content)) == content[100 : 100 + BLOCK_BYTES]
        rest.close()
        assert fetched == [f"bytes=100-{100 + PIECE_BYTES - 1}"]

    def test_all_of_it_comes_piece_by_piece(
        self, listener: Client, path: str, content: bytes, fetched: list[str]
    ) -> None:
        whole = listener.get(path)
        assert whole.getvalue() == content
        assert whole["Content-Length"] == str(len(content))
        assert len(fetched) == 5
        assert "all" not in fetched

    def test_whoever_reads_all_of_it_at_once_asks_once(
        self, song: Song, content: bytes, fetched: list[str]
    ) -> None:
        with song.audio.open("rb") as stored:
            assert stored.read(3) == content[:3]
            assert stored.read() == content[3:]
        assert len(fetched) == 2  # the first piece, and the rest

    def test_a_worker_copies_all_of_it(
        self, song: Song, content: bytes, fetched: list[str]
    ) -> None:
        with audio_of(song) as (copy, _source):
            assert copy.read_bytes() == content
        assert len(fetched) == 5


def test_a_stranger_does_not(song: Song, stranger: User, browser_of: Any) -> None:
    assert (
        browser_of(stranger).get(reverse("journal:song_audio", args=[song.pk])).status_code == 404
    )


def test_it_is_decoded_from_a_copy_that_goes_away(song: Song, library: Corpus) -> None:
    with audio_of(song) as (path, source):
        assert path.read_bytes() == library["song.mp3"].read_bytes()
        assert (path.suffix, source) == (".mp3", "upload")
    assert not path.exists()


def test_it_is_classified(song: Song, service: FakeService) -> None:
    row = queue.request_classification(song)
    assert work_at(row)
    row.refresh_from_db()
    assert (row.status, row.emotion, row.clip_source) == ("done", "happy", "upload")


def test_it_goes_with_its_song(
    song: Song, bucket: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        song.delete()
    assert keys(bucket) == []


def test_what_the_bucket_lost_is_missing_only(song: Song, bucket: Any, listener: Client) -> None:
    bucket.objects.all().delete()
    assert not song.has_audio
    assert listener.get(reverse("journal:song_audio", args=[song.pk])).status_code == 404
    assert listener.get(reverse("journal:song", args=[song.pk])).status_code == 200


@pytest.mark.parametrize(
    "url", ["/srv/uploads", "s3:///folder", "https://bucket", "s3://bucket?acl=public-read"]
)
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL must be s3://bucket"):
        media_storage(url)
