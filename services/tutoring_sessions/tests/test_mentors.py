"""Whether a mentor may work, with whom, and whose time it keeps."""

from __future__ import annotations

import pytest
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import (
    MentorChecked,
    MentorOpened,
    MentorRefusal,
    MentorRefused,
    MentorRegistered,
    MentorReinstated,
    MentorSuspended,
    PairEnded,
    PairEndRecorded,
    PairFormed,
    PairRecorded,
    Standing,
    StandingRecorded,
)
from filrouge_contracts.slot import (
    MentorBooked,
    SlotRequested,
)
from filrouge_contracts.waiting import EventHeld
from tutoring_sessions.app import DECIDER
from tutoring_sessions.tables import WAITING_AT_MOST

KEY = "mentor:M-0001"
OTHER = "35600000009075"
OPENED = (example(MentorOpened), example(StandingRecorded))
PAIRED = (*OPENED, example(PairRecorded))
BOOKED = (*PAIRED, example(MentorBooked))


def _given(*events: Event) -> Scenario:
    return Scenario(DECIDER).at("2020-05-06T16:00:00Z").given(KEY, *events)


def _standing(standing: str, since: str, subject: str = "suspension") -> StandingRecorded:
    changes = {"standing": Standing(standing), "since": instant(since), "expires_at": None}
    return example(StandingRecorded, subject=subject, **changes)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = Scenario(DECIDER).when(example(MentorRegistered)).then(*OPENED)
    scenario.at("2020-05-05T08:00:00Z").when(example(PairFormed)).then(example(PairRecorded))
    scenario.at("2020-05-06T16:00:00Z")
    scenario.when(example(SlotRequested)).then(example(MentorBooked))
    scenario.when(example(PairEnded)).then(example(PairEndRecorded))


def test_all_said_too_early_is_decided_in_its_order_once_the_mentor_is_known() -> None:
    scenario = Scenario(DECIDER).at("2020-05-06T16:00:00Z")
    words = (example(SlotRequested), example(PairFormed), example(MentorSuspended))
    for word in (*words, example(MentorReinstated), example(MentorChecked), example(PairEnded)):
        scenario.when(word).then_types(EventHeld)
    scenario.when(example(MentorRegistered)).then_types(
        MentorOpened,
        StandingRecorded,
        PairRecorded,
        MentorBooked,
        StandingRecorded,
        StandingRecorded,
        StandingRecorded,
        PairEndRecorded,
    )
    assert scenario.state(KEY).waiting == ()


REFUSALS: list[tuple[str, tuple[Event, ...], Event, str, MentorRefusal]] = [
    ("twice", OPENED, example(MentorRegistered), "M-0001", MentorRefusal.ALREADY_REGISTERED),
    (
        "by another association",
        OPENED,
        example(PairFormed, association=OTHER),
        "PA-0001",
        MentorRefusal.OTHER_ASSOCIATION,
    ),
    ("a known pair", PAIRED, example(PairFormed), "PA-0001", MentorRefusal.ALREADY_FORMED),
    (
        "while suspended",
        (*OPENED, _standing("suspended", "2020-05-01T08:00:00Z")),
        example(PairFormed),
        "PA-0001",
        MentorRefusal.MENTOR_SUSPENDED,
    ),
    (
        "more pupils than the mentor can follow",
        (*PAIRED, example(PairRecorded, pair="PA-2")),
        example(PairFormed, pair="PA-3"),
        "PA-3",
        MentorRefusal.NO_CAPACITY,
    ),
    (
        "ended twice",
        (*PAIRED, example(PairEndRecorded)),
        example(PairEnded),
        "PA-0001",
        MentorRefusal.ALREADY_ENDED,
    ),
    (
        "ended before it was formed",
        PAIRED,
        example(PairEnded, ended_at=instant("2020-05-05T07:59:59Z")),
        "PA-0001",
        MentorRefusal.DATES_OUT_OF_ORDER,
    ),
]


@pytest.mark.parametrize(("sentence", "known", "word", "about", "reason"), REFUSALS)
def test_what_is_said_of_a_mentor_is_refused(
    sentence: str, known: tuple[Event, ...], word: Event, about: str, reason: MentorRefusal
) -> None:
    refused = example(MentorRefused, refused_type=word.event_type, about=about, reason=reason)
    _given(*known).when(word).then(refused)


def test_a_pair_that_ended_makes_room_and_is_forgotten_in_the_end() -> None:
    ended = example(PairEndRecorded, ended_at=instant("2020-05-06T14:00:00Z"))
    scenario = _given(*PAIRED, example(PairRecorded, pair="PA-2"), ended)
    scenario.when(example(PairFormed, pair="PA-3")).then_types(PairRecorded)
    assert set(scenario.state(KEY).pairs) == {"PA-0001", "PA-2", "PA-3"}
    scenario.when(example(PairEnded, pair="PA-2")).at("2020-06-21T08:00:00Z")
    scenario.when(example(PairFormed, pair="PA-4")).then_types(PairRecorded)
    assert set(scenario.state(KEY).pairs) == {"PA-2", "PA-3", "PA-4"}


def test_a_mentor_remembers_so_many_pairs_and_no_more() -> None:
    refused = example(
        MentorRefused,
        refused_type=PairFormed.event_type,
        about="PA-2",
        reason=MentorRefusal.TOO_MANY_PAIRS,
    )
    scenario = _given(*PAIRED).with_parameters(mentor_pairs_at_most=1)
    scenario.when(example(PairFormed, pair="PA-2")).then(refused)


def test_a_mentor_that_nobody_registers_is_not_waited_for_for_ever() -> None:
    scenario = Scenario(DECIDER).when(example(MentorSuspended)).then_types(EventHeld)
    refused = example(
        MentorRefused,
        refused_type=MentorSuspended.event_type,
        about="suspension 2020-05-11T08:00:00+00:00",
        reason=MentorRefusal.UNKNOWN_MENTOR,
    )
    scenario.when_due(KEY).then(refused)


@pytest.mark.parametrize("at_most", [WAITING_AT_MOST, 2])
def test_so_many_wait_and_no_more(at_most: int) -> None:
    held = [
        example(EventHeld, key=KEY, held_type=PairFormed.event_type, about=f"PA-{number}")
        for number in range(at_most)
    ]
    scenario = _given(*held)
    if at_most != WAITING_AT_MOST:
        scenario.with_parameters(tutoring_waiting_at_most=at_most)
    scenario.when(example(PairFormed)).then(
        example(
            MentorRefused,
            refused_type=PairFormed.event_type,
            about="PA-0001",
            reason=MentorRefusal.TOO_MANY_WAITING,
        )
    )
