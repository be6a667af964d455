"""Keeps beside each answer what its song counts as for the listener: `Entry.emotion`.

`classifier.emotions.effective` says what counts. Whoever changes a label or a model's answer has
`classifier.emotions.changes` tell of it; whoever puts a song on an entry does it within `renewed`.

Nothing here rests on locks alone. Who changed something reads what counts after it, and reads again
until there is nothing left to write: of two at once, the one that writes last has read last. Where
there are transactions, which hide what the other has not finished, a lock on the song has one wait
for the other.

When the rule changes (`CLASSIFIER_MODELS`, or the rule itself), all entries are recounted:
`begin_counting`, then `recount_next` until it returns None. How far that is stands in the database
(`classifier.models.EmotionRule`), so it goes on where it was cut off, on any machine. Meanwhile all
machines write by the new rule already. Machines whose `CLASSIFIER_MODELS` differ share the rule of
the one that began last: it counts for all of them.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils.timezone import now

from classifier.emotions import effective
from classifier.emotions.effective import answers_in, effective_in, heard_in
from classifier.models import LAYER_FIELDS, EmotionRule, Label, Song
from journal.models import Entry, EntryQuerySet
from journify.models import some_at_once, uuid_of
from ml.personal import Layer

T = TypeVar("T")

AT_ONCE = 200
SECONDS_AT_ONCE = 5.0  # a worker's leases are renewed in between
RECOUNTING = f"{__name__}.recounting"


@contextmanager
def renewed(songs: Sequence[UUID], *, user: UUID | None = None) -> Iterator[None]:
    """Put songs on entries within this; after it those of everybody, or of `user`, count right."""
    with transaction.atomic():
        _lock(songs)
        yield
        _correct(songs, user)


def renew(songs: Sequence[UUID], *, user: UUID | None = None) -> int:
    """Have the answers with `songs`, of everybody or of `user`, count as is said of them by now.

    Returns how many counted as something else before.
    """
    changed = 0
    for some in some_at_once(songs, AT_ONCE):
        with transaction.atomic():
            _lock(some)
            # whoever puts one of them on an entry later finds what is said of it by now
            if Entry.objects.filter(song__in=some).exists():
                changed += _correct(some, user)
    return changed


def is_recounting() -> bool:
    """Whether entries are still being recounted, by whichever machine's rule: pages may say so."""
    return EmotionRule.objects.filter(pk=effective.THE_RULE, recounted_at=None).exists()


def pages_may_be_old() -> bool:
    """As `is_recounting`, asked of the database once in some seconds only: for pages."""
    known: bool | None = cache.get(RECOUNTING)
    if known is None:
        known = is_recounting()
        cache.set(RECOUNTING, known, effective.ORDER_SECONDS)
    return known


def recount_some() -> int:
    """Recount entries for some seconds, if that is needed; returns how many changed.

    Workers do so between other things, so that no start waits for it.
    """
    deadline, total = time.monotonic() + SECONDS_AT_ONCE, 0
    while time.monotonic() < deadline and (changed := recount_next()) is not None:
        total += changed
    return total


def begin_counting() -> None:
    """Have answers count by this machine's models from now on; where they did, nothing changes.

    For a start only: two machines that did this again and again would undo each other's.
    """
    effective.adopt_order()


def recount_next() -> int | None:
    """Recount the entries of some more songs; return how many changed, or None when all are done.

    Safe to be cut off, to run on several machines at once, and on one that did not begin it.
    """
    rule = EmotionRule.objects.filter(pk=effective.THE_RULE, recounted_at=None).first()
    if rule is None or rule.digest != effective.digest_of(rule.model_order):
        return None  # there is nothing to do, or it takes a machine with another version of us
    songs = _next_songs(rule.recounted_to)
    values: dict[str, Any] = {"recounted_to": songs[-1]} if songs else {"recounted_at": now()}
    unanswered = Entry.objects.filter(song=None)
    changed = renew(songs) if songs else _write(unanswered, "")
    # another one may have got further meanwhile, or have begun anew
    as_read = {"digest": rule.digest, "recounted_to": rule.recounted_to}
    EmotionRule.objects.filter(pk=rule.pk, **as_read).update(**values)
    return changed


def renew_all(*, is_forced: bool = False) -> int:
    """Begin, and recount what is not recounted yet, or with force every entry.

    Returns how many counted as something else before.
    """
    begin_counting()
    if is_forced:
        EmotionRule.objects.update(recounted_to=None, recounted_at=None)
    total = 0
    while (changed := recount_next()) is not None:
        total += changed
    return total


def _next_songs(after: UUID | None) -> list[UUID]:
    answered = Entry.objects.answered().order_by("song_id")
    if after is not None:
        answered = answered.filter(song_id__gt=after)
    return list(answered.values_list("song_id", flat=True).distinct()[:AT_ONCE])


def _lock(songs: Sequence[UUID]) -> None:
    """Have others who renew these songs wait, where the database can."""
    # in one order, or two could wait for each other
    locked = Song.objects.select_for_update(no_key=True).filter(pk__in=songs).order_by("pk")
    list(locked.values_list("pk"))


def _correct(songs: Sequence[UUID], user: UUID | None) -> int:
    """Write what answers carry until all do; returns how many carried something else."""
    changed = 0
    while found := _correct_once(songs, user):
        changed += found
    return changed


def _correct_once(songs: Sequence[UUID], user: UUID | None) -> int:
    # the order is read anew each time: another machine may have changed it
    order = effective.model_order(is_fresh=True)
    if user is not None:
        return _correct_of(user, songs, order)
    entries, labels = Entry.objects.all(), Label.objects.filter(song__in=songs)
    verdicts = heard_in(songs, order=order)
    heard = {uuid_of(key): verdict.emotion for key, verdict in verdicts.items()}
    said = _taught(songs, order)
    for song, person, emotion in labels.order_by().values_list("song", "user", "emotion"):
        said[song][person] = emotion
    alike: dict[str, list[UUID]] = defaultdict(list)
    changed = 0
    for song in songs:
        if song not in said:
            alike[heard.get(song, "")].append(song)
            continue
        of_song = entries.filter(song=song)
        for name, people in _grouped(said[song]).items():
            changed += _write(of_song.filter(user__in=people), name)
        changed += _write(of_song.exclude(user__in=list(said[song])), heard.get(song, ""))
    for emotion, some in alike.items():
        changed += _write(entries.filter(song__in=some), emotion)
    return changed


def _correct_of(user: UUID, songs: Sequence[UUID], order: Sequence[str]) -> int:
    verdicts = effective_in(user, songs, order=order)
    carried = {uuid_of(key): verdict.emotion for key, verdict in verdicts.items()}
    found = _grouped({song: carried.get(song, "") for song in songs})
    entries = Entry.objects.filter(user=user)
    return sum(_write(entries.filter(song__in=some), emotion) for emotion, some in found.items())


def _taught(songs: Sequence[UUID], order: Sequence[str]) -> dict[UUID, dict[UUID, str]]:
    """What songs count as for listeners who taught something, by song and listener."""
    people = Entry.objects.filter(
        song__in=songs, user__personal_layer__is_on=True, user__personal_layer__labels__gt=0
    )
    columns = (f"user__personal_layer__{name}" for name in LAYER_FIELDS)
    rows = list(people.order_by().values_list("song", "user", *columns).distinct())
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    answers = answers_in(songs, order=order) if rows else {}
    heard = {uuid_of(key): answer for key, answer in answers.items()}
    for song, person, *values in rows:
        if song in heard:
            found[song][person] = heard[song].verdict(Layer(*values)).emotion
    return found


def _grouped(values: Mapping[T, str]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for key, value in values.items():
        groups[value].append(key)
    return groups


def _write(entries: EntryQuerySet, emotion: str) -> int:
    return entries.exclude(emotion=emotion).update(emotion=emotion)
