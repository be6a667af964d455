"""What the processes of `manage.py classify --jobs` have in common.

The process that they are copies of imports this module once. What is there then is never looked
through for garbage: their memory stays shared, and the end of that process is quick.
"""

from __future__ import annotations

import gc

import classifier.service  # noqa: F401 -- and torch with it

gc.collect()
gc.freeze()
