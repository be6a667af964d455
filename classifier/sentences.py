"""Sentences that were written down where nobody's language was known, in the reader's language.

A worker keeps in a row why a song failed, and `ml` knows no translations at all: both speak
English. The names and numbers in such a sentence are taken out to find it in the catalogue.
"""

import re
from decimal import Decimal

from django.utils.formats import localize
from django.utils.translation import gettext, gettext_noop

from classifier.files.formats import FORMATS, UNHEARD
from journify.config.platforms import PLATFORMS

# What `ml` says with a number in it; the rest of what it says is `ml.errors.SENTENCES`.
NUMBERED = (
    gettext_noop("Only %(value)s s could be heard; at least 3 s are needed."),
    gettext_noop("This file is %(value)s h long; please choose one of at most an hour."),
)
# What `classifier.files.formats` says of a kind of files.
KINDS = sorted({*UNHEARD.values(), *(known.kind for known in FORMATS.values())})
UNHEARD_KIND = gettext_noop(
    "%(name)s files cannot be heard here; convert this one to MP3 or FLAC first."
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# A terminal shows them as they are; on a page no line may end between a number and its unit.
BEFORE_A_UNIT = re.compile(r"(?<=\d) (?=(?:s|h|GB)\b)")


def translated(text: str) -> str:
    """Say `text` in the active language, as far as it is known sentence by sentence."""
    if not text:
        return ""
    whole = gettext(text)
    if whole == text:
        whole = " ".join(_translated(part) for part in re.split(r"(?<=[.!?]) ", text))
    return BEFORE_A_UNIT.sub("\xa0", whole)


def _translated(sentence: str) -> str:
    if (same := gettext(sentence)) != sentence:
        return same
    for name in (*(each.name for each in PLATFORMS.values()), *KINDS):
        template = sentence.replace(name, "%(name)s")
        if template != sentence and (known := gettext(template)) != template:
            return known % {"name": name}
    number = NUMBER.search(sentence)
    if number is not None:
        template = NUMBER.sub("%(value)s", sentence, count=1)
        if (known := gettext(template)) != template:
            return known % {"value": localize(Decimal(number[0]))}
    return sentence
