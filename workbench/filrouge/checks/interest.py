"""What it costs to pay late, and what may be paid in advance, by the parameters in force (part of I5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction

from filrouge.checks.dossier import Around, Dossier
from filrouge.checks.fact import Breach, Data, Fact

ENGAGED = ("engagement-recorded", "engagement-adjusted")
ADVANCED = {"advance-recorded": 1, "advance-lapsed": -1}
WANTS = frozenset(
    {
        *ENGAGED,
        *ADVANCED,
        "payment-ordered",
        "payment-rejection-recorded",
        "payment-recorded",
        "late-interest-recorded",
    }
)
STARTS_ANEW = ("account_closed", "wrong_creditor")
"""Rejected because of what the creditor said: the time to pay begins again."""
DAY = timedelta(days=1)


def judge(dossier: Dossier, around: Around, checked: Counter[str]) -> Iterator[Breach]:
    yield from _advances(dossier, around, checked)
    terms = {
        (fact.data["invoice"], fact.data["attempt"]): fact
        for fact in dossier.all("payment-ordered")
    }
    for fact in terms.values():
        checked["I5"] += 1
        if fact.data["pay_by"] != (pay_by := _pay_by(dossier, around, terms, fact)):
            sentence = (
                f"{fact.data['invoice']} is to be paid by {fact.data['pay_by']}, not {pay_by}"
            )
            yield Breach("I5", sentence, (fact.id,))
    interest = dossier.by("payment", "late-interest-recorded")
    for fact in dossier.all("payment-recorded"):
        checked["I5"] += 1
        ordered = terms.get((fact.data["invoice"], fact.data["attempt"]))
        found = [
            (data["late_days"], data["rate_bp"], data["interest_cents"], data["recovery_cents"])
            for data in interest.get(fact.data["payment"], ())
            if data["invoice"] == fact.data["invoice"]
        ]
        wanted = [] if ordered is None else _owed(fact, ordered.data["pay_by"], around)
        if found != wanted:
            sentence = f"{fact.data['payment']}: interest is {found}, {wanted} is owed"
            yield Breach("I5", sentence, (fact.id,))


def _owed(paid: Fact, pay_by: datetime, around: Around) -> list[tuple[int, int, int, int]]:
    """Days begun, rate, interest with half a cent up, flat cost; nothing for what came in time."""
    late_days = -((pay_by - paid.data["paid_at"]) // DAY)
    if late_days <= 0:
        return []
    rate_bp = around.parameters.at("late_interest_bp", paid.at)
    cents = Fraction(paid.data["amount_cents"] * rate_bp * late_days, 10_000 * 365)
    recovery_cents = around.parameters.at("late_recovery_cents", paid.at)
    return [(late_days, rate_bp, int(cents + Fraction(1, 2)), recovery_cents)]


def _pay_by(
    dossier: Dossier, around: Around, terms: dict[tuple[str, int], Fact], ordered: Fact
) -> datetime:
    """A term that has begun goes on, unless the creditor was the reason to begin again."""
    data = ordered.data
    before = terms.get((data["invoice"], data["attempt"] - 1))
    rejected = _rejection(dossier, data["invoice"], data["attempt"] - 1)
    if before is not None and rejected and rejected["reason"] not in STARTS_ANEW:
        goes_on: datetime = before.data["pay_by"]
        return goes_on
    within = timedelta(seconds=around.parameters.at("pay_within_seconds", ordered.at))
    ends: datetime = data["ordered_at"] + within
    return ends


def _rejection(dossier: Dossier, invoice: str, attempt: int) -> Data | None:
    for data in dossier.data("payment-rejection-recorded"):
        if (data["invoice"], data["attempt"]) == (invoice, attempt):
            return data
    return None


def _advances(dossier: Dossier, around: Around, checked: Counter[str]) -> Iterator[Breach]:
    """All of them together, as the engagement was when each was recorded."""
    engaged_cents = advanced_cents = 0
    for fact in dossier.all(*ENGAGED, *ADVANCED):
        cents = fact.data["amount_cents"]
        if fact.name in ENGAGED:
            engaged_cents = cents
            continue
        advanced_cents += ADVANCED[fact.name] * cents
        checked["I5"] += 1
        advance_bp = around.parameters.at("advance_bp", fact.at)
        if ADVANCED[fact.name] > 0 and advanced_cents * 10_000 > engaged_cents * advance_bp:
            sentence = f"{advanced_cents} cents of {engaged_cents} are advanced"
            yield Breach("I5", f"{dossier.about}: {sentence}", (fact.id,))
