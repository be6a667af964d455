"""The models' stand-in, for tools that classify."""

from __future__ import annotations

from classifier.tests.conftest import service

__all__ = ["service"]
