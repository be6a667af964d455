from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClassifierConfig(AppConfig):
    """Songs, and what the models and people say of them."""

    name = "classifier"
    verbose_name = _("Songs and feelings")
