"""Decides when an engagement is done with, and what is shown of it at the end of each year."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context
from filrouge_contracts.budget import CommitmentReleaseRequested
from filrouge_contracts.closing import LedgerPosted
from filrouge_contracts.correction import RepaymentCause
from filrouge_contracts.engagement import EngagementSettled, YearEndListed
from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Account

from budget_accounting.corrections import repayment_due
from budget_accounting.engagement_state import Engagement, Step
from budget_accounting.sub_ledger import shown

OPEN_ACCOUNTS = (
    Account.RECEIVED_UNINVOICED,
    Account.SUPPLIER_PAYABLE,
    Account.PAYMENT_ORDERED,
    Account.ADVANCES,
    Account.PENALTIES_DUE,
    Account.SUPPLIER_RECEIVABLE,
    Account.LATE_INTEREST_PAYABLE,
)
"""What is not even on one of them is owed by somebody."""


def settle(order: Engagement, context: Context) -> Iterator[Event]:
    """When all is certified, invoiced and paid: claims that no invoice can carry, then the release."""
    if not _is_done(order):
        return
    if advance_cents := order.balance_cents(Account.ADVANCES):
        yield _claim(order, advance_cents, RepaymentCause.ADVANCE, context)
        return
    penalty_cents = min(order.balance_cents(Account.PENALTIES_DUE), order.claimable_cents)
    if penalty_cents:
        yield _claim(order, penalty_cents, RepaymentCause.PENALTY, context)
        return
    unproven_cents = min(order.unproven_cents, order.claimable_cents)
    if unproven_cents:
        yield _claim(order, unproven_cents, RepaymentCause.UNPROVEN, context)
        return
    left_cents = order.committed_cents - order.liquidated_cents
    if order.settled and not left_cents:
        return
    yield EngagementSettled(
        engagement=context.key,
        budget_line=order.budget_line,
        liquidated_cents=order.liquidated_cents,
        paid_cents=order.paid_cents,
        released_cents=left_cents,
        settled_at=context.now,
    )
    if left_cents:
        yield CommitmentReleaseRequested(
            budget_line=order.budget_line, engagement=context.key, amount_cents=left_cents
        )


def close_year(order: Engagement, context: Context) -> Iterator[Event]:
    """I14: what is open is listed, and the accounts are shown, so that both can be added up."""
    if order.year_ends_at is None or order.year_ends_at > context.now:
        return
    year = order.year_ends_at.year
    if not _is_done(order) or any(order.balance_cents(account) for account in OPEN_ACCOUNTS):
        yield YearEndListed(
            engagement=context.key,
            budget_line=order.budget_line,
            supplier=order.supplier,
            year=year,
            engaged_cents=order.committed_cents,
            liquidated_cents=order.liquidated_cents,
            paid_cents=order.paid_cents,
            unpaid_cents=max(0, order.committed_cents - order.paid_cents),
            received_uninvoiced_cents=-order.balance_cents(Account.RECEIVED_UNINVOICED),
            unrecovered_advances_cents=order.unrecovered_cents,
            repayments_due_cents=order.balance_cents(Account.SUPPLIER_RECEIVABLE),
            listed_at=context.now,
        )
    yield LedgerPosted(
        ledger=context.key,
        year=year,
        balances=shown(order.balances),
        posted_at=context.now,
    )


def _is_done(order: Engagement) -> bool:
    if not order.budget_line:
        return False
    if not order.invoiced_quantity == order.certified_quantity == order.quantity:
        return False
    return all(payable.step in (Step.PAID, Step.CLOSED) for payable in order.payables.values())


def _claim(order: Engagement, cents: int, cause: RepaymentCause, context: Context) -> Event:
    """Under a reference of our own that nobody has used."""
    number = len(order.repayments) + 1
    while order.uses(f"RECOVERY-{number}"):
        number += 1
    return repayment_due(order, f"RECOVERY-{number}", cents, cause, context)
