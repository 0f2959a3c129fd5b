"""Any story of needs, agreements and orders, in any order of arrival, adds up to the piece and cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

import hypothesis.strategies as st
from budget_accounting.app import DECIDER as BUDGET
from equipment_orders.app import DECIDER
from equipment_orders.state import OF_THE_CHANGE, Order, Step
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START
from filrouge_contracts.agreement import (
    AgreementAmended,
    AgreementEnded,
    AgreementItem,
    AgreementRegistered,
)
from filrouge_contracts.amendment import (
    AmendmentOpened,
    AmendmentRefused,
    OrderAmended,
    OrderAmendmentRequested,
    OrderCancellationRequested,
    OrderCancelled,
)
from filrouge_contracts.budget import CreditsOpened
from filrouge_contracts.entry import BUDGET_ACCOUNTING, ORDERS
from filrouge_contracts.equipment import (
    Emergency,
    EmergencyReason,
    NeedCorrected,
    NeedCorrectionRecorded,
    NeedDeclared,
    NeedRefused,
    NeedWithdrawn,
    NeedWord,
    OrderCompleted,
    OrderPlaced,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import ReservationAccepted, ReservationReleased
from filrouge_contracts.values import line_total_cents
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.equipment_orders.tests.honest_delivery import HonestDelivery

NEED, AGREEMENT, LINE = "need:N-075-0001", "agreement:A-2020-01", "line:147-IDF-TABLETS"
UNIT_CENTS = 13  # VAT on one is 2.6 cents: rounding shows on every line
NAMES = st.sampled_from(["O-1", "O-2", "O-3"])
PIECES = st.integers(1, 6)
SELDOM = st.sampled_from([False, False, False, False, True])
BINDING = (Step.PLACED, Step.COMPLETED, Step.CANCELLED)
WHOLE = line_total_cents(12, UNIT_CENTS, 2000)


class Orders(RuleBasedStateMachine):
    """Buyers and schools say anything at any time; line and delivery are honest and answer late."""

    @initialize(
        chance=st.randoms(use_true_random=False), known=st.sampled_from([True, True, True, False])
    )
    def begin(self, chance: Random, known: bool) -> None:
        self.talk = Conversation(DECIDER, BUDGET, chance=chance)
        self.delivery = HonestDelivery()
        self.words = 0
        self.corrections = 0
        if known:
            self.declare(20)
            self.register(2 * WHOLE)
            self.open_credits(2 * WHOLE)
            for order in ("O-1", "O-2"):
                self.order(order, 3, emergency=False)
            self.hear_all()

    # --- what partners say -----------------------------------------------------------------------

    @rule(quantity=st.integers(1, 20))
    def declare(self, quantity: int) -> None:
        self.talk.say(example(NeedDeclared, quantity=quantity))

    @rule(quantity=st.integers(1, 30))
    def correct(self, quantity: int) -> None:
        self.corrections += 1
        said = example(NeedCorrected, quantity=quantity, corrected_at=self._moment())
        self.talk.say(said)

    @rule(seldom=SELDOM)
    def withdraw(self, seldom: bool) -> None:
        if seldom:
            self.talk.say(example(NeedWithdrawn, withdrawn_at=self._moment()))

    @rule(maximum_cents=st.integers(1, 2 * WHOLE))
    def register(self, maximum_cents: int) -> None:
        items = (self._item(UNIT_CENTS),)
        self.talk.say(example(AgreementRegistered, maximum_cents=maximum_cents, items=items))

    @rule(
        maximum_cents=st.one_of(st.none(), st.integers(1, 2 * WHOLE)),
        unit_cents=st.sampled_from([UNIT_CENTS, UNIT_CENTS, UNIT_CENTS, UNIT_CENTS + 1]),
    )
    def amend_agreement(self, maximum_cents: int | None, unit_cents: int) -> None:
        said = example(
            AgreementAmended,
            maximum_cents=maximum_cents,
            items=(self._item(unit_cents),),
            amended_at=self._moment(),
        )
        self.talk.say(said)

    @rule(days=st.integers(0, 40), seldom=SELDOM)
    def end_agreement(self, days: int, seldom: bool) -> None:
        if seldom:
            self.talk.say(example(AgreementEnded, ended_at=START + timedelta(days=days)))

    @rule(ae_cents=st.integers(0, WHOLE))
    def open_credits(self, ae_cents: int) -> None:
        self.talk.say(example(CreditsOpened, ae_cents=ae_cents))

    @rule(order=NAMES, quantity=PIECES, emergency=st.booleans())
    def order(self, order: str, quantity: int, emergency: bool) -> None:
        urgent = Emergency(ordered_at=START, reason=EmergencyReason.SCHOOLS_CLOSED)
        said = example(
            OrderRequested,
            order=order,
            quantity=quantity,
            emergency=urgent if emergency else None,
            requested_at=self._moment(),
        )
        self.talk.say(said)

    @rule(order=NAMES, quantity=PIECES)
    def want(self, order: str, quantity: int) -> None:
        said = example(
            OrderAmendmentRequested, order=order, quantity=quantity, requested_at=self._moment()
        )
        self.words += 1
        self.talk.say(said)

    @rule(order=NAMES, more=PIECES)
    def grow(self, order: str, more: int) -> None:
        self.talk.settle()
        self.want(order, self.delivery.expected[order] + more)
        self.talk.settle()

    @rule(order=NAMES, arrivals=st.integers(0, 8), days=st.integers(3, 7))
    def grow_too_slowly(self, order: str, arrivals: int, days: int) -> None:
        self.talk.settle()
        self.want(order, self.delivery.expected[order] + 1)
        self.hear_some(arrivals)
        self.let_time_pass(days, settled=False)

    @rule(order=NAMES)
    def cancel(self, order: str) -> None:
        self.words += 1
        said = example(OrderCancellationRequested, order=order, requested_at=self._moment())
        self.talk.say(said)

    # --- what the delivery does ------------------------------------------------------------------

    @rule()
    def answer(self) -> None:
        self._answer(self.delivery.hear(self.talk.said))

    @rule(order=NAMES, quantity=st.integers(1, 3))
    def ship(self, order: str, quantity: int) -> None:
        self.delivery.ship(order, quantity)

    @rule(order=NAMES)
    def deliver(self, order: str) -> None:
        """All that is still expected."""
        self.answer()
        missing = self.delivery.expected[order] - self.delivery.under_way[order]
        self.delivery.ship(order, missing)
        for _ in range(missing):
            self.certify(order)

    @rule(order=NAMES)
    def send_back(self, order: str) -> None:
        self._answer(self.delivery.reject(order))

    @rule(order=NAMES)
    def certify(self, order: str) -> None:
        self._answer(self.delivery.certify(order))

    # --- time and arrival ------------------------------------------------------------------------

    @rule(arrivals=st.integers(1, 10))
    def hear_some(self, arrivals: int) -> None:
        for _ in range(min(arrivals, self.talk.under_way)):
            self.talk.step()

    @rule()
    def hear_all(self) -> None:
        self.talk.settle()

    @rule(days=st.integers(1, 5), settled=st.booleans())
    def let_time_pass(self, days: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(days=days), settled=settled)

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def never_more_is_reserved_than_was_needed_or_agreed_or_engaged_than_was_opened(self) -> None:
        need, agreement = self.talk.state(ORDERS, NEED), self.talk.state(ORDERS, AGREEMENT)
        line = self.talk.state(BUDGET_ACCOUNTING, LINE)
        assert 0 <= need.reserved <= need.quantity
        assert 0 <= agreement.reserved_cents <= agreement.maximum_cents
        assert 0 <= line.committed_cents <= line.ae_cents

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

    def teardown(self) -> None:
        """Once all have answered: kept is what binds, and every word was followed or refused."""
        for _ in range(20):
            self.talk.tick(self.talk.context.now + timedelta(days=4))
            self._answer(self.delivery.hear(self.talk.said))
        self.talk.settle()
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
            assert order.quantity == self.delivery.expected[key.removeprefix("order:")]
        self._every_word_was_answered()
        self._complete_is_what_was_certified(binding)

    def _every_word_was_answered(self) -> None:
        opened, refused = self.talk.of(AmendmentOpened), self.talk.of(AmendmentRefused)
        in_vain = [said for said in refused if said.reason in OF_THE_CHANGE]
        cancelled = {said.order for said in self.talk.of(OrderCancelled)}
        assert len(opened) + len(refused) - len(in_vain) == self.words
        assert len(opened) == len(in_vain) + len(self.talk.of(OrderAmended)) + len(cancelled)
        needs = [said for said in self.talk.of(NeedRefused) if said.word is NeedWord.CORRECTED]
        recorded = self.talk.of(NeedCorrectionRecorded)
        assert len(recorded) + len(needs) == self.corrections

    def _complete_is_what_was_certified(self, binding: dict[str, Order]) -> None:
        completed = {said.order: said.quantity for said in self.talk.of(OrderCompleted)}
        for key, order in binding.items():
            name = key.removeprefix("order:")
            if 0 < order.quantity == self.delivery.certified[name]:
                assert completed[name] == order.quantity

    def _last_said(self) -> dict[str, tuple[int, int]]:
        """What the buyer, the delivery and the accounts were told last: pieces and cents of an order."""
        last = {}
        for said in self.talk.said:
            if isinstance(said.event, OrderPlaced | OrderAmended | OrderCancelled):
                last[said.subject] = (said.event.quantity, said.event.amount_cents)
        return last

    def _answer(self, events: Iterable[Event]) -> None:
        for event in events:
            self.talk.say(event, by="delivery")

    def _item(self, unit_cents: int) -> AgreementItem:
        return AgreementItem(
            item="TABLET-10", unit_price_excl_vat_cents=unit_cents, vat_rate_bp=2000
        )

    def _moment(self) -> datetime:
        """Later than every other one, so that each word has a name of its own."""
        self._seconds = getattr(self, "_seconds", 0) + 1
        return self.talk.context.now + timedelta(seconds=self._seconds)


Orders.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestOrders = Orders.TestCase
