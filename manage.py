#!/usr/bin/env python
"""Django's command line."""

from __future__ import annotations

import gc
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    # loading makes a great many objects and no garbage, which is searched for after every 700th
    gc.set_threshold(50_000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")
    try:
        execute_from_command_line(sys.argv)
    finally:
        gc.freeze()  # else Python looks through all of it once more before the system takes it back
