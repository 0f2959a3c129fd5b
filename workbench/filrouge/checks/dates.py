"""The dates of an order, from the request to the last payment.

I3  dates: request ≤ engagement ≤ order ≤ delivery ≤ service fait ≤ order to pay ≤ payment, or flagged
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise, zip_longest

from filrouge.checks.dossier import Dossier, ids, order_of
from filrouge.checks.fact import Breach, Fact

RULES = ("I3",)
DECISIONS = {
    "adjournment-recorded": "adjourned_at",
    "presentation-recorded": "presented_at",
    "admission-recorded": "admitted_at",
    "rejection-recorded": "rejected_at",
}
"""What is decided about a delivery note once it is received → when."""
WANTS = frozenset(
    {
        "order-opened",
        "order-placed",
        "order-amended",
        "order-cancelled",
        "commitment-accepted",
        "shipment-recorded",
        "reception-recorded",
        *DECISIONS,
        "service-certified",
        "payment-ordered",
        "payment-recorded",
    }
)
Chain = tuple[Fact, list[tuple[str, datetime]]]
"""Dates that follow each other, each with its name, and the fact that shows them."""


class Dates:
    """One dossier per order, judged when everything was read."""

    def __init__(self) -> None:
        self.wants = WANTS
        self.checked = dict.fromkeys(RULES, 0)
        self._dossiers: dict[str, Dossier] = {}

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in WANTS:
            order = order_of(fact.data)
            dossier = self._dossiers.setdefault(order, Dossier(order))
            dossier.facts[fact.name].append(fact)
        yield from ()

    def close(self) -> Iterator[Breach]:
        for dossier in self._dossiers.values():
            if placed := dossier.first("order-placed"):
                yield from _flags(dossier, placed)
                for chains in (_ordered, _changed, _delivered, _paid):
                    for fact, dates in chains(dossier, placed):
                        yield from self._in_order(dossier, fact, dates)

    def _in_order(
        self, dossier: Dossier, fact: Fact, dates: list[tuple[str, datetime]]
    ) -> Iterator[Breach]:
        for (earlier, before), (later, after) in pairwise(dates):
            self.checked["I3"] += 1
            if before > after:
                sentence = f"{dossier.about}: {later} {after:%d %b %H:%M} before {earlier} {before:%d %b %H:%M}"
                yield Breach("I3", sentence, (fact.id,))


def _flags(dossier: Dossier, placed: Fact) -> Iterator[Breach]:
    """What was ordered before it was engaged is a régularisation everywhere, and nothing else is."""
    opened = dossier.first("order-opened")
    urgent = opened is not None and opened.data["emergency"] is not None
    commitments = [c for c in dossier.all("commitment-accepted") if not c.data["adjusts"]]
    for fact in (placed, *commitments):
        if fact.data["regularisation"] != urgent:
            wrong = "flagged" if fact.data["regularisation"] else "not flagged"
            sentence = f"{dossier.about}: {fact.name} is {wrong} as a régularisation"
            yield Breach("I3", sentence, (*ids(dossier.all("order-opened")), fact.id))


def _ordered(dossier: Dossier, placed: Fact) -> Iterator[Chain]:
    opened = dossier.first("order-opened")
    emergency = opened.data["emergency"] if opened is not None else None
    usual, late = ("requested_at", "committed_at", "placed_at"), ("requested_at", "committed_at")
    dates = [(name, placed.data[name]) for name in (late if emergency else usual)]
    if emergency:  # to the second: goods are not said to be ordered earlier than they were
        at = ("ordered_at", emergency["ordered_at"])
        dates = [at, ("placed_at", placed.data["placed_at"]), at, *dates]
    yield placed, dates


def _changed(dossier: Dossier, placed: Fact) -> Iterator[Chain]:
    """More is engaged before the order is amended; nothing changes before the order is placed."""
    quantity, grown = placed.data["quantity"], []
    for fact in dossier.all("order-amended"):
        if fact.data["quantity"] > quantity:
            grown.append(fact)
        quantity = fact.data["quantity"]
        yield fact, [_date(placed, "placed_at"), _date(fact, "amended_at")]
    engaged = [c for c in dossier.all("commitment-accepted") if c.data["adjusts"]]
    for commitment, fact in zip_longest(engaged, grown):
        if commitment is not None and fact is not None:
            yield fact, [_date(commitment, "committed_at"), _date(fact, "amended_at")]
    for fact in dossier.all("order-cancelled"):
        yield fact, [_date(placed, "placed_at"), _date(fact, "cancelled_at")]


def _delivered(dossier: Dossier, placed: Fact) -> Iterator[Chain]:
    for fact in dossier.all("shipment-recorded"):
        yield fact, [_date(placed, "placed_at"), _date(fact, "shipped_at")]
    seen: dict[str, tuple[str, datetime]] = defaultdict(lambda: _date(placed, "placed_at"))
    for fact in dossier.all("reception-recorded", *DECISIONS, "service-certified"):
        note = fact.data["delivery_note"]
        if fact.name == "service-certified":
            dates = [_date(fact, name) for name in ("received_at", "certified_at")]
            yield fact, [*dates[:1], seen[note], *dates[1:]]
        else:
            date = _date(fact, DECISIONS.get(fact.name, "received_at"))
            yield fact, [seen[note], date]
            if not fact.data.get("tacit"):  # what silence admits on its last day may be undone
                seen[note] = date


def _paid(dossier: Dossier, _placed: Fact) -> Iterator[Chain]:
    ordered = {
        (fact.data["invoice"], fact.data["attempt"]): fact
        for fact in dossier.all("payment-ordered")
    }
    for fact in ordered.values():
        if fact.data["certified_at"] is not None:  # an advance is paid before any service fait
            yield fact, [_date(fact, "certified_at"), _date(fact, "ordered_at")]
    for fact in dossier.all("payment-recorded"):
        before = ordered.get((fact.data["invoice"], fact.data["attempt"]))
        if before is not None:
            yield fact, [_date(before, "ordered_at"), _date(fact, "paid_at")]


def _date(fact: Fact, name: str) -> tuple[str, datetime]:
    return name, fact.data[name]
