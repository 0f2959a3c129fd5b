"""Decides how many pieces an order may still have, and when it is delivered in full."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from filrouge_chassis.decider import Context, Contradiction
from filrouge_contracts.amendment import (
    OrderAmended,
    OrderCancelled,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.delivery import (
    DeliveryAdjusted,
    DeliveryClosed,
    DeliveryCompleted,
    DeliveryReopened,
)
from filrouge_contracts.event import Event

from delivery_confirmations.delivery_evolutions import after
from delivery_confirmations.delivery_state import Delivery

Rule = Callable[[Delivery, Any, Context], Iterable[Event]]


def lessen(
    delivery: Delivery, event: QuantityChangeRequested, _context: Context
) -> Iterator[Event]:
    """Fewer, if not more are under way; to close: as few as are under way, from now on for ever."""
    if delivery.placed_at is None:
        raise Contradiction(f"{event.order} is lessened before it is placed")
    under_way = delivery.under_way
    if event.closing:
        if not delivery.closed:
            yield DeliveryClosed(order=event.order, closed_at=event.requested_at)
        quantity = min(under_way, delivery.quantity)
        yield QuantityChangeAccepted(order=event.order, quantity=quantity)
    elif event.quantity < under_way:
        yield QuantityChangeRefused(order=event.order, quantity=event.quantity, under_way=under_way)
    elif event.quantity > delivery.quantity:
        raise Contradiction(f"{event.order} cannot become {event.quantity} by lessening")
    else:
        yield QuantityChangeAccepted(order=event.order, quantity=event.quantity)


def enlarge(delivery: Delivery, event: OrderAmended, _context: Context) -> Iterator[Event]:
    """More are waited for; fewer were asked for before the order was amended."""
    if delivery.placed_at is None or delivery.closed:
        raise Contradiction(f"{event.order} is amended before it is placed or after its end")
    if event.quantity > delivery.quantity:
        yield DeliveryAdjusted(order=event.order, quantity=event.quantity)


def close(delivery: Delivery, event: OrderCancelled, _context: Context) -> Iterator[Event]:
    """A cancelled order takes no more goods; usually that was asked for before."""
    if not delivery.closed:
        yield DeliveryClosed(order=event.order, closed_at=event.cancelled_at)


def concluded(rule: Rule) -> Rule:
    """The rule, and what then follows for the order as a whole."""

    def with_conclusions(delivery: Delivery, event: Any, context: Context) -> Iterator[Event]:
        delivery = yield from _evolving(delivery, rule(delivery, event, context))
        for conclude in (_reopen, _shrink, _complete):
            delivery = yield from _evolving(delivery, conclude(delivery, context))

    return with_conclusions


def _evolving(delivery: Delivery, answers: Iterable[Event]) -> Generator[Event, None, Delivery]:
    for answer in answers:
        yield answer
        delivery = after(delivery, answer)
    return delivery


def _reopen(delivery: Delivery, context: Context) -> Iterator[Event]:
    if delivery.completed and delivery.certified != delivery.quantity:
        yield DeliveryReopened(
            order=context.name, certified=delivery.certified, reopened_at=context.now
        )


def _shrink(delivery: Delivery, context: Context) -> Iterator[Event]:
    """A closed order gets nothing in place of what was lost or went back."""
    under_way = delivery.under_way
    if delivery.closed and under_way < delivery.quantity:
        yield QuantityChangeAccepted(order=context.name, quantity=under_way)


def _complete(delivery: Delivery, context: Context) -> Iterator[Event]:
    if not delivery.completed and 0 < delivery.certified == delivery.quantity:
        yield DeliveryCompleted(
            order=context.name,
            quantity=delivery.quantity,
            completed_at=max(context.now, delivery.certified_at or context.now),
        )
