"""What an engagement comes to, added up from its own events and nothing else.

I2  per engagement: 0 ≤ paid − unrecovered advances ≤ liquidated ≤ certified and engaged, at every moment
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from filrouge.checks.dossier import Around, Dossier, ids
from filrouge.checks.fact import Breach, Data

PLACED = ("order-placed", "programme-funded")
COMMITMENTS = ("commitment-accepted", "commitment-released")


@dataclass(slots=True)
class Sums:
    """In cents; each is what the name says, less what was taken back of it."""

    cents: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    """Of matched invoices: on each, VAT may have been rounded up by a cent."""

    def add(self, name: str, data: Data) -> None:
        """One event of the engagement."""
        STEPS[name](self, data)

    @property
    def unrecovered(self) -> int:
        return max(0, self.cents["advances"] - self.cents["recovered"])

    def wrong(self) -> Iterator[str]:
        """What must never be, in words."""
        for name, cents in self.cents.items():
            if cents < 0:
                yield f"{name} is {cents} cents"
        settled = self.cents["paid"] - self.unrecovered
        if not 0 <= settled <= self.cents["liquidated"]:
            yield f"{settled} cents paid of {self.cents['liquidated']} liquidated"
        if self.cents["liquidated"] > self.cents["engaged"]:
            yield f"{self.cents['liquidated']} cents liquidated of {self.cents['engaged']} engaged"
        if self.cents["invoiced"] > self.cents["certified"] + self.lines:
            yield f"{self.cents['invoiced']} cents matched of {self.cents['certified']} certified"


def _engaged(sums: Sums, data: Data) -> None:
    sums.cents["engaged"] = data["amount_cents"] - sums.cents["given back"]


def _settled(sums: Sums, data: Data) -> None:
    sums.cents["engaged"] -= data["released_cents"]
    sums.cents["given back"] += data["released_cents"]


def _certified(sums: Sums, data: Data) -> None:
    sums.cents["certified"] += data["amount_cents"]


def _withdrawn(sums: Sums, data: Data) -> None:
    sums.cents["certified"] -= data["amount_cents"]


def _matched(sums: Sums, data: Data) -> None:
    net_cents = data["amount_cents"] - data["reduction_cents"]
    sums.lines += len(data["lines"])
    sums.cents["invoiced"] += net_cents
    sums.cents["liquidated"] += net_cents - data["penalty_cents"]
    sums.cents["recovered"] += data["recovered_cents"]


def _credited(sums: Sums, data: Data) -> None:
    sums.cents["liquidated"] -= data["lowered_cents"]


def _paid(sums: Sums, data: Data, sign: int = 1) -> None:
    sums.cents["paid"] += sign * data["amount_cents"]
    if data["purpose"] == "advance":
        sums.cents["advances"] += sign * data["amount_cents"]


def _rejected(sums: Sums, data: Data) -> None:
    if data["payment"] is not None:
        _paid(sums, data, sign=-1)


def _due(sums: Sums, data: Data) -> None:
    sums.cents["to come back"] += data["amount_cents"]


def _repaid(sums: Sums, data: Data) -> None:
    cents = data["amount_cents"]
    sums.cents["paid"] -= cents
    sums.cents["to come back"] -= cents
    sums.cents["advances" if data["cause"] == "advance" else "liquidated"] -= cents


STEPS: Mapping[str, Callable[[Sums, Data], None]] = {
    "engagement-recorded": _engaged,
    "engagement-adjusted": _engaged,
    "engagement-settled": _settled,
    "service-recorded": _certified,
    "service-withdrawn": _withdrawn,
    "invoice-matched": _matched,
    "credit-note-recorded": _credited,
    "payment-recorded": _paid,
    "payment-rejection-recorded": _rejected,
    "repayment-due": _due,
    "repayment-recorded": _repaid,
}
WANTS = frozenset({*STEPS, *PLACED, *COMMITMENTS})


def judge(dossier: Dossier, _around: Around, checked: Counter[str]) -> Iterator[Breach]:
    """I2 after every event; and at the end, what it says to have engaged is what its line says."""
    moves = dossier.all(*STEPS)
    if not moves:
        return
    if not any(dossier.first(name) for name in PLACED):
        yield Breach("I2", f"{dossier.about} has money and is no order", (moves[0].id,))
    sums = Sums()
    for fact in moves:
        checked["I2"] += 1
        sums.add(fact.name, fact.data)
        for wrong in sums.wrong():
            yield Breach("I2", f"{dossier.about}: {wrong}", (fact.id,))
    accepted, released = (dossier.total_cents(name) for name in COMMITMENTS)
    if accepted - released != sums.cents["engaged"]:
        sentence = (
            f"{dossier.about}: {sums.cents['engaged']} cents of {accepted - released} engaged"
        )
        yield Breach("I2", sentence, ids(dossier.all("engagement-recorded", *COMMITMENTS)))
