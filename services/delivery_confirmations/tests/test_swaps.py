"""Warranty swaps: one device for another, both know it, and a serial is received once for ever."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_confirmations.app import DECIDER
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.delivery import SerialClaimed, SerialClaimRequested, SerialRefused
from filrouge_contracts.device import (
    DeviceAccepted,
    DeviceMoved,
    DevicePrepared,
    DeviceRefusal,
    DeviceRefused,
    DeviceSentBack,
    DeviceState,
)
from filrouge_contracts.event import Event
from filrouge_contracts.loan import DeviceHandedOver, EvidenceKind, HandoverEvidence
from filrouge_contracts.stock import AdjustmentRefused, DeviceAdjusted
from filrouge_contracts.swap import DeviceSwapped, SwapAccepted, SwapRefused, SwapRequested
from filrouge_contracts.waiting import EventHeld

SWAP = example(DeviceSwapped)
OLD, NEW = f"imei:{SWAP.imei}", f"imei:{SWAP.new_imei}"
SIGNED = (HandoverEvidence(kind=EvidenceKind.SIGNATURE, sha256="0" * 64),)
LATER = instant("2020-06-11T08:00:00Z")


def _accepted() -> Scenario:
    scenario = Scenario(DECIDER).at("2020-05-13T08:00:00Z")
    return scenario.when(example(SerialClaimRequested)).when(example(DeviceAccepted))


def test_a_swap_links_both_serials() -> None:
    scenario = _accepted().when(SWAP).then(example(SwapRequested))
    scenario.when(example(SwapRequested)).then_types(SwapAccepted, DeviceMoved)
    assert scenario.said[0] == example(SwapAccepted)
    scenario.when(example(SwapAccepted)).then_types(DeviceMoved)
    old, new = scenario.state(OLD), scenario.state(NEW)
    assert (old.state, old.replaced_by) == (DeviceState.RETURNED_TO_SUPPLIER, SWAP.new_imei)
    assert (new.state, new.replaces) == (DeviceState.IN_STOCK, SWAP.imei)
    assert (new.order, new.delivery_note, new.item, new.uai) == (
        old.order,
        old.delivery_note,
        old.item,
        old.uai,
    )


def _moved(**changes: Any) -> DeviceMoved:
    of_a_loan = dict.fromkeys(("pupil", "qpv", "due_back_at", "confirm_by"))
    swapped: dict[str, Any] = {
        "said_type": SWAP.event_type,
        "moved_at": SWAP.swapped_at,
        "moved_by": SWAP.swapped_by,
    }
    return example(DeviceMoved, **{**of_a_loan, **swapped, **changes})


def test_both_moves_of_a_swap_say_who_and_the_old_one_from_where() -> None:
    lent = example(DeviceHandedOver, evidence=SIGNED)
    scenario = _accepted().when(example(DevicePrepared)).when(lent).when(SWAP)
    scenario.when(example(SwapRequested)).then(
        example(SwapAccepted),
        _moved(
            imei=SWAP.new_imei,
            moved_from=None,
            moved_to=DeviceState.IN_STOCK,
            replaces=SWAP.imei,
        ),
    )
    scenario.when(example(SwapAccepted)).then(
        _moved(
            moved_from=DeviceState.ON_LOAN,
            moved_to=DeviceState.RETURNED_TO_SUPPLIER,
            pupil=lent.pupil,
            replaced_by=SWAP.new_imei,
        )
    )


@pytest.mark.parametrize(
    "before",
    [
        (example(SerialClaimed, imei=SWAP.new_imei),),
        (
            example(SwapAccepted, imei=imei(1)),
            example(DeviceMoved, imei=SWAP.new_imei, moved_to=DeviceState.ON_LOAN),
        ),
    ],
    ids=["delivered", "came by a swap"],
)
def test_a_device_that_was_received_before_replaces_nothing(before: tuple[Event, ...]) -> None:
    scenario = _accepted().given(NEW, *before).when(SWAP)
    scenario.when(example(SwapRequested)).then(example(SwapRefused))
    refused = example(
        DeviceRefused,
        said_type=SWAP.event_type,
        happened_at=SWAP.swapped_at,
        reason=DeviceRefusal.REPLACEMENT_KNOWN,
    )
    scenario.when(example(SwapRefused)).then(refused)
    assert scenario.state(OLD).state is DeviceState.IN_STOCK
    scenario.when(example(DeviceSwapped, new_imei=imei(2))).then_types(SwapRequested)


def test_a_device_that_came_by_a_swap_is_never_received_again() -> None:
    scenario = Scenario(DECIDER).when(example(SwapRequested))
    claim = example(SerialClaimRequested, imei=SWAP.new_imei, order="O-9", delivery_note="BL-9")
    held_by = {"held_by_order": "O-075-0001", "held_by_note": "BL-0001"}
    scenario.when(claim).then(
        example(SerialRefused, imei=SWAP.new_imei, order="O-9", delivery_note="BL-9", **held_by)
    )


def test_while_the_other_device_is_asked_everything_waits() -> None:
    adjusted = example(DeviceAdjusted, imei=SWAP.imei, adjusted_at=LATER)
    prepared = example(DevicePrepared, prepared_at=LATER)
    scenario = _accepted().when(SWAP)
    for said in (prepared, adjusted, example(DeviceSentBack)):
        scenario.when(said).then_types(EventHeld)
    scenario.when(example(SwapAccepted)).then_types(
        DeviceMoved, DeviceRefused, DeviceRefused, AdjustmentRefused
    )
    assert scenario.state(OLD).waiting == ()


def test_after_a_refused_swap_what_waited_happens() -> None:
    scenario = _accepted().when(SWAP).when(example(DevicePrepared, prepared_at=LATER))
    scenario.when(example(SwapRefused)).then_types(DeviceRefused, DeviceMoved)
    assert scenario.state(OLD).state is DeviceState.PREPARED


def test_however_long_the_other_device_takes_nobody_is_refused_for_it() -> None:
    scenario = _accepted().when(SWAP).when(example(DevicePrepared, prepared_at=LATER))
    for _ in range(2):
        scenario.when_due(OLD).then_types(EventHeld)
    scenario.when(example(SwapRefused)).then_types(DeviceRefused, DeviceMoved)
    assert scenario.state(OLD).state is DeviceState.PREPARED


def test_a_swap_that_waited_for_the_admission_asks_then_and_what_came_after_it_waits_on() -> None:
    scenario = Scenario(DECIDER).at("2020-05-13T08:00:00Z").when(example(SerialClaimRequested))
    scenario.when(SWAP).when(example(DevicePrepared, prepared_at=LATER))
    scenario.when(example(DeviceAccepted)).then_types(DeviceMoved, SwapRequested, EventHeld)


def test_what_was_said_of_the_new_device_before_it_came_happens_to_it() -> None:
    prepared = example(DevicePrepared, imei=SWAP.new_imei, prepared_at=LATER)
    scenario = Scenario(DECIDER).when(prepared).when(example(SwapRequested))
    scenario.then_types(SwapAccepted, DeviceMoved, DeviceMoved)
    assert scenario.state(NEW).state is DeviceState.PREPARED


@pytest.mark.parametrize("answer", [example(SwapAccepted), example(SwapRefused)])
def test_an_answer_that_nobody_asked_for_is_a_defect(answer: Event) -> None:
    with pytest.raises(Contradiction, match="which did not ask it"):
        _accepted().when(answer)
