"""The act of the purchases: from the need to the paid invoice."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.act import Data
from filrouge.simulator.comparison import differences
from filrouge.simulator.ledger import Ledger
from filrouge.simulator.plan import Plan
from filrouge.simulator.purchase_books import PurchaseBooks
from filrouge.simulator.script import Script
from filrouge.simulator.seen import READ, Seen
from filrouge.simulator.stage import numbers_in
from filrouge.simulator.words import Word


class Purchases:
    """Schools, buyers, suppliers, ministry and accountant, and their orders."""

    wants = READ

    def __init__(self, plan: Plan) -> None:
        self.seen = Seen()
        self.books = PurchaseBooks()
        self._script = Script(plan, self.seen)
        self.stories = len(plan.orders)

    @property
    def open(self) -> int:
        return self._script.open_orders

    def take(self, kind: str, data: Data) -> None:
        self.seen.take(kind, data)

    def words(self, day: int) -> Iterator[Word]:
        return self._script.words(day)

    def hear(self, name: str, data: Data) -> None:
        if is_of_purchases(data):
            self.books.hear(name, data)

    def ledger(self) -> PurchaseLedger:
        return PurchaseLedger()

    def differences(self, ledger: PurchaseLedger) -> Iterator[str]:
        yield from differences(self.books.expected(), ledger)


class PurchaseLedger(Ledger):
    """What the stream holds about purchases; stories and programmes are held elsewhere."""

    def take(self, kind: str, data: Data) -> None:
        if is_of_purchases(data):
            super().take(kind, data)


def is_of_purchases(data: Data) -> bool:
    """Engagements of other acts are programmes; stories have names of their own."""
    return not data.get("engagement", "").startswith("programme:") and not numbers_in(data)
