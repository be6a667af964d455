"""How old the newest backup is, for who is woken when it grows too old."""

from __future__ import annotations

import math
from collections.abc import Iterable

from django.conf import settings
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from journify.backups.folders import Folder


class BackupCollector:
    """Looks into BACKUP_DIR when it is asked."""

    def collect(self) -> Iterable[Metric]:
        """Give the age, infinite where there is no backup; nothing where none are made."""
        if settings.BACKUP_DIR is None:
            return
        age = Folder(settings.BACKUP_DIR).age()
        yield GaugeMetricFamily(
            "journify_backup_age_seconds",
            "How old the newest backup is.",
            value=math.inf if age is None else age.total_seconds(),
        )
