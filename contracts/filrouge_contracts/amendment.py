"""What changes an order that binds: more, fewer, or as few as can still be."""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.values import (
    AgreementId,
    BudgetLineId,
    Cents,
    Instant,
    NeedId,
    OrderId,
    Pieces,
    PositiveCents,
    Quantity,
    UserId,
)


class QuantityChangeRequested(Event):
    """An order that shall become smaller asks its delivery whether it still can."""

    order: OrderId
    quantity: Pieces
    closing: bool
    """A cancellation: nothing more shall be sent, and as few as are under way is few enough."""
    requested_at: Instant


class QuantityChangeAccepted(Event):
    """The delivery expects this many pieces from now on."""

    order: OrderId
    quantity: Pieces


class QuantityChangeRefused(Event):
    """More pieces than that are under way or delivered."""

    order: OrderId
    quantity: Pieces
    under_way: Quantity


class OrderAmended(Event):
    """The order binds for another quantity, at its own price."""

    order: OrderId
    need: NeedId
    agreement: AgreementId
    budget_line: BudgetLineId
    quantity: Quantity
    amount_cents: PositiveCents
    """Of the whole order as it is now, including VAT."""
    amended_at: Instant
    amended_by: UserId


class CancellationReason(StrEnum):
    """Why the buyer gives an order up."""

    SUPPLIER_FAILED = "supplier_failed"
    NO_LONGER_NEEDED = "no_longer_needed"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"


class OrderCancelled(Event):
    """The order ends with what is under way; the remainder is given back."""

    order: OrderId
    need: NeedId
    agreement: AgreementId
    budget_line: BudgetLineId
    quantity: Pieces
    """That stay ordered, because they are delivered or under way."""
    amount_cents: Cents
    reason: CancellationReason
    cancelled_at: Instant
    cancelled_by: UserId
