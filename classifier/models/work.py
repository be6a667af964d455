"""Work beside classifying, who does it, and the rule by which answers count."""

import datetime as dt
import uuid
from pathlib import Path

from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.songs import EMOTION_CHOICES, Classification, Song
from journify.background.jobs import Job, JobQuerySet
from journify.models import UUIDModel


def picture_path(_explanation: "Explanation", _filename: str) -> str:
    return f"explanations/{uuid.uuid4()}.png"


class Explanation(Job):
    """What in a clip carried an answer: drawn when somebody asks, kept with the classification."""

    classification = models.OneToOneField(
        Classification, related_name="explanation", on_delete=models.CASCADE
    )
    # what was explained: after another answer the picture is drawn anew
    emotion = models.CharField(max_length=10, choices=EMOTION_CHOICES)
    picture = models.FileField(upload_to=picture_path, blank=True)
    shares = models.JSONField(default=list, blank=True)
    regions = models.JSONField(default=list, blank=True)

    BEHIND = dt.timedelta(seconds=10)
    GIVEN_UP = _("Drawing was interrupted.")

    objects = JobQuerySet["Explanation"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")

    def __str__(self) -> str:
        return f"{self.classification}: {self.status}"


class Arc(Job):
    """How a whole song moves: heard part by part when its listener asks."""

    song = models.OneToOneField(Song, related_name="arc", on_delete=models.CASCADE)
    model = models.CharField(max_length=40, blank=True)
    version = models.CharField(max_length=40, blank=True)
    segments = models.JSONField(default=list, blank=True)

    # after everything that somebody waits for
    BEHIND = dt.timedelta(seconds=60)
    GIVEN_UP = _("Hearing the whole song was interrupted.")

    objects = JobQuerySet["Arc"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("course of a song")
        verbose_name_plural = _("courses of songs")

    def __str__(self) -> str:
        return f"{self.song}: {self.status}"


def tryout_path(_tryout: "TryOut", filename: str) -> str:
    return f"tryouts/{uuid.uuid4()}{Path(filename).suffix[:6].lower()}"


class TryOut(Job):
    """A file, or a song of Deezer's, that somebody without an account lets be heard once.

    The file goes as soon as it was heard, the row as soon as its answer was shown.
    """

    audio = models.FileField(upload_to=tryout_path, blank=True)
    deezer_id = models.PositiveBigIntegerField(null=True, blank=True)
    title = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    BEHIND = dt.timedelta(seconds=10)
    GIVEN_UP = _("It was not heard in time. Please try again.")

    objects = JobQuerySet["TryOut"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("try-out")
        verbose_name_plural = _("try-outs")

    def __str__(self) -> str:
        return f"{self.pk}: {self.status}"

    @property
    def spent_file(self) -> FieldFile:
        return self.audio


class EmotionRule(UUIDModel):
    """The rule by which answers count in this database: one row, for all machines that share it.

    `classifier.emotions.effective` writes and reads it; `journal.emotions.renewing` keeps in it how
    far the entries have been recounted since it changed.
    """

    model_order = models.JSONField(default=list)  # in which their answers count
    digest = models.CharField(max_length=64, blank=True)  # of everything that the rule depends on
    recounted_to = models.UUIDField(null=True, blank=True)  # up to which key of songs
    recounted_at = models.DateTimeField(null=True, blank=True)  # when the last entry was

    class Meta:
        verbose_name = _("emotion rule")
        verbose_name_plural = _("emotion rules")

    def __str__(self) -> str:
        return ", ".join(self.model_order)


class Worker(UUIDModel):
    """A process that listens to songs, and when it last said so."""

    name = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
