"""Everything that the stream holds about one order, collected before it is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from filrouge.checks.fact import Data, Fact
from filrouge.checks.parameters import Parameters


@dataclass(slots=True)
class Around:
    """What has to be known besides the dossier itself to judge it."""

    parameters: Parameters = field(default_factory=Parameters)
    ibans: dict[str, str] = field(default_factory=dict)
    """Framework agreement → the account of its supplier."""


@dataclass(slots=True)
class Dossier:
    """The facts about an order or engagement by name; of one lane in the order of its decisions."""

    about: str
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

    def by(self, field_name: str, *names: str) -> dict[str, list[Data]]:
        """The data of these facts, sorted into what a field of theirs names."""
        found: dict[str, list[Data]] = defaultdict(list)
        for data in self.data(*names):
            found[data[field_name]].append(data)
        return dict(found)

    def total_cents(self, name: str) -> int:
        return sum(int(data["amount_cents"]) for data in self.data(name))


def order_of(data: Data) -> str:
    """Of a fact about an order, or about the engagement of one."""
    order: str = data.get("order") or data["engagement"].removeprefix("order:")
    return order


def engagement_of(data: Data) -> str:
    """Of a fact about an order or a programme, or about what is engaged for it."""
    if "engagement" in data:
        engagement: str = data["engagement"]
        return engagement
    return f"order:{data['order']}" if "order" in data else f"programme:{data['programme']}"


def ids(facts: Iterable[Fact]) -> tuple[str, ...]:
    return tuple(fact.id for fact in facts)


def amount_cents(quantity: int, unit_cents: int, vat_rate_bp: int) -> int:
    """Pieces at a price with VAT, half a cent up: worked out here, not by the contracts' code."""
    net = quantity * unit_cents
    return net + vat_cents(net, vat_rate_bp)


def vat_cents(net_cents: int, vat_rate_bp: int) -> int:
    return (2 * net_cents * vat_rate_bp + 10_000) // 20_000
