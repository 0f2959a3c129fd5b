"""How a process that runs for months is kept from growing."""

from __future__ import annotations

import ctypes
import gc

ARENAS = 2
_M_ARENA_MAX = -8
"""Of `mallopt`, in glibc's malloc.h."""


def collect_seldom() -> None:
    """Events are many and short-lived, and nearly all are freed by counting references. A search among the
    youngest for every 700 objects, which is Python's own measure, costs a third of the speed; one for every
    50,000 costs nothing that could be measured, and what lies in cycles stays at a few megabytes. The old are
    searched as well, for every 20 million."""
    gc.collect()
    gc.freeze()  # modules and contracts, which stay for good
    gc.set_threshold(50_000, 20, 20)


def share_arenas() -> None:
    """Each thread that allocates has glibc make an arena that it keeps, with holes: a store that writes with a
    hundred threads grows by 25 MB each, for as many as there are arenas. Other libraries have none, and are
    left alone. To be called before threads are started."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)
