from __future__ import annotations

import pytest

from tools.changed import ALWAYS, concerned

TESTS = {
    "journal/day/tests/test_views.py": "from journal.day import cards, views\n",
    "journal/stats/tests/test_views_page.py": "the view is asked by its address\n",
    "journal/tests/test_forms.py": "from journal.forms import (\n    A,\n    B,\n)\n",
    "ml/tests/test_audio.py": "from ml.audio.loading import load_clip\n",
    ALWAYS: "import ast\n",
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (["journal/day/views.py"], ["journal/day/tests/test_views.py"]),
        (["journal/stats/views.py"], ["journal/stats/tests/test_views_page.py"]),
        (["journal/forms.py"], ["journal/tests/test_forms.py"]),
        (["ml/tests/test_audio.py"], ["ml/tests/test_audio.py"]),
        (["journal/day/view.py", "ml/audios.py", "README.md"], []),
    ],
)
def test_tests_that_changed_or_name_what_did(changed: list[str], expected: list[str]) -> None:
    assert concerned(changed, TESTS) == sorted([*expected, ALWAYS])
