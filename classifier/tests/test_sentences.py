from __future__ import annotations

import ast
import inspect

import pytest
from django.utils import translation

from classifier import sentences
from classifier.errors import NO_CLIP
from classifier.sentences import translated
from journify.outbound.errors import NotFoundError
from ml.audio import loading


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("", ""),
        ("This file is silent.", "In dieser Datei ist es still."),
        (str(NO_CLIP), "Von diesem Lied gibt es keine Aufnahme, die wir hören dürfen."),
        (str(NotFoundError("deezer")), "Deezer hat dieses Lied nicht."),
        (
            "Deezer is not responding just now. Upload a file of it, or label it yourself.",
            "Deezer antwortet gerade nicht. Lade eine Datei davon hoch",
        ),
        (
            "Only 2.1\xa0s could be heard; at least 3\xa0s are needed.",
            "Nur 2,1\xa0s waren zu hören; mindestens 3\xa0s sind nötig.",
        ),
        ("Nobody knows this 100 %.", "Nobody knows this 100 %."),
    ],
)
def test_a_sentence_that_was_kept_is_told_in_the_readers_language(
    english: str, german: str
) -> None:
    with translation.override("de"):
        assert translated(english.replace("\xa0", " ")).startswith(german)
    assert translated(english.replace("\xa0", " ")) == english


def test_sentences_of_ml_with_a_number_are_known() -> None:
    """They are written anew here, as `ml` knows nothing of translations."""
    strings = [
        "".join(
            "%(value)s" if isinstance(part, ast.FormattedValue) else str(part.value)
            for part in node.values
        )
        for node in ast.walk(ast.parse(inspect.getsource(loading)))
        if isinstance(node, ast.JoinedStr)
    ]
    for template in sentences.NUMBERED:
        assert template in strings
