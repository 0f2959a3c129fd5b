"""Two deciders small enough to know every outcome: orders ask a budget line, the line answers.

They speak through the real register, so that routing, contracts and numbering are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefusal,
    CommitmentRefused,
    CommitmentRequested,
)
from filrouge_contracts.equipment import (
    OrderCompleted,
    OrderRefusal,
    OrderRefused,
    OrderRequested,
)
from filrouge_contracts.ledger import (
    Account,
    Posting,
)

from filrouge_chassis.decider import Context, Decider, Due

START = datetime(2020, 5, 4, 8, tzinfo=UTC)
SUPPLIER = "73282932000074"
POISON = 13  # a quantity that makes the order's rule raise


class Order(msgspec.Struct, frozen=True):
    """An order: asked once, answered once, or given up by the clock."""

    status: str = "new"
    quantity: int = 0
    due_at: datetime | None = None


class Line(msgspec.Struct, frozen=True):
    """A budget line that opened with 1,000 cents."""

    left_cents: int = 1000
    answered: int = 0


class Poisoned(RuntimeError):
    """The defect of a bad release."""


def request(state: Order, event: OrderRequested, context: Context) -> Iterator[CommitmentRequested]:
    if event.quantity == POISON:
        raise Poisoned(event.order)
    yield from request_mended(state, event, context)


def request_mended(
    state: Order, event: OrderRequested, context: Context
) -> Iterator[CommitmentRequested]:
    if state.status == "new":
        yield CommitmentRequested(
            budget_line=event.budget_line,
            engagement=context.key,
            supplier=SUPPLIER,
            amount_cents=event.quantity,
            requested_at=context.now,
            ordered_by=event.ordered_by,
            answer_by=context.now + timedelta(seconds=context.parameter("grace_seconds", 300)),
        )


def complete(state: Order, event: CommitmentAccepted, context: Context) -> Iterator[OrderCompleted]:
    if state.status == "asked":
        yield OrderCompleted(
            order=_name(context), quantity=state.quantity, completed_at=context.now
        )


def refuse(state: Order, event: CommitmentRefused, context: Context) -> Iterator[OrderRefused]:
    if state.status == "asked":
        yield OrderRefused(
            order=_name(context), reason=OrderRefusal.COMMITMENT_REFUSED, refused_at=context.now
        )


def _name(context: Context) -> str:
    return context.key.partition(":")[2]


def give_up(_state: Order, _due: Due, context: Context) -> Iterator[OrderRefused]:
    yield OrderRefused(
        order=_name(context),
        reason=OrderRefusal.NO_ANSWER_IN_TIME,
        refused_at=context.now,
    )


def answer(
    state: Line, event: CommitmentRequested, context: Context
) -> Iterator[CommitmentAccepted | CommitmentRefused]:
    if event.amount_cents > state.left_cents:
        yield CommitmentRefused(
            engagement=event.engagement,
            budget_line=event.budget_line,
            amount_cents=event.amount_cents,
            reason=next(iter(CommitmentRefusal)),
        )
        return
    amount = event.amount_cents
    yield CommitmentAccepted(
        engagement=event.engagement,
        budget_line=event.budget_line,
        supplier=event.supplier,
        amount_cents=amount,
        committed_at=context.now,
        ordered_by=event.ordered_by,
        postings=(
            Posting(account=Account.AE_COMMITTED, amount_cents=amount),
            Posting(account=Account.AE_AVAILABLE, amount_cents=-amount),
        ),
    )


def asked(_state: Order, event: CommitmentRequested) -> Order:
    return Order("asked", event.amount_cents, event.answer_by)


def ended(state: Order, _event: object) -> Order:
    return Order("ended", state.quantity, None)


def engaged(state: Line, event: CommitmentAccepted) -> Line:
    return Line(state.left_cents - event.amount_cents, state.answered + 1)


def declined(state: Line, _event: CommitmentRefused) -> Line:
    return Line(state.left_cents, state.answered + 1)


ORDERS = Decider(
    service="equipment_orders",
    states={"order": Order},
    rules={
        ("order", OrderRequested): request,
        ("order", CommitmentAccepted): complete,
        ("order", CommitmentRefused): refuse,
        ("order", Due): give_up,
    },
    evolutions={
        ("order", CommitmentRequested): asked,
        ("order", OrderCompleted): ended,
        ("order", OrderRefused): ended,
    },
)
MENDED = replace(ORDERS, rules={**ORDERS.rules, ("order", OrderRequested): request_mended})
BUDGET = Decider(
    service="budget_accounting",
    states={"line": Line},
    rules={("line", CommitmentRequested): answer},
    evolutions={
        ("line", CommitmentAccepted): engaged,
        ("line", CommitmentRefused): declined,
    },
)


def order_requested(number: int, quantity: int = 1, line: int = 0) -> OrderRequested:
    """A buyer's request, admitted."""
    return OrderRequested(
        order=f"O-{number}",
        need="N-1",
        agreement="A-1",
        budget_line=f"L-{line}",
        item="TABLET",
        quantity=quantity,
        requested_at=START,
        ordered_by="U-1",
    )
