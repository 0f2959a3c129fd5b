"""Any story of devices keeps the stock equation, and every device in one place.

Deliveries, schools and suppliers say anything in any order; nothing but the devices and stocks
decides here, so that what deliveries say of them is given directly.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
from delivery_confirmations.app import DECIDER
from delivery_confirmations.device_state import ON_THE_SHELF, Counts, Device
from delivery_confirmations.moves import MOMENT_AND_USER, MOVES
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.delivery import SerialClaimed, SerialClaimRequested
from filrouge_contracts.device import (
    DeviceAccepted,
    DeviceMoved,
    DevicePrepared,
    DeviceSentBack,
)
from filrouge_contracts.entry import DELIVERIES
from filrouge_contracts.event import Event
from filrouge_contracts.loan import DeviceHandedOver, EvidenceKind, HandoverEvidence
from filrouge_contracts.stock import (
    AdjustmentDirection,
    DeviceAdjusted,
    StockAdjusted,
    StockCounted,
    StockCountRecorded,
    StockMoved,
)
from filrouge_contracts.swap import DeviceSwapped, SwapAccepted
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import asdict

ONLY_DEVICES = replace(
    DECIDER, rules={row: r for row, r in DECIDER.rules.items() if row[0] in ("imei", "stock")}
)
SITES = {"0750655E": "O-1", "0750654D": "O-2"}
ITEM = "TABLET-10"
IMEIS = tuple(imei(number) for number in range(6))
BY_STOCK = (DeviceAdjusted, DeviceSentBack, DeviceSwapped)
WORDS = tuple(model for model in MOMENT_AND_USER if model not in BY_STOCK)
DEVICES, PLACES = st.sampled_from(IMEIS), st.sampled_from(sorted(SITES))
HOURS = st.integers(-3, 3)
LATER = st.integers(0, 3)
SOME_DEVICES = st.lists(DEVICES, min_size=1, max_size=2, unique=True).map(tuple)
DIRECTIONS = st.sampled_from(AdjustmentDirection)
EVIDENCE = st.sampled_from([EvidenceKind.CONTACTLESS_DROP, EvidenceKind.SIGNATURE])


class Stocks(RuleBasedStateMachine):
    """Two schools with one model, six devices, and partners who say what they like."""

    @initialize(chance=st.randoms(use_true_random=False))
    def begin(self, chance: Random) -> None:
        """Each school has two devices; the others are nobody's yet."""
        self.talk = Conversation(ONLY_DEVICES, chance=chance)
        self.accepted = 0
        for number, device in enumerate(IMEIS[:4]):
            self.claim(device, sorted(SITES)[number % 2])
        self.talk.settle()
        self.accept_all()
        self.talk.settle()

    @rule(device=DEVICES, place=PLACES)
    def claim(self, device: str, place: str) -> None:
        order = SITES[place]
        at = self.talk.context.now
        said = example(SerialClaimRequested, imei=device, order=order, received_at=at)
        self.talk.say(said, by=order)

    @rule()
    def accept_all(self) -> None:
        """Deliveries admit, once, what they have claimed."""
        for claimed in self.talk.of(SerialClaimed)[self.accepted :]:
            self.accepted += 1
            uai = next(uai for uai, order in SITES.items() if order == claimed.order)
            said = example(DeviceAccepted, imei=claimed.imei, order=claimed.order, uai=uai)
            self.talk.say(said, by=claimed.order)

    @rule(device=DEVICES, place=PLACES, word=st.sampled_from(WORDS), hours=HOURS, kind=EVIDENCE)
    def say_anything(
        self, device: str, place: str, word: type[Event], hours: int, kind: EvidenceKind
    ) -> None:
        self._say(word, device, place, hours, kind)

    @rule(device=DEVICES, pick=st.integers(0, 20), hours=LATER, kind=EVIDENCE)
    def say_what_fits(self, device: str, pick: int, hours: int, kind: EvidenceKind) -> None:
        """A word that can move the device as it is now, heard before anything else is said."""
        known = self._device(device)
        fitting = [word for state, word in MOVES if state is known.state]
        if not fitting:
            return
        word = fitting[pick % len(fitting)]
        if word is DeviceSwapped:
            self.swap(device, IMEIS[pick % len(IMEIS)], hours)
        elif word is DeviceSentBack and not known.replaces:
            said = example(DeviceSentBack, imei=device, order=known.order)
            self.talk.say(said, by=known.order)
        elif word in WORDS:
            self._say(word, device, known.uai, hours, kind)
        self.talk.settle()

    @rule(device=DEVICES, kind=EVIDENCE, settled=st.booleans())
    def lend(self, device: str, kind: EvidenceKind, settled: bool) -> None:
        for word in (DevicePrepared, DeviceHandedOver):
            self._say(word, device, self._device(device).uai or "0750655E", 4, kind)
        if settled:
            self.talk.settle()

    @rule(device=DEVICES, other=DEVICES, hours=HOURS)
    def swap(self, device: str, other: str, hours: int) -> None:
        if device != other:
            uai = self._device(device).uai or "0750655E"
            at = self._at(hours)
            said = example(DeviceSwapped, imei=device, new_imei=other, uai=uai, swapped_at=at)
            self.talk.say(said, by=f"school {uai}")

    @rule(place=PLACES, wrong_by=st.integers(-2, 2), hours=LATER)
    def count(self, place: str, wrong_by: int, hours: int) -> None:
        counts = self.talk.state(DELIVERIES, f"stock:{ITEM}/{place}").counts
        counted = max(0, counts.in_stock + counts.prepared + wrong_by)
        said = example(StockCounted, uai=place, counted=counted, counted_at=self._at(hours))
        self.talk.say(said, by=f"school {place}")

    @rule(place=PLACES, devices=SOME_DEVICES, direction=DIRECTIONS, hours=HOURS)
    def adjust(
        self, place: str, devices: tuple[str, ...], direction: AdjustmentDirection, hours: int
    ) -> None:
        at = self._at(hours)
        named = {"uai": place, "imeis": devices, "direction": direction, "adjusted_at": at}
        self.talk.say(example(StockAdjusted, **named), by=f"school {place}")

    @rule(place=PLACES, devices=SOME_DEVICES, settled=st.booleans())
    def explain(self, place: str, devices: tuple[str, ...], settled: bool) -> None:
        """With devices that may or may not be the right ones, in the direction that is open."""
        last = self.talk.state(DELIVERIES, f"stock:{ITEM}/{place}").last_count
        if last is not None and last.unexplained:
            directions = AdjustmentDirection.MISSING, AdjustmentDirection.FOUND
            self.adjust(place, devices, directions[last.unexplained > 0], 4)
        if settled:
            self.talk.settle()

    @rule(steps=st.integers(1, 5))
    def hear_some(self, steps: int) -> None:
        for _ in range(min(steps, self.talk.under_way)):
            self.talk.step()

    @rule()
    def hear_all(self) -> None:
        self.talk.settle()
        self._devices_are_where_stocks_count_them()
        self._swaps_link_both_ways()
        self._who_was_asked_answers()

    @rule(hours=st.integers(1, 120), settled=st.booleans())
    def let_time_pass(self, hours: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(hours=hours), settled=settled)

    def teardown(self) -> None:
        if hasattr(self, "talk"):
            for _ in range(4):
                self.talk.tick(self.talk.context.now + timedelta(days=31))
            self.hear_all()
            states = {**self._states("imei"), **self._states("stock")}
            assert [key for key, state in states.items() if state.due_at or state.waiting] == []

    # --- after every event -----------------------------------------------------------------------

    @invariant()
    def the_stock_equation_holds(self) -> None:
        for stock in self._states("stock").values():
            counts = asdict(stock.counts)
            assert min(counts.values()) >= 0
            came_in = counts.pop("accepted") + counts.pop("swapped_in")
            assert came_in == sum(counts.values())

    @invariant()
    def a_device_goes_on_from_where_it_was(self) -> None:
        place: dict[str, tuple[str, Any]] = {}
        for moved in self._moves():
            if moved.imei in place:
                assert place[moved.imei] == (moved.uai, moved.moved_from)
            place[moved.imei] = (moved.uai, moved.moved_to)

    @invariant()
    def a_device_is_received_once_for_ever(self) -> None:
        received = Counter(said.imei for said in self.talk.of(SerialClaimed))
        received += Counter(said.new_imei for said in self.talk.of(SwapAccepted))
        assert set(received.values()) <= {1}

    @invariant()
    def what_is_unexplained_is_what_the_events_do_not_account_for(self) -> None:
        for uai in SITES:
            last = self.talk.state(DELIVERIES, f"stock:{ITEM}/{uai}").last_count
            if last is None:
                continue
            counted = [said for said in self.talk.of(StockCountRecorded) if said.uai == uai][-1]
            there = sum(
                (moved.moved_to in ON_THE_SHELF) - (moved.moved_from in ON_THE_SHELF)
                for moved in self.talk.of(StockMoved)
                if moved.uai == uai and (moved.adjusted or moved.moved_at <= counted.counted_at)
            )
            assert last.unexplained == counted.counted - there

    # --- once all is quiet -----------------------------------------------------------------------

    def _devices_are_where_stocks_count_them(self) -> None:
        for uai in SITES:
            counts = asdict(self.talk.state(DELIVERIES, f"stock:{ITEM}/{uai}").counts)
            there = Counter(d.state for d in self._states("imei").values() if d.uai == uai)
            assert there == +Counter({n: c for n, c in counts.items() if n in _STATES})

    def _swaps_link_both_ways(self) -> None:
        for key, device in self._states("imei").items():
            for name, back in (("replaces", "replaced_by"), ("replaced_by", "replaces")):
                if other := getattr(device, name):
                    assert getattr(self._device(other), back) == key.removeprefix("imei:")
            assert not device.swapping_for

    def _who_was_asked_answers(self) -> None:
        waiting = Counter(
            event.uai
            for device in self._states("imei").values()
            for kept in device.waiting
            if isinstance(event := kept.event(), DeviceAdjusted)
        )
        for uai in SITES:
            last = self.talk.state(DELIVERIES, f"stock:{ITEM}/{uai}").last_count
            assert (last.asked if last else 0) == waiting[uai]

    # --- inside ----------------------------------------------------------------------------------

    def _say(
        self, word: type[Event], device: str, uai: str, hours: int, kind: EvidenceKind
    ) -> None:
        at = self._at(hours)
        changes: dict[str, Any] = {"imei": device, "uai": uai, MOMENT_AND_USER[word][0]: at}
        if word is DeviceHandedOver:
            changes["evidence"] = (HandoverEvidence(kind=kind, sha256="0" * 64),)
            changes["due_back_at"] = at + timedelta(days=60)
        self.talk.say(example(word, **changes), by=f"school {uai}")

    def _at(self, hours: int) -> datetime:
        return self.talk.context.now + timedelta(hours=hours)

    def _device(self, device: str) -> Device:
        state: Device = self.talk.state(DELIVERIES, f"imei:{device}")
        return state

    def _states(self, kind: str) -> dict[str, Any]:
        return self.talk.states(DELIVERIES, kind)

    def _moves(self) -> list[DeviceMoved]:
        return self.talk.of(DeviceMoved)


_STATES = set(asdict(Counts())) - {"accepted", "swapped_in"}
Stocks.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestStocks = Stocks.TestCase
