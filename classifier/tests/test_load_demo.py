from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from classifier.management.commands import load_demo
from classifier.models import Classification, Song
from classifier.queue.rows import fail_classification
from classifier.tests.factories import ClassificationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of two songs."""
    monkeypatch.setattr(load_demo, "DEMO", tmp_path)
    rows = [
        {
            "slug": slug,
            "title": slug.title(),
            "composer": "Erik Satie",
            "file": f"{slug}.mp3",
            "seconds": 30.0,
        }
        for slug in ("first", "second")
    ]
    for row in rows:
        (tmp_path / str(row["file"])).write_bytes(f"sound of {row['slug']}".encode())
    (tmp_path / "catalogue.json").write_text(json.dumps(rows))
    return tmp_path


def load() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue().strip()


def test_songs_come_with_sound_and_wait_for_their_emotion(demo: Path) -> None:
    assert load() == "2 demo songs (2 new)."
    song = Song.objects.get(catalogue_key="first")
    assert (song.title, song.artist, song.duration_ms) == ("First", "Erik Satie", 30_000)
    assert (song.owner, song.audio.read()) == (None, b"sound of first")
    song.audio.close()
    assert [row.status for row in Classification.objects.all()] == ["queued", "queued"]


def test_nothing_is_doubled_when_it_runs_again(demo: Path) -> None:
    load()
    names = set(Song.objects.values_list("pk", "audio"))
    assert load() == "2 demo songs (0 new)."
    assert set(Song.objects.values_list("pk", "audio")) == names
    assert Classification.objects.count() == 2


def test_new_words_reach_a_known_song(demo: Path) -> None:
    load()
    rows = json.loads((demo / "catalogue.json").read_text())
    rows[0]["title"] = "Renamed"
    (demo / "catalogue.json").write_text(json.dumps(rows))
    load()
    assert Song.objects.get(catalogue_key="first").title == "Renamed"


def test_sound_that_storage_lost_is_brought_back(demo: Path) -> None:
    load()
    song = Song.objects.get(catalogue_key="first")
    Path(song.audio.path).unlink()
    load()
    song.refresh_from_db()
    assert song.has_audio


def test_answers_and_failures_are_left_alone(demo: Path) -> None:
    load()
    answered, failed = Classification.objects.all()
    Classification.objects.update(status="running")
    answered.status = "done"
    answered.save()
    fail_classification(failed, "No.", reason="silent")
    load()
    assert {row.status for row in Classification.objects.all()} == {"done", "failed"}


def test_a_new_version_is_asked_about_old_songs(demo: Path) -> None:
    load()
    song = Song.objects.get(catalogue_key="first")
    song.classifications.all().delete()
    ClassificationFactory(song=song, version="old")
    load()
    assert {row.version for row in song.classifications.all()} == {"old", "test"}


def test_the_shipped_catalogue_can_be_loaded() -> None:
    load()
    songs = Song.objects.catalogue()
    assert songs.count() >= 8
    assert all(song.has_audio and song.artist and song.duration_ms for song in songs)
