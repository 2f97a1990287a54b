"""Memory that is freed and needed again at once, image after image."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

LARGEST_KEPT = (1 << 25) - (1 << 16)  # bytes; glibc learns from blocks of up to 32 MB


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Let the system's allocator keep what is freed for the arrays of the next image.

    glibc hands freed memory back to the system beyond twice the largest block that it has seen freed. A process that has
    read small images alone hands back nearly everything and gets it anew, page by page, for each of them, which takes a
    quarter of the time. A large block, never touched and freed at once, is all it needs to see; other systems do not mind.
    Up to 64 MB are kept.

    References
    ----------
    mallopt(3), ``M_MMAP_THRESHOLD``: the dynamic threshold.
    """
    np.empty(LARGEST_KEPT, dtype=np.uint8)
