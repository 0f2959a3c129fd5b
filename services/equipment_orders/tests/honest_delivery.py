"""What a delivery answers when orders shrink, in few words; it hears when it likes, and in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from filrouge_chassis.testing.conversation import Said
from filrouge_chassis.testing.examples import example
from filrouge_contracts.amendment import (
    OrderAmended,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.delivery import DeliveryCompleted
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event


class HonestDelivery:
    """Pieces expected and under way, by order; what is under way can come back until it is certified."""

    def __init__(self) -> None:
        self.expected: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.certified: Counter[str] = Counter()
        self.closed: set[str] = set()
        self._heard = 0

    def hear(self, said: list[Said]) -> Iterator[Event]:
        """Everything since it last listened."""
        since, self._heard = said[self._heard :], len(said)
        for one in since:
            event = one.event
            if isinstance(event, OrderPlaced) or (
                isinstance(event, OrderAmended) and event.quantity > self.expected[event.order]
            ):
                self.expected[event.order] = event.quantity
            elif isinstance(event, QuantityChangeRequested):
                yield self._answer(event)
                yield from self._complete(event.order)

    def ship(self, order: str, quantity: int) -> None:
        if order not in self.closed and self.under_way[order] + quantity <= self.expected[order]:
            self.under_way[order] += quantity

    def reject(self, order: str) -> Iterator[Event]:
        if self.under_way[order] > self.certified[order]:
            self.under_way[order] -= 1
            if order in self.closed:
                self.expected[order] = self.under_way[order]
                yield QuantityChangeAccepted(order=order, quantity=self.under_way[order])
                yield from self._complete(order)

    def certify(self, order: str) -> Iterator[Event]:
        if self.under_way[order] > self.certified[order]:
            self.certified[order] += 1
            yield from self._complete(order)

    def _answer(self, event: QuantityChangeRequested) -> Event:
        under_way = self.under_way[event.order]
        if event.closing:
            self.closed.add(event.order)
        quantity = under_way if event.closing else event.quantity
        if quantity < under_way:
            return QuantityChangeRefused(order=event.order, quantity=quantity, under_way=under_way)
        self.expected[event.order] = quantity
        return QuantityChangeAccepted(order=event.order, quantity=quantity)

    def _complete(self, order: str) -> Iterator[Event]:
        if 0 < self.certified[order] == self.expected[order]:
            yield example(DeliveryCompleted, order=order, quantity=self.expected[order])
