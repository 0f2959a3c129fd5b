"""What the simulator's books are compared with, as one more check of the pass: it only collects."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.checks.fact import Breach, Fact
from filrouge.simulator.play import Found


class FoundCheck:
    """Fills what the books are compared with; every fact once."""

    def __init__(self, found: Found) -> None:
        self.wants = frozenset(kind.split(".")[-2] for kind in found.wants)
        self.checked: dict[str, int] = {}
        self._found = found

    def take(self, fact: Fact) -> Iterator[Breach]:
        self._found.take(fact.kind, fact.data)
        return iter(())

    def close(self) -> Iterator[Breach]:
        return iter(())
