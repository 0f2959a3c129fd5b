"""Every payment: once, as it was ordered, to whom it is owed, and in time.

I7  one order to pay per attempt and one payment for it, of its amount, to the creditor's own account
I13 nothing is paid more than four full years after the year in which it was earned
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from filrouge.checks.dossier import Around, Dossier, ids
from filrouge.checks.fact import Breach, Fact

BARRED_AFTER_YEARS = 4
WANTS = frozenset(
    {
        "order-placed",
        "programme-funded",
        "advance-requested",
        "payment-ordered",
        "payment-recorded",
        "payment-rejection-recorded",
        "payment-resubmission-recorded",
    }
)


def judge(dossier: Dossier, around: Around, checked: Counter[str]) -> Iterator[Breach]:
    orders: dict[tuple[str, int], Fact] = {}
    paid: dict[tuple[str, int], Fact] = {}
    for fact in dossier.all("payment-ordered"):
        checked["I7"] += 1
        yield from _once(orders, fact)
        yield from _creditor(dossier, around, fact)
        yield from _again(dossier, orders, fact)
    for fact in dossier.all("payment-recorded"):
        for rule in ("I7", "I13"):
            checked[rule] += 1
        yield from _once(paid, fact)
        yield from _creditor(dossier, around, fact)
        yield from _as_ordered(orders, fact)
        yield from _in_time(dossier, orders, fact)


# --- I7 --------------------------------------------------------------------------------------------


def _once(seen: dict[tuple[str, int], Fact], fact: Fact) -> Iterator[Breach]:
    name, attempt = place = fact.data["invoice"], fact.data["attempt"]
    if (twin := seen.setdefault(place, fact)) is not fact:
        sentence = f"{name}: {fact.name} twice for attempt {attempt}"
        yield Breach("I7", sentence, ids((twin, fact)))


def _creditor(dossier: Dossier, around: Around, fact: Fact) -> Iterator[Breach]:
    """The supplier and the account of the agreement, or of the association's programme."""
    creditor: tuple[object, object] = (None, None)
    if placed := dossier.first("order-placed"):
        creditor = (placed.data["supplier"], around.ibans.get(placed.data["agreement"]))
    elif funded := dossier.first("programme-funded"):
        creditor = (funded.data["association"], funded.data["iban"])
    if (fact.data["supplier"], fact.data["iban"]) != creditor:
        yield Breach("I7", f"{fact.data['invoice']} goes to somebody else", (fact.id,))


def _again(dossier: Dossier, orders: dict[tuple[str, int], Fact], fact: Fact) -> Iterator[Breach]:
    """A second order to pay follows a first one that was rejected, and a resubmission."""
    name, attempt = fact.data["invoice"], fact.data["attempt"]
    if attempt == 1:
        return
    before = orders.get((name, attempt - 1))
    rejected = _of(dossier, "payment-rejection-recorded", name, attempt - 1)
    resubmitted = _of(dossier, "payment-resubmission-recorded", name, attempt)
    steps = [before, *rejected[:1], *resubmitted[:1], fact]
    places = [(step.source, step.sequence) for step in steps if step is not None]
    if len(places) < 4 or places != sorted(places):
        yield Breach("I7", f"{name}: attempt {attempt} without a rejection", (fact.id,))


def _of(dossier: Dossier, kind: str, name: str, attempt: int) -> list[Fact]:
    wanted = (name, attempt)
    return [f for f in dossier.all(kind) if (f.data["invoice"], f.data["attempt"]) == wanted]


def _as_ordered(orders: dict[tuple[str, int], Fact], fact: Fact) -> Iterator[Breach]:
    ordered = orders.get((fact.data["invoice"], fact.data["attempt"]))
    if ordered is None or ordered.sequence > fact.sequence:
        yield Breach("I7", f"{fact.data['invoice']} is paid without an order to pay", (fact.id,))
    elif ordered.data["amount_cents"] != fact.data["amount_cents"]:
        sentence = f"{fact.data['invoice']}: {ordered.data['amount_cents']} cents were ordered"
        yield Breach("I7", f"{sentence}, {fact.data['amount_cents']} paid", ids((ordered, fact)))


# --- I13 -------------------------------------------------------------------------------------------


def _in_time(dossier: Dossier, orders: dict[tuple[str, int], Fact], paid: Fact) -> Iterator[Breach]:
    """Prescription quadriennale: an advance is earned when it is asked for."""
    ordered = orders.get((paid.data["invoice"], paid.data["attempt"]))
    earned = [] if ordered is None else [ordered.data["certified_at"]]
    if paid.data["purpose"] == "advance":
        requests = dossier.data("advance-requested")
        earned = [d["requested_at"] for d in requests if d["advance"] == paid.data["invoice"]]
    for moment in (moment for moment in earned if moment is not None):
        barred_at = datetime(moment.year + BARRED_AFTER_YEARS + 1, 1, 1, tzinfo=UTC)
        if paid.data["paid_at"] >= barred_at:
            sentence = f"{paid.data['invoice']} was earned in {moment.year}, paid"
            yield Breach("I13", f"{sentence} in {paid.data['paid_at'].year}", (paid.id,))
