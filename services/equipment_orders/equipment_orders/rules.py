"""Decides how an order goes from a wish to a binding act, step by step, each with its deadline.

    requested → RESERVING: need and agreement are asked to keep the quantity
              → COMMITTING: the budget line is asked to engage the amount
              → PLACED → COMPLETED, when everything is delivered and certified

A refusal or a deadline ends in REFUSED, and what was kept for the order is given back; what is
granted to an order that is refused already is given back as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Due
from filrouge_chassis.waiting import grace_ends
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.delivery import DeliveryCompleted
from filrouge_contracts.equipment import (
    OrderCompleted,
    OrderOpened,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderRequested,
    ReservationAccepted,
    ReservationRecorded,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
)
from filrouge_contracts.event import Event

from equipment_orders.state import EVOLUTIONS, Order, Step


class Contradiction(Exception):
    """Somebody answers what was not asked: a defect, so the record is parked."""


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
            requested_at=event.requested_at,
            answer_by=due_at,
        )


def note_reservation(order: Order, event: ReservationAccepted, context: Context) -> Iterator[Event]:
    """One of the two is kept; with the second the price is known and the money can be asked for."""
    if order.step is Step.REFUSED:
        yield _give_back(order, event.order, event.target)
        return
    if order.step is not Step.RESERVING:
        raise Contradiction(f"{event.target} answers {event.order} in step {order.step}")
    recorded = ReservationRecorded(
        order=event.order, target=event.target, place=event.place, terms=event.terms
    )
    yield recorded
    order = EVOLUTIONS["order", ReservationRecorded](order, recorded)
    if order.site is None or order.deal is None or order.requested_at is None:
        return
    yield CommitmentRequested(
        budget_line=order.budget_line,
        engagement=context.key,
        supplier=order.deal.supplier,
        amount_cents=order.deal.amount_cents,
        requested_at=order.requested_at,
        ordered_by=order.ordered_by,
        answer_by=grace_ends(context),
    )


def refuse_without_reservation(
    order: Order, event: ReservationRefused, context: Context
) -> Iterator[Event]:
    """The need or the agreement says no."""
    if order.step is Step.RESERVING:
        of_need = event.target.startswith("need:")
        reason = OrderRefusal.NEED_REFUSED if of_need else OrderRefusal.AGREEMENT_REFUSED
        yield from _refuse(order, event.order, reason, context)


def place(order: Order, event: CommitmentAccepted, context: Context) -> Iterator[Event]:
    """With the money engaged the order binds; one that was given up meanwhile returns the money."""
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
        order=_name(context),
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
        amount_cents=deal.amount_cents,
        ordered_by=order.ordered_by,
        requested_at=requested_at,
        committed_at=event.committed_at,
        placed_at=max(context.now, event.committed_at),
    )


def refuse_without_money(
    order: Order, event: CommitmentRefused, context: Context
) -> Iterator[Event]:
    """The budget line says no."""
    if order.step is Step.COMMITTING:
        yield from _refuse(order, _name(context), OrderRefusal.COMMITMENT_REFUSED, context)


def give_up(order: Order, _due: Due, context: Context) -> Iterator[Event]:
    """A step has taken too long."""
    if order.step in (Step.RESERVING, Step.COMMITTING):
        yield from _refuse(order, _name(context), OrderRefusal.NO_ANSWER_IN_TIME, context)


def complete(order: Order, event: DeliveryCompleted, _context: Context) -> Iterator[Event]:
    """Everything was delivered and certified."""
    if order.step is not Step.PLACED or event.quantity != order.quantity:
        raise Contradiction(f"{event.order} is delivered in step {order.step}")
    yield OrderCompleted(
        order=event.order, quantity=event.quantity, completed_at=event.completed_at
    )


def _name(context: Context) -> str:
    return context.key.partition(":")[2]


def _refuse(order: Order, name: str, reason: OrderRefusal, context: Context) -> Iterator[Event]:
    yield OrderRefused(order=name, reason=reason, refused_at=context.now)
    if order.site is not None:
        yield _give_back(order, name, f"need:{order.need}")
    if order.deal is not None:
        yield _give_back(order, name, f"agreement:{order.agreement}")


def _give_back(order: Order, name: str, target: str) -> ReservationReleaseRequested:
    return ReservationReleaseRequested(
        target=target, order=name, item=order.item, quantity=order.quantity
    )
