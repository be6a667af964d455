from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from journal.models import Phrase
from journal.tests.factories import EntryFactory, PhraseFactory
from spotify_auth.models import User

pytestmark = pytest.mark.django_db


def load() -> str:
    out = StringIO()
    call_command("load_phrases", stdout=out)
    return out.getvalue()


def test_more_than_eighty_phrases_are_loaded() -> None:
    load()
    assert Phrase.objects.filter(owner=None).count() >= 80


def test_nothing_doubles_when_loaded_again() -> None:
    load()
    before = set(Phrase.objects.values_list("pk", "text", "theme"))
    assert "(0 new, 0 changed)" in load()
    assert set(Phrase.objects.values_list("pk", "text", "theme")) == before


def test_a_changed_phrase_is_updated_but_not_switched_on_again() -> None:
    load()
    phrase = Phrase.objects.first()
    text = phrase.text
    Phrase.objects.filter(pk=phrase.pk).update(text="older words", active=False)
    assert "(0 new, 1 changed)" in load()
    phrase.refresh_from_db()
    assert (phrase.text, phrase.active) == (text, False)


def test_when_a_phrase_fits_comes_with_it_and_is_the_curators_from_then_on() -> None:
    load()
    ice_cream = Phrase.objects.get(key="square-full-of-people")
    assert (ice_cream.seasons, ice_cream.weekdays) == ("summer", "")
    assert Phrase.objects.get(key="rush-hour-elbows").weekdays.startswith("monday tuesday")
    Phrase.objects.filter(pk=ice_cream.pk).update(seasons="spring summer")
    assert "(0 new, 0 changed)" in load()
    ice_cream.refresh_from_db()
    assert ice_cream.seasons == "spring summer"


def test_listeners_phrases_and_history_stay(user: User) -> None:
    own = PhraseFactory(owner=user, text="Mine…")
    entry = EntryFactory(journal__user=user, phrase=own)
    load()
    own.refresh_from_db()
    entry.refresh_from_db()
    assert (own.text, entry.phrase_text) == ("Mine…", "Mine…")
