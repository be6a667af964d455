"""The built-in phrases, checked as a file: no database needed."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

from journal.models import SEASONS, WEEKDAYS, OnlyWords

PHRASES_FILE = Path(__file__).resolve().parents[1] / "data" / "phrases.toml"
MAX_CHARACTERS = 90
NEAR_DUPLICATE = 0.75


def read_phrases() -> list[dict[str, str]]:
    """List the phrases of all themes."""
    themes = tomllib.loads(PHRASES_FILE.read_text(encoding="utf-8"))
    return [phrase for theme in themes.values() for phrase in theme]


def test_enough_phrases_for_two_weeks_of_full_pages() -> None:
    """Twelve on a page and on the fourteen before it: those that fit every day are enough."""
    always = [each for each in read_phrases() if not {"seasons", "weekdays"} & set(each)]
    assert len(always) >= 12 * 15


def test_every_phrase_has_key_lean_and_text_and_at_most_when_it_fits() -> None:
    usual, fits = {"key", "lean", "text"}, {"seasons", "weekdays"}
    wrong = [phrase for phrase in read_phrases() if set(phrase) - fits != usual]

    assert wrong == []


def test_seasons_and_weekdays_are_known_words() -> None:
    for phrase in read_phrases():
        OnlyWords(SEASONS)(phrase.get("seasons", ""))
        OnlyWords(WEEKDAYS)(phrase.get("weekdays", ""))


def test_keys_are_unique_slugs() -> None:
    keys = [phrase["key"] for phrase in read_phrases()]

    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert [key for key in keys if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key)] == []
    assert max(map(len, keys)) <= 50


def test_texts_are_unique() -> None:
    texts = Counter(phrase["text"].casefold() for phrase in read_phrases())

    assert [text for text, count in texts.items() if count > 1] == []


def test_no_two_texts_are_nearly_the_same() -> None:
    texts = [phrase["text"] for phrase in read_phrases()]
    close = [
        (one, other)
        for one, other in combinations(texts, 2)
        if SequenceMatcher(None, one, other).quick_ratio() > NEAR_DUPLICATE
        and SequenceMatcher(None, one, other).ratio() > NEAR_DUPLICATE
    ]

    assert close == []


def test_texts_are_short_and_end_in_one_ellipsis() -> None:
    texts = [phrase["text"] for phrase in read_phrases()]

    assert [text for text in texts if len(text) > MAX_CHARACTERS] == []
    assert [text for text in texts if not text.endswith("…") or text.count("…") != 1] == []
    assert [text for text in texts if text != " ".join(text.split())] == []
    assert [text for text in texts if "'" in text or '"' in text] == [], "printers' marks only"


def test_the_four_emotions_are_answered_about_equally_often() -> None:
    leans = Counter(phrase["lean"] for phrase in read_phrases())

    assert set(leans) == {"sad", "happy", "energetic", "calm"}
    assert max(leans.values()) - min(leans.values()) <= 4
