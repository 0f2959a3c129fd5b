"""What control has said about parameters, so that a check can ask what was in force at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from filrouge.checks.fact import Fact

UNLESS_SET: Mapping[str, int] = {
    "accompanied_seconds": 21 * 86_400,
    "advance_bp": 3_000,
    "late_interest_bp": 800,
    "late_recovery_cents": 4_000,
    "pay_within_seconds": 30 * 86_400,
}
"""What the law and the plan provide; written down here, not taken from the rules."""


class Parameters:
    """Every value of every parameter, with the moment from which it is in force."""

    def __init__(self) -> None:
        self._said: dict[str, list[tuple[datetime, int, int]]] = defaultdict(list)

    def take(self, fact: Fact) -> None:
        """A `parameter-set`."""
        data = fact.data
        entry = (data["effective_at"], fact.sequence, data["value"])
        self._said[data["name"]].append(entry)

    def at(self, name: str, moment: datetime) -> int:
        """The value in force; of two from the same moment on the one that was said last."""
        past = [entry for entry in self._said[name] if entry[0] <= moment]
        return max(past)[2] if past else UNLESS_SET[name]
