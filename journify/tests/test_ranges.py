from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files import File
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory

from journify.web.ranges import BLOCK_BYTES, file_response

CONTENT = bytes(range(200))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[File[bytes]]:
    path = tmp_path / "song.mp3"
    path.write_bytes(CONTENT)
    with path.open("rb") as stream:
        yield File(stream)


def answer(file: File[bytes], wanted: str | None = None) -> HttpResponseBase:
    headers = {} if wanted is None else {"Range": wanted}
    request = RequestFactory().get("/", headers=headers)
    return file_response(request, file, "audio/mpeg")


def body(response: HttpResponseBase) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    return response.getvalue()


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "bytes=-",
        "bytes=0-9,20-29",
        "lines=0-9",
        "bytes=a-b",
        "bytes=1",
        "0-9",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_the_whole_file_is_sent_when_no_single_range_is_asked_for(
    file: File[bytes], wanted: str | None
) -> None:
    response = answer(file, wanted)
    assert response.status_code == 200
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == "200"
    assert response["Content-Type"] == "audio/mpeg"
    assert body(response) == CONTENT


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-", 0, 199),
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=190-", 190, 199),
        ("bytes=190-9999", 190, 199),
        ("bytes=-10", 190, 199),
        ("bytes=-9999", 0, 199),
        ("bytes=199-199", 199, 199),
    ],
)
def test_a_part_is_sent_when_one_range_is_asked_for(
    file: File[bytes], wanted: str, first: int, last: int
) -> None:
    response = answer(file, wanted)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/200"
    assert response["Content-Length"] == str(last - first + 1)
    assert response["Accept-Ranges"] == "bytes"
    assert body(response) == CONTENT[first : last + 1]


@pytest.mark.parametrize("wanted", ["bytes=200-", "bytes=500-600", "bytes=-0", "bytes=20-10"])
def test_refused_when_there_is_no_such_part(file: File[bytes], wanted: str) -> None:
    response = answer(file, wanted)
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */200"
    assert file.closed


def test_refused_when_the_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with (tmp_path / "empty").open("rb") as stream:
        assert answer(File(stream), "bytes=0-").status_code == 416


def test_a_long_part_comes_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" * (3 * BLOCK_BYTES))
    with path.open("rb") as stream:
        response = answer(File(stream), f"bytes=1-{2 * BLOCK_BYTES}")
        assert isinstance(response, StreamingHttpResponse)
        assert [len(block) for block in response] == [BLOCK_BYTES, BLOCK_BYTES]


@pytest.mark.django_db  # the end of a response looks after connections
@pytest.mark.parametrize("wanted", [None, "bytes=0-9"])
def test_the_file_is_closed_when_the_player_leaves_early(
    file: File[bytes], wanted: str | None
) -> None:
    response = answer(file, wanted)
    response.close()
    assert file.closed


def test_a_file_that_became_shorter_ends_the_part(file: File[bytes], tmp_path: Path) -> None:
    response = answer(file, "bytes=100-199")
    (tmp_path / "song.mp3").write_bytes(CONTENT[:150])
    assert body(response) == CONTENT[100:150]
