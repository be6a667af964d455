"""How a listener wants the journal, and what workers do for a listener."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models import Song
from journal.site.dates import known_zones
from journify.background.jobs import Job, JobQuerySet
from journify.models import UUIDModel


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in known_zones():
        raise ValidationError(_("“%(name)s” is not a time zone we know."), params={"name": name})


class Preferences(UUIDModel):
    class Theme(models.TextChoices):
        AUTO = "auto", _("Like my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Search(models.TextChoices):
        ASK = "", _("Ask me in the picker")
        OUTSIDE = "outside", _("Deezer and my songs")
        OWN = "own", _("Only my songs")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, related_name="preferences", on_delete=models.CASCADE
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=[("", _("Like my browser")), *settings.LANGUAGES],
    )
    phrases_per_day = models.PositiveSmallIntegerField(
        _("phrases a day"), default=12, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    large_phrases = models.PositiveSmallIntegerField(
        _("phrases shown at once"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    leave_hard_days_out = models.BooleanField(_("leave hard days out"), default=False)
    # whether what is typed in the picker may leave this server: nobody is taken for granted
    search = models.CharField(
        _("song search"), max_length=10, blank=True, choices=Search.choices, default=Search.ASK
    )

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"{self.user}"


class Refresh(Job):
    """What Spotify says of a song is read again, by the access of somebody who looked at it.

    Deleted when that was tried: until somebody looks again.
    """

    song = models.OneToOneField(Song, related_name="+", on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="+", on_delete=models.CASCADE)

    BEHIND = dt.timedelta(seconds=10)

    objects = JobQuerySet["Refresh"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("song to look up again")
        verbose_name_plural = _("songs to look up again")

    def __str__(self) -> str:
        return f"{self.song}: {self.status}"


class Playlist(Job):
    """A list of songs as a playlist at Spotify: the same list is the same playlist there.

    `filters` are those of the history's form, `key` stands for them. `found` keeps the ids at
    Spotify of songs that came from elsewhere, so that a second time asks only for new ones. All of
    it goes when Spotify is disconnected.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="playlists", on_delete=models.CASCADE, db_index=False
    )
    key = models.CharField(max_length=32)
    title = models.CharField(_("title"), max_length=100)
    filters = models.JSONField(default=dict, blank=True)
    spotify_id = models.CharField(max_length=22, blank=True)
    found = models.JSONField(default=dict, blank=True)
    done = models.PositiveIntegerField(_("steps done"), default=0)
    total = models.PositiveIntegerField(_("steps in all"), default=0)
    missing = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=10, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet["Playlist"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("playlist")
        verbose_name_plural = _("playlists")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.title} ({self.status})"

    @property
    def url(self) -> str:
        return f"https://open.spotify.com/playlist/{self.spotify_id}" if self.spotify_id else ""


def archive_path(_transfer: "Transfer", _filename: str) -> str:
    """Name an archive by chance: neither its owner nor its day is written on it."""
    return f"archives/{uuid.uuid4()}.zip"


class Transfer(Job):
    """A journal on its way out or in: an archive being written or read, and how far that is."""

    class Kind(models.TextChoices):
        EXPORT = "export", _("export")
        IMPORT = "import", _("import")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="transfers", on_delete=models.CASCADE, db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    with_audio = models.BooleanField(_("with audio"), default=False)
    file = models.FileField(_("archive"), upload_to=archive_path, blank=True)
    done = models.PositiveIntegerField(_("steps done"), default=0)
    total = models.PositiveIntegerField(_("steps in all"), default=0)
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(_("what came of it"), default=dict, blank=True)
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    expires_at = models.DateTimeField(_("deleted on"), null=True, blank=True)

    objects = JobQuerySet["Transfer"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("export or import")
        verbose_name_plural = _("exports and imports")
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} ({self.status})"

    @property
    def spent_file(self) -> FieldFile | None:
        """An archive that was sent, as soon as it is read."""
        return self.file if self.kind == self.Kind.IMPORT else None

    def at_the_end(self) -> dict[str, Any]:
        now = timezone.now()
        kept = dt.timedelta(days=settings.ARCHIVE_KEPT_DAYS)
        return {"finished_at": now, "expires_at": now + kept}

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 0
