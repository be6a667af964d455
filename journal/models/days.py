"""Phrase, Journal (one listener's day), Entry (a phrase in it), CountedMonth and DayFeeling."""

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Prefetch, Q, prefetch_related_objects
from django.utils import translation
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from classifier.models import EMOTION_CHOICES, Song
from classifier.serving.results import UNSURE
from journify.models import UUIDModel
from spotify_auth.models import User

NAMES = [name for name, _word in EMOTION_CHOICES]


NOTE_LENGTH = 2000

SEASONS = ("spring", "summer", "autumn", "winter")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Of a day: two feelings at most, and so many words of one's own.
MAX_FELT = 2
MAX_TAGS = 12
TAG_LENGTH = 40


@deconstructible
class OnlyWords:
    """Refuse any word that is not one of `known`."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self.known = known

    def __call__(self, text: str) -> None:
        if set(text.split()) - set(self.known):
            known = ", ".join(self.known)
            raise ValidationError(_("Only these words: %(known)s."), params={"known": known})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OnlyWords) and self.known == other.known

    def __hash__(self) -> int:
        return hash(self.known)


class PhraseQuerySet(models.QuerySet["Phrase"]):
    def for_user(self, user: User) -> Self:
        """Active phrases: the built-in ones and the user's own."""
        return self.filter(Q(owner=None) | Q(owner=user), active=True)


class Phrase(UUIDModel):
    """An opening about daily life that a song can answer."""

    key = models.SlugField(_("key"), unique=True, null=True, blank=True, editable=False)
    text = models.CharField(_("text"), max_length=140)
    theme = models.CharField(_("theme"), max_length=40, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        related_name="phrases",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text=_("Empty for built-in phrases, which everybody may be given."),
    )
    active = models.BooleanField(_("active"), default=True)
    seasons = models.CharField(
        _("seasons"),
        max_length=40,
        blank=True,
        validators=[OnlyWords(SEASONS)],
        help_text=_("Empty for the whole year, else some of: spring summer autumn winter"),
    )
    weekdays = models.CharField(
        _("weekdays"),
        max_length=70,
        blank=True,
        validators=[OnlyWords(WEEKDAYS)],
        help_text=_("Empty for every day, else some of: monday tuesday … sunday"),
    )

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["text"]
        # of built-in phrases, which have no owner, any number may have the same words
        constraints = [
            models.UniqueConstraint(fields=["owner", "text"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return self.text

    def fits(self, season: str, weekday: str) -> bool:
        """Say whether a day of that season and weekday may have it; "" is no season at all."""
        in_season = not self.seasons or season in self.seasons.split()
        return in_season and (not self.weekdays or weekday in self.weekdays.split())

    @property
    def wording(self) -> str:
        """The phrase in the active language; what a listener wrote stays as it is."""
        return pgettext("phrase", self.text) if self.owner_id is None else self.text

    @property
    def wordings(self) -> set[str]:
        """The phrase in every language that a page may have been drawn in."""
        words = {self.text}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                words.add(self.wording)
        return words


class Journal(UUIDModel):
    """One listener's day, by the calendar of the listener's time zone."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="journals", on_delete=models.CASCADE, db_index=False
    )
    date = models.DateField(_("date"))
    # keys of the phrases that were swapped for others, with blanks between them
    swapped = models.TextField(_("swapped phrases"), blank=True, editable=False)
    is_favourite = models.BooleanField(_("favourite"), default=False)

    class Meta:
        verbose_name = _("day")
        verbose_name_plural = _("days")
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["user", "date"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.date}"

    @property
    def swapped_away(self) -> list[str]:
        return self.swapped.split()

    def entry(self, **values: Any) -> "Entry":
        return Entry(journal=self, user_id=self.user_id, date=self.date, **values)


class EntryQuerySet(models.QuerySet["Entry"]):
    def update(self, **values: Any) -> int:
        """Change rows, and their mark with them: what was counted of them is out of date."""
        return super().update(**{"mark": F("mark") + 1} | values)

    def _update(self, values: list[tuple[Any, Any, Any]]) -> int:
        # what `save` calls
        mark = self.model._meta.get_field("mark")
        others = [each for each in values if each[0] != mark]
        changed: int = super()._update([*others, (mark, None, F("mark") + 1)])  # type: ignore[misc]
        return changed

    def of(self, user: User) -> Self:
        """The user's own entries: every view starts here, so nobody else's can be reached."""
        return self.filter(user=user)

    def answered(self) -> Self:
        """Entries with a song."""
        return self.filter(song__isnull=False)

    def between(self, first: dt.date | None, last: dt.date | None) -> Self:
        """Entries of the days from one to another, both included; None is no bound."""
        bounds = {"date__gte": first, "date__lte": last}
        return self.filter(**{name: date for name, date in bounds.items() if date is not None})

    def heard(self) -> Self:
        """Answers that count as an emotion, or as one that no model was sure of."""
        return self.filter(emotion__gt="")

    def clear(self) -> Self:
        """Answers that count as one of the four emotions."""
        return self.filter(emotion__in=NAMES)

    def with_readings(self, user: User) -> Self:
        """Join each song with what models and `user` said of it, in a fixed number of queries."""
        return self.prefetch_related(_songs_for(user))


def _add_readings(user: User, entries: Iterable["Entry"]) -> None:
    """Do what `with_readings` does for entries that are here already, of several lists at once."""
    prefetch_related_objects(list(entries), _songs_for(user))


def add_songs(user: User, entries: Iterable["Entry"]) -> None:
    """Add to each entry what a line of a list says of its song.

    Where it was heard, that is the song's names; all that is known of it only elsewhere.
    """
    told = list(entries)
    _add_readings(user, [entry for entry in told if not entry.emotion])
    names = Prefetch("song", Song.objects.only("title", "artist", "spotify_id", "spotify_url"))
    prefetch_related_objects([entry for entry in told if entry.emotion], names)


def _songs_for(user: User) -> Prefetch[str]:
    return Prefetch("song", Song.objects.with_readings(user))


UNANSWERED = {"emotion": "", "answered_at": None, "revision": F("revision") + 1}


def set_unanswered(collector: Any, field: Any, entries: Any, _using: str) -> None:
    """What becomes of entries whose song is deleted: they stay, with their note, and are open."""
    # in this order: after it there is no song any more to find them by
    for name, value in UNANSWERED.items():
        collector.add_field_update(field.model._meta.get_field(name), value, entries)
    collector.add_field_update(field, None, entries)


set_unanswered.lazy_sub_objs = True  # type: ignore[attr-defined]  # Django reads it off functions


def new_mark() -> int:
    """Give a number that hardly another row begins with; a year's add up in any database."""
    return secrets.randbits(30)


class Entry(UUIDModel):
    """A phrase in a day, with or without a song."""

    journal = models.ForeignKey(
        Journal, related_name="entries", on_delete=models.CASCADE, db_index=False
    )
    # the page's, which never change: ten thousand entries are found without looking at their pages
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="entries",
        on_delete=models.CASCADE,
        db_index=False,
        editable=False,
    )
    date = models.DateField(_("date"), editable=False)
    position = models.PositiveSmallIntegerField()
    phrase = models.ForeignKey(
        Phrase, related_name="entries", on_delete=models.SET_NULL, null=True, blank=True
    )
    phrase_text = models.CharField(
        max_length=140, help_text=_("As shown that day: a deleted phrase never changes history.")
    )
    song = models.ForeignKey(
        Song, related_name="entries", on_delete=set_unanswered, null=True, blank=True
    )
    # what `classifier.emotions.effective` says of the song for the listener, empty while nothing is
    # known: years are counted by it; `journal.emotions.renewing` keeps it
    emotion = models.CharField(
        _("emotion"),
        max_length=10,
        choices=[*EMOTION_CHOICES, (UNSURE, "Not sure")],
        blank=True,
        editable=False,
    )
    note = models.TextField(_("note"), max_length=NOTE_LENGTH, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    # another after every write, which `EntryQuerySet` sees to: `journal.emotions.months`
    mark = models.IntegerField(default=new_mark, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["journal", "position"], name="%(app_label)s_%(class)s_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["user", "date", "emotion", "song", "mark"], name="entry_user_date"
            ),
            models.Index(
                fields=["user", "emotion", "song", "answered_at", "date"],
                name="entry_user_emotion",
            ),
            models.Index(fields=["user", "song", "answered_at"], name="entry_user_song"),
            models.Index(
                fields=["user", "phrase_text", "emotion", "date", "song"],
                name="entry_user_phrase",
            ),
            # words are looked for in these alone
            models.Index(fields=["user"], condition=models.Q(note__gt=""), name="entry_user_note"),
        ]

    def __str__(self) -> str:
        return self.phrase_text


class CountedMonth(UUIDModel):
    """What a listener's answers of a month count as, and of which entries that is said."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="counted_months",
        on_delete=models.CASCADE,
        db_index=False,
    )
    month = models.CharField(_("month"), max_length=7)  # "2026-11"
    zone = models.CharField(_("time zone"), max_length=64)
    entries = models.PositiveIntegerField(_("entries"))
    marks = models.BigIntegerField()
    counts = models.TextField(_("counts"))

    class Meta:
        verbose_name = _("month as counted")
        verbose_name_plural = _("months as counted")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["user", "month"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.month}"


class DayFeeling(UUIDModel):
    """What a listener says of a day itself, apart from what its songs sound like."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="day_feelings",
        on_delete=models.CASCADE,
        db_index=False,
    )
    date = models.DateField(_("date"))
    # names of emotions with a blank between them, in the order in which they were said
    emotions = models.CharField(_("feelings"), max_length=40, blank=True)
    # words of the listener's own, with ", " between them
    tags = models.CharField(_("tags"), max_length=MAX_TAGS * (TAG_LENGTH + 2), blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("feeling of a day")
        verbose_name_plural = _("feelings of days")
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(fields=["user", "date"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.date}"

    @property
    def emotion_names(self) -> list[str]:
        return self.emotions.split()

    @property
    def tag_list(self) -> list[str]:
        return self.tags.split(", ") if self.tags else []
