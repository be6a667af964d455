"""What a listener's labels taught."""

from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journify.models import UUIDModel
from ml.personal import Layer

# Columns of `PersonalLayer` in the order of `ml.personal.Layer`.
LAYER_FIELDS = ("arousal", "valence", "scale", "strength")


class PersonalLayerQuerySet(models.QuerySet["PersonalLayer"]):
    def at_work(self) -> Self:
        """Layers by which songs sound different to their listeners."""
        return self.filter(is_on=True, labels__gt=0)

    def layer_of(self, user: UUID) -> Layer:
        """Return what counts for a listener; it changes nothing where nothing was taught."""
        values = self.at_work().filter(user=user).values_list(*LAYER_FIELDS).first()
        return Layer(*values) if values else Layer()


class PersonalLayer(UUIDModel):
    """What one listener's labels taught: added to every answer, on that listener's pages only.

    `classifier.emotions.personal` fits it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, related_name="personal_layer", on_delete=models.CASCADE
    )
    is_on = models.BooleanField(default=True)
    # as `ml.personal.Layer` has them
    arousal = models.FloatField(default=0.0)
    valence = models.FloatField(default=0.0)
    scale = models.FloatField(default=1.0)
    strength = models.FloatField(default=0.0)
    # how many labels it learnt from, and how many of those agree without it and with it
    labels = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0)
    after = models.PositiveIntegerField(default=0)
    # whose answers most of those labels were compared with
    model = models.CharField(max_length=40, blank=True)
    version = models.CharField(max_length=40, blank=True)
    fitted_at = models.DateTimeField(null=True, blank=True)
    # labels set before that teach nothing any more
    forgotten_at = models.DateTimeField(null=True, blank=True)
    is_stale = models.BooleanField(default=False, db_index=True)  # a worker looks at songs again
    # when the listener was last asked about a song, and about which
    asked_on = models.DateField(null=True, blank=True)
    asked_song = models.ForeignKey(
        "classifier.Song", related_name="+", on_delete=models.SET_NULL, null=True, blank=True
    )

    objects = PersonalLayerQuerySet.as_manager()

    class Meta:
        verbose_name = _("personal layer")
        verbose_name_plural = _("personal layers")

    def __str__(self) -> str:
        return f"{self.labels}"

    @property
    def layer(self) -> Layer:
        """What it adds to answers while it is on."""
        if not self.is_on:
            return Layer()
        return Layer(self.arousal, self.valence, self.scale, self.strength)
