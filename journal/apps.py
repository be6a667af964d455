from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    """Phrases, days and entries, and every page a listener sees."""

    name = "journal"
    verbose_name = _("Journal")
