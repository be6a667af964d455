from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    """How we call other people's servers: politely, and only the ones we mean."""

    name = "journify.outbound"
    verbose_name = _("Outside platforms")
