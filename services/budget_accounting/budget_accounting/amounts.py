"""What is owed, to the cent: every amount is an integer and every share adds up to the whole."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from filrouge_contracts.values import FULL_BP

DAYS_OF_A_YEAR = 365


class Liquidation(NamedTuple):
    """How an invoice becomes what is to be paid, all in cents including VAT."""

    reduction_cents: int
    penalty_cents: int
    recovered_cents: int
    payable_cents: int


def liquidation(
    invoiced_cents: int, reduction_cents: int, penalties_cents: int, advances_cents: int
) -> Liquidation:
    """Takes off réfaction, then penalties, then advances, none of them below nothing owed."""
    reduction_cents = min(reduction_cents, invoiced_cents)
    left_cents = invoiced_cents - reduction_cents
    penalty_cents = min(penalties_cents, left_cents)
    left_cents -= penalty_cents
    recovered_cents = min(advances_cents, left_cents)
    return Liquidation(
        reduction_cents, penalty_cents, recovered_cents, left_cents - recovered_cents
    )


def share_cents(whole_cents: int, before: int, quantity: int, of: int) -> int:
    """The part of `whole_cents` for `quantity` pieces of `of`, after `before` of them.

    The parts for all pieces add up to the whole, whichever way they are cut.
    """
    return whole_cents * (before + quantity) // of - whole_cents * before // of


def allowed_advance_cents(engaged_cents: int, advance_bp: int) -> int:
    """The part of an engagement that may be paid before anything is delivered, rounded down."""
    return engaged_cents * advance_bp // FULL_BP


def late_days(pay_by: datetime, paid_at: datetime) -> int:
    """Days begun after `pay_by`; 0 if it was paid in time."""
    return max(0, -((pay_by - paid_at) // timedelta(days=1)))


def interest_cents(paid_cents: int, rate_bp: int, days: int) -> int:
    """Simple interest at a yearly rate, half a cent rounded up."""
    whole = FULL_BP * DAYS_OF_A_YEAR
    return (paid_cents * rate_bp * days + whole // 2) // whole
