"""Keep freed memory for the next clip.

glibc gives large arrays back to the kernel as soon as they are freed and asks for them anew, filled
with zeros page by page: a tenth of the time of a clip whose arrays are all of a few megabytes.
(mallopt(3), https://man7.org/linux/man-pages/man3/mallopt.3.html)
"""

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of malloc.h
KEPT_BYTES = 128 * 1024**2
LARGEST_KEPT = 32 * 1024**2  # the most that glibc takes


def keep_freed_memory() -> bool:
    """Have this process keep what it frees, up to 128 MB; False where the C library cannot."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT) and mallopt(M_TRIM_THRESHOLD, KEPT_BYTES))
