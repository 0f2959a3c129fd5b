"""Decides how an order that binds becomes larger, smaller or ends: one change at a time.

    more      need and agreement are asked to keep the difference, then the budget line to engage it;
              all three or none: a refusal gives back what was kept
    fewer     the delivery is asked whether that can still be; the difference is given back
    none      the delivery says how few are under way; it may come to fewer later, when goods go back

All of them know the order that is placed, and always answer: so a change has no deadline, and being
slow ourselves is no reason to refuse one. What the buyer says before the order is placed, or during
another change, waits its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from filrouge_chassis.decider import Context, Contradiction, Rule
from filrouge_chassis.waiting import hold, in_turn, overdue, waits
from filrouge_contracts.amendment import (
    AmendmentAnswerRecorded,
    AmendmentOpened,
    AmendmentRefusal,
    AmendmentRefused,
    Asked,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationAccepted,
    ReservationRefusal,
    ReservationRefused,
)

from equipment_orders.differences import (
    amended,
    cancelled,
    commitment,
    given_back,
    reservations,
)
from equipment_orders.state import Cancellation, Change, Order, Step, after
from equipment_orders.targets import (
    dated,
)

Word: TypeAlias = OrderAmendmentRequested | OrderCancellationRequested
Answer: TypeAlias = (
    ReservationAccepted | ReservationRefused | CommitmentAccepted | CommitmentRefused
)
WAITING_AT_MOST = 10
SETTLED = frozenset({Step.PLACED, Step.COMPLETED, Step.CANCELLED, Step.REFUSED})
REFUSALS = {
    Asked.NEED: AmendmentRefusal.NEED_REFUSED,
    Asked.AGREEMENT: AmendmentRefusal.AGREEMENT_REFUSED,
    Asked.LINE: AmendmentRefusal.COMMITMENT_REFUSED,
}
BOTH_TARGETS = {Asked.NEED, Asked.AGREEMENT}


def then_waiting(rule: Callable[[Order, Any, Context], Iterator[Event]]) -> Rule:
    """The rule; then, once the order is settled, what the buyer has said of it meanwhile."""

    def decide(order: Order, event: Any, context: Context) -> Iterator[Event]:
        order = yield from in_turn(
            order, [event], lambda state, one: rule(state, one, context), after
        )
        while order.waiting and _is_settled(order):
            words: list[Any] = [order.waiting[0].event()]
            order = yield from in_turn(
                order, words, lambda state, word: _begin(state, word, context), after
            )

    return decide


def take_word(order: Order, event: Word, context: Context) -> Iterator[Event]:
    """What the buyer wants of an order that is placed begins at once, anything else waits."""
    about = dated(event.requested_at)
    if waits(order.waiting, type(event), about):
        yield _refused(event, AmendmentRefusal.ALREADY_WAITING, context)
    elif _is_settled(order):
        yield from _begin(order, event, context)
    elif len(order.waiting) >= WAITING_AT_MOST:
        yield _refused(event, AmendmentRefusal.TOO_MANY_WAITING, context)
    else:
        yield hold(context, event, about)


def refuse_overdue(order: Order, context: Context) -> Iterator[Event]:
    """The order was not placed in time; what waits for another change waits on, in its turn."""
    late: list[Any] = overdue(order, context.now)
    if late and order.change is not None:
        for kept in order.waiting:
            yield hold(context, kept.event(), kept.about)
        return
    for word in late:
        yield _refused(word, AmendmentRefusal.NOT_PLACED, context)


# --- more ----------------------------------------------------------------------------------------


def note_answer(order: Order, change: Change, event: Answer, context: Context) -> Iterator[Event]:
    """One of those who were asked; all must agree before the order grows."""
    asked = _asked(event)
    if asked not in change.asked:
        raise Contradiction(f"{asked} answers {context.key}, which asks it for nothing")
    accepted = isinstance(event, ReservationAccepted | CommitmentAccepted)
    yield AmendmentAnswerRecorded(order=context.name, asked=asked, accepted=accepted)
    if change.refused:
        if accepted:
            yield given_back(order, asked, change.quantity, context)
    elif not accepted:
        other_price = getattr(event, "reason", None) is ReservationRefusal.OTHER_PRICE
        reason = AmendmentRefusal.OTHER_PRICE if other_price else REFUSALS[asked]
        yield from _refuse_change(order, change, reason, context)
    elif isinstance(event, CommitmentAccepted):
        yield amended(order, change, context, event.committed_at)
    elif {*change.kept, asked} == BOTH_TARGETS:
        yield commitment(order, change, context)


# --- fewer ---------------------------------------------------------------------------------------


def shrink(order: Order, event: QuantityChangeAccepted, context: Context) -> Iterator[Event]:
    """The delivery expects fewer from now on; what was engaged beyond that is given back."""
    change, cancellation = order.change, order.cancellation
    if event.quantity > order.quantity:
        raise Contradiction(f"{event.order}: the delivery expects more than was ordered")
    if change is not None and change.quantity > order.quantity:
        raise Contradiction(f"{event.order} grows, and the delivery expects fewer")
    if change is not None and change.reason is not None:
        wanted = Cancellation(change.reason, change.requested_by, change.requested_at)
        yield cancelled(order, wanted, event.quantity, context)
    elif change is not None and change.quantity == event.quantity:
        yield amended(order, change, context)
    elif change is None and cancellation is not None:
        yield cancelled(order, cancellation, event.quantity, context)
    else:
        raise Contradiction(f"{event.order}: the delivery expects what nobody asked for")
    if event.quantity < order.quantity:
        for asked in Asked:
            yield given_back(order, asked, event.quantity, context)


def stay(order: Order, event: QuantityChangeRefused, context: Context) -> Iterator[Event]:
    """Too many are under way or delivered already."""
    if order.change is None or order.change.quantity > order.quantity:
        raise Contradiction(f"{event.order}: the delivery refuses what nobody asked for")
    yield from _refuse_change(order, order.change, AmendmentRefusal.UNDER_WAY, context)


# --- inside --------------------------------------------------------------------------------------


def _is_settled(order: Order) -> bool:
    return order.change is None and order.step in SETTLED


def _begin(order: Order, word: Word, context: Context) -> Iterator[Event]:
    if reason := _obstacle(order, word):
        yield _refused(word, reason, context)
        return
    cancels = isinstance(word, OrderCancellationRequested)
    quantity = _wanted(word)
    opened = AmendmentOpened(
        order=word.order,
        quantity=quantity,
        reason=word.reason if isinstance(word, OrderCancellationRequested) else None,
        requested_at=word.requested_at,
        requested_by=word.requested_by,
    )
    yield opened
    if quantity > order.quantity:
        yield from reservations(order, opened, context)
    else:
        yield QuantityChangeRequested(
            order=word.order, quantity=quantity, closing=cancels, requested_at=word.requested_at
        )


def _obstacle(order: Order, word: Word) -> AmendmentRefusal | None:
    if order.step is Step.REFUSED:
        return AmendmentRefusal.NOT_PLACED
    if order.cancellation is not None:
        return AmendmentRefusal.ALREADY_CANCELLED
    if isinstance(word, OrderCancellationRequested):
        return None
    if word.quantity == order.quantity:
        return AmendmentRefusal.SAME_QUANTITY
    if word.quantity > order.quantity and order.step is Step.COMPLETED:
        return AmendmentRefusal.ALREADY_COMPLETED
    return None


def _refuse_change(
    order: Order, change: Change, reason: AmendmentRefusal, context: Context
) -> Iterator[Event]:
    yield AmendmentRefused(
        order=context.name,
        quantity=change.quantity,
        requested_at=change.requested_at,
        reason=reason,
        refused_at=context.now,
    )
    for asked in change.kept:
        yield given_back(order, asked, change.quantity, context)


def _wanted(word: Word) -> int:
    return 0 if isinstance(word, OrderCancellationRequested) else word.quantity


def _asked(event: Answer) -> Asked:
    if isinstance(event, CommitmentAccepted | CommitmentRefused):
        return Asked.LINE
    return Asked(event.target.partition(":")[0])


def _refused(word: Word, reason: AmendmentRefusal, context: Context) -> AmendmentRefused:
    return AmendmentRefused(
        order=word.order,
        quantity=_wanted(word),
        requested_at=word.requested_at,
        reason=reason,
        refused_at=context.now,
    )
