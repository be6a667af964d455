"""Which log there is: one line an event on standard error; who runs us adds name and time."""

from typing import Any

FORMATTERS = {
    "line": "journify.monitoring.logs.LineFormatter",
    "json": "journify.monitoring.logs.ObjectFormatter",
}


def logging_settings(form: str, level: str) -> dict[str, Any]:
    """Return Django's LOGGING for a key of `FORMATTERS`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": FORMATTERS[form]}},
        "filters": {"short": {"()": "journify.monitoring.logs.ShortSuspicion"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "ours", "filters": ["short"]}
        },
        # urllib3 writes whole addresses, with what people search for and signed links in them;
        # botocore, when it may say everything, whole requests and what signs them
        "loggers": {
            "urllib3": {"level": "ERROR"},
            "botocore": {"level": "INFO"},
            # its warnings are paths of what journify.access has a line of already
            "django.request": {"level": "ERROR"},
        },
        "root": {"handlers": ["console"], "level": level},
    }
