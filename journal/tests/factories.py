from __future__ import annotations

import datetime as dt
from typing import Any

import factory

from classifier.emotions.effective import Verdict, effective_in, model_order
from journal.models import Entry, Journal, Phrase
from journify.models import uuid_of
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
        song = kwargs["song"].pk if kwargs.get("song") else kwargs.get("song_id")
        if song is not None:
            # what the app writes after it, by `renewing`, in three times as many queries
            counts = effective_in(kwargs["user"], [song], order=model_order(is_fresh=True))
            found = {uuid_of(key): verdict for key, verdict in counts.items()}
            kwargs["emotion"] = found.get(song, Verdict()).emotion
        entry: Entry = super()._create(model_class, *args, **kwargs)
        return entry
