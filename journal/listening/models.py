"""What a listener listened to, apart from the journal: songs, months of plays, and their import."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models import EMOTION_CHOICES, Song
from journify.background.jobs import Job, JobQuerySet
from journify.models import UUIDModel


class ListenedSong(UUIDModel):
    """A song in somebody's history, and what was found out about it.

    `number` stands for it within packed months; `key` is what its spellings share.
    """

    class State(models.TextChoices):
        NEW = "new", _("not looked up yet")
        FOUND = "found", _("found")
        MISSING = "missing", _("not found")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="listened_songs",
        on_delete=models.CASCADE,
        db_index=False,
    )
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    title = models.CharField(_("title"), max_length=200)
    artist = models.CharField(_("artist"), max_length=200)
    album = models.CharField(_("album"), max_length=200, blank=True)
    isrc = models.CharField("ISRC", max_length=12, blank=True)
    spotify_id = models.CharField(max_length=22, blank=True)
    plays = models.PositiveIntegerField(_("plays"), default=0)
    song = models.ForeignKey(
        Song, related_name="listened", on_delete=models.SET_NULL, null=True, blank=True
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    looked_up_at = models.DateTimeField(null=True, blank=True)
    emotion = models.CharField(_("emotion"), max_length=10, choices=EMOTION_CHOICES, blank=True)

    class Meta:
        verbose_name = _("song listened to")
        verbose_name_plural = _("songs listened to")
        ordering = ["-plays", "number"]
        constraints = [
            models.UniqueConstraint(fields=["user", "number"], name="%(class)s_number"),
            models.UniqueConstraint(fields=["user", "key"], name="%(class)s_key"),
        ]
        indexes = [models.Index(fields=["user", "state", "-plays"], name="listened_song_next")]

    def __str__(self) -> str:
        return f"{self.artist} – {self.title}"


class ListeningMonth(UUIDModel):
    """All plays of a month (in UTC) of somebody, packed by `journal.listening.packing`."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        related_name="listening_months",
        on_delete=models.CASCADE,
        db_index=False,
    )
    month = models.DateField(_("month"))
    plays = models.PositiveIntegerField(_("plays"), default=0)
    packed = models.BinaryField(default=bytes)

    class Meta:
        verbose_name = _("month of listening")
        verbose_name_plural = _("months of listening")
        ordering = ["month"]
        constraints = [models.UniqueConstraint(fields=["user", "month"], name="%(class)s_unique")]

    def __str__(self) -> str:
        return f"{self.user}, {self.month:%Y-%m}"


class Listening(UUIDModel):
    """How somebody's listening is looked after: paused or not, and what its page shows.

    `summary` is what `journal.listening.summary` counted when something last changed, so that the
    page reads one row, however long the history.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, related_name="listening", on_delete=models.CASCADE
    )
    # titles and artists leave the server only when the listener said so
    is_paused = models.BooleanField(_("paused"), default=True)
    summary = models.JSONField(default=dict, blank=True)
    is_stale = models.BooleanField(default=False)
    # of the browser that was here last: workers count hours and days in it
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    looked_up_at = models.DateTimeField(
        default=timezone.now, help_text=_("When songs of it were looked up last.")
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("listening history")
        verbose_name_plural = _("listening histories")

    def __str__(self) -> str:
        return str(self.user)


class Followed(UUIDModel):
    """A name at a service that tells what somebody listens to."""

    class Service(models.TextChoices):
        LISTENBRAINZ = "listenbrainz", "ListenBrainz"
        LASTFM = "lastfm", "Last.fm"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="followed", on_delete=models.CASCADE, db_index=False
    )
    service = models.CharField(max_length=20, choices=Service.choices)
    name = models.CharField(max_length=64)
    latest_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True, db_index=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("followed service")
        verbose_name_plural = _("followed services")
        ordering = ["service"]
        constraints = [models.UniqueConstraint(fields=["user", "service"], name="%(class)s_unique")]

    def __str__(self) -> str:
        return f"{self.service}: {self.name}"


class ListeningRound(Job):
    """One round of looking after histories: asking services, looking songs up, counting."""

    BEHIND = dt.timedelta(minutes=1)

    objects = JobQuerySet["ListeningRound"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("round of listening")
        verbose_name_plural = _("rounds of listening")

    def __str__(self) -> str:
        return f"{self.pk}: {self.status}"


def history_path(_row: "ListeningImport", _filename: str) -> str:
    """Name a history that was sent by chance, as uploads are."""
    return f"histories/{uuid.uuid4()}"


class ListeningImport(Job):
    """A history that a listener sent, to be read by a worker; the file goes when it was read."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="listening_imports", on_delete=models.CASCADE
    )
    file = models.FileField(upload_to=history_path, blank=True)
    language = models.CharField(max_length=10, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet["ListeningImport"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("import of a listening history")
        verbose_name_plural = _("imports of listening histories")
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.user}: {self.status}"

    @property
    def spent_file(self) -> FieldFile:
        """What was sent: addresses and devices stand in it."""
        return self.file

    def at_the_end(self) -> dict[str, Any]:
        return {"finished_at": timezone.now()}

    def counted(self, name: str) -> Any:
        return self.counts.get(name, 0)
