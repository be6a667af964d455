from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from ml.datasets.ratings import Rating, read_ratings
from ml.errors import DataError
from ml.evaluation.raters import hear, said_unseen, score, table_of
from ml.labels import EMOTIONS, Emotion
from ml.personal import Axes, Layer, probabilities_of
from ml.tests.sounds import music, write


def table(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def simulated(
    raters: int, listener: Layer, *, clips: int = 80
) -> tuple[list[Rating], dict[str, list[float]]]:
    chance = np.random.default_rng(0)
    ratings, said = [], {}
    for rater in range(raters):
        for clip in range(clips):
            axes = Axes(*(float(each) for each in chance.normal(0, 1.5, 3)))
            file = f"{rater}-{clip}.mp3"
            said[file] = probabilities_of(axes)
            heard = probabilities_of(listener.moved(axes))
            emotion = EMOTIONS[chance.choice(4, p=heard)]
            ratings.append(Rating(f"rater {rater}", file, emotion))
    return ratings, said


def test_emotions_are_read(tmp_path: Path) -> None:
    path = table(tmp_path / "r.csv", "rater,file,emotion", "ann, a.mp3 ,Sad", "ben,a.mp3,calm")
    assert read_ratings(path) == [
        Rating("ann", "a.mp3", Emotion.SAD),
        Rating("ben", "a.mp3", Emotion.CALM),
    ]


@pytest.mark.parametrize(
    ("valence", "arousal", "emotion"),
    [(7, 8, "happy"), (2, 8, "energetic"), (2, 1, "sad"), (7, 1, "calm")],
)
def test_quadrants_are_read_from_two_scales(
    tmp_path: Path, valence: int, arousal: int, emotion: str
) -> None:
    line = f"ann,a.mp3,{valence},{arousal}"
    path = table(tmp_path / "r.csv", "rater,file,valence,arousal", line)
    assert read_ratings(path, middle=5) == [Rating("ann", "a.mp3", Emotion(emotion))]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "needs the columns rater, file and emotion"),
        (["rater,file,emotion"], "at least one rating"),
        (["rater,emotion", "ann,sad"], "needs the columns"),
        (["rater,file,valence", "ann,a.mp3,1"], "needs the columns"),
        (["rater,file,emotion", "ann,a.mp3,angry"], "Line 2: 'angry' is none of sad, happy"),
        (["rater,file,emotion", "ann,a.mp3,sad", "ann,,sad"], "Line 3: file is empty"),
        (["rater,file,emotion", ",a.mp3,sad"], "Line 2: rater is empty"),
        (["rater,file,emotion", "ann,a.mp3"], "Line 2: emotion is empty"),
        (
            ["rater,file,emotion", "a,b,sad", "a,b,calm"],
            "Line 3: 'a' rates 'b' again, as on line 2",
        ),
        (["rater,file,valence,arousal", "a,b,x,1"], "Line 2: valence 'x' is not a number"),
        (["rater,file,valence,arousal", "a,b,nan,1"], "'nan' is not a number"),
        (
            ["rater,file,valence,arousal", "a,b,1,8", "a,c,9,2"],
            "Every valence lies on one side of 0",
        ),
    ],
)
def test_bad_table_is_explained(tmp_path: Path, lines: list[str], reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        read_ratings(table(tmp_path / "r.csv", *lines))


def test_file_that_is_no_table_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="not a table"):
        read_ratings(path)
    with pytest.raises(DataError, match="There is no table"):
        read_ratings(tmp_path / "none.csv")


def test_raters_who_hear_otherwise_gain() -> None:
    ratings, said = simulated(6, Layer(1.5, -1.5, 1.0, 1.0))
    scores = {each.labels: each for each in score(ratings, said, draws=8)}
    assert sorted(scores) == [0, 5, 10, 20, 50]
    assert scores[0].gains.tolist() == [0.0] * 6
    assert scores[5].gains.mean() > 0.02
    assert scores[20].gains.mean() > 0.05
    assert scores[20].worse == 0.0
    assert scores[20].ece_within < scores[20].ece_without
    low, high = scores[20].interval() or (0.0, 0.0)
    assert low < scores[20].gains.mean() < high


def test_raters_with_few_labels_are_left_out_of_higher_counts() -> None:
    ratings, said = simulated(2, Layer(), clips=16)
    assert [each.labels for each in score(ratings, said, draws=2)] == [0, 5]
    few = [rating for rating in ratings if rating.rater == "rater 0"][:9]
    with pytest.raises(DataError, match="Nobody has rated 10 clips"):
        score(few, said)


def test_one_rater_has_no_interval() -> None:
    ratings, said = simulated(1, Layer())
    [first, *_] = score(ratings, said, draws=1)
    assert first.interval() is None
    assert table_of([first]).row_count == 1


def test_clip_is_heard_once(tmp_path: Path) -> None:
    for seed in range(2):
        write(tmp_path / f"{seed}.wav", music(4.0, seed=seed))
    cache = tmp_path / "heard"
    said = hear(["0.wav", "1.wav"], tmp_path, "ann", cache)
    assert [sum(each) for each in said.values()] == pytest.approx([1.0, 1.0], abs=1e-3)
    [kept] = cache.iterdir()
    known = json.loads(kept.read_text())
    kept.write_text(json.dumps({digest: [0.7, 0.1, 0.1, 0.1] for digest in known}))
    # what is kept is taken, by the file's content: also under another name
    (tmp_path / "0.wav").rename(tmp_path / "renamed.wav")
    assert hear(["renamed.wav"], tmp_path, "ann", cache) == {"renamed.wav": [0.7, 0.1, 0.1, 0.1]}


def test_missing_clips_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Not in .*: a\.mp3, b\.mp3"):
        hear(["a.mp3", "b.mp3"], tmp_path, "ann", tmp_path)


def test_clip_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "good.wav", music(4.0))
    (tmp_path / "bad.wav").write_text("no sound")
    assert list(hear(["bad.wav", "good.wav"], tmp_path, "ann", tmp_path / "heard")) == ["good.wav"]


def write_prediction(folder: Path, fold: object, files: list[str], *, turned: int = 0) -> None:
    """Keep predictions that are right, or all wrong by as many places."""
    folder.mkdir()
    emotions = [EMOTIONS[at % 4] for at in range(len(files))]
    said = [EMOTIONS[(at + turned) % 4] for at in range(len(files))]
    logits = [[2.0 * (each == emotion) for each in EMOTIONS] for emotion in said]
    rows = {"fold": fold, "files": files, "emotions": emotions, "logits": logits}
    (folder / "predictions.json").write_text(json.dumps(rows))


def test_run_that_left_a_set_out_is_taken(tmp_path: Path) -> None:
    write_prediction(tmp_path / "fold-0", 0, [f"main/{at}" for at in range(8)])
    with pytest.raises(DataError, match="has not been judged without mine"):
        said_unseen(tmp_path, "mine")
    write_prediction(tmp_path / "without-mine", "mine", ["mine/a.mp3"])
    said = said_unseen(tmp_path, "mine")
    assert list(said) == ["a.mp3"]
    assert said["a.mp3"][0] == pytest.approx(1.0, abs=1e-3)  # the folds were always right


def test_folds_of_a_set_are_judged_each_by_the_temperature_of_the_others(tmp_path: Path) -> None:
    files = [f"main/{at}.mp3" for at in range(8)]
    write_prediction(tmp_path / "fold-0", 0, files[:4])
    write_prediction(tmp_path / "fold-1", 1, [*files[4:], "other/a.mp3"], turned=1)
    said = said_unseen(tmp_path, "main")
    assert sorted(said) == [f"{at}.mp3" for at in range(8)]
    assert max(said["0.mp3"]) < 0.4  # fold 1 was always wrong
    assert max(said["4.mp3"]) > 0.9  # fold 0 was always right


def test_table_survives_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["rater", "file", "emotion"])
        rows.writerow(["ann", "a, b.mp3", "calm"])
    assert read_ratings(path)[0].file == "a, b.mp3"
