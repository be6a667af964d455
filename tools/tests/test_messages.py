"""Every text has its translation, and what is compiled is what is written."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings
from django.utils import translation

from classifier.sentences import NUMBERED, UNHEARD_KIND
from ml.errors import SENTENCES
from tools import messages

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|%%")
TAG = re.compile(r"</?\w+>")
NUMBER_AND_UNIT = re.compile(r"(?:\d|%\(\w+\)[sd]) (?:%(?!\()|s\b|h\b|MB|GB|Hz)")
# `ml` says these, to terminals too; `classifier.sentences` keeps them together on pages
SAID_BY_ML = {*SENTENCES.values(), *NUMBERED, UNHEARD_KIND}


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return messages.collect()


@pytest.fixture(scope="module", params=LANGUAGES)
def translations(request: pytest.FixtureRequest) -> Catalog:
    return messages.read_messages(request.param)


def keys(catalog: Catalog) -> set[tuple[str | None, object]]:
    return {(message.context, message.id) for message in catalog if message.id}


def test_every_text_is_collected_and_none_that_is_gone(
    texts: Catalog, translations: Catalog
) -> None:
    assert keys(translations) == keys(texts), "run `make messages`"


def test_every_text_is_translated(translations: Catalog) -> None:
    left = [message.id for message in messages.untranslated(translations)]
    assert left == [], f"translate these in locale/{translations.locale}"


def test_what_is_compiled_is_what_is_written(translations: Catalog) -> None:
    path = messages.po_path(str(translations.locale)).with_suffix(".mo")
    written = io.BytesIO()
    write_mo(written, translations)
    assert path.read_bytes() == written.getvalue(), "run `make messages`"


def test_a_translation_has_the_places_and_tags_of_its_text(translations: Catalog) -> None:
    wrong = []
    for message in translations:
        if not message.id:
            continue
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        for pattern in (PLACE, TAG):
            known = {mark for text in originals for mark in pattern.findall(text)}
            # the singular may leave the number out
            needed = set(pattern.findall(originals[-1]))
            if set(pattern.findall(words[-1])) != needed or any(
                set(pattern.findall(word)) - known for word in words
            ):
                wrong.append(message.id)
    assert wrong == []


def test_no_line_ends_between_a_number_and_its_unit(translations: Catalog) -> None:
    loose = [
        text
        for message in translations
        for text in (*_texts(message.string), *(_texts(message.id) - SAID_BY_ML))
        if NUMBER_AND_UNIT.search(text)
    ]
    assert loose == [], "put a non-breaking space there"


def _texts(words: str | tuple[str, ...]) -> set[str]:
    return set(words) if isinstance(words, tuple) else {words}


def test_nothing_of_django_or_its_apps_says_sie_where_we_say_du() -> None:
    formal = list(messages.formal_messages())
    assert len(formal) > 50
    with translation.override("de"):
        said = {
            translation.pgettext(each.context, text) if each.context else translation.gettext(text)
            for each in formal
            for text in _texts(each.id)
        }
    assert [text for text in said if messages.FORMAL.search(text)] == []


def test_built_in_phrases_fit_their_column(translations: Catalog) -> None:
    long = [m.string for m in translations if m.context == "phrase" and len(m.string) > 140]
    assert long == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_app_speaks_it(language: str) -> None:
    with translation.override(language):
        assert translation.gettext("Settings") != "Settings"


def test_templates_are_read_as_django_reads_them(tmp_path: Path) -> None:
    ids = {message.id for message in messages.collect()}
    assert "You are signed in as <strong>%(name)s</strong>." in ids, "a trimmed block"
    assert "Reconnect" in ids, "an argument of an include"
    assert "This file is silent." in ids, "a sentence of ml"
