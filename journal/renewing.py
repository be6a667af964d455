"""Keeps beside each answer what its song carries for the listener: `Entry.emotion`.

What counts is what `classifier.verdicts` says: the listener's label, else the model's word if it is
sure of it. Whoever changes either has `classifier.changes` tell of it; whoever puts a song on an
entry does it within `renewed`.

Nothing here rests on locks alone. Who changed something reads what counts after it, and reads again
until there is nothing left to write: of two at once, the one that writes last has read last. Where
there are transactions, which hide what the other has not finished, a lock on the song has one wait
for the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from classifier import changes
from classifier.models import Label, Song
from classifier.readings import UNSURE_BELOW
from classifier.verdicts import heard_in
from journal.models import Entry
from journify.models import uuid_of

if TYPE_CHECKING:
    from uuid import UUID

    from journal.models import EntryQuerySet

AT_ONCE = 200


def connect() -> None:
    """Have answers renewed whenever something else is said of their song."""
    changes.said.connect(_renew_told, dispatch_uid="journal.renewing")


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
    for start in range(0, len(songs), AT_ONCE):
        some = songs[start : start + AT_ONCE]
        with transaction.atomic():
            _lock(some)
            changed += _correct(some, user)
    return changed


def is_renewed() -> bool:
    """Say whether all were renewed by these models in this order: it takes seconds for a few years.

    That stands in a file, so that a machine asks nobody for it; where there is none, they are not.
    """
    try:
        return settings.ANSWERS_COUNTED_BY.read_text(encoding="utf-8") == _rule()
    except FileNotFoundError:
        return False


def renew_all() -> int:
    """Renew every answer, as after a change of the order in which models are asked."""
    settings.ANSWERS_COUNTED_BY.unlink(missing_ok=True)
    silent = Entry.objects.filter(song=None).exclude(emotion="").update(emotion="")
    answered = Entry.objects.filter(song__isnull=False).order_by()
    changed = silent + renew(list(answered.values_list("song", flat=True).distinct()))
    settings.ANSWERS_COUNTED_BY.write_text(_rule(), encoding="utf-8")
    return changed


def _rule() -> str:
    """In which database answers count as the first of which models says, where it is how sure.

    As a keyed hash: an address may hold a password.
    """
    where = [str(connection.settings_dict[key]) for key in ("ENGINE", "HOST", "PORT", "NAME")]
    rule = [*where, *settings.CLASSIFIER_MODELS, str(UNSURE_BELOW)]
    return salted_hmac("journal.renewing", "\n".join(rule), algorithm="sha256").hexdigest()


def _renew_told(*, song: UUID, user: UUID | None, **_signal: Any) -> None:
    renew([song], user=user)


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
    entries, labels = Entry.objects.all(), Label.objects.filter(song__in=songs)
    if user is not None:
        entries, labels = entries.filter(user=user), labels.filter(user=user)
    heard = {uuid_of(key): verdict.emotion for key, verdict in heard_in(songs).items()}
    said: dict[UUID, dict[str, list[UUID]]] = {}
    for song, person, emotion in labels.order_by().values_list("song", "user", "emotion"):
        said.setdefault(song, defaultdict(list))[emotion].append(person)
    alike: dict[str, list[UUID]] = defaultdict(list)
    changed = 0
    for song in songs:
        if song not in said:
            alike[heard.get(song, "")].append(song)
            continue
        of_song = entries.filter(song=song)
        for emotion, people in said[song].items():
            changed += _write(of_song.filter(user__in=people), emotion)
        people = list(chain(*said[song].values()))
        changed += _write(of_song.exclude(user__in=people), heard.get(song, ""))
    for emotion, some in alike.items():
        changed += _write(entries.filter(song__in=some), emotion)
    return changed


def _write(entries: EntryQuerySet, emotion: str) -> int:
    return entries.exclude(emotion=emotion).update(emotion=emotion)
