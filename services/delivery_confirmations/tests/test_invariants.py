"""Any story of deliveries keeps: certified ≤ admitted ≤ received ≤ ordered, and each device counts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
from delivery_confirmations.app import DECIDER
from delivery_confirmations.delivery_state import Step
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.amendment import (
    OrderAmended,
    OrderCancelled,
    QuantityChangeAccepted,
    QuantityChangeRefused,
    QuantityChangeRequested,
)
from filrouge_contracts.certification import (
    ServiceCertified,
    ServiceWithdrawalRefused,
    ServiceWithdrawalRequested,
    ServiceWithdrawn,
)
from filrouge_contracts.delivery import (
    DeliveryAdjusted,
    DeliveryCompleted,
    DeliveryExpected,
    DeliveryReopened,
    GoodsLostInTransit,
    GoodsReceived,
    ReceptionRecorded,
    ShipmentAnnounced,
)
from filrouge_contracts.device import DeviceAccepted, DeviceSentBack
from filrouge_contracts.entry import DELIVERIES
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdmissionRecorded,
    AdmissionUndone,
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
    RejectionRecorded,
)
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.delivery_confirmations.tests.answers import answered_by

ORDERS = ("O-1", "O-2")
ORDERED = 8
NAMES, NOTES = st.sampled_from(ORDERS), st.sampled_from(["BL-1", "BL-2", "BL-3"])
DEVICES = st.lists(st.integers(0, 29).map(imei), min_size=1, max_size=4, unique=True).map(tuple)
FAULTY = st.lists(st.integers(0, 29).map(imei), max_size=1).map(tuple)
QUANTITIES = (DeliveryExpected, DeliveryAdjusted, QuantityChangeAccepted)
FINAL = {Step.ADMITTED, Step.ADMITTED_BY_SILENCE, Step.REJECTED}


class Deliveries(RuleBasedStateMachine):
    """Two orders whose partners say anything at any time; claims of both run for the same devices.

    The machine itself plays the orders, which change one at a time, and the accounts.
    """

    @initialize(
        chance=st.randoms(use_true_random=False),
        late=st.booleans(),
        grace_days=st.integers(0, 2),
    )
    def begin(self, chance: Random, late: bool, grace_days: int) -> None:
        self.talk = Conversation(DECIDER, chance=chance)
        self.talk.with_parameters(deadline_grace_seconds=grace_days * 86_400)
        self.talk.tick(example(OrderPlaced).placed_at)
        self.placed: set[str] = set()
        self.ended: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.answered = 0
        self.words: Counter[type[Event]] = Counter()
        self.place("O-1")
        if not late:
            self.place("O-2")

    # --- what partners say -----------------------------------------------------------------------

    @rule(order=NAMES, note=NOTES, quantity=st.integers(1, 4))
    def ship(self, order: str, note: str, quantity: int) -> None:
        self._say(ShipmentAnnounced, order, note, quantity=quantity, shipped_at=self._now)

    @rule(order=NAMES, note=NOTES, quantity=st.integers(1, 4))
    def lose(self, order: str, note: str, quantity: int) -> None:
        self._say(GoodsLostInTransit, order, note, quantity=quantity, reported_at=self._now)

    @rule(order=NAMES, note=NOTES, quantity=st.integers(1, 2))
    def ship_and_lose(self, order: str, note: str, quantity: int) -> None:
        self.ship(order, note, 2)
        self.lose(order, note, quantity)

    @rule(order=NAMES, note=NOTES, devices=DEVICES)
    def receive(self, order: str, note: str, devices: tuple[str, ...]) -> None:
        self._say(GoodsReceived, order, note, imeis=devices, received_at=self._now)

    @rule(order=NAMES, note=NOTES, devices=DEVICES)
    def receive_and_hear(self, order: str, note: str, devices: tuple[str, ...]) -> None:
        self.receive(order, note, devices)
        self.talk.settle()

    @rule(order=NAMES, note=NOTES, faulty=FAULTY)
    def admit(self, order: str, note: str, faulty: tuple[str, ...]) -> None:
        self._say(GoodsAdmitted, order, note, faulty_imeis=faulty, admitted_at=self._now)

    @rule(order=NAMES, note=NOTES, cents=st.sampled_from([1, 154_00]))
    def reduce(self, order: str, note: str, cents: int) -> None:
        self._say(GoodsReduced, order, note, reduction_cents=cents, reduced_at=self._now)

    @rule(order=NAMES, note=NOTES, days=st.integers(1, 15))
    def adjourn(self, order: str, note: str, days: int) -> None:
        redo_by = self._now + timedelta(days=days)
        self._say(GoodsAdjourned, order, note, adjourned_at=self._now, redo_by=redo_by)

    @rule(order=NAMES, note=NOTES)
    def present_again(self, order: str, note: str) -> None:
        self._say(GoodsPresentedAgain, order, note, presented_at=self._now)

    @rule(order=NAMES, note=NOTES)
    def reject(self, order: str, note: str) -> None:
        self._say(GoodsRejected, order, note, rejected_at=self._now)

    @rule(
        order=NAMES,
        note=NOTES,
        devices=DEVICES,
        days=st.sampled_from([1, 2, 15]),
        presented=st.booleans(),
    )
    def adjourn_and_go_on(
        self, order: str, note: str, devices: tuple[str, ...], days: int, presented: bool
    ) -> None:
        self.receive_and_hear(order, note, devices)
        self.adjourn(order, note, days)
        self.talk.settle()
        if presented:
            self.present_again(order, note)
        else:
            self.reject(order, note)
            self.let_time_pass(days=2, settled=True)

    @rule(
        order=NAMES,
        note=st.sampled_from(["BL-1", "BL-4", "BL-5"]),
        devices=DEVICES,
        word=st.sampled_from([GoodsAdmitted, GoodsReduced, GoodsAdjourned, GoodsRejected]),
        presented=st.booleans(),
        paid=st.sampled_from([None, False, True]),
    )
    def decide_in_time_and_be_heard_too_late(
        self,
        order: str,
        note: str,
        devices: tuple[str, ...],
        word: type[Event],
        presented: bool,
        paid: bool | None,
    ) -> None:
        self.receive_and_hear(order, note, devices)
        decide: dict[type[Event], Callable[[], None]] = {
            GoodsAdmitted: lambda: self.admit(order, note, devices[:-1]),
            GoodsReduced: lambda: self.reduce(order, note, 1),
            GoodsAdjourned: lambda: self.adjourn(order, note, 15),
            GoodsRejected: lambda: self.reject(order, note),
        }
        decide[word]()
        self.talk.tick(self._now + timedelta(days=18), settled=False)
        if presented:
            self.present_again(order, note)
        if paid is not None:
            self.talk.settle()
            self.answer_for_the_accounts(paid)

    # --- what the other services say -------------------------------------------------------------

    @rule(order=NAMES)
    def place(self, order: str) -> None:
        if order not in self.placed:
            self.placed.add(order)
            cents = ORDERED * 184_80
            placed = example(OrderPlaced, order=order, quantity=ORDERED, amount_cents=cents)
            self.talk.say(placed, by="orders")

    @rule(order=NAMES, less=st.integers(1, 6), closing=st.sampled_from([False, False, True]))
    def lessen(self, order: str, less: int, closing: bool) -> None:
        if self._may_change(order):
            quantity = max(self._ordered(order) - less, 0)
            said = example(QuantityChangeRequested, order=order, quantity=quantity, closing=closing)
            self.asked[order] += 1
            if closing:
                self.ended.add(order)
            self.talk.say(said, by="orders")

    @rule(order=NAMES, more=st.integers(1, 2))
    def enlarge(self, order: str, more: int) -> None:
        if self._may_change(order):
            quantity = self._ordered(order) + more
            said = example(OrderAmended, order=order, quantity=quantity)
            self.talk.say(said, by="orders")

    @rule(order=NAMES)
    def cancel(self, order: str) -> None:
        if self._may_change(order):
            self.ended.add(order)
            self.talk.say(example(OrderCancelled, order=order), by="orders")

    @rule(paid=st.booleans())
    def answer_for_the_accounts(self, paid: bool) -> None:
        asked = self.talk.of(ServiceWithdrawalRequested)[self.answered :]
        self.answered += len(asked)
        answer = ServiceWithdrawalRefused if paid else ServiceWithdrawn
        for said in asked:
            names = {"order": said.order, "delivery_note": said.delivery_note}
            self.talk.say(example(answer, **names), by="accounts")

    @rule()
    def hear_all(self) -> None:
        self.talk.settle()

    @rule(days=st.integers(1, 20), settled=st.booleans())
    def let_time_pass(self, days: int, settled: bool) -> None:
        self.talk.tick(self._now + timedelta(days=days), settled=settled)

    # --- what holds ------------------------------------------------------------------------------

    @invariant()
    def certified_is_admitted_is_at_most_received_is_at_most_ordered(self) -> None:
        for order in ORDERS:
            received = sum(len(said.imeis) for said in self._of(ReceptionRecorded, order))
            faulty = sum(len(said.faulty_imeis) for said in self._of(AdmissionRecorded, order))
            undone = self._sum(AdmissionUndone, order)
            back = self._sum(RejectionRecorded, order) + faulty
            admitted = self._sum(AdmissionRecorded, order) - undone
            certified = self._sum(ServiceCertified, order) - undone
            assert certified == admitted <= received - back <= self._ordered(order)

    @invariant()
    def complete_is_what_is_certified_in_full(self) -> None:
        for order in ORDERS:
            undone = self._sum(AdmissionUndone, order)
            certified = self._sum(ServiceCertified, order) - undone
            told = len(self._of(DeliveryCompleted, order)) - len(self._of(DeliveryReopened, order))
            assert told == (0 < certified == self._ordered(order))

    @invariant()
    def each_device_is_received_certified_and_in_stock_once(self) -> None:
        received = Counter(d for said in self.talk.of(ReceptionRecorded) for d in said.imeis)
        certified = Counter(d for said in self.talk.of(ServiceCertified) for d in said.imeis)
        certified -= Counter(d for said in self.talk.of(AdmissionUndone) for d in said.imeis)
        accepted = Counter(said.imei for said in self.talk.of(DeviceAccepted))
        sent_back = Counter(said.imei for said in self.talk.of(DeviceSentBack))
        for devices in (received, certified, accepted, sent_back):
            assert set(devices.values()) <= {1}
        in_stock = accepted - sent_back
        assert certified <= in_stock <= received
        faulty = {d for said in self.talk.of(AdmissionRecorded) for d in said.faulty_imeis}
        assert faulty.isdisjoint(in_stock)
        assert sent_back <= accepted

    def teardown(self) -> None:
        """Once all are silent everything is decided, and every word has had one answer."""
        for _ in range(5):
            self.answer_for_the_accounts(paid=False)
            self.let_time_pass(days=20, settled=True)
        for key, delivery in self.talk.states(DELIVERIES, "order").items():
            assert (delivery.due_at, delivery.waiting) == (None, ()), key
            assert {note.step for note in delivery.notes.values()} <= FINAL, key
        answers = Counter(map(answered_by, (said.event for said in self.talk.said)))
        assert {model: answers[model] for model in self.words} == self.words

    # --- inside ----------------------------------------------------------------------------------

    @property
    def _now(self) -> Any:
        return self.talk.context.now

    def _say(self, model: type[Event], order: str, note: str, **fields: Any) -> None:
        self.words[model] += 1
        self.talk.say(example(model, order=order, delivery_note=note, **fields))

    def _may_change(self, order: str) -> bool:
        """An order changes after it was placed, and when its last change was answered."""
        answers = (QuantityChangeAccepted, QuantityChangeRefused)
        answered = sum(len(self._of(model, order)) for model in answers)
        open_still = order in self.placed and order not in self.ended
        return open_still and answered == self.asked[order]

    def _ordered(self, order: str) -> int:
        quantities = [
            said.event.quantity
            for said in self.talk.said
            if isinstance(said.event, QUANTITIES) and said.event.order == order
        ]
        return quantities[-1] if quantities else 0

    def _of(self, model: type[Any], order: str) -> list[Any]:
        return [said for said in self.talk.of(model) if said.order == order]

    def _sum(self, model: type[Any], order: str) -> int:
        return sum(said.quantity for said in self._of(model, order))


Deliveries.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestDeliveries = Deliveries.TestCase
