"""What is reckoned from samples: slopes, shares of a histogram, growth of counters that begin anew."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

HOUR_SECONDS = 3600.0
Histogram = Mapping[float, float]
"""Upper bound → how many observations do not exceed it; the largest bound is infinite."""


def slope_per_hour(points: Sequence[tuple[float, float]]) -> float | None:
    """Of the line through (second, value) with the least squares; None where there is no line."""
    if len(points) < 2:
        return None
    mean_at = math.fsum(at for at, _ in points) / len(points)
    mean = math.fsum(value for _, value in points) / len(points)
    spread = math.fsum((at - mean_at) ** 2 for at, _ in points)
    if not spread:
        return None
    together = math.fsum((at - mean_at) * (value - mean) for at, value in points)
    return together / spread * HOUR_SECONDS


def quantile(share: float, histogram: Histogram) -> float | None:
    """As `histogram_quantile` of Prometheus: straight within a bucket, and no further than the last
    bound that is finite; None of nothing."""
    bounds = sorted(histogram)
    if not bounds or not histogram[bounds[-1]]:
        return None
    wanted, below, least = share * histogram[bounds[-1]], 0.0, 0.0
    for bound in bounds:
        if histogram[bound] >= wanted and histogram[bound] > below:
            if math.isinf(bound):
                return least
            return least + (bound - least) * (wanted - below) / (histogram[bound] - below)
        below, least = histogram[bound], bound
    return least


def growth(before: Mapping[float, float], after: Mapping[float, float]) -> Counter[float]:
    """Of counters that are read again and again; those of a process that began anew count from nothing."""
    began_anew = any(after.get(name, 0) < value for name, value in before.items())
    start = {} if began_anew else before
    return Counter({name: value - start.get(name, 0) for name, value in after.items()})
