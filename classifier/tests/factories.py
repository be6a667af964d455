from __future__ import annotations

import factory
from django.core.files.base import ContentFile
from django.utils import timezone

from classifier.models import Classification, Explanation, Label, Song
from classifier.serving.bundles import main_bundle
from classifier.serving.results import certainty_of
from spotify_auth.tests.factories import UserFactory


class SongFactory(factory.django.DjangoModelFactory[Song]):
    """A song of the catalogue; give it an owner to make it an upload."""

    class Meta:
        model = Song

    title = factory.Sequence(lambda n: f"Song {n}")
    artist = "Somebody"
    duration_ms = 30_000
    audio = factory.LazyFunction(lambda: ContentFile(b"not really audio", name="song.mp3"))


class ClassificationFactory(factory.django.DjangoModelFactory[Classification]):
    """An answer of the current main model."""

    class Meta:
        model = Classification

    song = factory.SubFactory(SongFactory)
    model = factory.LazyFunction(lambda: main_bundle().name)
    version = factory.LazyFunction(lambda: main_bundle().version)
    status = Classification.Status.DONE
    emotion = "calm"
    clip_source = "catalogue"
    seconds = 0.1
    finished_at = factory.LazyFunction(timezone.now)

    @factory.lazy_attribute
    def probabilities(self) -> dict[str, float]:
        if not self.emotion:
            return {}
        rest = dict.fromkeys(("sad", "happy", "energetic", "calm"), 0.1)
        return rest | {self.emotion: 0.7}

    @factory.lazy_attribute
    def certainty(self) -> float:
        return certainty_of(self.probabilities)

    @factory.lazy_attribute
    def segments(self) -> list[dict[str, object]]:
        if not self.emotion:
            return []
        return [
            {"start": start, "end": start + 10.0, "probabilities": self.probabilities}
            for start in (0.0, 10.0, 20.0)
        ]


class ExplanationFactory(factory.django.DjangoModelFactory[Explanation]):
    """A drawn explanation."""

    class Meta:
        model = Explanation

    classification = factory.SubFactory(ClassificationFactory)
    emotion = factory.SelfAttribute("classification.emotion")
    status = Explanation.Status.DONE
    picture = factory.LazyFunction(lambda: ContentFile(b"\x89PNG not really", name="why.png"))
    shares = (0.2, 0.5, 0.3)
    regions = (
        {"segment": 1, "band": 2, "slot": 4, "start": 14.0, "low": 820.0, "high": 1260.0},
        {"segment": 0, "band": 7, "slot": 0, "start": 0.0, "low": 6610.0, "high": 10000.0},
    )


class LabelFactory(factory.django.DjangoModelFactory[Label]):
    class Meta:
        model = Label

    song = factory.SubFactory(SongFactory)
    user = factory.SubFactory(UserFactory)
    emotion = "sad"
