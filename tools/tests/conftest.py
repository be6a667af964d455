"""The models' stand-in, for tools that classify."""

from __future__ import annotations

from classifier.conftest import service

__all__ = ["service"]
