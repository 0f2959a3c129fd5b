"""Where a pupil takes part, which sessions it had, and whether it counts as accompanied."""

from __future__ import annotations

from typing import Any

import pytest
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.event import Event
from filrouge_contracts.pupil import (
    EnrolmentAccepted,
    EnrolmentRecorded,
    EnrolmentRefused,
    EnrolmentRequested,
    LeaveRecorded,
    PupilAccompanied,
    PupilEnrolled,
    PupilLeft,
    PupilNoLongerAccompanied,
    PupilRefusal,
    PupilRefused,
)
from filrouge_contracts.slot import (
    MentorBooked,
    PupilBooked,
    SlotRefusal,
    SlotRefused,
    SlotReleased,
    SlotReleaseRequested,
    SlotRevocation,
    SlotRevoked,
)
from filrouge_contracts.waiting import EventHeld
from tutoring_sessions.app import DECIDER

KEY = "pupil:7c9e6679-7425-40de-944b-e07fc1f90ae7"
OTHER = "35600000009075"
ENROLLED = (example(EnrolmentRequested), example(EnrolmentRecorded))
BOOKED = (*ENROLLED, example(PupilBooked), example(PupilAccompanied))
LEFT = (*ENROLLED, example(LeaveRecorded))
RELEASE = example(SlotReleaseRequested, target=KEY)


def _given(*events: Event) -> Scenario:
    return Scenario(DECIDER).at("2020-05-06T16:00:00Z").given(KEY, *events)


def _slot(**changes: Any) -> MentorBooked:
    if "starts_at" in changes:
        changes["starts_at"] = instant(changes["starts_at"])
    return example(MentorBooked, **changes)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = Scenario(DECIDER).when(example(PupilEnrolled)).then(example(EnrolmentRequested))
    scenario.when(example(EnrolmentAccepted)).then(example(EnrolmentRecorded))
    scenario.at("2020-05-06T16:00:00Z").when(example(MentorBooked))
    scenario.then(example(PupilBooked), example(PupilAccompanied))
    scenario.when_due(KEY).then(example(PupilNoLongerAccompanied))
    scenario.when(example(PupilLeft)).then(example(LeaveRecorded))
    assert scenario.state(KEY).due_at is None


SLOTS: list[tuple[str, tuple[Event, ...], dict[str, Any], SlotRefusal]] = [
    ("forgotten time", BOOKED, {"starts_at": "2020-03-01T08:00:00Z"}, SlotRefusal.TOO_OLD),
    (
        "another association's programme",
        BOOKED,
        {"association": OTHER},
        SlotRefusal.OTHER_ASSOCIATION,
    ),
    (
        "before the enrolment",
        (example(EnrolmentRecorded, starts_at=instant("2020-04-01T08:00:00Z")),),
        {"starts_at": "2020-05-04T07:59:59Z"},
        SlotRefusal.NOT_ENROLLED,
    ),
    (
        "when the pupil has left",
        (*ENROLLED, example(LeaveRecorded, left_at=instant("2020-05-06T14:00:00Z"))),
        {},
        SlotRefusal.NOT_ENROLLED,
    ),
    (
        "before the programme starts",
        (example(EnrolmentRecorded, enrolled_at=instant("2020-05-01T08:00:00Z")),),
        {"starts_at": "2020-05-04T07:59:59Z"},
        SlotRefusal.OUTSIDE_PROGRAMME,
    ),
    (
        "after the programme",
        ENROLLED,
        {"starts_at": "2020-07-03T18:00:01Z"},
        SlotRefusal.OUTSIDE_PROGRAMME,
    ),
    ("with two mentors at once", BOOKED, {"session": "S-2"}, SlotRefusal.PUPIL_BUSY),
]


@pytest.mark.parametrize(("sentence", "known", "changes", "reason"), SLOTS)
def test_a_pupil_has_no_session(
    sentence: str, known: tuple[Event, ...], changes: dict[str, Any], reason: SlotRefusal
) -> None:
    refused = example(
        SlotRefused,
        session=changes.get("session", "S-0001"),
        refused_by=KEY,
        reason=reason,
    )
    _given(*known).when(_slot(**changes)).then(refused)


def test_two_associations_follow_one_pupil_and_it_counts_once() -> None:
    other = {"programme": "P-2", "association": OTHER}
    scenario = _given(*ENROLLED, example(EnrolmentRecorded, **other))
    scenario.when(example(MentorBooked)).then_types(PupilBooked, PupilAccompanied)
    later = _slot(**other, session="S-2", starts_at="2020-05-06T15:00:00Z", mentor="M-2")
    scenario.when(later).then_types(PupilBooked)
    scenario.when(RELEASE).then(example(SlotReleased, target=KEY))
    release = example(SlotReleaseRequested, target=KEY, session="S-2")
    scenario.when(release).then_types(SlotReleased, PupilNoLongerAccompanied)
    scenario.when(release).then_nothing()


def test_a_session_of_long_ago_is_held_and_accompanies_nobody() -> None:
    scenario = _given(*ENROLLED).at("2020-06-05T08:00:00Z")
    scenario.when(example(MentorBooked)).then_types(PupilBooked)
    assert scenario.state(KEY).due_at is None


def test_accompanied_lasts_from_the_last_session_on() -> None:
    scenario = _given(*BOOKED)
    scenario.when(_slot(session="S-2", starts_at="2020-05-10T14:00:00Z"))
    assert scenario.state(KEY).due_at == instant("2020-05-31T14:00:00Z")


def test_how_long_a_session_accompanies_is_a_parameter() -> None:
    scenario = _given(*ENROLLED).with_parameters(accompanied_seconds=7 * 86_400)
    scenario.when(example(MentorBooked))
    assert scenario.state(KEY).due_at == instant("2020-05-13T14:00:00Z")


def test_a_leave_that_is_said_late_takes_back_the_sessions_after_it() -> None:
    left_at = instant("2020-05-06T14:00:00Z")
    before = example(PupilBooked, session="S-0", starts_at=instant("2020-05-06T12:00:00Z"))
    elsewhere = example(PupilBooked, session="S-9", programme="P-2")
    scenario = _given(*BOOKED, before, elsewhere)
    scenario.when(example(PupilLeft, left_at=left_at)).then(
        example(LeaveRecorded, left_at=left_at),
        example(SlotRevoked, revoked_by=KEY, reason=SlotRevocation.NOT_ENROLLED),
    )
    assert [slot.session for slot in scenario.state(KEY).slots] == ["S-0", "S-9"]


def test_whose_only_session_is_taken_back_is_no_longer_accompanied() -> None:
    left = example(PupilLeft, left_at=instant("2020-05-06T14:00:00Z"))
    scenario = _given(*BOOKED).when(left)
    scenario.then_types(LeaveRecorded, SlotRevoked, PupilNoLongerAccompanied)


@pytest.mark.parametrize("known", [(), (example(EnrolmentRequested),)])
def test_a_session_waits_for_the_enrolment_until_it_needs_an_answer(
    known: tuple[Event, ...],
) -> None:
    scenario = _given(*known).when(example(MentorBooked)).then_types(EventHeld)
    scenario.when_due(KEY).then(
        example(SlotRefused, refused_by=KEY, reason=SlotRefusal.UNKNOWN_ENROLMENT)
    )


def test_what_waits_is_decided_when_the_programme_has_answered() -> None:
    scenario = _given(example(EnrolmentRequested))
    scenario.when(example(MentorBooked)).then_types(EventHeld)
    scenario.when(example(PupilLeft)).then_types(EventHeld)
    scenario.when(example(EnrolmentAccepted)).then_types(
        EnrolmentRecorded, PupilBooked, PupilAccompanied, LeaveRecorded
    )
    assert scenario.state(KEY).waiting == ()


def test_without_a_place_nobody_takes_part() -> None:
    scenario = _given(example(EnrolmentRequested))
    scenario.when(example(EnrolmentRefused)).then(example(PupilRefused))
    scenario.when(example(PupilEnrolled)).then_types(EnrolmentRequested)


def test_who_left_may_come_back_and_its_sessions_wait_for_the_answer() -> None:
    scenario = _given(*LEFT).at("2020-06-22T08:00:00Z")
    scenario.when(example(PupilEnrolled, enrolled_at=instant("2020-06-20T08:00:00Z")))
    scenario.then_types(EnrolmentRequested)
    scenario.when(_slot(starts_at="2020-06-21T08:00:00Z")).then_types(EventHeld)
    scenario.when(example(EnrolmentAccepted))
    scenario.then_types(EnrolmentRecorded, PupilBooked, PupilAccompanied)


REFUSALS: list[tuple[str, tuple[Event, ...], Event, PupilRefusal]] = [
    ("twice", ENROLLED, example(PupilEnrolled), PupilRefusal.ALREADY_ENROLLED),
    (
        "while the programme thinks",
        (example(EnrolmentRequested),),
        example(PupilEnrolled),
        PupilRefusal.ALREADY_ENROLLED,
    ),
    ("before it left", LEFT, example(PupilEnrolled), PupilRefusal.DATES_OUT_OF_ORDER),
    (
        "by another association",
        ENROLLED,
        example(PupilLeft, association=OTHER),
        PupilRefusal.OTHER_ASSOCIATION,
    ),
    ("left twice", LEFT, example(PupilLeft), PupilRefusal.ALREADY_LEFT),
    (
        "left before it came",
        ENROLLED,
        example(PupilLeft, left_at=instant("2020-05-04T07:59:59Z")),
        PupilRefusal.DATES_OUT_OF_ORDER,
    ),
]


@pytest.mark.parametrize(("sentence", "known", "word", "reason"), REFUSALS)
def test_what_is_said_of_a_pupil_is_refused(
    sentence: str, known: tuple[Event, ...], word: Event, reason: PupilRefusal
) -> None:
    scenario = _given(*known)
    before = scenario.state(KEY)
    scenario.when(word).then(example(PupilRefused, refused_type=word.event_type, reason=reason))
    assert scenario.state(KEY) == before


def test_a_pupil_is_in_so_many_programmes_and_no_more() -> None:
    scenario = _given(*ENROLLED).with_parameters(pupil_enrolments_at_most=1)
    scenario.when(example(PupilEnrolled, programme="P-2"))
    scenario.then(example(PupilRefused, about="P-2", reason=PupilRefusal.TOO_MANY_ENROLMENTS))


@pytest.mark.parametrize("answer", [example(EnrolmentAccepted), example(EnrolmentRefused)])
def test_a_place_that_nobody_asked_for_is_a_defect(answer: Event) -> None:
    with pytest.raises(Contradiction, match="did not ask"):
        _given().when(answer)
