"""What curators watch: the queue, its failures, and where people correct the models."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from classifier.emotions.readings import WORDS
from classifier.models import Classification, Label, PersonalLayer, Song
from classifier.sentences import translated

SHOWN = 20
# Of fewer, a sum would say how one person hears.
FEWEST_LISTENERS = 3


@dataclass(frozen=True)
class ModelAgreement:
    """How one version of a model compares with what people say."""

    model: str
    version: str
    labels: int
    agreed: int

    @property
    def percent(self) -> int:
        return round(100 * self.agreed / self.labels)


@dataclass(frozen=True)
class PersonalAgreement:
    """How listeners agree with one version of a model, without what it learned of each and with it.

    Each label is judged by what the listener's others teach.
    """

    model: str
    version: str
    listeners: int
    labels: int
    before: int
    after: int

    @property
    def percent_before(self) -> int:
        return round(100 * self.before / self.labels)

    @property
    def percent_after(self) -> int:
        return round(100 * self.after / self.labels)


def insight() -> dict[str, Any]:
    """Gather everything the curators' page shows, in a fixed number of queries."""
    labels: dict[UUID, Counter[str]] = defaultdict(Counter)
    for song, emotion in Label.objects.order_by().values_list("song_id", "emotion"):
        labels[song][emotion] += 1
    answers = list(
        Classification.objects.answered()
        .filter(song__in=Label.objects.order_by().values("song"))
        .order_by("model", "version")
        .values_list("song_id", "model", "version", "emotion")
    )
    return {
        "queue": _queue(),
        "failures": _failures(),
        "models": _models(answers, labels),
        "personal": _personal(),
        "corrected": _corrected(answers, labels),
    }


def _queue() -> dict[str, int]:
    counts = Classification.objects.by_status()
    return {str(status.label): counts.get(status, 0) for status in Classification.Status}


def _failures() -> list[tuple[str, int]]:
    failed = Classification.objects.filter(status=Classification.Status.FAILED)
    rows = failed.order_by().values_list("error").annotate(count=Count("pk"))
    counts = rows.order_by("-count", "error")[:SHOWN]
    return [(translated(error), count) for error, count in counts]


def _models(
    answers: list[tuple[UUID, str, str, str]], labels: dict[UUID, Counter[str]]
) -> list[ModelAgreement]:
    total: Counter[tuple[str, str]] = Counter()
    agreed: Counter[tuple[str, str]] = Counter()
    for song, model, version, emotion in answers:
        total[model, version] += labels[song].total()
        agreed[model, version] += labels[song][emotion]
    return [
        ModelAgreement(model=key[0], version=key[1], labels=count, agreed=agreed[key])
        for key, count in total.items()
    ]


def _personal() -> list[PersonalAgreement]:
    """By version; of versions that few listeners labelled, nothing: one could tell whose it is."""
    rows = PersonalLayer.objects.filter(labels__gt=0).order_by("model", "version")
    sums = {name: Sum(name) for name in ("labels", "before", "after")}
    found = rows.values_list("model", "version").annotate(Count("pk"), **sums)
    summed = [PersonalAgreement(*row) for row in found]
    return [row for row in summed if row.listeners >= FEWEST_LISTENERS]


def _corrected(
    answers: list[tuple[UUID, str, str, str]], labels: dict[UUID, Counter[str]]
) -> list[dict[str, Any]]:
    """The songs corrected most of those that everybody may use, each with what most say instead."""
    shared = set(Song.objects.filter(pk__in=labels, owner=None).values_list("pk", flat=True))
    mixed = [
        (count, song, f"{model} {version}", heard, said)
        for song, model, version, heard in answers
        for said, count in labels[song].items()
        if said != heard and song in shared
    ]
    mixed.sort(key=lambda row: (-row[0], *map(str, row[1:])))
    songs = Song.objects.in_bulk([row[1] for row in mixed[:SHOWN]])
    return [
        {
            "song": songs[song],
            "model": model,
            "heard": WORDS[heard],
            "said": WORDS[said],
            "count": count,
        }
        for count, song, model, heard, said in mixed[:SHOWN]
        if song in songs
    ]
