"""The decoder of this process: strangers' files are never decoded inside it.

A worker or a command calls `get_decoder().start()` and keeps a child process for all its files; in
the web process every upload gets a child of its own, started as the upload begins.
"""

import functools

from django.conf import settings

from ml.audio.decoding import Bounds, Decoder


@functools.cache
def get_decoder() -> Decoder:
    memory = settings.DECODE_MEMORY_MB * 1_000_000
    return Decoder(Bounds(seconds=settings.DECODE_SECONDS, memory=memory))
