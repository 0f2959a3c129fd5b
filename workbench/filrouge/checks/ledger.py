"""The simulator's ledger as one more check of the pass: it counts, and finds nothing wrong by itself."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.checks.fact import Breach, Fact
from filrouge.simulator.ledger import COMPARED, Ledger


class LedgerCheck:
    """Fills a ledger with every fact, each once."""

    def __init__(self) -> None:
        self.wants = frozenset(kind.split(".")[-2] for kind in COMPARED)
        self.checked: dict[str, int] = {}
        self.ledger = Ledger()

    def take(self, fact: Fact) -> Iterator[Breach]:
        self.ledger.take(fact.kind, fact.data)
        return iter(())

    def close(self) -> Iterator[Breach]:
        return iter(())
