from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LimitsConfig(AppConfig):
    """How often strangers and listeners may ask for what costs us something."""

    name = "journify.limits"
    verbose_name = _("Limits")
