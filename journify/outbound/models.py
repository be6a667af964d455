"""Which platforms may not be called now, kept where every process sees it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journify.models import UUIDModel


class PlatformPace(UUIDModel):
    """Until when a platform may not be called, as it asked or is away."""

    platform = models.CharField(max_length=20, unique=True)
    blocked_until = models.DateTimeField(default=timezone.now)
    is_quota_used_up = models.BooleanField(default=False)
    is_down = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("pace of a platform")
        verbose_name_plural = _("paces of platforms")

    def __str__(self) -> str:
        return self.platform
