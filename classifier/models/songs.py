"""Song, what models said of it, and what people said."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classifier.emotions.words import CHOICES as WORD_CHOICES
from classifier.emotions.words import emotion_of
from classifier.files.formats import known_suffix
from classifier.models.personal import PersonalLayer
from classifier.serving.results import UNSURE, UNSURE_BELOW
from journify.background.jobs import Job, JobQuerySet
from journify.models import UUIDModel

if TYPE_CHECKING:
    from typing import Any

    from django_stubs_ext import StrOrPromise

    from spotify_auth.models import User

# How a page says where the sound came from.
HEARD_IN: dict[str, StrOrPromise] = {
    "upload": _("in your file"),
    "catalogue": _("in the piece that comes with the journal"),
    "deezer": _("in a clip from Deezer"),
    "itunes": _("in a clip provided courtesy of iTunes"),
    "reccobeats": _("from features by ReccoBeats, not from sound"),
    "spotify": _("from features by Spotify, not from sound"),
}

# Sources that give the whole song, and not a clip of it.
WHOLE_SONGS = {"upload", "catalogue"}

EMOTION_CHOICES = [
    ("sad", _("sad")),
    ("happy", _("happy")),
    ("energetic", _("energetic")),
    ("calm", _("calm")),
]


def audio_path(_song: Song, filename: str) -> str:
    """Name a stored upload by chance: what the listener called it never reaches the disk."""
    return f"audio/{uuid.uuid4()}{known_suffix(filename)}"


def name_of(title: str, *, is_of_spotify: bool) -> str:
    """What a song is called that has no title, or whose title Spotify lets nobody keep for long.

    Said in the reader's language: the row belongs to everybody.
    """
    if title:
        return title
    return gettext("A song on Spotify") if is_of_spotify else gettext("Untitled")


class SongQuerySet(models.QuerySet["Song"]):
    def with_readings(self, user: User) -> SongQuerySet:
        """Join what models said and what `user` said and taught, in a fixed number of queries."""
        layer = PersonalLayer.objects.layer_of(user.pk)
        return self.annotate(
            own_layer=Value(layer.as_text(), output_field=models.CharField())
        ).prefetch_related(
            Prefetch(
                "classifications",
                # most of a row, and only a single song's page asks for its stretches
                Classification.objects.defer("embedding", "segments").order_by("-queued_at"),
            ),
            Prefetch("labels", Label.objects.filter(user=user), to_attr="own_labels"),
        )

    def visible_to(self, user: User) -> SongQuerySet:
        """Catalogue songs and the user's own."""
        return self.filter(Q(owner=None) | Q(owner=user))

    def catalogue(self) -> SongQuerySet:
        return self.filter(owner=None, spotify_id=None, deezer_id=None)


class Song(UUIDModel):
    title = models.CharField(_("title"), max_length=200)
    artist = models.CharField(_("artist"), max_length=200, blank=True)
    album = models.CharField(_("album"), max_length=200, blank=True)
    isrc = models.CharField(_("ISRC"), max_length=12, blank=True)
    spotify_id = models.CharField(
        _("ID at Spotify"), max_length=22, unique=True, null=True, blank=True
    )
    spotify_url = models.URLField(_("address at Spotify"), blank=True)
    artwork_url = models.URLField(_("address of the cover"), blank=True)
    deezer_id = models.PositiveBigIntegerField(
        _("ID at Deezer"), unique=True, null=True, blank=True
    )
    deezer_url = models.URLField(_("address at Deezer"), blank=True)
    duration_ms = models.PositiveIntegerField(_("duration (ms)"), null=True, blank=True)
    metadata_fetched_at = models.DateTimeField(_("looked up"), null=True, blank=True)
    catalogue_key = models.SlugField(_("key in the catalogue"), unique=True, null=True, blank=True)
    audio = models.FileField(_("audio"), upload_to=audio_path, blank=True)
    audio_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    audio_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    # since when no answer uses an upload; `journal.rules` keeps it
    unused_since = models.DateTimeField(null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        related_name="songs",
        on_delete=models.CASCADE,
        db_index=False,
        null=True,
        blank=True,
        help_text=_("Empty for songs of the catalogue, which everybody may use."),
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = SongQuerySet.as_manager()

    class Meta:
        verbose_name = _("song")
        verbose_name_plural = _("songs")
        ordering = ["-created_at"]
        # `db_index` would give PostgreSQL a second one of each, for LIKE
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="song_owner_created"),
            models.Index(fields=["-created_at"], name="song_created"),
            models.Index(fields=["isrc"], name="song_isrc"),
            models.Index(fields=["audio_sha256"], name="song_audio_sha256"),
        ]
        # the same audio of the same listener is one song
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "audio_sha256"],
                condition=Q(audio_sha256__gt=""),
                name="%(app_label)s_%(class)s_unique",
            )
        ]

    # as the database had it
    artist_read: str | None = None

    @classmethod
    def from_db(cls, *row: Any, **how: Any) -> Song:
        song = super().from_db(*row, **how)
        song.artist_read = song.__dict__.get("artist")
        return song

    def __str__(self) -> str:
        return f"{self.name} – {self.artist}" if self.artist else self.name

    @property
    def name(self) -> str:
        return name_of(self.title, is_of_spotify=bool(self.spotify_id or self.spotify_url))

    @property
    def has_audio(self) -> bool:
        """Whether we hold audio of the song, and storage still has it."""
        return bool(self.audio) and self.audio.storage.exists(str(self.audio.name))

    @property
    def cover_of(self) -> str:
        """Whose cover `artwork_url` is: the platform's name as settings have it, or nothing."""
        if not self.artwork_url:
            return ""
        return "spotify" if self.spotify_id else "deezer"

    @property
    def duration(self) -> dt.timedelta | None:
        return None if self.duration_ms is None else dt.timedelta(milliseconds=self.duration_ms)


# whether the plugin of mypy minds depends on what it has cached
class ClassificationQuerySet(JobQuerySet["Classification"]):  # type: ignore[override, unused-ignore]
    """The states of the work, of which some waits for another try."""

    def waiting(self) -> Self:
        return super().waiting().filter(Q(retry_at=None) | Q(retry_at__lte=Now()))

    def postponed(self) -> Self:
        return super().waiting().filter(retry_at__gt=Now())

    def answered(self) -> Self:
        """Rows with a standing answer, which a row keeps until it has a newer one."""
        return self.filter(emotion__gt="").exclude(status=Job.Status.FAILED)

    def counted_as(self, emotion: str) -> Self:
        """Answers that were sure of an emotion, or those that were "unsure"."""
        if emotion == UNSURE:
            return self.filter(certainty__lt=UNSURE_BELOW)
        return self.filter(emotion=emotion, certainty__gte=UNSURE_BELOW)

    def by_status(self) -> dict[str, int]:
        return dict(self.order_by().values_list("status").annotate(models.Count("pk")))


class Classification(Job):
    """What one version of one model said of a song, and the state of that work."""

    class Input(models.TextChoices):
        AUDIO = "audio", _("audio")
        FEATURES = "features", _("features")

    class Stage(models.TextChoices):
        FETCHING = "fetching", _("fetching")
        LISTENING = "listening", _("listening")
        THINKING = "thinking", _("thinking")

    # `db_index=False`, here as elsewhere: another index begins with it
    song = models.ForeignKey(
        Song,
        verbose_name=_("song"),
        related_name="classifications",
        on_delete=models.CASCADE,
        db_index=False,
    )
    model = models.CharField(_("model"), max_length=40)
    version = models.CharField(_("version"), max_length=40)
    emotion = models.CharField(_("emotion"), max_length=10, choices=EMOTION_CHOICES, blank=True)
    probabilities = models.JSONField(_("probabilities"), default=dict, blank=True)
    # the largest of the probabilities, for who reads thousands of answers
    certainty = models.FloatField(default=0.0, editable=False)
    segments = models.JSONField(_("segments"), default=list, blank=True)
    embedding = models.BinaryField(
        null=True, blank=True, help_text=_("How the network saw the clip.")
    )
    # what tags say for finer words; nothing of what was heard before this was kept
    word_odds = models.JSONField(default=dict, blank=True, editable=False)
    clip_source = models.CharField(_("clip from"), max_length=20, blank=True)
    # seconds from the file's beginning; unknown of what was heard before this was kept
    clip_start = models.FloatField(null=True, blank=True, editable=False)
    # else there was nothing to hear in the middle
    is_middle = models.BooleanField(default=True, editable=False)
    clip_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    input = models.CharField(
        _("heard from"), max_length=10, choices=Input.choices, default=Input.AUDIO
    )
    stage = models.CharField(
        max_length=10, blank=True, editable=False, help_text=_("What a worker is doing with it.")
    )
    reason = models.CharField(
        _("reason"), max_length=40, blank=True, help_text=_("Why it failed or waits, as a slug.")
    )
    seconds = models.FloatField(_("seconds"), null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True, editable=False)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    retry_at = models.DateTimeField(_("tried again at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    answered_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since when the answer in this row stands; empty: since it was queued."),
    )

    objects = ClassificationQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        ordering = ["-queued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["song", "model", "version"], name="%(app_label)s_%(class)s_unique"
            )
        ]
        indexes = [
            *Job.Meta.indexes,
            models.Index(fields=["-queued_at"], name="classification_queued"),
            models.Index(fields=["clip_sha256"], name="classification_clip_sha256"),
            # the few that say why they failed or wait
            models.Index(
                fields=["-queued_at"], condition=Q(error__gt=""), name="classification_error"
            ),
            # what `classifier.emotions.effective` reads of thousands of songs, not their wide rows
            models.Index(
                fields=[
                    *("song", "status", "model", "emotion", "certainty"),
                    *("answered_at", "queued_at"),
                ],
                name="classification_answer",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether the work is not finished, as `open` finds it."""
        return self.status in {Job.Status.QUEUED, Job.Status.RUNNING}

    @property
    def has_answer(self) -> bool:
        """Whether an answer stands in this row, as `answered` finds them."""
        return bool(self.emotion) and self.status != Job.Status.FAILED

    @property
    def answer_time(self) -> dt.datetime:
        """By when its answer is older or newer than others."""
        return self.answered_at or self.queued_at

    @property
    def heard_in(self) -> StrOrPromise:
        """Where the sound, or what stood in for it, came from, as a page says it."""
        return HEARD_IN.get(self.clip_source, "")

    @property
    def offset(self) -> float | None:
        """Where in the song the clip begins; None where nobody knows, as of a platform's clip."""
        return self.clip_start if self.clip_source in WHOLE_SONGS else None

    def __str__(self) -> str:
        return (
            f"{self.song}: {self.get_emotion_display() or self.get_status_display()} ({self.model})"
        )


class Label(UUIDModel):
    """What a person said of a song: it wins over every classification on that person's pages."""

    song = models.ForeignKey(
        Song,
        verbose_name=_("song"),
        related_name="labels",
        on_delete=models.CASCADE,
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("listener"),
        related_name="labels",
        on_delete=models.CASCADE,
        db_index=False,
    )
    emotion = models.CharField(_("emotion"), max_length=10, choices=EMOTION_CHOICES)
    # one of `classifier.emotions.words` that belongs to the emotion, or nothing
    word = models.CharField(_("finer word"), max_length=16, choices=WORD_CHOICES, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(fields=["song", "user"], name="%(app_label)s_%(class)s_unique")
        ]
        indexes = [models.Index(fields=["user", "-updated_at"], name="label_user_updated")]

    def clean(self) -> None:
        """Drop a finer word that does not belong to the emotion."""
        if emotion_of(self.word) != self.emotion:
            self.word = ""

    def __str__(self) -> str:
        return f"{self.song}: {self.get_emotion_display()} ({self.user})"
