from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from classifier.tests.factories import LabelFactory, SongFactory
from ml.datasets.labels_file import read_labels
from spotify_auth.models import User
from spotify_auth.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def export(folder: Path, *names: str) -> list[dict[str, str]]:
    users = [part for name in names for part in ("--user", name)]
    call_command("export_labels", str(folder), *users, verbosity=0)
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_curators_label_goes_out_with_the_audio(curator: User, tmp_path: Path) -> None:
    song = SongFactory(artist="Nina")
    LabelFactory(song=song, user=curator, emotion="energetic")
    [row] = export(tmp_path)
    # one label: the next person may well say something else
    assert row.pop("quadrant_share") == "0.67"
    assert row == {"file": f"audio/{song.pk}.mp3", "emotion": "energetic", "group": "Nina"}
    assert (tmp_path / row["file"]).read_bytes() == b"not really audio"


def test_listeners_labels_and_uploads_stay_private(
    curator: User, user: User, tmp_path: Path
) -> None:
    LabelFactory(user=user)
    LabelFactory(user=curator, song=SongFactory(owner=user))
    assert export(tmp_path / "staff") == []
    assert len(export(tmp_path / "named", "alice")) == 1


def test_the_majority_wins_and_a_tie_is_left_out(tmp_path: Path) -> None:
    decided, tied = SongFactory(), SongFactory()
    for song, emotion in [
        (decided, "sad"),
        (decided, "sad"),
        (decided, "calm"),
        (tied, "sad"),
        (tied, "calm"),
    ]:
        LabelFactory(song=song, emotion=emotion, user=UserFactory(is_staff=True))
    assert [row["emotion"] for row in export(tmp_path)] == ["sad"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(CommandError, match="not empty"):
        export(tmp_path)


def test_agreement_weighs_and_everybody_counts_if_asked(tmp_path: Path) -> None:
    song = SongFactory()
    for emotion in ("calm", "calm", "calm", "sad"):
        LabelFactory(song=song, emotion=emotion)
    assert export(tmp_path / "staff") == []
    call_command("export_labels", str(tmp_path / "all"), "--everybody", verbosity=0)
    [row] = read_labels(tmp_path / "all")
    assert (row.emotion, row.agreement) == ("calm", 0.67)
