"""What the simulator's books are compared with, as one more check of the pass: it only collects."""

from __future__ import annotations

import json
from collections.abc import Iterator

from filrouge.checks.fact import Breach, Fact
from filrouge.simulator.play import Found


class FoundCheck:
    """Fills what the books are compared with; every fact once, as the JSON that partners read."""

    def __init__(self, found: Found) -> None:
        self.wants: frozenset[str] = frozenset()
        self.checked: dict[str, int] = {}
        self._found = found

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.kind in self._found.wants:
            self._found.take(fact.kind, json.loads(fact.value))
        return iter(())

    def close(self) -> Iterator[Breach]:
        return iter(())
