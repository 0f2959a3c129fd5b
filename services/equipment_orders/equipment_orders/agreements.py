"""Decides what an agreement keeps for orders: at its prices, in its period, within its maximum.

Orders, amendments and an end may come before the registration: they wait, and are decided in the
order in which they were heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import hold, in_turn, overdue, waits
from filrouge_contracts.agreement import (
    AgreementAmended,
    AgreementAmendmentRecorded,
    AgreementEnded,
    AgreementEndRecorded,
    AgreementOpened,
    AgreementRefusal,
    AgreementRefused,
    AgreementRegistered,
    AgreementWord,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    Growth,
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
    Terms,
    added_cents,
)

from equipment_orders.reservations import is_full, refused, released, wait_for
from equipment_orders.state import after
from equipment_orders.targets import (
    Agreement,
    Price,
    dated,
)

Word: TypeAlias = AgreementRegistered | AgreementAmended | AgreementEnded


def open_agreement(
    agreement: Agreement, event: AgreementRegistered, _context: Context
) -> Iterator[Event]:
    """An agreement is registered once; what waited for it is decided."""
    if agreement.supplier:
        yield _refused(event, AgreementRefusal.ALREADY_OPEN)
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
    waiting = [kept.event() for kept in agreement.waiting]
    yield from in_turn(after(agreement, opened), waiting, _decide, after)


def change_agreement(
    agreement: Agreement, event: AgreementAmended | AgreementEnded, context: Context
) -> Iterator[Event]:
    """Amends or ends a registered agreement; before its registration, the word waits."""
    about = dated(_word_of(event)[1])
    if agreement.supplier:
        yield from _decide(agreement, event)
    elif waits(agreement.waiting, type(event), about):
        yield _refused(event, AgreementRefusal.ALREADY_WAITING)
    elif is_full(agreement, context):
        yield _refused(event, AgreementRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, about)


def reserve_under_agreement(
    agreement: Agreement, event: ReservationRequested, context: Context
) -> Iterator[Event]:
    """Keeps the amount under the agreement's maximum, and says price and supplier."""
    if agreement.supplier:
        yield _terms_or_refusal(agreement, event)
    else:
        yield wait_for(agreement, event, context)


def release_under_agreement(
    agreement: Agreement, event: ReservationReleaseRequested, _context: Context
) -> Iterator[Event]:
    """At the price of the order, whatever the agreement's prices are by now."""
    if event.amount_cents > agreement.reserved_cents:
        raise Contradiction(f"{event.order} releases more than {event.target} keeps for all")
    yield released(event)


def give_up_agreement(agreement: Agreement, _due: Due, context: Context) -> Iterator[Event]:
    """The agreement was not registered in time."""
    late: list[Any] = overdue(agreement, context.now)
    for event in late:
        if isinstance(event, ReservationRequested):
            yield refused(event, ReservationRefusal.UNKNOWN_IN_TIME)
        else:
            yield _refused(event, AgreementRefusal.UNKNOWN_IN_TIME)


def _decide(agreement: Agreement, event: Event) -> Iterator[Event]:
    """What is said of a registered agreement, or waited for its registration."""
    yield _ANSWERS[type(event)](agreement, event)


def _amend(agreement: Agreement, event: AgreementAmended) -> Event:
    if agreement.ended_at is not None:
        return _refused(event, AgreementRefusal.ALREADY_ENDED)
    if event.maximum_cents is not None and event.maximum_cents < agreement.reserved_cents:
        return _refused(event, AgreementRefusal.BELOW_RESERVED)
    if event.ends_at is not None and not _after_signing(agreement, event.ends_at):
        return _refused(event, AgreementRefusal.DATES_OUT_OF_ORDER)
    return AgreementAmendmentRecorded(
        agreement=event.agreement,
        items=event.items,
        maximum_cents=event.maximum_cents,
        ends_at=event.ends_at,
        amended_at=event.amended_at,
    )


def _end(agreement: Agreement, event: AgreementEnded) -> Event:
    if agreement.ended_at is not None:
        return _refused(event, AgreementRefusal.ALREADY_ENDED)
    if not _after_signing(agreement, event.ended_at):
        return _refused(event, AgreementRefusal.DATES_OUT_OF_ORDER)
    return AgreementEndRecorded(
        agreement=event.agreement, reason=event.reason, ended_at=event.ended_at
    )


def _after_signing(agreement: Agreement, moment: datetime) -> bool:
    return agreement.signed_at is not None and moment > agreement.signed_at


def _terms_or_refusal(
    agreement: Agreement, request: ReservationRequested
) -> ReservationAccepted | ReservationRefused:
    price, grows = agreement.prices.get(request.item), request.grows
    if price is None:
        return refused(request, ReservationRefusal.OTHER_ITEM)
    if grows is not None and _price_of(grows) != price:
        return refused(request, ReservationRefusal.OTHER_PRICE)
    if not _covers(agreement, request.requested_at):
        return refused(request, ReservationRefusal.OUTSIDE_PERIOD)
    ordered = grows.ordered_quantity if grows is not None else 0
    cents = added_cents(
        ordered, request.quantity, price.unit_price_excl_vat_cents, price.vat_rate_bp
    )
    if agreement.reserved_cents + cents > agreement.maximum_cents:
        return refused(request, ReservationRefusal.NOT_ENOUGH_LEFT)
    return ReservationAccepted(
        target=request.target,
        order=request.order,
        item=request.item,
        quantity=request.quantity,
        ordered_quantity=ordered,
        terms=Terms(
            supplier=agreement.supplier,
            iban=agreement.iban,
            unit_price_excl_vat_cents=price.unit_price_excl_vat_cents,
            vat_rate_bp=price.vat_rate_bp,
            amount_cents=cents,
        ),
    )


def _covers(agreement: Agreement, moment: datetime) -> bool:
    signed_at, ends_at, ended_at = agreement.signed_at, agreement.ends_at, agreement.ended_at
    in_period = bool(signed_at and ends_at and signed_at <= moment <= ends_at)
    return in_period and (ended_at is None or moment < ended_at)


def _price_of(grows: Growth) -> Price:
    return Price(grows.unit_price_excl_vat_cents, grows.vat_rate_bp)


def _refused(said: Word, reason: AgreementRefusal) -> AgreementRefused:
    word, moment = _word_of(said)
    return AgreementRefused(agreement=said.agreement, word=word, dated_at=moment, reason=reason)


def _word_of(said: Word) -> tuple[AgreementWord, datetime]:
    if isinstance(said, AgreementAmended):
        return AgreementWord.AMENDED, said.amended_at
    if isinstance(said, AgreementEnded):
        return AgreementWord.ENDED, said.ended_at
    return AgreementWord.REGISTERED, said.signed_at


_ANSWERS: dict[type[Event], Callable[[Agreement, Any], Event]] = {
    AgreementAmended: _amend,
    AgreementEnded: _end,
    ReservationRequested: _terms_or_refusal,
}
