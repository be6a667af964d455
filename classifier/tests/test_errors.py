from __future__ import annotations

import pytest

from classifier.errors import TOOK_TOO_LONG, UNEXPECTED, NoModelError, TookTooLongError, outcome_of


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NoModelError("No model today."), "No model today."),
        (TookTooLongError(), str(TOOK_TOO_LONG)),
        (KeyError("secret detail"), str(UNEXPECTED)),
    ],
)
def test_each_end_has_a_sentence(error: Exception, sentence: str) -> None:
    assert outcome_of(error, of="a drawing").sentence == sentence
