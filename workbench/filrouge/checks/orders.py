"""The dates of an order, from the request to the last payment.

I3  dates: request ≤ engagement ≤ order ≤ delivery ≤ service fait ≤ order to pay ≤ payment, or flagged
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from filrouge.checks.dossier import OF_AN_ORDER, Dossier, order_of
from filrouge.checks.fact import Breach, Fact

RULES = ("I3",)


class Orders:
    """One dossier per order, judged when everything was read."""

    def __init__(self) -> None:
        self.wants = OF_AN_ORDER
        self.checked = dict.fromkeys(RULES, 0)
        self._dossiers: dict[str, Dossier] = {}

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in OF_AN_ORDER:
            order = order_of(fact.data)
            dossier = self._dossiers.setdefault(order, Dossier(order))
            dossier.facts[fact.name].append(fact)
        yield from ()

    def close(self) -> Iterator[Breach]:
        for dossier in self._dossiers.values():
            if placed := dossier.first("order-placed"):
                yield from self._dates(dossier, placed)

    def _dates(self, dossier: Dossier, placed: Fact) -> Iterator[Breach]:
        usual, late = ("requested_at", "committed_at", "placed_at"), ("placed_at", "committed_at")
        names = late if placed.data.get("regularisation") else usual
        begin = [(name, placed.data[name]) for name in names]
        yield from self._in_order(dossier, begin, placed)
        for fact in dossier.all("service-certified"):
            steps = [(name, fact.data[name]) for name in ("received_at", "certified_at")]
            order = ("placed_at", placed.data["placed_at"])
            yield from self._in_order(dossier, [order, *steps], fact)
        ordered = {
            (fact.data["invoice"], fact.data["attempt"]): fact
            for fact in dossier.all("payment-ordered")
        }
        for fact in ordered.values():
            steps = [
                (name, fact.data[name])
                for name in ("certified_at", "ordered_at")
                if fact.data[name] is not None
            ]
            yield from self._in_order(dossier, steps, fact)
        for fact in dossier.all("payment-recorded"):
            before = ordered.get((fact.data["invoice"], fact.data["attempt"]))
            if before is not None:
                steps = [
                    ("ordered_at", before.data["ordered_at"]),
                    ("paid_at", fact.data["paid_at"]),
                ]
                yield from self._in_order(dossier, steps, fact)

    def _in_order(
        self, dossier: Dossier, steps: list[tuple[str, datetime]], fact: Fact
    ) -> Iterator[Breach]:
        for (earlier, before), (later, after) in pairwise(steps):
            self.checked["I3"] += 1
            if before > after:
                sentence = f"{dossier.about}: {later} {after:%d %b %H:%M} before {earlier} {before:%d %b %H:%M}"
                yield Breach("I3", sentence, (fact.id,))
