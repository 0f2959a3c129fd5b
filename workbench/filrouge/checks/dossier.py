"""Everything that the stream holds about one order, collected before it is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from filrouge.checks.fact import Data, Fact

OF_AN_ORDER = frozenset(
    {
        "order-placed",
        "order-refused",
        "order-completed",
        "commitment-accepted",
        "commitment-released",
        "engagement-recorded",
        "goods-received",
        "reception-recorded",
        "rejection-recorded",
        "admission-recorded",
        "service-certified",
        "service-recorded",
        "invoice-submitted",
        "invoice-matched",
        "payment-ordered",
        "payment-made",
        "payment-recorded",
    }
)


@dataclass(slots=True)
class Dossier:
    """The facts about an order by name; of one lane they are in the order of its decisions."""

    order: str
    facts: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))

    def all(self, *names: str) -> list[Fact]:
        """Of these names, in the order in which each lane decided them."""
        found = [fact for name in names for fact in self.facts.get(name, ())]
        return sorted(found, key=lambda fact: (fact.source, fact.sequence))

    def first(self, name: str) -> Fact | None:
        facts = self.facts.get(name)
        return facts[0] if facts else None

    def data(self, *names: str) -> Iterator[Data]:
        for fact in self.all(*names):
            yield fact.data

    def total_cents(self, name: str) -> int:
        return sum(int(data["amount_cents"]) for data in self.data(name))

    def quantity(self, name: str) -> int:
        return sum(int(data["quantity"]) for data in self.data(name))


def order_of(data: Data) -> str:
    """Of a fact about an order, or about the engagement of one."""
    order: str = data.get("order") or data["engagement"].removeprefix("order:")
    return order


def amount_cents(quantity: int, unit_cents: int, vat_rate_bp: int) -> int:
    """Pieces at a price with VAT, half a cent up: worked out here, not by the contracts' code."""
    net = quantity * unit_cents
    return net + (2 * net * vat_rate_bp + 10_000) // 20_000
