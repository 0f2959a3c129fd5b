"""What is remembered of orders, and how each event changes it; needs and agreements are in `targets.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import Holder, held, let_go, timed
from filrouge_contracts.amendment import (
    AmendmentAnswerRecorded,
    AmendmentOpened,
    AmendmentRefusal,
    AmendmentRefused,
    Asked,
    CancellationReason,
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderCancelled,
    QuantityChangeRequested,
)
from filrouge_contracts.budget import CommitmentReleaseRequested, CommitmentRequested
from filrouge_contracts.equipment import (
    OrderCompleted,
    OrderOpened,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderReopened,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationRecorded,
    ReservationReleaseRequested,
    ReservationRequested,
)
from filrouge_contracts.values import line_total_cents
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from equipment_orders.targets import TARGET_EVOLUTIONS, Agreement, Need, dated

S = TypeVar("S", "Agreement", "Need", "Order")


class Step(StrEnum):
    """Where an order is on its way."""

    UNKNOWN = "unknown"
    RESERVING = "reserving"
    COMMITTING = "committing"
    PLACED = "placed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class Site(msgspec.Struct, frozen=True):
    """Where the goods go: the need's answer."""

    uai: str
    qpv: str


class Deal(msgspec.Struct, frozen=True):
    """From whom and at which price: the agreement's answer."""

    supplier: str
    iban: str
    unit_price_excl_vat_cents: int
    vat_rate_bp: int

    def total_cents(self, quantity: int) -> int:
        """Of a line with this many pieces, VAT rounded once."""
        return line_total_cents(quantity, self.unit_price_excl_vat_cents, self.vat_rate_bp)


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the order shall become, who has still to answer, and who keeps something for it.

    A change that is `refused` stays until all have answered, so that no answer meets another change.
    """

    quantity: int
    requested_at: datetime
    requested_by: str
    reason: CancellationReason | None = None
    asked: tuple[Asked, ...] = ()
    kept: tuple[Asked, ...] = ()
    refused: bool = False


class Cancellation(msgspec.Struct, frozen=True):
    """Why, by whom and since when nothing further of an order is wanted."""

    reason: CancellationReason
    cancelled_by: str
    cancelled_at: datetime


class Order(Holder, frozen=True, omit_defaults=True):
    """An order, its step, what was answered so far, and the change that it goes through."""

    step: Step = Step.UNKNOWN
    need: str = ""
    agreement: str = ""
    budget_line: str = ""
    item: str = ""
    quantity: int = 0
    ordered_by: str = ""
    requested_at: datetime | None = None
    ordered_at: datetime | None = None
    """Only in an emergency: before the commitment."""
    bound_at: datetime | None = None
    """Since when it binds as it does."""
    site: Site | None = None
    deal: Deal | None = None
    change: Change | None = None
    cancellation: Cancellation | None = None
    answer_by: datetime | None = None

    def deadlines(self) -> Iterable[datetime | None]:
        return (self.answer_by,)


# --- until it is placed --------------------------------------------------------------------------


def _opened(order: Order, event: OrderOpened) -> Order:
    opened = replace(
        order,
        step=Step.RESERVING,
        need=event.need,
        agreement=event.agreement,
        budget_line=event.budget_line,
        item=event.item,
        quantity=event.quantity,
        ordered_by=event.ordered_by,
        requested_at=event.requested_at,
        ordered_at=event.emergency.ordered_at if event.emergency else None,
        answer_by=event.due_at,
    )
    return timed(opened)


def _recorded(order: Order, event: ReservationRecorded) -> Order:
    if event.place is not None:
        return replace(order, site=Site(event.place.uai, event.place.qpv))
    assert event.terms is not None  # the contract of ReservationAccepted
    terms = event.terms
    deal = Deal(terms.supplier, terms.iban, terms.unit_price_excl_vat_cents, terms.vat_rate_bp)
    return replace(order, deal=deal)


def _committing(order: Order, event: CommitmentRequested) -> Order:
    if order.change is not None:
        return _asking(order, order.change, Asked.LINE)
    return timed(replace(order, step=Step.COMMITTING, answer_by=event.answer_by))


def _placed(order: Order, event: OrderPlaced) -> Order:
    return timed(replace(order, step=Step.PLACED, bound_at=event.placed_at, answer_by=None))


def _refused(order: Order, event: OrderRefused) -> Order:
    if event.reason is OrderRefusal.ALREADY_OPEN:
        return order  # the order of that name that was requested first goes its way
    return timed(replace(order, step=Step.REFUSED, answer_by=None))


def _completed(order: Order, _event: OrderCompleted) -> Order:
    return replace(order, step=Step.COMPLETED)


def _reopened(order: Order, _event: OrderReopened) -> Order:
    return replace(order, step=Step.CANCELLED if order.cancellation else Step.PLACED)


# --- when it changes -----------------------------------------------------------------------------

OF_THE_CHANGE = frozenset(
    {
        AmendmentRefusal.NEED_REFUSED,
        AmendmentRefusal.AGREEMENT_REFUSED,
        AmendmentRefusal.OTHER_PRICE,
        AmendmentRefusal.COMMITMENT_REFUSED,
        AmendmentRefusal.UNDER_WAY,
    }
)
"""These refuse a change that was opened; all others refuse a word before anything came of it."""


def _change_opened(order: Order, event: AmendmentOpened) -> Order:
    change = Change(event.quantity, event.requested_at, event.requested_by, event.reason)
    return _word_decided(replace(order, change=change), event)


def _reserving(order: Order, event: ReservationRequested) -> Order:
    if order.change is None:
        return order
    return _asking(order, order.change, Asked(event.target.partition(":")[0]))


def _asking(order: Order, change: Change, asked: Asked) -> Order:
    return replace(order, change=replace(change, asked=(*change.asked, asked)))


def _answered(order: Order, event: AmendmentAnswerRecorded) -> Order:
    change = order.change
    assert change is not None  # only who was asked for a change answers
    asked = tuple(one for one in change.asked if one is not event.asked)
    kept = (*change.kept, event.asked) if event.accepted else change.kept
    over = change.refused and not asked
    return replace(order, change=None if over else replace(change, asked=asked, kept=kept))


def _change_refused(order: Order, event: AmendmentRefused) -> Order:
    if event.reason is AmendmentRefusal.ALREADY_WAITING:
        return order  # the word that waits under that name goes its way
    change = order.change
    if event.reason not in OF_THE_CHANGE or change is None:
        return _word_decided(order, event)
    left = replace(change, refused=True, kept=()) if change.asked else None
    return replace(order, change=left)


def _word_decided(order: Order, event: AmendmentOpened | AmendmentRefused) -> Order:
    model = OrderAmendmentRequested if event.quantity else OrderCancellationRequested
    return let_go(order, model, dated(event.requested_at))


def _amended(order: Order, event: OrderAmended) -> Order:
    return replace(
        order,
        step=Step.PLACED,
        quantity=event.quantity,
        bound_at=event.amended_at,
        change=None,
    )


def _cancelled(order: Order, event: OrderCancelled) -> Order:
    cancellation = Cancellation(event.reason, event.cancelled_by, event.cancelled_at)
    still_complete = order.step is Step.COMPLETED and event.quantity == order.quantity
    return replace(
        order,
        step=Step.COMPLETED if still_complete else Step.CANCELLED,
        quantity=event.quantity,
        cancellation=cancellation,
        change=None,
    )


ORDER_EVOLUTIONS: Evolutions = {
    ("order", OrderOpened): _opened,
    ("order", ReservationRequested): _reserving,
    ("order", ReservationRecorded): _recorded,
    ("order", ReservationReleaseRequested): unchanged,
    ("order", CommitmentRequested): _committing,
    ("order", CommitmentReleaseRequested): unchanged,
    ("order", OrderPlaced): _placed,
    ("order", OrderRefused): _refused,
    ("order", OrderCompleted): _completed,
    ("order", OrderReopened): _reopened,
    ("order", EventHeld): held,
    ("order", AmendmentOpened): _change_opened,
    ("order", AmendmentAnswerRecorded): _answered,
    ("order", AmendmentRefused): _change_refused,
    ("order", QuantityChangeRequested): unchanged,
    ("order", OrderAmended): _amended,
    ("order", OrderCancelled): _cancelled,
}
EVOLUTIONS: Evolutions = {**TARGET_EVOLUTIONS, **ORDER_EVOLUTIONS}
_KINDS = {Agreement: "agreement", Need: "need", Order: "order"}


def after(state: S, event: Event) -> S:
    """The state once its aggregate has said this."""
    changed: S = EVOLUTIONS[_KINDS[type(state)], type(event)](state, event)
    return changed
