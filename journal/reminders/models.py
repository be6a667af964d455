"""When somebody wants to be reminded, on which devices, and what was sent today."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journify.background.jobs import Job, JobQuerySet
from journify.models import UUIDModel


class Reminder(UUIDModel):
    """A listener's hour. Deleted when they want no more reminders."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, related_name="reminder", on_delete=models.CASCADE
    )
    at = models.TimeField(_("time"))
    by_mail = models.BooleanField(_("by e-mail"), default=False)
    # stands in the address of the calendar: whoever has it reads when, and nothing else
    calendar_key = models.CharField(max_length=43, unique=True, null=True, blank=True)
    # of the browser it was set with: workers have none
    time_zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    origin = models.CharField(max_length=200, help_text=_("How this server was called."))
    due_at = models.DateTimeField(_("next"), db_index=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")

    def __str__(self) -> str:
        return f"{self.user}, {self.at:%H:%M}"


class PushDevice(UUIDModel):
    """A browser that takes push messages: its address at a push service, and its keys."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="push_devices", on_delete=models.CASCADE
    )
    endpoint = models.TextField()
    endpoint_sha256 = models.CharField(max_length=64)
    public_key = models.CharField(max_length=100)
    secret = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("device for push messages")
        verbose_name_plural = _("devices for push messages")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint_sha256"], name="pushdevice_endpoint")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.created_at:%Y-%m-%d}"


class Nudge(Job):
    """One reminder on one day: whoever makes the row sends it, nobody else does."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="+", on_delete=models.CASCADE, db_index=False
    )
    date = models.DateField()

    objects = JobQuerySet["Nudge"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("reminder to send")
        verbose_name_plural = _("reminders to send")
        constraints = [
            models.UniqueConstraint(fields=["user", "date"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.date}: {self.status}"
