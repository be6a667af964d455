"""How often a platform may still be called, kept where every process sees it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from journify.models import UUIDModel


class PlatformPace(UUIDModel):
    """When a platform may be called next; `revision` guards every change."""

    platform = models.CharField(max_length=20, unique=True)
    paced_until = models.DateTimeField(default=timezone.now)
    blocked_until = models.DateTimeField(default=timezone.now)
    is_quota_used_up = models.BooleanField(default=False)
    is_down = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.platform
