"""The log: one line an event on standard error, for people or as JSON for a collector."""

import logging
import time
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from typing_extensions import override

from journify.monitoring.context import bound_values


class ShortSuspicion(logging.Filter):
    """Leave the traceback out where a stranger's request is refused: it is not of our mistakes."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True


class LineFormatter(logging.Formatter):
    """Level, logger and message, then what is known of request and song."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        context = " ".join(f"{name}={value}" for name, value in bound_values().items())
        message = super().formatMessage(record)
        return f"{message} [{context}]" if context else message


class ObjectFormatter(JsonFormatter):
    """An object a line: `time`, `level`, `logger`, `message`, request and song, and extras."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        # Django hands its whole request over as an extra field, with what was searched for in it
        super().__init__("%(message)s", reserved_attrs=[*RESERVED_ATTRS, "request"])

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        log_data["time"] = self.formatTime(record)
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        super().add_fields(log_data, record, message_dict)
        log_data.update(bound_values())
