"""When two user names are one, and when one looks like another.

`identity_of` is Unicode's NFKC_Casefold (https://www.unicode.org/reports/tr31/#NFKC_Casefold): a
name for signing in, whatever keyboard, case or form it comes in. `skeleton_of` is the skeleton of
UTS #39 (https://www.unicode.org/reports/tr39/#Confusable_Detection): what a name looks like, so
that nobody can pass for somebody else.
"""

import functools
import re
import unicodedata
from pathlib import Path

LOOKALIKES = Path(__file__).with_name("lookalikes.txt")
# Characters that are not seen and are no controls: https://www.unicode.org/reports/tr44/
# (Default_Ignorable_Code_Point), of which `Cf` are all but the tags' and shorthand's.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
# Scripts whose marks decorate a letter and may be left out; elsewhere they are vowels.
DECORATED = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "DIGIT")
MARKS_MAX = 4  # on one letter: https://www.unicode.org/reports/tr39/#Optional_Detection
PUNCTUATION = "@.+-_"


def normalized(name: str) -> str:
    """Write a name in one form, without what nobody sees; upper and lower case stay."""
    seen = "".join(each for each in name if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", UNSEEN.sub("", unicodedata.normalize("NFKC", seen)))


def is_writable(name: str) -> bool:
    """Whether a normalized name has letters, digits and marks of any script, and `PUNCTUATION`."""
    marks = 0
    for each in name:
        marks = marks + 1 if _is_mark(each) else 0
        if marks > MARKS_MAX or not is_part(each):
            return False
    return any(each.isalnum() for each in name) and not _is_mark(name[0])


def is_part(character: str) -> bool:
    return character.isalnum() or character in PUNCTUATION or _is_mark(character)


def identity_of(name: str) -> str:
    """Return what two spellings of one name share."""
    before, folded = "", normalized(name)
    while folded != before:
        before, folded = folded, normalized(folded.casefold())
    return folded


def skeleton_of(name: str) -> str:
    """Return what names that look alike share; whatever has one identity does not have to.

    Case decides what a letter looks like: a capital I is an l, a capital Greek nu an N.
    """
    drawn = _drawn(normalized(name))
    return _drawn(drawn.casefold())


def _drawn(name: str) -> str:
    """Replace each character by the one that stands for all that look like it."""
    table, kept, is_decorated = _table(), [], False
    for each in unicodedata.normalize("NFKD", name):
        if unicodedata.category(each) == "Mn" and is_decorated:
            continue
        if not _is_mark(each):
            is_decorated = unicodedata.name(each, "").startswith(DECORATED)
        kept.append(table.get(each, each))
    return "".join(kept)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


@functools.cache
def _table() -> dict[str, str]:
    lines = LOOKALIKES.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ") for line in lines if not line.startswith("#"))
    return {each: shown for shown, members in pairs for each in members}
