"""Orders are amended and cancelled while goods are under way: all services agree to the piece and cent.

Needs, agreements, credits and goods change at the same time; everything arrives in any order.
"""

from __future__ import annotations

from collections import Counter

from equipment_orders.state import OF_THE_CHANGE, Order, Step
from filrouge_contracts.amendment import (
    AmendmentOpened,
    AmendmentRefused,
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderCancelled,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, ORDERS
from filrouge_contracts.equipment import (
    NeedCorrected,
    NeedCorrectionRecorded,
    NeedRefused,
    NeedWord,
    OrderPlaced,
)
from filrouge_contracts.reservation import ReservationAccepted, ReservationReleased
from hypothesis import settings
from hypothesis.stateful import invariant

from tests.threads.order_words import OrderWords
from tests.threads.thread import AGREEMENT, LINE, NEED

BINDING = (Step.PLACED, Step.COMPLETED, Step.CANCELLED)


class Amendments(OrderWords):
    """Whatever was said and whenever it arrived."""

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def never_more_is_kept_than_was_needed_or_agreed_or_engaged_than_was_opened(self) -> None:
        need, agreement = self.talk.state(ORDERS, NEED), self.talk.state(ORDERS, AGREEMENT)
        line = self.talk.state(BUDGET_ACCOUNTING, LINE)
        assert 0 <= need.reserved <= need.quantity
        assert 0 <= agreement.reserved_cents <= agreement.maximum_cents
        assert 0 <= line.committed_cents <= line.ae_cents

    @invariant()
    def never_more_is_received_or_certified_than_is_expected(self) -> None:
        for delivery in self.talk.states(DELIVERIES, "order").values():
            assert 0 <= delivery.certified <= delivery.received <= delivery.quantity

    @invariant()
    def what_is_released_was_reserved(self) -> None:
        pieces: Counter[tuple[str, str]] = Counter()
        cents: Counter[tuple[str, str]] = Counter()
        for said in self.talk.said:
            event = said.event
            if isinstance(event, ReservationAccepted):
                kept = (event.target, event.order)
                pieces[kept] += event.quantity
                cents[kept] += event.terms.amount_cents if event.terms else 0
            elif isinstance(event, ReservationReleased):
                kept = (event.target, event.order)
                pieces[kept] -= event.quantity
                cents[kept] -= event.amount_cents
                assert pieces[kept] >= 0
                assert cents[kept] >= 0
                assert pieces[kept] > 0 or cents[kept] == 0
        need, agreement = self.talk.state(ORDERS, NEED), self.talk.state(ORDERS, AGREEMENT)
        assert need.reserved == sum(n for (target, _), n in pieces.items() if target == NEED)
        assert agreement.reserved_cents == sum(cents.values())

    @invariant()
    def an_emergency_order_alone_is_placed_before_its_commitment(self) -> None:
        for placed in self.talk.of(OrderPlaced):
            assert placed.regularisation or placed.placed_at >= placed.committed_at

    # --- what holds in the end -------------------------------------------------------------------

    def teardown(self) -> None:
        """Once all have answered: what is kept, expected, engaged and told last is what binds."""
        self.talk.settle()
        for _ in range(20):
            self.let_time_pass(days=4, settled=True)
        orders: dict[str, Order] = self.talk.states(ORDERS, "order")
        assert all(order.due_at is None and order.change is None for order in orders.values())
        binding = {key: order for key, order in orders.items() if order.step in BINDING}
        totals = {
            key: order.deal.total_cents(order.quantity)
            for key, order in binding.items()
            if order.deal is not None
        }
        assert self._last_said() == {
            key: (binding[key].quantity, cents) for key, cents in totals.items()
        }
        assert self.talk.state(ORDERS, NEED).reserved == sum(o.quantity for o in binding.values())
        assert self.talk.state(ORDERS, AGREEMENT).reserved_cents == sum(totals.values())
        line = self.talk.state(BUDGET_ACCOUNTING, LINE)
        assert line.committed_cents == sum(totals.values())
        for key, order in binding.items():
            self._delivery_and_accounts_agree(key, order)
        self._every_word_was_answered()

    def _delivery_and_accounts_agree(self, key: str, order: Order) -> None:
        delivery = self.talk.state(DELIVERIES, key)
        engagement = self.talk.state(BUDGET_ACCOUNTING, key)
        assert delivery.quantity == engagement.quantity == order.quantity
        assert delivery.certified == engagement.certified_quantity
        assert delivery.closed == (order.cancellation is not None)
        assert not delivery.closed or delivery.quantity <= delivery.under_way
        complete = 0 < order.quantity == delivery.certified
        assert (order.step is Step.COMPLETED) == delivery.completed == complete

    def _every_word_was_answered(self) -> None:
        opened, refused = self.talk.of(AmendmentOpened), self.talk.of(AmendmentRefused)
        in_vain = [said for said in refused if said.reason in OF_THE_CHANGE]
        cancelled = {said.order for said in self.talk.of(OrderCancelled)}
        said = self.words[OrderAmendmentRequested] + self.words[OrderCancellationRequested]
        assert len(opened) + len(refused) - len(in_vain) == said
        assert len(opened) == len(in_vain) + len(self.talk.of(OrderAmended)) + len(cancelled)
        needs = [said for said in self.talk.of(NeedRefused) if said.word is NeedWord.CORRECTED]
        recorded = self.talk.of(NeedCorrectionRecorded)
        assert len(recorded) + len(needs) == self.words[NeedCorrected]

    def _last_said(self) -> dict[str, tuple[int, int]]:
        """What the delivery and the accounts were told last: pieces and cents of an order."""
        return {
            said.subject: (said.event.quantity, said.event.amount_cents)
            for said in self.talk.said
            if isinstance(said.event, OrderPlaced | OrderAmended | OrderCancelled)
        }


Amendments.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestAmendments = Amendments.TestCase
