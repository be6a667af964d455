"""System checks of the classifier."""

from __future__ import annotations
