"""Which records wait for somebody: journals say how many of each closed key, and when they were decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from filrouge.checks.fact import Data


class Waiting(NamedTuple):
    """Of one service."""

    records: int
    since_seconds: float | None


class Parked:
    """Takes every journal record of every lane, in order."""

    def __init__(self) -> None:
        self._closed: dict[str, dict[tuple[int, str], tuple[int, float]]] = {}
        """Service → (lane, key) → records that wait, and since when the first of them does."""

    def take(self, note: Data, at_seconds: float) -> None:
        keys = self._closed.setdefault(note["service"], {})
        for key, (parked, redriven) in note["closed"].items():
            place = (note["lane"], key)
            if parked == redriven:
                keys.pop(place, None)
            else:
                keys[place] = (parked - redriven, keys.get(place, (0, at_seconds))[1])

    def waiting(self) -> Iterator[tuple[str, Waiting]]:
        for service, keys in self._closed.items():
            since = min((since for _, since in keys.values()), default=None)
            yield service, Waiting(sum(records for records, _ in keys.values()), since)
