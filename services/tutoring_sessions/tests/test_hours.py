"""Which hours of a programme are stated, certified and given back."""

from __future__ import annotations

from typing import Any

import pytest
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.budget import CommitmentReleaseRequested
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    Held,
    HoursApproved,
    HoursCertified,
    HoursStated,
    MinutesChanged,
    MinutesCounted,
    MinutesRefusal,
    MinutesRefused,
    ProgrammeClosed,
    ProgrammeEndRecorded,
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefusal,
    ProgrammeRefused,
    StatementWithdrawn,
)
from tutoring_sessions.app import DECIDER

KEY = "programme:P-075-0001"
FUNDED = (example(ProgrammeOpened, funded_hours=3), example(ProgrammeFunded, funded_hours=3))
ENDED = example(ProgrammeEndRecorded)
HELD = Held(starts_at=instant("2020-05-06T14:00:00Z"), minutes=60)
LATE = Held(starts_at=instant("2020-06-26T18:00:01Z"), minutes=60)


def _counted(minutes: int, **changes: Any) -> MinutesCounted:
    return example(
        MinutesCounted,
        validated_minutes=minutes,
        difference_minutes=min(minutes, 60),
        unfunded_minutes=max(0, minutes - 180),
        **changes,
    )


def _stated(hours: int, number: int = 1, **changes: Any) -> HoursStated:
    return example(HoursStated, certificate=f"C-2020-{number:02}", hours=hours, **changes)


def _certified(hours: int, number: int = 1) -> HoursCertified:
    return example(HoursCertified, certificate=f"C-2020-{number:02}", hours=hours)


def _given(*events: Event) -> Scenario:
    return Scenario(DECIDER).at("2020-05-07T08:00:00Z").given(KEY, *FUNDED, *events)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    before = [example(MinutesCounted, validated_minutes=1390), *[_stated(1)] * 19]
    opened = (example(ProgrammeOpened), example(ProgrammeFunded))
    scenario = Scenario(DECIDER).at("2020-05-07T08:00:00Z")
    scenario.given(KEY, *opened, *before, example(StatementWithdrawn))
    scenario.when(example(MinutesChanged)).then(example(MinutesCounted))
    scenario.when_due(KEY, "2020-05-21T08:00:00Z")
    stated_at, next_at = instant("2020-05-21T08:00:00Z"), instant("2020-05-28T08:00:00Z")
    scenario.then(example(HoursStated, stated_at=stated_at, next_at=next_at))
    approved_at = instant("2020-05-22T08:00:00Z")
    scenario.when(example(HoursApproved, approved_at=approved_at))
    scenario.then(example(HoursCertified, certified_at=approved_at))


STATEMENTS: list[tuple[str, list[Event], tuple[int, int, int] | None]] = [
    ("nothing without sessions", [], None),
    ("less than an hour is carried over", [_counted(59)], None),
    ("whole hours are stated, the rest is carried over", [_counted(119)], (1, 59, 0)),
    ("not more than is funded", [_counted(190)], (3, 0, 10)),
    (
        "hours that are certified are not stated again",
        [_counted(120), _stated(2), _certified(2), _counted(179)],
        None,
    ),
    (
        "what came since is stated next",
        [_counted(120), _stated(2), _certified(2), _counted(185)],
        (1, 0, 5),
    ),
    (
        "what was corrected away after it was certified is made up for first",
        [_counted(120), _stated(2), _certified(2), _counted(60), _counted(150)],
        None,
    ),
    ("one statement at a time", [_counted(120), _stated(2), _counted(180)], None),
    (
        "a withdrawn statement is made anew",
        [_counted(120), _stated(2), example(StatementWithdrawn), _counted(90)],
        (1, 30, 0),
    ),
]


@pytest.mark.parametrize(("sentence", "known", "expected"), STATEMENTS)
def test_what_is_stated(
    sentence: str, known: list[Event], expected: tuple[int, int, int] | None
) -> None:
    scenario = _given(*known)
    due_at = scenario.state(KEY).due_at
    if expected is None:
        assert due_at == example(ProgrammeOpened).ends_at
        return
    scenario.when_due(KEY)
    hours, carried, unfunded = expected
    number = sum(isinstance(event, HoursStated) for event in known) + 1
    next_at = instant(f"2020-05-{due_at.day + 7:02}T08:00:00Z")
    changes = {"carried_minutes": carried, "unfunded_minutes": unfunded}
    scenario.then(_stated(hours, number, stated_at=due_at, next_at=next_at, **changes))


def test_hours_are_stated_a_week_after_the_first_session_and_then_weekly() -> None:
    scenario = _given().when(example(MinutesChanged))
    assert scenario.state(KEY).due_at == instant("2020-05-14T08:00:00Z")
    scenario.at("2020-05-09T08:00:00Z").when(example(MinutesChanged, session="S-2"))
    assert scenario.state(KEY).due_at == instant("2020-05-14T08:00:00Z")
    scenario.when_due(KEY).when(example(HoursApproved, certificate="C-2020-01"))
    scenario.when(example(MinutesChanged, session="S-3"))
    assert scenario.state(KEY).due_at == instant("2020-05-21T08:00:00Z")


def test_a_correction_replaces_and_never_doubles() -> None:
    scenario = _given().when(example(MinutesChanged))
    scenario.when(example(MinutesChanged, before=HELD, now=None))
    scenario.then(
        _counted(0, statement_at=instant("2020-05-14T08:00:00Z")).model_copy(
            update={"difference_minutes": -60}
        )
    )
    scenario.when(example(MinutesChanged, now=Held(starts_at=HELD.starts_at, minutes=45)))
    assert scenario.state(KEY).validated_minutes == 45


def test_a_statement_that_no_longer_stands_is_withdrawn_at_once() -> None:
    scenario = _given(_counted(120), _stated(2))
    scenario.when(example(MinutesChanged, before=HELD, now=None))
    scenario.then_types(MinutesCounted, StatementWithdrawn)
    scenario.when(example(HoursApproved, certificate="C-2020-01")).then(
        _refused("C-2020-01", ProgrammeRefusal.UNKNOWN_CERTIFICATE)
    )


def test_a_statement_that_still_stands_stays() -> None:
    scenario = _given(_counted(180), _stated(2))
    scenario.when(example(MinutesChanged, before=HELD, now=None)).then_types(MinutesCounted)


def _refused(about: str, reason: ProgrammeRefusal) -> ProgrammeRefused:
    return example(
        ProgrammeRefused, refused_type=HoursApproved.event_type, about=about, reason=reason
    )


@pytest.mark.parametrize(
    ("known", "changes", "reason"),
    [
        ((), {}, ProgrammeRefusal.UNKNOWN_CERTIFICATE),
        ((_stated(2),), {"certificate": "C-2020-02"}, ProgrammeRefusal.UNKNOWN_CERTIFICATE),
        ((_stated(2), _certified(2)), {}, ProgrammeRefusal.UNKNOWN_CERTIFICATE),
        ((_stated(2),), {"approved_by": "U-5001"}, ProgrammeRefusal.OWN_PROGRAMME),
    ],
)
def test_an_approval_is_refused(
    known: tuple[Event, ...], changes: dict[str, Any], reason: ProgrammeRefusal
) -> None:
    approval = example(HoursApproved, **{"certificate": "C-2020-01", **changes})
    scenario = _given(_counted(120), *known).when(approval)
    scenario.then(_refused(approval.certificate, reason))


def test_nothing_is_certified_before_it_was_stated() -> None:
    early = instant("2020-05-13T08:00:00Z")
    scenario = _given(_counted(120), _stated(2))
    scenario.when(example(HoursApproved, certificate="C-2020-01", approved_at=early))
    stated_at = example(HoursStated).stated_at
    scenario.then(_certified(2).model_copy(update={"certified_at": stated_at}))


def test_a_session_after_the_end_does_not_count_and_is_not_taken_off_either() -> None:
    scenario = _given(ENDED).when(example(MinutesChanged, now=LATE)).then(example(MinutesRefused))
    scenario.when(example(MinutesChanged, before=LATE, now=None)).then_nothing()
    assert scenario.state(KEY).validated_minutes == 0


# --- closing -------------------------------------------------------------------------------------


def test_what_is_not_certified_is_given_back_a_month_after_the_end() -> None:
    scenario = _given(_counted(150), _stated(2), _certified(2), ENDED)
    assert scenario.state(KEY).closes_at == instant("2020-07-26T18:00:00Z")
    scenario.when_due(KEY).then(_closed(2), _released(1))
    assert scenario.state(KEY).due_at is None


def test_a_statement_that_nobody_approved_lapses() -> None:
    scenario = _given(_counted(120), _stated(2), ENDED).when_due(KEY)
    withdrawn = example(StatementWithdrawn, certificate="C-2020-01", hours=2)
    scenario.then(withdrawn, _closed(0), _released(3))


def test_a_clock_that_jumps_over_the_closing_states_nothing_any_more() -> None:
    scenario = _given(_counted(120), ENDED).when_due(KEY, "2020-08-01T08:00:00Z")
    scenario.then_types(ProgrammeClosed, CommitmentReleaseRequested)


def test_a_programme_of_which_all_is_certified_gives_nothing_back() -> None:
    _given(_counted(180), _stated(3), _certified(3), ENDED).when_due(KEY).then(_closed(3))


def test_what_was_certified_and_is_not_proven_any_more_is_said_when_it_closes() -> None:
    scenario = _given(_counted(180), _stated(3), _certified(3), _counted(150), ENDED)
    scenario.when_due(KEY).then(_closed(3, unproven_minutes=30))


@pytest.mark.parametrize(("change", "minutes"), [({}, 60), ({"before": HELD, "now": None}, 0)])
def test_a_closed_programme_counts_nothing_any_more(change: dict[str, Any], minutes: int) -> None:
    scenario = _given(_counted(60), ENDED, example(ProgrammeClosed))
    scenario.when(example(MinutesChanged, **change)).then(
        example(MinutesRefused, minutes=minutes, reason=MinutesRefusal.ALREADY_CLOSED)
    )


def test_minutes_for_a_programme_that_took_nobody_are_a_defect() -> None:
    with pytest.raises(Contradiction, match="S-0001"):
        Scenario(DECIDER).when(example(MinutesChanged))


def _closed(hours: int, **changes: Any) -> ProgrammeClosed:
    return example(
        ProgrammeClosed,
        hours=hours,
        amount_cents=hours * 18_00,
        closed_at=instant("2020-07-26T18:00:00Z"),
        **changes,
    )


def _released(hours: int) -> CommitmentReleaseRequested:
    return example(
        CommitmentReleaseRequested,
        engagement=KEY,
        budget_line="147-IDF-TUTORING",
        amount_cents=hours * 18_00,
    )
