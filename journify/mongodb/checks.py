"""System checks of MongoDB: said at every start instead of in a README."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from journify.checks import SETTINGS


@register(SETTINGS)
def tasks_have_a_broker(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse to start on MongoDB without a broker: no song would ever be listened to."""
    if not settings.ON_MONGODB or settings.QUEUE_URL:
        return []
    return [
        Error(
            "MongoDB cannot carry the queue of tasks: QUEUE_URL has to name a broker.",
            hint="QUEUE_URL=amqp://… (RabbitMQ) or redis://…; docs/operations.md says more.",
            id="journify.E001",
        )
    ]
