"""From the supplier's van to a pupil and back, through all services, in any order of arrival."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
import pytest
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.delivery import GoodsReceived
from filrouge_contracts.device import (
    DeviceMoved,
    DevicePrepared,
    DeviceRefused,
    DeviceState,
)
from filrouge_contracts.entry import DELIVERIES
from filrouge_contracts.event import Event
from filrouge_contracts.loan import DeviceHandedOver, DeviceReturned, HandoverConfirmed
from filrouge_contracts.register import REGISTER
from filrouge_contracts.stock import StockAdjusted, StockCounted, StockMoved
from filrouge_contracts.swap import DeviceSwapped
from filrouge_contracts.table.device import HOLDERS
from hypothesis import given, settings

from tests.threads.thread import SEEDS, WORDS, Thread

FIRST, SECOND = example(GoodsReceived).imeis
NEW = example(DeviceSwapped).new_imei
STOCK = "stock:TABLET-10/0750655E"
SAID_BY_HOLDERS = [e.model for e in REGISTER if set(e.said_by) == set(HOLDERS)]
LOAN: tuple[type[Event], ...] = (
    DevicePrepared,
    DeviceHandedOver,
    HandoverConfirmed,
    DeviceReturned,
)


def _counts(thread: Thread) -> dict[str, int]:
    counts = thread.talk.state(DELIVERIES, STOCK).counts
    return {name: number for name in counts.__struct_fields__ if (number := getattr(counts, name))}


def _check_devices(thread: Thread) -> None:
    """Each device that was certified is somewhere, is counted there, and nothing waits."""
    thread.check()
    devices = thread.talk.states(DELIVERIES, "imei")
    stocks = thread.talk.states(DELIVERIES, "stock")
    assert [key for key, state in {**devices, **stocks}.items() if state.due_at] == []
    states = Counter(device.state for device in devices.values() if device.item)
    counted: Counter[str] = Counter()
    for stock in stocks.values():
        counted.update(
            {
                state: getattr(stock.counts, state)
                for state in DeviceState
                if state != DeviceState.RECEIVED
            }
        )
    assert states == +counted
    accepted = sum(stock.counts.accepted for stock in stocks.values())
    certified = {device for said in thread.talk.of(ServiceCertified) for device in said.imeis}
    assert accepted == len(certified)


def test_a_tablet_goes_to_a_pupil_without_contact_and_comes_back() -> None:
    thread = Thread()
    for model in (*WORDS, *LOAN):
        thread.say(example(model))
        thread.talk.settle()
    moves = [moved.moved_to for moved in thread.talk.of(DeviceMoved) if moved.imei == FIRST]
    assert moves == ["in_stock", "prepared", "in_transit", "on_loan", "in_stock"]
    assert _counts(thread) == {"accepted": 2, "in_stock": 2}
    assert thread.talk.of(DeviceRefused) == []
    _check_devices(thread)


@settings(max_examples=50, deadline=None)
@given(chance=SEEDS)
def test_what_a_school_says_before_the_admission_happens_after_it(chance: Random) -> None:
    thread = Thread(chance)
    words = [example(model) for model in WORDS]
    chance.shuffle(words)
    thread.say(example(DevicePrepared), example(DeviceHandedOver), *words)
    thread.talk.settle()
    assert _counts(thread) == {"accepted": 2, "in_stock": 1, "in_transit": 1}
    thread.run()
    _check_devices(thread)


@settings(max_examples=50, deadline=None)
@given(chance=SEEDS)
def test_a_missing_tablet_is_counted_explained_and_lost(chance: Random) -> None:
    thread = Thread(chance)
    thread.say(*(example(model) for model in WORDS))
    thread.talk.settle()
    thread.say(example(StockCounted, counted=1))
    thread.say(example(StockAdjusted))
    thread.talk.settle()
    assert _counts(thread) == {"accepted": 2, "in_stock": 1, "lost": 1}
    assert thread.talk.of(StockMoved)[-1].unexplained == 0
    _check_devices(thread)


@settings(max_examples=50, deadline=None)
@given(chance=SEEDS)
def test_a_swapped_tablet_is_never_received_again(chance: Random) -> None:
    thread = Thread(chance)
    thread.say(*(example(model) for model in WORDS))
    thread.talk.settle()
    thread.say(example(DeviceSwapped))
    thread.talk.settle()
    assert _counts(thread) == {
        "accepted": 2,
        "swapped_in": 1,
        "in_stock": 2,
        "returned_to_supplier": 1,
    }
    thread.run()
    _check_devices(thread)


def _spoken(model: type[Event], device: str, days: int) -> Event:
    """The example said of another device, some days earlier or later."""
    golden = example(model)
    changes: dict[str, Any] = {}
    if "imei" in type(golden).model_fields:
        changes["imei"] = device
    if model is StockAdjusted:
        changes["imeis"] = (device,)
    if model is DeviceSwapped and device == NEW:
        changes["new_imei"] = imei(0)
    for name, value in golden:
        if name.endswith("_at"):
            changes[name] = value + timedelta(days=days)
    return example(model, **changes)


_DEVICE_WORDS = st.builds(
    _spoken,
    st.sampled_from(SAID_BY_HOLDERS),
    st.sampled_from([FIRST, SECOND, NEW, imei(1)]),
    st.integers(-30, 30),
)


@pytest.mark.parametrize("before", [0, 60])
@settings(max_examples=60, deadline=None)
@given(chance=SEEDS, said=st.lists(_DEVICE_WORDS, max_size=20))
def test_whatever_is_said_of_devices_they_are_where_their_stock_counts_them(
    before: int, chance: Random, said: list[Event]
) -> None:
    """`before`: how many deliveries are made of the other words before devices are spoken of."""
    thread = Thread(chance)
    thread.say(*(example(model) for model in WORDS))
    for _ in range(before):
        if thread.talk.under_way:
            thread.talk.step()
    for word in said:
        thread.say(word)
        if chance.random() < 0.3:
            moved = thread.talk.context.now + timedelta(hours=chance.randrange(1, 60))
            thread.talk.tick(moved, settled=chance.random() < 0.5)
    thread.run()
    _check_devices(thread)
