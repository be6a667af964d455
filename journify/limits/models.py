"""What somebody may still do, kept where every process sees it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journify.models import UUIDModel


class Allowance(UUIDModel):
    """Up to when somebody's requests are spent; `revision` guards every change.

    `key` is a keyed hash: the table tells nobody who asked for what, or from where.
    """

    key = models.CharField(max_length=64)
    spent_until = models.DateTimeField(default=timezone.now, db_index=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        # `unique=True` would give PostgreSQL a second index, for LIKE
        constraints = [models.UniqueConstraint(fields=["key"], name="allowance_key")]

    def __str__(self) -> str:
        return self.key
