"""Collect the texts of the app, merge them into each translation, and compile that.

manage.py messages               what is left to translate stands empty in locale/*/django.po
"""

from typing import Any

from django.conf import settings

from journify.operations.commands import ExplainedCommand
from tools import messages


class Command(ExplainedCommand):
    requires_system_checks = ()

    def handle(self, **_options: Any) -> None:
        for language, _name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            translations = messages.merge_messages(language)
            left = len(messages.untranslated(translations))
            self.stdout.write(f"{language}: {len(translations)} texts, {left} to translate.")
