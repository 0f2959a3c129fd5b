"""Decides what needs and agreements keep for orders: never more than was needed or agreed.

Orders may ask before the need or the agreement is known: they wait, and are answered in their order.
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Due
from filrouge_chassis.waiting import waiting_of
from filrouge_contracts.equipment import (
    AgreementOpened,
    AgreementRefused,
    AgreementRegistered,
    NeedDeclared,
    NeedOpened,
    NeedRefused,
    Place,
    RegistrationRefusal,
    ReservationAccepted,
    ReservationHeld,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleased,
    ReservationReleaseRequested,
    ReservationRequested,
    Terms,
)
from filrouge_contracts.event import Event

from equipment_orders.rules import Contradiction
from equipment_orders.state import EVOLUTIONS, Agreement, Need

WAITING_AT_MOST = 1_000


def open_agreement(
    agreement: Agreement, event: AgreementRegistered, _context: Context
) -> Iterator[Event]:
    """An agreement is opened once; orders that waited for it are answered."""
    if agreement.supplier:
        yield AgreementRefused(agreement=event.agreement, reason=RegistrationRefusal.ALREADY_OPEN)
        return
    opened = AgreementOpened(
        agreement=event.agreement,
        supplier=event.supplier,
        iban=event.iban,
        items=event.items,
        maximum_cents=event.maximum_cents,
        signed_at=event.signed_at,
        ends_at=event.ends_at,
    )
    yield opened
    agreement = EVOLUTIONS["agreement", AgreementOpened](agreement, opened)
    for request in waiting_of(agreement.waiting, ReservationRequested):
        answer = _terms_or_refusal(agreement, request)
        yield answer
        agreement = EVOLUTIONS["agreement", type(answer)](agreement, answer)


def open_need(need: Need, event: NeedDeclared, _context: Context) -> Iterator[Event]:
    """A need is declared once; orders that waited for it are answered."""
    if need.item:
        yield NeedRefused(need=event.need, reason=RegistrationRefusal.ALREADY_OPEN)
        return
    opened = NeedOpened(
        need=event.need,
        uai=event.uai,
        qpv=event.qpv,
        item=event.item,
        quantity=event.quantity,
        declared_at=event.declared_at,
    )
    yield opened
    need = EVOLUTIONS["need", NeedOpened](need, opened)
    for request in waiting_of(need.waiting, ReservationRequested):
        answer = _place_or_refusal(need, request)
        yield answer
        need = EVOLUTIONS["need", type(answer)](need, answer)


def reserve_under_agreement(
    agreement: Agreement, event: ReservationRequested, _context: Context
) -> Iterator[Event]:
    """Keeps the amount under the agreement's maximum, and says price and supplier."""
    yield _terms_or_refusal(agreement, event) if agreement.supplier else _hold(agreement, event)


def reserve_for_need(need: Need, event: ReservationRequested, _context: Context) -> Iterator[Event]:
    """Keeps the quantity of the need, and says the place."""
    yield _place_or_refusal(need, event) if need.item else _hold(need, event)


def release_under_agreement(
    agreement: Agreement, event: ReservationReleaseRequested, _context: Context
) -> Iterator[Event]:
    price = agreement.prices.get(event.item)
    if price is None or price.of(event.quantity) > agreement.reserved_cents:
        raise Contradiction(f"{event.order} releases more than {event.target} keeps for all")
    yield _released(event)


def release_for_need(
    need: Need, event: ReservationReleaseRequested, _context: Context
) -> Iterator[Event]:
    if event.quantity > need.reserved:
        raise Contradiction(f"{event.order} releases more than {event.target} keeps for all")
    yield _released(event)


def give_up_waiting(target: Agreement | Need, _due: Due, context: Context) -> Iterator[Event]:
    """The need was not declared, or the agreement not registered, in time."""
    for kept in target.waiting:
        if kept.due_at <= context.now:
            request = ReservationRequested.from_json(kept.data)
            yield _refused(request, ReservationRefusal.UNKNOWN_IN_TIME)


def _terms_or_refusal(
    agreement: Agreement, request: ReservationRequested
) -> ReservationAccepted | ReservationRefused:
    price = agreement.prices.get(request.item)
    if price is None:
        return _refused(request, ReservationRefusal.OTHER_ITEM)
    if not _covers(agreement, request):
        return _refused(request, ReservationRefusal.OUTSIDE_PERIOD)
    cents = price.of(request.quantity)
    if agreement.reserved_cents + cents > agreement.maximum_cents:
        return _refused(request, ReservationRefusal.NOT_ENOUGH_LEFT)
    return ReservationAccepted(
        target=request.target,
        order=request.order,
        item=request.item,
        quantity=request.quantity,
        terms=Terms(
            supplier=agreement.supplier,
            iban=agreement.iban,
            unit_price_excl_vat_cents=price.unit_price_excl_vat_cents,
            vat_rate_bp=price.vat_rate_bp,
            amount_cents=cents,
        ),
    )


def _covers(agreement: Agreement, request: ReservationRequested) -> bool:
    signed_at, ends_at = agreement.signed_at, agreement.ends_at
    return bool(signed_at and ends_at and signed_at <= request.requested_at <= ends_at)


def _place_or_refusal(
    need: Need, request: ReservationRequested
) -> ReservationAccepted | ReservationRefused:
    if request.item != need.item:
        return _refused(request, ReservationRefusal.OTHER_ITEM)
    if need.reserved + request.quantity > need.quantity:
        return _refused(request, ReservationRefusal.NOT_ENOUGH_LEFT)
    return ReservationAccepted(
        target=request.target,
        order=request.order,
        item=request.item,
        quantity=request.quantity,
        place=Place(uai=need.uai, qpv=need.qpv),
    )


def _hold(target: Agreement | Need, request: ReservationRequested) -> Event:
    if len(target.waiting) >= WAITING_AT_MOST:
        return _refused(request, ReservationRefusal.TOO_MANY_WAITING)
    return ReservationHeld(target=request.target, request=request, due_at=request.answer_by)


def _refused(request: ReservationRequested, reason: ReservationRefusal) -> ReservationRefused:
    return ReservationRefused(target=request.target, order=request.order, reason=reason)


def _released(event: ReservationReleaseRequested) -> ReservationReleased:
    return ReservationReleased(
        target=event.target, order=event.order, item=event.item, quantity=event.quantity
    )
