"""Decides what a need keeps for orders: never more than was declared, and nothing once withdrawn.

Orders, corrections and a withdrawal may come before the declaration: they wait, and are decided in
the order in which they were heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import hold, in_turn, overdue, waits
from filrouge_contracts.equipment import (
    NeedCorrected,
    NeedCorrectionRecorded,
    NeedDeclaredV2,
    NeedOpened,
    NeedRefusal,
    NeedRefused,
    NeedWithdrawalRecorded,
    NeedWithdrawn,
    NeedWord,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    Place,
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
    ReservationReleaseRequested,
    ReservationRequested,
)

from equipment_orders.reservations import is_full, refused, released, wait_for
from equipment_orders.state import after
from equipment_orders.targets import (
    Need,
    dated,
)

Word: TypeAlias = NeedDeclaredV2 | NeedCorrected | NeedWithdrawn


def open_need(need: Need, event: NeedDeclaredV2, _context: Context) -> Iterator[Event]:
    """A need is declared once; what waited for it is decided."""
    if need.item:
        yield _refused(event, NeedRefusal.ALREADY_OPEN)
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
    waiting = [kept.event() for kept in need.waiting]
    yield from in_turn(after(need, opened), waiting, _decide, after)


def change_need(
    need: Need, event: NeedCorrected | NeedWithdrawn, context: Context
) -> Iterator[Event]:
    """Corrects or withdraws a declared need; before its declaration, the word waits."""
    about = dated(_word_of(event)[1])
    if need.item:
        yield from _decide(need, event)
    elif waits(need.waiting, type(event), about):
        yield _refused(event, NeedRefusal.ALREADY_WAITING)
    elif is_full(need, context):
        yield _refused(event, NeedRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, about)


def reserve_for_need(need: Need, event: ReservationRequested, context: Context) -> Iterator[Event]:
    """Keeps the quantity of the need, and says the place."""
    yield _place_or_refusal(need, event) if need.item else wait_for(need, event, context)


def release_for_need(
    need: Need, event: ReservationReleaseRequested, _context: Context
) -> Iterator[Event]:
    if event.quantity > need.reserved:
        raise Contradiction(f"{event.order} releases more than {event.target} keeps for all")
    yield released(event)


def give_up_need(need: Need, _due: Due, context: Context) -> Iterator[Event]:
    """The need was not declared in time."""
    late: list[Any] = overdue(need, context.now)
    for event in late:
        if isinstance(event, ReservationRequested):
            yield refused(event, ReservationRefusal.UNKNOWN_IN_TIME)
        else:
            yield _refused(event, NeedRefusal.UNKNOWN_IN_TIME)


def _decide(need: Need, event: Event) -> Iterator[Event]:
    """One of those that waited."""
    yield _ANSWERS[type(event)](need, event)


def _correct(need: Need, event: NeedCorrected) -> Event:
    if reason := _obstacle(need, event):
        return _refused(event, reason)
    if event.quantity < need.reserved:
        return _refused(event, NeedRefusal.BELOW_RESERVED)
    return NeedCorrectionRecorded(
        need=event.need, quantity=event.quantity, corrected_at=event.corrected_at
    )


def _withdraw(need: Need, event: NeedWithdrawn) -> Event:
    if reason := _obstacle(need, event):
        return _refused(event, reason)
    return NeedWithdrawalRecorded(
        need=event.need, reason=event.reason, withdrawn_at=event.withdrawn_at
    )


def _obstacle(need: Need, event: NeedCorrected | NeedWithdrawn) -> NeedRefusal | None:
    if event.uai != need.uai:
        return NeedRefusal.OTHER_PLACE
    return NeedRefusal.ALREADY_WITHDRAWN if need.withdrawn else None


def _place_or_refusal(
    need: Need, request: ReservationRequested
) -> ReservationAccepted | ReservationRefused:
    if request.item != need.item:
        return refused(request, ReservationRefusal.OTHER_ITEM)
    if need.withdrawn:
        return refused(request, ReservationRefusal.WITHDRAWN)
    if need.reserved + request.quantity > need.quantity:
        return refused(request, ReservationRefusal.NOT_ENOUGH_LEFT)
    return ReservationAccepted(
        target=request.target,
        order=request.order,
        item=request.item,
        quantity=request.quantity,
        ordered_quantity=request.grows.ordered_quantity if request.grows else 0,
        place=Place(uai=need.uai, qpv=need.qpv),
    )


def _refused(said: Word, reason: NeedRefusal) -> NeedRefused:
    word, moment = _word_of(said)
    return NeedRefused(need=said.need, word=word, dated_at=moment, reason=reason)


def _word_of(said: Word) -> tuple[NeedWord, datetime]:
    if isinstance(said, NeedCorrected):
        return NeedWord.CORRECTED, said.corrected_at
    if isinstance(said, NeedWithdrawn):
        return NeedWord.WITHDRAWN, said.withdrawn_at
    return NeedWord.DECLARED, said.declared_at


_ANSWERS: dict[type[Event], Callable[[Need, Any], Event]] = {
    NeedCorrected: _correct,
    NeedWithdrawn: _withdraw,
    ReservationRequested: _place_or_refusal,
}
