"""Which part of a song was heard: kept with the answer, and told in the song's own times."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from classifier.emotions.readings import read_answer
from classifier.models import Classification, Song
from classifier.queue import rows as queue
from classifier.serving.listening import listen
from classifier.serving.results import minutes_and_seconds
from classifier.tests.factories import ClassificationFactory, SongFactory
from classifier.tests.fakes import FakeService
from ml.tests.sounds import rustle, silence, write

NOTE = "There is nothing to hear in the middle; 1:56 to 2:26 was heard."


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song of two minutes: its middle begins at 0:45."""
    return write(tmp_path_factory.mktemp("long") / "long.flac", rustle(120), codec="flac")


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hidden track that begins after two minutes of silence."""
    samples = np.concatenate([silence(117), rustle(40)])
    return write(tmp_path_factory.mktemp("hidden") / "hidden.flac", samples, codec="flac")


def listened(path: Path, **song: object) -> Classification:
    """Have a worker hear a file as a song of the database."""
    row = SongFactory(audio=ContentFile(path.read_bytes(), name=path.name), **song)
    claimed = queue.claim_classification(queue.request_classification(row).pk, worker="w1")
    assert claimed is not None
    listen(claimed)
    claimed.refresh_from_db()
    return claimed


def classified(*arguments: object, err: io.StringIO | None = None) -> str:
    out = io.StringIO()
    call_command("classify", *map(str, arguments), stdout=out, stderr=err or io.StringIO())
    return out.getvalue()


@pytest.mark.django_db
class TestKept:
    def test_with_the_answer(self, service: FakeService, long: Path) -> None:
        row = listened(long)
        assert (row.clip_start, row.is_middle, row.offset) == (45, True, 45)
        parts = [(part.begins, part.ends) for part in read_answer(row).segments]
        assert parts == [("0:45", "0:55"), ("0:55", "1:05"), ("1:05", "1:15")]
        assert read_answer(row).elsewhere is None

    def test_that_it_is_not_the_middle(self, service: FakeService, hidden: Path) -> None:
        row = listened(hidden)
        assert not row.is_middle
        assert read_answer(row).elsewhere == ("1:56", "2:26")

    def test_with_an_answer_that_is_told_again(self, service: FakeService, hidden: Path) -> None:
        first, again = listened(hidden), listened(hidden, title="The same file")
        assert len(service.heard) == 1
        assert (again.clip_start, again.is_middle) == (first.clip_start, False)

    def test_an_answer_whose_part_nobody_knows_is_not_told_again(
        self, service: FakeService, long: Path
    ) -> None:
        first = listened(long)
        Classification.objects.filter(pk=first.pk).update(clip_start=None)
        assert listened(long).clip_start == 45
        assert len(service.heard) == 2

    @pytest.mark.parametrize(
        ("source", "start"), [("upload", None), ("deezer", 0.0), ("itunes", 0.0)]
    )
    def test_nothing_is_claimed_of_a_platforms_clip(self, source: str, start: float | None) -> None:
        row = ClassificationFactory(clip_source=source, clip_start=start, is_middle=False)
        reading = read_answer(row)
        assert reading.elsewhere is None
        assert [part.begins for part in reading.segments] == ["", "", ""]


class TestTold:
    def test_as_json(self, service: FakeService, long: Path, hidden: Path) -> None:
        first, second = json.loads(classified("--json", long, hidden))
        assert [part["start"] for part in first["segments"]] == [45, 55, 65]
        assert [part["end"] for part in first["segments"]] == [55, 65, 75]
        assert "note" not in first
        assert second["note"] == NOTE
        assert second["segments"][0]["start"] == pytest.approx(116.5, abs=1)

    def test_beside_csv(self, service: FakeService, long: Path, hidden: Path) -> None:
        err = io.StringIO()
        assert len(classified("--csv", long, hidden, err=err).splitlines()) == 3
        assert err.getvalue() == f"{hidden}: {NOTE}\n"

    def test_below_the_table(self, service: FakeService, long: Path, hidden: Path) -> None:
        assert classified(long, hidden).splitlines()[-1] == f"{hidden}: {NOTE}"

    @pytest.mark.django_db
    def test_of_a_song_of_the_database(self, service: FakeService, hidden: Path) -> None:
        row = listened(hidden)
        [result] = json.loads(classified("--json", "--song", row.song_id))
        assert result["segments"][0]["start"] == pytest.approx(row.clip_start, abs=0.001)
        assert result["note"] == NOTE
        assert Song.objects.count() == 1


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0:00"), (9.96, "0:10"), (59.94, "0:59"), (60, "1:00"), (92.4, "1:32"), (3600, "60:00")],
)
def test_a_moment_is_written_as_players_write_it(seconds: float, said: str) -> None:
    assert minutes_and_seconds(seconds) == said
