"""How a programme gets its money, whom it takes, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START, Scenario, instant
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    MinutesCounted,
    ProgrammeClosed,
    ProgrammeEnded,
    ProgrammeEndRecorded,
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefusal,
    ProgrammeRefused,
    ProgrammeRegistered,
)
from filrouge_contracts.pupil import (
    EnrolmentAccepted,
    EnrolmentRefusal,
    EnrolmentRefused,
    EnrolmentRequested,
)
from filrouge_contracts.waiting import EventHeld
from tutoring_sessions.app import DECIDER

KEY = "programme:P-075-0001"
OTHER = "35600000009075"
ACCEPTED = example(
    CommitmentAccepted, engagement=KEY, budget_line="147-IDF-TUTORING", amount_cents=900_000
)
NO_MONEY = example(CommitmentRefused, engagement=KEY)
FUNDED = (example(ProgrammeOpened), example(ProgrammeFunded))
ENDED = (*FUNDED, example(ProgrammeEndRecorded))
REFUSED = (example(ProgrammeOpened), example(ProgrammeRefused))


def _opened() -> Scenario:
    return Scenario(DECIDER).when(example(ProgrammeRegistered))


def _given(*events: Event) -> Scenario:
    return Scenario(DECIDER).given(KEY, *events)


def test_the_whole_funding_is_asked_for_at_once() -> None:
    scenario = _opened().then_types(ProgrammeOpened, CommitmentRequested)
    request = scenario.said[1]
    assert isinstance(request, CommitmentRequested)
    assert (request.engagement, request.amount_cents) == (KEY, 500 * 18_00)


def test_with_the_money_engaged_the_programme_is_funded() -> None:
    scenario = (
        _opened()
        .when(ACCEPTED)
        .then(
            example(
                ProgrammeFunded, committed_at=ACCEPTED.committed_at, funded_at=ACCEPTED.committed_at
            )
        )
    )
    assert scenario.state(KEY).due_at == example(ProgrammeRegistered).ends_at


def test_without_money_there_is_no_programme() -> None:
    scenario = _opened().when(NO_MONEY).then(example(ProgrammeRefused))
    scenario.when(NO_MONEY).then_nothing()


def test_money_that_comes_too_late_goes_back() -> None:
    scenario = _opened().when_due(KEY)
    scenario.then(example(ProgrammeRefused, reason=ProgrammeRefusal.NO_ANSWER_IN_TIME))
    scenario.when(ACCEPTED).then(
        example(
            CommitmentReleaseRequested,
            engagement=KEY,
            budget_line="147-IDF-TUTORING",
            amount_cents=900_000,
        )
    )


def test_money_for_a_programme_that_has_it_is_a_defect() -> None:
    with pytest.raises(Contradiction, match="147-IDF-TUTORING"):
        _given(*FUNDED).when(ACCEPTED)


def test_a_programme_is_registered_once() -> None:
    scenario = _opened().at(START).when(example(ProgrammeRegistered, hourly_rate_cents=1))
    scenario.then(example(ProgrammeRefused, reason=ProgrammeRefusal.ALREADY_OPEN))


def test_pupils_wait_until_the_programme_is_funded() -> None:
    scenario = Scenario(DECIDER).when(example(EnrolmentRequested)).then_types(EventHeld)
    scenario.when(example(ProgrammeRegistered)).when(ACCEPTED)
    scenario.then(scenario.said[0], example(EnrolmentAccepted))
    assert scenario.state(KEY).waiting == ()


def test_pupils_of_a_programme_that_gets_no_money_have_no_place() -> None:
    scenario = _opened().when(example(EnrolmentRequested)).when(NO_MONEY)
    scenario.then(example(ProgrammeRefused), example(EnrolmentRefused))


def test_pupils_of_a_programme_that_nobody_registers_are_refused_by_the_clock() -> None:
    scenario = Scenario(DECIDER).when(example(EnrolmentRequested)).when_due(KEY)
    scenario.then(example(EnrolmentRefused, reason=EnrolmentRefusal.UNKNOWN_PROGRAMME))


PLACES: list[tuple[str, tuple[Event, ...], dict[str, Any], str]] = [
    ("a place in a funded programme", FUNDED, {}, ""),
    ("none without money", REFUSED, {}, "not_funded"),
    ("none for another association", FUNDED, {"association": OTHER}, "other_association"),
    (
        "none once it has ended",
        ENDED,
        {"enrolled_at": instant("2020-06-26T18:00:00Z")},
        "programme_ended",
    ),
    ("one until it ends", ENDED, {"enrolled_at": instant("2020-06-26T17:59:59Z")}, ""),
    ("none when it is closed", (*ENDED, example(ProgrammeClosed)), {}, "programme_ended"),
]


@pytest.mark.parametrize(("sentence", "known", "changes", "reason"), PLACES)
def test_who_gets_a_place(
    sentence: str, known: tuple[Event, ...], changes: dict[str, Any], reason: str
) -> None:
    scenario = _given(*known).when(example(EnrolmentRequested, **changes))
    if reason:
        scenario.then(example(EnrolmentRefused, reason=EnrolmentRefusal(reason)))
    else:
        scenario.then_types(EnrolmentAccepted)


ENDS: list[tuple[str, tuple[Event, ...], dict[str, Any], ProgrammeRefusal]] = [
    ("no money", REFUSED, {}, ProgrammeRefusal.NOT_FUNDED),
    ("another's", FUNDED, {"association": OTHER}, ProgrammeRefusal.OTHER_ASSOCIATION),
    ("twice", ENDED, {}, ProgrammeRefusal.ALREADY_ENDED),
    (
        "before it starts",
        FUNDED,
        {"ended_at": instant("2020-05-04T07:59:59Z")},
        ProgrammeRefusal.DATES_OUT_OF_ORDER,
    ),
    (
        "after its last day",
        FUNDED,
        {"ended_at": instant("2020-07-03T18:00:01Z")},
        ProgrammeRefusal.DATES_OUT_OF_ORDER,
    ),
    (
        "before a session that counts",
        (*FUNDED, example(MinutesCounted)),
        {"ended_at": instant("2020-05-06T13:59:59Z")},
        ProgrammeRefusal.SESSIONS_AFTER_END,
    ),
]


@pytest.mark.parametrize(("sentence", "known", "changes", "reason"), ENDS)
def test_an_end_is_refused(
    sentence: str, known: tuple[Event, ...], changes: dict[str, Any], reason: ProgrammeRefusal
) -> None:
    refused = example(ProgrammeRefused, refused_type=ProgrammeEnded.event_type, reason=reason)
    _given(*known).when(example(ProgrammeEnded, **changes)).then(refused)


def test_an_association_may_end_its_programme_early() -> None:
    scenario = _given(*FUNDED, example(MinutesCounted)).when(example(ProgrammeEnded))
    scenario.then(example(ProgrammeEndRecorded))


def test_a_programme_ends_by_itself_and_has_time_to_report_and_approve() -> None:
    scenario = _given(*FUNDED).with_parameters(
        closing_seconds=10 * 86_400, deadline_grace_seconds=3_600
    )
    scenario.when_due(KEY, "2020-07-04T08:00:00Z").then(
        example(
            ProgrammeEndRecorded,
            ended_at=example(ProgrammeRegistered).ends_at,
            closes_at=instant("2020-07-14T09:00:00Z"),
        )
    )
    scenario.when_due(KEY).then_types(ProgrammeClosed, CommitmentReleaseRequested)


def test_an_end_waits_for_the_money_but_not_for_ever() -> None:
    scenario = Scenario(DECIDER).when(example(ProgrammeEnded)).then_types(EventHeld)
    scenario.when_due(KEY).then(
        example(
            ProgrammeRefused,
            refused_type=ProgrammeEnded.event_type,
            reason=ProgrammeRefusal.UNKNOWN_PROGRAMME,
        )
    )
    scenario = _opened().when(example(ProgrammeEnded)).then_types(EventHeld)
    scenario.when(ACCEPTED).then_types(ProgrammeFunded, ProgrammeEndRecorded)
