"""Decides how an order goes from a wish to a binding act, step by step, each with its deadline.

    requested → RESERVING: need and agreement are asked to keep the quantity
              → COMMITTING: the budget line is asked to engage the amount
              → PLACED → COMPLETED, when everything is delivered and certified

A refusal or a deadline ends in REFUSED, and what was kept for the order is given back; what is
granted to an order that is refused already is given back as well. What changes an order that is
placed is in `amendments.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import grace_ends
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.delivery import DeliveryCompleted, DeliveryReopened
from filrouge_contracts.equipment import (
    OrderCompleted,
    OrderOpened,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderReopened,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationAccepted,
    ReservationRecorded,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
)

from equipment_orders import amendments
from equipment_orders.state import Order, Step, after

BINDING = frozenset({Step.PLACED, Step.COMPLETED, Step.CANCELLED})


def open_order(order: Order, event: OrderRequested, context: Context) -> Iterator[Event]:
    """Asks the need and the agreement at once; the budget line is asked when both have answered."""
    if order.step is not Step.UNKNOWN:
        yield OrderRefused(
            order=event.order, reason=OrderRefusal.ALREADY_OPEN, refused_at=context.now
        )
        return
    due_at = grace_ends(context)
    yield OrderOpened(
        order=event.order,
        need=event.need,
        agreement=event.agreement,
        budget_line=event.budget_line,
        item=event.item,
        quantity=event.quantity,
        emergency=event.emergency,
        requested_at=event.requested_at,
        ordered_by=event.ordered_by,
        due_at=due_at,
    )
    for target in (f"need:{event.need}", f"agreement:{event.agreement}"):
        yield ReservationRequested(
            target=target,
            order=event.order,
            item=event.item,
            quantity=event.quantity,
            requested_at=event.emergency.ordered_at if event.emergency else event.requested_at,
            answer_by=due_at,
        )


def note_reservation(order: Order, event: ReservationAccepted, context: Context) -> Iterator[Event]:
    """One of the two is kept; with the second the price is known and the money can be asked for."""
    if order.change is not None:
        yield from amendments.note_answer(order, order.change, event, context)
        return
    if order.step is Step.REFUSED:
        amount_cents = event.terms.amount_cents if event.terms else 0
        yield _give_back(order, event.order, event.target, amount_cents)
        return
    if order.step is not Step.RESERVING:
        raise Contradiction(f"{event.target} answers {event.order} in step {order.step}")
    recorded = ReservationRecorded(
        order=event.order, target=event.target, place=event.place, terms=event.terms
    )
    yield recorded
    order = after(order, recorded)
    if order.site is None or order.deal is None or order.requested_at is None:
        return
    yield CommitmentRequested(
        budget_line=order.budget_line,
        engagement=context.key,
        supplier=order.deal.supplier,
        amount_cents=order.deal.total_cents(order.quantity),
        requested_at=order.requested_at,
        ordered_by=order.ordered_by,
        answer_by=grace_ends(context),
        regularises=order.ordered_at is not None,
    )


def refuse_without_reservation(
    order: Order, event: ReservationRefused, context: Context
) -> Iterator[Event]:
    """The need or the agreement says no."""
    if order.change is not None:
        yield from amendments.note_answer(order, order.change, event, context)
    elif order.step is Step.RESERVING:
        of_need = event.target.startswith("need:")
        reason = OrderRefusal.NEED_REFUSED if of_need else OrderRefusal.AGREEMENT_REFUSED
        yield from _refuse(order, reason, context)


def place(order: Order, event: CommitmentAccepted, context: Context) -> Iterator[Event]:
    """With the money engaged the order binds; one that was given up meanwhile returns the money."""
    if order.change is not None:
        yield from amendments.note_answer(order, order.change, event, context)
        return
    if order.step is Step.REFUSED:
        yield CommitmentReleaseRequested(
            budget_line=event.budget_line,
            engagement=event.engagement,
            amount_cents=event.amount_cents,
        )
        return
    site, deal, requested_at = order.site, order.deal, order.requested_at
    if order.step is not Step.COMMITTING or site is None or deal is None or requested_at is None:
        raise Contradiction(f"{event.budget_line} answers {event.engagement} in step {order.step}")
    yield OrderPlaced(
        order=context.name,
        need=order.need,
        agreement=order.agreement,
        budget_line=order.budget_line,
        supplier=deal.supplier,
        iban=deal.iban,
        uai=site.uai,
        qpv=site.qpv,
        item=order.item,
        quantity=order.quantity,
        unit_price_excl_vat_cents=deal.unit_price_excl_vat_cents,
        vat_rate_bp=deal.vat_rate_bp,
        amount_cents=deal.total_cents(order.quantity),
        ordered_by=order.ordered_by,
        requested_at=requested_at,
        committed_at=event.committed_at,
        placed_at=order.ordered_at or max(context.now, event.committed_at),
        regularisation=order.ordered_at is not None,
    )


def refuse_without_money(
    order: Order, event: CommitmentRefused, context: Context
) -> Iterator[Event]:
    """The budget line says no."""
    if order.change is not None:
        yield from amendments.note_answer(order, order.change, event, context)
    elif order.step is Step.COMMITTING:
        yield from _refuse(order, OrderRefusal.COMMITMENT_REFUSED, context)


def wake(order: Order, _due: Due, context: Context) -> Iterator[Event]:
    """A step has taken too long, or what waits for it has."""
    yield from amendments.refuse_overdue(order, context)
    if order.answer_by is not None and order.answer_by <= context.now:
        yield from _refuse(order, OrderRefusal.NO_ANSWER_IN_TIME, context)


def complete(order: Order, event: DeliveryCompleted, _context: Context) -> Iterator[Event]:
    """Everything was delivered and certified; not any more if the order has grown meanwhile."""
    if order.step not in BINDING or event.quantity > order.quantity:
        raise Contradiction(f"{event.order} is delivered in step {order.step}")
    if event.quantity == order.quantity:
        yield OrderCompleted(
            order=event.order, quantity=event.quantity, completed_at=event.completed_at
        )


def reopen(order: Order, event: DeliveryReopened, _context: Context) -> Iterator[Event]:
    """Goods went back after all; an order that has grown meanwhile was never complete."""
    if order.step is Step.COMPLETED:
        yield OrderReopened(order=event.order, reopened_at=event.reopened_at)


def _refuse(order: Order, reason: OrderRefusal, context: Context) -> Iterator[Event]:
    yield OrderRefused(order=context.name, reason=reason, refused_at=context.now)
    if order.site is not None:
        yield _give_back(order, context.name, f"need:{order.need}", 0)
    if order.deal is not None:
        amount_cents = order.deal.total_cents(order.quantity)
        yield _give_back(order, context.name, f"agreement:{order.agreement}", amount_cents)


def _give_back(
    order: Order, of: str, target: str, amount_cents: int
) -> ReservationReleaseRequested:
    return ReservationReleaseRequested(
        target=target,
        order=of,
        item=order.item,
        quantity=order.quantity,
        amount_cents=amount_cents,
    )
