from __future__ import annotations

from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    """Songs, and what the models and people say of them."""

    name = "classifier"
    verbose_name = "Songs and emotions"
