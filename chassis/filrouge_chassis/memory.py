"""How a process that runs for months is kept from growing."""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Events are many and short-lived, and nearly all are freed by counting references. A search among the
    youngest for every 700 objects, which is Python's own measure, costs a third of the speed; one for every
    50,000 costs nothing that could be measured, and what lies in cycles stays at a few megabytes. The old are
    searched as well, for every 20 million."""
    gc.freeze()  # modules and contracts, which stay for good
    gc.set_threshold(50_000, 20, 20)
