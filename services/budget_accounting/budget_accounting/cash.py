"""What an engagement asks of its budget line: cash for a payment, and to take cash back."""

from __future__ import annotations

from filrouge_chassis.decider import Context
from filrouge_contracts.cash import CashRequested, CashReturnRequested

from budget_accounting.engagement_state import Engagement


def ask_cash(order: Engagement, name: str, cents: int, context: Context) -> CashRequested:
    """For an invoice or an advance of this name."""
    return CashRequested(
        budget_line=order.budget_line,
        engagement=context.key,
        invoice=name,
        amount_cents=cents,
        requested_at=context.now,
    )


def give_back_cash(
    order: Engagement, name: str, cents: int, context: Context
) -> CashReturnRequested:
    """Of an invoice, an advance or a repayment of this name."""
    return CashReturnRequested(
        budget_line=order.budget_line,
        engagement=context.key,
        invoice=name,
        amount_cents=cents,
        requested_at=context.now,
    )
