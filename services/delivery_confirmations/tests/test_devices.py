"""The life of a device as a table: where each word takes it from each state, or that it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from delivery_confirmations.app import DECIDER
from delivery_confirmations.devices import WAITING_AT_MOST
from delivery_confirmations.moves import MOVES
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.delivery import SerialClaimed, SerialClaimRequested
from filrouge_contracts.device import (
    DeviceAccepted,
    DeviceBroken,
    DeviceLost,
    DeviceMoved,
    DevicePrepared,
    DeviceRefusal,
    DeviceRefused,
    DeviceRepaired,
    DeviceScrapped,
    DeviceSentBack,
    DeviceState,
    DeviceStolen,
)
from filrouge_contracts.event import Event
from filrouge_contracts.loan import (
    DeviceHandedOver,
    DeviceReturned,
    EvidenceKind,
    HandoverConfirmed,
    HandoverEvidence,
    HandoverUnconfirmed,
)
from filrouge_contracts.stock import (
    AdjustmentDirection,
    AdjustmentRefusal,
    AdjustmentRefused,
    DeviceAdjusted,
)
from filrouge_contracts.swap import DeviceSwapped, SwapRequested
from filrouge_contracts.waiting import EventHeld

IMEI = example(DeviceAccepted).imei
KEY = f"imei:{IMEI}"
RECEIVED_AT = instant("2020-05-11T08:00:00Z")
NOW = instant("2020-05-13T08:00:00Z")
PUPIL = example(DeviceHandedOver).pupil
MISSING, FOUND = AdjustmentDirection
DROP, SIGNED = (
    (HandoverEvidence(kind=kind, sha256="0" * 64),)
    for kind in (EvidenceKind.CONTACTLESS_DROP, EvidenceKind.SIGNATURE)
)

WORDS: dict[str, Event] = {
    "prepared": example(DevicePrepared),
    "lent": example(DeviceHandedOver, evidence=SIGNED + DROP),
    "dropped": example(DeviceHandedOver, evidence=DROP),
    "confirmed": example(HandoverConfirmed),
    "returned": example(DeviceReturned),
    "lost": example(DeviceLost),
    "stolen": example(DeviceStolen),
    "broken": example(DeviceBroken),
    "repaired": example(DeviceRepaired),
    "scrapped": example(DeviceScrapped),
    "sent back": example(DeviceSentBack),
    "missing": example(DeviceAdjusted, imei=IMEI, direction=MISSING),
    "found": example(DeviceAdjusted, imei=IMEI, direction=FOUND),
}
MATRIX = """
state    | prepared lent dropped confirmed returned lost stolen broken repaired scrapped sent-back missing found
stock    | prepared -    -       -         -        lost stolen repair -        scrapped supplier  lost    -
prepared | -        loan transit -         -        lost stolen repair -        scrapped supplier  lost    -
transit  | -        -    -       loan      stock    lost stolen repair -        -        -         -       -
loan     | -        -    -       -         stock    lost stolen repair -        -        -         -       -
repair   | -        -    -       -         -        lost stolen -      stock    scrapped supplier  -       -
lost     | -        -    -       -         stock    -    -      -      -        -        -         -       stock
stolen   | -        -    -       -         stock    -    -      -      -        -        -         -       stock
supplier | -        -    -       -         -        -    -      -      -        -        -         -       -
scrapped | -        -    -       -         -        -    -      -      -        -        -         -       -
"""
SHORT = {
    "stock": DeviceState.IN_STOCK,
    "transit": DeviceState.IN_TRANSIT,
    "loan": DeviceState.ON_LOAN,
    "repair": DeviceState.IN_REPAIR,
    "supplier": DeviceState.RETURNED_TO_SUPPLIER,
}
SWAPPED_FROM = {
    DeviceState.IN_STOCK,
    DeviceState.PREPARED,
    DeviceState.ON_LOAN,
    DeviceState.IN_REPAIR,
}


def _state(name: str) -> DeviceState:
    return SHORT.get(name) or DeviceState(name)


def _cells() -> list[tuple[DeviceState, str, DeviceState | None]]:
    header, *rows = [line.partition("|") for line in MATRIX.strip().splitlines()]
    words = [name.replace("-", " ") for name in header[2].split()]
    return [
        (_state(row[0].strip()), word, None if cell == "-" else _state(cell))
        for row in rows
        for word, cell in zip(words, row[2].split(), strict=True)
    ]


def _in(state: DeviceState, **changes: Any) -> Scenario:
    """A device that was accepted and has come into this state."""
    with_pupil = state in (DeviceState.ON_LOAN, DeviceState.IN_TRANSIT)
    moved: dict[str, Any] = {
        "moved_from": DeviceState.IN_STOCK,
        "moved_to": state,
        "confirm_by": None,
    }
    moved |= {"moved_at": RECEIVED_AT, "pupil": PUPIL if with_pupil else None, **changes}
    own = (example(SerialClaimed), example(DeviceMoved, **moved))
    return Scenario(DECIDER).at(NOW).given(KEY, *own)


def _refused(word: Event, reason: DeviceRefusal | AdjustmentRefusal) -> Event:
    if isinstance(word, DeviceAdjusted):
        why = AdjustmentRefusal(reason.value)
        return example(AdjustmentRefused, imei=IMEI, item=word.item, reason=why)
    happened_at = next(value for name, value in word if name.endswith("_at") and name[0] != "d")
    return example(DeviceRefused, said_type=word.event_type, happened_at=happened_at, reason=reason)


@pytest.mark.parametrize(("state", "word", "expected"), _cells())
def test_each_word_moves_the_device_or_is_refused(
    state: DeviceState, word: str, expected: DeviceState | None
) -> None:
    said = WORDS[word]
    scenario = _in(state).when(said)
    if expected is None:
        scenario.then(_refused(said, DeviceRefusal.NOT_IN_THIS_STATE))
        return
    (moved,) = scenario.said
    assert isinstance(moved, DeviceMoved)
    assert (moved.moved_from, moved.moved_to) == (state, expected)
    assert moved.said_type == said.event_type
    assert scenario.state(KEY).state is expected


@pytest.mark.parametrize("state", [state for state, word, _ in _cells() if word == "lost"])
def test_a_device_is_swapped_where_the_supplier_can_take_it(state: DeviceState) -> None:
    scenario = _in(state).when(example(DeviceSwapped))
    if state in SWAPPED_FROM:
        scenario.then(example(SwapRequested))
    else:
        scenario.then(_refused(example(DeviceSwapped), DeviceRefusal.NOT_IN_THIS_STATE))


def test_no_move_is_left_out_of_the_tables() -> None:
    told = {(state, type(WORDS[word])) for state, word, expected in _cells() if expected}
    assert told | {(state, DeviceSwapped) for state in SWAPPED_FROM} == set(MOVES)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = Scenario(DECIDER).at(NOW)
    scenario.when(example(SerialClaimRequested)).then(example(SerialClaimed))
    accepted = {
        "moved_from": DeviceState.RECEIVED,
        "moved_to": DeviceState.IN_STOCK,
        "said_type": DeviceAccepted.event_type,
        "moved_at": RECEIVED_AT,
    }
    nobody = dict.fromkeys(("moved_by", "pupil", "qpv", "due_back_at", "confirm_by"))
    scenario.when(example(DeviceAccepted)).then(example(DeviceMoved, **accepted, **nobody))
    scenario.when(example(DevicePrepared)).then_types(DeviceMoved)
    scenario.at("2020-05-15T14:00:00Z").when(example(DeviceHandedOver)).then(example(DeviceMoved))
    scenario.when_due(KEY).then(example(HandoverUnconfirmed))
    assert scenario.state(KEY).due_at is None
    scenario.when(example(HandoverConfirmed)).then_types(DeviceMoved)
    scenario.when(example(DeviceReturned)).then_types(DeviceMoved)
    assert scenario.state(KEY).state is DeviceState.IN_STOCK
    assert scenario.state(KEY).pupil is None


def test_a_confirmation_in_time_stops_the_clock() -> None:
    scenario = _in(DeviceState.PREPARED)
    scenario.with_parameters(confirmation_seconds=3600, deadline_grace_seconds=60)
    scenario.when(example(DeviceHandedOver))
    assert scenario.state(KEY).due_at == NOW + timedelta(minutes=61)
    scenario.when(example(HandoverConfirmed))
    assert scenario.state(KEY).due_at is None


def test_the_record_of_a_loan_says_who_for_as_long_as_it_lasts() -> None:
    scenario = _in(DeviceState.PREPARED)
    for word in ("lent", "lost", "returned"):
        (moved,) = scenario.when(WORDS[word]).said
        assert isinstance(moved, DeviceMoved)
        assert moved.pupil == (None if word == "returned" else PUPIL)
        assert bool(moved.qpv) == bool(moved.due_back_at) == (word == "lent")


OTHER_PUPIL = "00000000-0000-4000-8000-000000000000"
EARLY = RECEIVED_AT - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "word", "reason"),
    [
        ("in_stock", example(DevicePrepared, uai="0750654D"), DeviceRefusal.OTHER_SITE),
        ("in_stock", example(DevicePrepared, prepared_at=EARLY), DeviceRefusal.DATES_OUT_OF_ORDER),
        ("in_transit", example(HandoverConfirmed, pupil=OTHER_PUPIL), DeviceRefusal.OTHER_PUPIL),
        (
            "in_stock",
            example(DeviceAdjusted, imei=IMEI, item="TABLET-11"),
            AdjustmentRefusal.OTHER_ITEM,
        ),
    ],
)
def test_what_does_not_fit_the_device_is_refused(
    state: str, word: Event, reason: DeviceRefusal | AdjustmentRefusal
) -> None:
    scenario = _in(DeviceState(state)).when(word).then(_refused(word, reason))
    assert scenario.state(KEY).state == state


def test_one_thing_may_happen_in_the_moment_of_another() -> None:
    said = example(DevicePrepared, prepared_at=RECEIVED_AT)
    _in(DeviceState.IN_STOCK).when(said).then_types(DeviceMoved)


def test_what_is_sent_back_is_sent_back_whatever_the_dates_say() -> None:
    _in(DeviceState.IN_STOCK).when(example(DeviceSentBack, sent_back_at=EARLY)).then_types(
        DeviceMoved
    )


def test_what_is_said_before_the_admission_waits_and_happens_in_its_order() -> None:
    scenario = Scenario(DECIDER).at(NOW)
    scenario.when(example(DeviceHandedOver)).then_types(EventHeld)
    assert scenario.state(KEY).due_at == NOW + timedelta(days=3)
    scenario.when(example(SerialClaimRequested)).then_types(SerialClaimed, EventHeld)
    assert scenario.state(KEY).due_at == NOW + timedelta(days=30)
    scenario.when(example(DevicePrepared)).then_types(EventHeld)
    scenario.when(example(DevicePrepared, prepared_at=NOW)).then_types(EventHeld)
    scenario.when(example(DeviceAccepted))
    scenario.then_types(DeviceMoved, DeviceMoved, DeviceRefused, DeviceMoved)
    assert scenario.state(KEY).state is DeviceState.IN_TRANSIT
    assert scenario.state(KEY).waiting == ()


def test_how_long_the_admission_is_waited_for_is_a_parameter() -> None:
    scenario = Scenario(DECIDER).at(NOW).with_parameters(admission_seconds=60)
    scenario.when(example(SerialClaimRequested)).when(WORDS["prepared"])
    assert scenario.state(KEY).due_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("word", ["prepared", "missing"])
def test_what_waits_is_said_once_and_does_not_wait_for_ever(word: str) -> None:
    said = WORDS[word]
    scenario = Scenario(DECIDER).when(said).when(said)
    scenario.then(_refused(said, DeviceRefusal.ALREADY_WAITING))
    scenario.when_due(KEY).then(_refused(said, DeviceRefusal.UNKNOWN_DEVICE))
    assert scenario.state(KEY).due_at is None
    scenario.when(example(SerialClaimRequested)).when(said).when_due(KEY)
    scenario.then(_refused(said, DeviceRefusal.NOT_ACCEPTED))


def test_not_too_much_waits_for_one_device() -> None:
    scenario = Scenario(DECIDER)
    for number in range(WAITING_AT_MOST):
        at = RECEIVED_AT + timedelta(hours=number)
        scenario.when(example(DevicePrepared, prepared_at=at)).then_types(EventHeld)
    scenario.when(WORDS["lost"])
    scenario.then(_refused(WORDS["lost"], DeviceRefusal.TOO_MANY_WAITING))


def test_deliveries_that_contradict_themselves_are_a_defect() -> None:
    with pytest.raises(Contradiction, match="which did not claim it"):
        Scenario(DECIDER).when(example(DeviceAccepted))
    with pytest.raises(Contradiction, match="which did not claim it"):
        _in(DeviceState.IN_STOCK).when(example(DeviceAccepted, delivery_note="BL-0002"))
    with pytest.raises(Contradiction, match="a second time, it is on_loan"):
        _in(DeviceState.ON_LOAN).when(example(DeviceAccepted))
    with pytest.raises(Contradiction, match="is sent back and was not accepted"):
        Scenario(DECIDER).given(KEY, example(SerialClaimed)).when(example(DeviceSentBack))
