"""What changes an order that binds: more pieces, fewer, or as few as can still be.

More are asked of need, agreement and budget line; fewer, of the delivery.
"""

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


class OrderAmendmentRequested(Event):
    """The buyer wants an order to be for another quantity, at its own price."""

    order: OrderId
    quantity: Quantity
    """In all, with what is delivered already."""
    requested_at: Instant
    requested_by: UserId


class CancellationReason(StrEnum):
    """Why the buyer gives an order up."""

    SUPPLIER_FAILED = "supplier_failed"
    NO_LONGER_NEEDED = "no_longer_needed"
    ORDERED_BY_MISTAKE = "ordered_by_mistake"


class OrderCancellationRequested(Event):
    """The buyer wants nothing further of an order than what is under way already."""

    order: OrderId
    reason: CancellationReason
    requested_at: Instant
    requested_by: UserId


class AmendmentOpened(Event):
    """The order waits for what its change depends on, and for one change at a time."""

    order: OrderId
    quantity: Pieces
    """That is wanted; 0 when the order is cancelled."""
    reason: CancellationReason | None = None
    requested_at: Instant
    requested_by: UserId


class Asked(StrEnum):
    """Who has to agree before an order grows."""

    NEED = "need"
    AGREEMENT = "agreement"
    LINE = "line"


class AmendmentAnswerRecorded(Event):
    """The order has noted what one of those it asked has answered."""

    order: OrderId
    asked: Asked
    accepted: bool


class AmendmentRefusal(StrEnum):
    """Why an order stays as it is."""

    NEED_REFUSED = "need_refused"
    AGREEMENT_REFUSED = "agreement_refused"
    OTHER_PRICE = "other_price"
    COMMITMENT_REFUSED = "commitment_refused"
    UNDER_WAY = "under_way"
    ALREADY_CANCELLED = "already_cancelled"
    ALREADY_COMPLETED = "already_completed"
    ALREADY_WAITING = "already_waiting"
    NOT_PLACED = "not_placed"
    SAME_QUANTITY = "same_quantity"
    TOO_MANY_WAITING = "too_many_waiting"


class AmendmentRefused(Event):
    """The order stays as it is; what was kept for the change is given back."""

    order: OrderId
    quantity: Pieces
    """That was wanted; 0 when the order was to be cancelled."""
    requested_at: Instant
    reason: AmendmentRefusal
    refused_at: Instant


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
