"""Whose time a mentor keeps: standing, pair and calendar decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import (
    CheckResult,
    MentorChecked,
    MentorOpened,
    MentorRegistered,
    MentorSuspended,
    PairEnded,
    PairEndRecorded,
    PairRecorded,
    Standing,
    StandingRecorded,
)
from filrouge_contracts.slot import (
    MentorBooked,
    SlotRefusal,
    SlotRefused,
    SlotReleased,
    SlotReleaseRequested,
    SlotRequested,
    SlotRevocation,
    SlotRevoked,
)
from filrouge_contracts.waiting import EventHeld
from tutoring_sessions import people_state
from tutoring_sessions.app import DECIDER

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


CLEAR, EXPIRED = example(StandingRecorded), "2020-05-06T14:00:00Z"
STANDINGS: list[tuple[str, list[StandingRecorded], str]] = [
    ("a clear check lets work until it expires", [CLEAR], "yes"),
    (
        "the moment it expires is too late",
        [example(StandingRecorded, expires_at=instant(EXPIRED))],
        "no_valid_check",
    ),
    (
        "a check made later says nothing of before",
        [example(StandingRecorded, since=instant("2020-05-06T14:00:01Z"))],
        "no_valid_check",
    ),
    (
        "another check that is clear helps when the first has expired",
        [
            example(StandingRecorded, expires_at=instant(EXPIRED)),
            example(StandingRecorded, subject="fijais"),
        ],
        "yes",
    ),
    (
        "no other check outweighs one that is not clear",
        [CLEAR, _standing("not_clear", "2020-05-01T08:00:00Z", "fijais")],
        "mentor_suspended",
    ),
    (
        "a check that is not clear is lifted by a clear one of its type",
        [
            _standing("not_clear", "2020-05-01T08:00:00Z", "b3"),
            example(StandingRecorded, since=instant("2020-05-02T08:00:00Z")),
        ],
        "yes",
    ),
    (
        "a suspension outweighs every check",
        [CLEAR, _standing("suspended", "2020-05-06T14:00:00Z")],
        "mentor_suspended",
    ),
    (
        "a suspension says nothing of before",
        [CLEAR, _standing("suspended", "2020-05-06T14:00:01Z")],
        "yes",
    ),
    (
        "a clear check does not end a suspension",
        [_standing("suspended", "2020-05-01T08:00:00Z"), CLEAR],
        "mentor_suspended",
    ),
    (
        "a reinstatement ends a suspension",
        [
            CLEAR,
            _standing("suspended", "2020-05-01T08:00:00Z"),
            _standing("reinstated", "2020-05-06T14:00:00Z"),
        ],
        "yes",
    ),
    (
        "at the same moment the suspension holds, in whatever order they are heard",
        [
            CLEAR,
            _standing("suspended", "2020-05-01T08:00:00Z"),
            _standing("reinstated", "2020-05-01T08:00:00Z"),
        ],
        "mentor_suspended",
    ),
    (
        "what is heard last is not what was said last",
        [
            CLEAR,
            _standing("reinstated", "2020-05-03T08:00:00Z"),
            _standing("suspended", "2020-05-01T08:00:00Z"),
        ],
        "yes",
    ),
]


@pytest.mark.parametrize(("sentence", "standings", "outcome"), STANDINGS)
def test_a_session_needs_a_mentor_that_may_work_then(
    sentence: str, standings: list[StandingRecorded], outcome: str
) -> None:
    scenario = _given(example(MentorOpened), *standings, example(PairRecorded))
    scenario.when(example(SlotRequested))
    if outcome == "yes":
        scenario.then(example(MentorBooked))
    elif outcome == "no_valid_check":
        scenario.then_types(EventHeld)
    else:
        scenario.then(example(SlotRefused, reason=SlotRefusal(outcome)))


SLOTS: list[tuple[str, dict[str, Any], SlotRefusal]] = [
    ("of another association", {"association": OTHER}, SlotRefusal.OTHER_ASSOCIATION),
    (
        "before all that is remembered",
        {"starts_at": "2020-03-22T15:59:59Z"},
        SlotRefusal.TOO_OLD,
    ),
    ("of a pupil of another pair", {"programme": "P-2"}, SlotRefusal.OTHER_PAIR),
    ("before the pair", {"starts_at": "2020-05-05T07:59:59Z"}, SlotRefusal.PAIR_NOT_ACTIVE),
    ("beside another session", {"session": "S-2"}, SlotRefusal.MENTOR_BUSY),
    (
        "that begins before another ends",
        {"session": "S-2", "starts_at": "2020-05-06T14:59:00Z"},
        SlotRefusal.MENTOR_BUSY,
    ),
    (
        "that ends after another has begun",
        {"session": "S-2", "starts_at": "2020-05-06T13:01:00Z"},
        SlotRefusal.MENTOR_BUSY,
    ),
]


@pytest.mark.parametrize(("sentence", "changes", "reason"), SLOTS)
def test_a_mentor_keeps_no_time_for_a_session(
    sentence: str, changes: dict[str, Any], reason: SlotRefusal
) -> None:
    _given(*BOOKED).when(_slot(**changes)).then(
        example(SlotRefused, session=changes.get("session", "S-0001"), claim=2, reason=reason)
    )


@pytest.mark.parametrize("starts_at", ["2020-05-06T13:00:00Z", "2020-05-06T15:00:00Z"])
def test_sessions_may_touch(starts_at: str) -> None:
    scenario = _given(*BOOKED).when(_slot(session="S-2", starts_at=starts_at))
    scenario.then_types(MentorBooked)


def test_a_session_is_not_in_its_own_way_when_it_is_corrected() -> None:
    _given(*BOOKED).when(_slot(starts_at="2020-05-06T14:30:00Z")).then_types(MentorBooked)


def _slot(**changes: Any) -> SlotRequested:
    if "starts_at" in changes:
        changes["starts_at"] = instant(changes["starts_at"])
    return example(SlotRequested, **{"claim": 2, **changes})


def test_a_session_after_the_end_of_its_pair_is_not_held() -> None:
    ended = example(PairEndRecorded, ended_at=instant("2020-05-06T14:00:00Z"))
    scenario = _given(*PAIRED, ended).when(example(SlotRequested))
    scenario.then(example(SlotRefused, reason=SlotRefusal.PAIR_NOT_ACTIVE))


def test_a_mentor_has_so_many_slots_and_no_more() -> None:
    later = _slot(session="S-2", starts_at="2020-05-06T15:00:00Z")
    _given(*BOOKED).with_parameters(slots_at_most=1).when(later).then(
        example(SlotRefused, session="S-2", claim=2, reason=SlotRefusal.TOO_MANY_SLOTS)
    )


def test_old_slots_are_forgotten_and_their_time_cannot_be_given_away_again() -> None:
    scenario = _given(*BOOKED, example(PairRecorded, pair="PA-2"))
    scenario.at("2020-06-21T08:00:00Z").when(_slot(session="S-2", starts_at="2020-06-20T14:00:00Z"))
    assert [slot.session for slot in scenario.state(KEY).slots] == ["S-2"]
    scenario.with_parameters(horizon_seconds=90 * 86_400)
    scenario.when(_slot(session="S-3")).then(
        example(SlotRefused, session="S-3", claim=2, reason=SlotRefusal.TOO_OLD)
    )


def test_time_that_is_given_back_is_free() -> None:
    scenario = _given(*BOOKED).when(example(SlotReleaseRequested)).then(example(SlotReleased))
    scenario.when(example(SlotReleaseRequested)).then_nothing()
    scenario.when(_slot(session="S-2")).then_types(MentorBooked)


SUSPENDED = example(MentorSuspended, suspended_at=instant("2020-05-06T14:00:00Z"))
NOT_CLEAR = example(MentorChecked).check.model_copy(update={"result": CheckResult.NOT_CLEAR})
SHORTER = example(MentorRegistered).check.model_copy(
    update={"checked_at": instant("2020-04-30T08:00:00Z"), "expires_at": instant(EXPIRED)}
)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (SUSPENDED, SlotRevocation.MENTOR_SUSPENDED),
        (example(MentorChecked, check=NOT_CLEAR), SlotRevocation.MENTOR_SUSPENDED),
        (example(MentorChecked, check=SHORTER), SlotRevocation.NO_VALID_CHECK),
    ],
)
def test_what_is_said_late_takes_back_the_sessions_it_forbids(
    word: Event, reason: SlotRevocation
) -> None:
    earlier = example(
        MentorBooked, session="S-0", starts_at=instant("2020-05-02T14:00:00Z"), claim=3
    )
    scenario = _given(*BOOKED, earlier).when(word)
    scenario.then(scenario.said[0], example(SlotRevoked, reason=reason))
    assert [slot.session for slot in scenario.state(KEY).slots] == ["S-0"]


def test_an_end_that_is_said_late_takes_back_the_sessions_after_it() -> None:
    other = example(MentorBooked, session="S-2", pair="PA-2", claim=3)
    ended_at = instant("2020-05-06T14:00:00Z")
    _given(*BOOKED, other).when(example(PairEnded, ended_at=ended_at)).then(
        example(PairEndRecorded, ended_at=ended_at),
        example(SlotRevoked, reason=SlotRevocation.PAIR_NOT_ACTIVE),
    )


def test_a_renewal_that_is_late_lets_the_waiting_session_be_held() -> None:
    expired = example(StandingRecorded, expires_at=instant(EXPIRED))
    scenario = _given(example(MentorOpened), expired, example(PairRecorded))
    scenario.when(example(SlotRequested)).then_types(EventHeld)
    scenario.when(example(MentorChecked)).then_types(StandingRecorded, MentorBooked)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ((), SlotRefusal.UNKNOWN_MENTOR),
        (OPENED, SlotRefusal.UNKNOWN_PAIR),
        ((example(MentorOpened), example(PairRecorded)), SlotRefusal.NO_VALID_CHECK),
    ],
)
def test_what_is_missing_is_awaited_until_the_session_needs_an_answer(
    known: tuple[Event, ...], reason: SlotRefusal
) -> None:
    scenario = _given(*known).when(example(SlotRequested)).then_types(EventHeld)
    scenario.when_due(KEY).then(example(SlotRefused, reason=reason))
    assert scenario.state(KEY).due_at is None


def test_what_was_said_long_ago_is_dropped_and_sessions_before_no_longer_count() -> None:
    first = instant("2020-05-01T08:00:00Z")
    words = [
        _standing(
            "suspended" if day % 2 else "reinstated", (first + timedelta(days=day)).isoformat()
        )
        for day in range(people_state.STANDINGS_AT_MOST + 2)
    ]
    scenario = _given(*PAIRED, *words)
    assert len(scenario.state(KEY).standings["suspension"]) == people_state.STANDINGS_AT_MOST
    assert scenario.state(KEY).forgotten_before == first + timedelta(days=2)
    scenario.when(_slot(starts_at="2020-05-02T09:00:00Z"))
    scenario.then(example(SlotRefused, claim=2, reason=SlotRefusal.TOO_OLD))
