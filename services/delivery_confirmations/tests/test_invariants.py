"""Any story of deliveries keeps: certified ≤ accepted ≤ ordered, and each device counts once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import hypothesis.strategies as st
from delivery_confirmations.app import DECIDER
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.delivery import (
    AdmissionRecorded,
    DeliveryCompleted,
    GoodsAdmitted,
    GoodsReceived,
    GoodsRejected,
    ReceptionRecorded,
    RejectionRecorded,
    ShipmentAnnounced,
)
from filrouge_contracts.equipment import OrderPlaced
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

ORDERS = ("O-1", "O-2")
ORDERED = 4
NAMES, NOTES = st.sampled_from(ORDERS), st.sampled_from(["BL-1", "BL-2", "BL-3"])
DEVICES = st.lists(st.integers(0, 9).map(imei), min_size=1, max_size=5, unique=True).map(tuple)


class Deliveries(RuleBasedStateMachine):
    """Two orders whose partners say anything at any time; claims of both run for the same devices."""

    @initialize(chance=st.randoms(use_true_random=False), placed=st.booleans())
    def begin(self, chance: Random, placed: bool) -> None:
        self.talk = Conversation(DECIDER, chance=chance)
        self.placed: set[str] = set()
        if placed:
            self.place("O-1")
            self.place("O-2")

    @rule(order=NAMES)
    def place(self, order: str) -> None:
        if order not in self.placed:
            self.placed.add(order)
            self.talk.say(
                example(OrderPlaced, order=order, quantity=ORDERED, amount_cents=ORDERED * 184_80)
            )

    @rule(order=NAMES, note=NOTES, quantity=st.integers(1, 5))
    def ship(self, order: str, note: str, quantity: int) -> None:
        said = example(ShipmentAnnounced, order=order, delivery_note=note, quantity=quantity)
        self.talk.say(said)

    @rule(order=NAMES, note=NOTES, devices=DEVICES)
    def receive(self, order: str, note: str, devices: tuple[str, ...]) -> None:
        said = example(GoodsReceived, order=order, delivery_note=note, imeis=devices)
        self.talk.say(said)

    @rule(order=NAMES, note=NOTES)
    def admit(self, order: str, note: str) -> None:
        self.talk.say(example(GoodsAdmitted, order=order, delivery_note=note))

    @rule(order=NAMES, note=NOTES)
    def reject(self, order: str, note: str) -> None:
        self.talk.say(example(GoodsRejected, order=order, delivery_note=note))

    @rule()
    def hear_all(self) -> None:
        self.talk.settle()

    @rule(days=st.integers(1, 20), settled=st.booleans())
    def let_time_pass(self, days: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(days=days), settled=settled)

    @invariant()
    def certified_is_at_most_accepted_is_at_most_ordered(self) -> None:
        for order in ORDERS:
            received = self._pieces(ReceptionRecorded, order)
            rejected = self._sum(RejectionRecorded, order)
            accepted = self._sum(AdmissionRecorded, order)
            certified = self._sum(ServiceCertified, order)
            assert certified <= accepted <= received - rejected <= ORDERED
            completed = [s for s in self.talk.of(DeliveryCompleted) if s.order == order]
            assert len(completed) == (certified == ORDERED)

    @invariant()
    def each_device_is_received_and_certified_once(self) -> None:
        received = Counter(d for said in self.talk.of(ReceptionRecorded) for d in said.imeis)
        certified = Counter(d for said in self.talk.of(ServiceCertified) for d in said.imeis)
        assert set(received.values()) | set(certified.values()) <= {1}
        assert certified <= received

    def _pieces(self, model: type[ReceptionRecorded], order: str) -> int:
        return sum(len(said.imeis) for said in self.talk.of(model) if said.order == order)

    def _sum(
        self,
        model: type[AdmissionRecorded] | type[RejectionRecorded] | type[ServiceCertified],
        order: str,
    ) -> int:
        return sum(said.quantity for said in self.talk.of(model) if said.order == order)


Deliveries.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestDeliveries = Deliveries.TestCase
