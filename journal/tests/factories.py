from __future__ import annotations

import datetime as dt
from typing import Any

import factory

from journal.emotions.renewing import renew
from journal.models import Entry, Journal, Phrase
from spotify_auth.tests.factories import UserFactory


class PhraseFactory(factory.django.DjangoModelFactory[Phrase]):
    class Meta:
        model = Phrase

    text = factory.Sequence(lambda n: f"Phrase number {n}, I felt like…")
    theme = factory.Iterator(["mornings", "weather", "people"])


class JournalFactory(factory.django.DjangoModelFactory[Journal]):
    class Meta:
        model = Journal

    user = factory.SubFactory(UserFactory)
    date = dt.date(2026, 11, 23)


class EntryFactory(factory.django.DjangoModelFactory[Entry]):
    class Meta:
        model = Entry

    journal = factory.SubFactory(JournalFactory)
    user = factory.SelfAttribute("journal.user")
    date = factory.SelfAttribute("journal.date")
    position = factory.Sequence(lambda n: n)
    phrase = factory.SubFactory(PhraseFactory)
    phrase_text = factory.SelfAttribute("phrase.text")

    @classmethod
    def _create(cls, model_class: type[Entry], *args: Any, **kwargs: Any) -> Entry:
        entry: Entry = super()._create(model_class, *args, **kwargs)
        if entry.song_id is not None:
            renew([entry.song_id], user=entry.user_id)
            entry.refresh_from_db(fields=["emotion"])
        return entry
