from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JournifyConfig(AppConfig):
    name = "journify"

    def ready(self) -> None:
        """Load what every app registers: checks, receivers, kinds of work, rules of keeping."""
        autodiscover_modules("checks", "receivers", "work", "rules")
