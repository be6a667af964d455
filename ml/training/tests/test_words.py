import numpy as np
import pytest

from ml.datasets.labels_file import LabelRow
from ml.labels import EMOTIONS
from ml.metrics import ranked_right
from ml.training.words import NAMES, SAID, Lesson, learn_words, odds_of, unseen_odds

LONELY, TENSE = NAMES.index("lonely"), NAMES.index("tense")


@pytest.fixture
def lesson() -> Lesson:
    """Clips with two words of each emotion; the first tag tells those of sad ones, none others."""
    random = np.random.default_rng(0)
    tags, rows = random.standard_normal((800, 5)), []
    for number, line in enumerate(tags):
        emotion = EMOTIONS[number % len(EMOTIONS)]
        told = line[0] if emotion == "sad" else random.standard_normal()
        words = list(SAID[emotion].values())
        moods = words[1 if told > 0 else 2]
        rows.append(LabelRow(f"{number}.mp3", emotion, str(number), number // 4 % 10, moods=moods))
    return Lesson.of(rows, tags)


def test_tags_speak_for_a_word_when_they_tell_it_from_others(lesson: Lesson) -> None:
    weights = learn_words(lesson)
    assert weights[LONELY, 0] > 5 * np.abs(weights[LONELY, 1:-1]).max()
    assert np.flatnonzero(weights.any(axis=1)).tolist() == [LONELY, NAMES.index("sorrowful")]


def test_nothing_is_said_when_tags_tell_nothing(lesson: Lesson) -> None:
    assert not unseen_odds(lesson)[:, TENSE].any()


def test_what_is_learnt_holds_on_folds_that_were_kept_apart(lesson: Lesson) -> None:
    sad = lesson.emotions == "sad"
    unseen = unseen_odds(lesson)
    assert ranked_right(unseen[sad, LONELY], lesson.says[sad, LONELY]) > 0.95
    for fold in range(10):
        apart = lesson.folds == fold
        again = odds_of(learn_words(lesson.only(~apart)), lesson.tags[apart])
        assert again == pytest.approx(unseen[apart])


def test_a_clip_of_middling_tags_is_no_evidence(lesson: Lesson) -> None:
    middle = lesson.tags.mean(axis=0, keepdims=True)
    assert odds_of(learn_words(lesson), middle) == pytest.approx(0)
