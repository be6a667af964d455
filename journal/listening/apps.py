from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListeningConfig(AppConfig):
    """What a listener listened to elsewhere, and how it sounded."""

    name = "journal.listening"
    label = "listening"
    verbose_name = _("Listening histories")
