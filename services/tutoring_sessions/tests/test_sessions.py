"""What a session is worth: reported, corrected, validated, rejected, and what mentor and pupil answer."""

from __future__ import annotations

from typing import Any

import pytest
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.event import Event
from filrouge_contracts.programme import Held, MinutesChanged
from filrouge_contracts.session import (
    Attendance,
    ReportRecorded,
    SessionCorrected,
    SessionLapsed,
    SessionOpened,
    SessionRefusal,
    SessionRefused,
    SessionRejected,
    SessionRejectionRecorded,
    SessionReported,
    SessionScheduled,
    SessionValidated,
    ValidationRecorded,
)
from filrouge_contracts.slot import (
    PupilBooked,
    SlotLost,
    SlotRefusal,
    SlotRefused,
    SlotReleaseRequested,
    SlotRequested,
    SlotRevoked,
)
from filrouge_contracts.waiting import EventHeld
from tutoring_sessions.app import DECIDER
from tutoring_sessions.session_state import Stage

KEY = "session:S-0001"
MENTOR, PUPIL = "mentor:M-0001", "pupil:7c9e6679-7425-40de-944b-e07fc1f90ae7"
OTHER = "35600000009075"
HELD = Held(starts_at=instant("2020-05-06T14:00:00Z"), minutes=60)
ABSENT = {"attendance": Attendance.ABSENT, "minutes": 0}
CORRECTED = SessionCorrected.event_type
CORRECTED_AT = "2020-05-07T07:00:00+00:00"
REPLACED = example(
    ReportRecorded,
    minutes=45,
    claim=2,
    told_type=CORRECTED,
    told_at=instant(CORRECTED_AT),
    told_by="U-5002",
)

SCHEDULED = (example(SessionOpened),)
ASKING = (*SCHEDULED, example(SlotRequested))
REPORTED = (*ASKING, example(ReportRecorded))
VALIDATED = (*REPORTED, example(ValidationRecorded), example(MinutesChanged))
REJECTED = (*REPORTED, example(SessionRejectionRecorded))
LAPSED = (*SCHEDULED, example(SessionLapsed))
NOBODY_CAME = example(ReportRecorded, claim=None, **ABSENT)
TAKEN_BACK = example(MinutesChanged, before=HELD, now=None)


def _given(*events: Event) -> Scenario:
    return Scenario(DECIDER).at("2020-05-07T07:00:00Z").given(KEY, *events)


def _asked(claim: int) -> SlotRequested:
    return example(
        SlotRequested,
        claim=claim,
        minutes=45,
        told_type=CORRECTED,
        told_at=instant(CORRECTED_AT),
        answer_by=instant("2020-05-10T07:00:00Z"),
    )


def _released(claim: int) -> tuple[Event, Event]:
    mentor = example(SlotReleaseRequested, claim=claim)
    return mentor, example(SlotReleaseRequested, claim=claim, target=PUPIL)


def _refused(word: Event, about: str, reason: SessionRefusal) -> SessionRefused:
    return example(SessionRefused, refused_type=word.event_type, about=about, reason=reason)


def test_the_first_thread_goes_as_the_examples_say() -> None:
    scenario = Scenario(DECIDER).when(example(SessionScheduled)).then(example(SessionOpened))
    scenario.at("2020-05-06T16:00:00Z")
    scenario.when(example(SessionReported)).then(example(SlotRequested))
    scenario.when(example(PupilBooked)).then(example(ReportRecorded))
    scenario.when(example(SessionValidated))
    scenario.then(example(ValidationRecorded), example(MinutesChanged))
    assert scenario.state(KEY).due_at is None


STAGES = {
    "unknown": (),
    "scheduled": SCHEDULED,
    "asking": ASKING,
    "reported": REPORTED,
    "validated": VALIDATED,
    "rejected": REJECTED,
    "lapsed": LAPSED,
}
WORDS: dict[str, tuple[Event, str]] = {
    "report": (example(SessionReported), "2020-05-06T16:00:00+00:00"),
    "correct": (example(SessionCorrected), CORRECTED_AT),
    "validate": (example(SessionValidated), "2020-05-07T08:00:00+00:00"),
    "reject": (example(SessionRejected), "2020-05-07T08:00:00+00:00"),
}
MOVES = """
            report            correct       validate           reject
unknown     waits             waits         waits              waits
scheduled   taken             waits         waits              waits
asking      waits             waits         waits              waits
reported    already_reported  taken         taken              taken
validated   already_reported  taken         already_validated  taken
rejected    already_reported  taken         already_rejected   already_rejected
lapsed      lapsed            lapsed        lapsed             lapsed
"""


def _moves() -> list[tuple[str, str, str]]:
    header, *rows = (line.split() for line in MOVES.strip().splitlines())
    return [
        (row[0], word, answer) for row in rows for word, answer in zip(header, row[1:], strict=True)
    ]


@pytest.mark.parametrize(("stage", "word", "answer"), _moves())
def test_what_can_be_said_at_which_stage(stage: str, word: str, answer: str) -> None:
    said, about = WORDS[word]
    scenario = _given(*STAGES[stage]).when(said)
    if answer == "waits":
        scenario.then_types(EventHeld)
    elif answer == "taken":
        first = scenario.said[0]
        assert not isinstance(first, EventHeld | SessionRefused)
    else:
        scenario.then(_refused(said, about, SessionRefusal(answer)))


@pytest.mark.parametrize(
    ("attendance", "minutes", "answer"),
    [
        ("present", 14, "refused"),
        ("present", 15, "asked"),
        ("present", 240, "asked"),
        ("present", 241, "refused"),
        ("absent", 0, "recorded"),
        ("absent_excused", 0, "recorded"),
        ("cancelled_by_mentor", 0, "recorded"),
    ],
)
def test_who_was_there_and_how_long(attendance: str, minutes: int, answer: str) -> None:
    changes = {"attendance": Attendance(attendance), "minutes": minutes}
    report = example(SessionReported, reported_at=instant("2020-05-06T23:00:00Z"), **changes)
    scenario = _given(*SCHEDULED).when(report)
    expected: dict[str, type[Event]] = {
        "refused": SessionRefused,
        "asked": SlotRequested,
        "recorded": ReportRecorded,
    }
    scenario.then_types(expected[answer])


def test_what_is_plausible_is_a_parameter() -> None:
    scenario = _given(*SCHEDULED).with_parameters(session_at_most_minutes=59)
    refused = example(SessionRefused, reason=SessionRefusal.IMPLAUSIBLE_MINUTES)
    scenario.when(example(SessionReported)).then(refused)


def test_nobody_validates_their_own_report() -> None:
    word = example(SessionValidated, validated_by="U-5002")
    _given(*REPORTED).when(word).then(
        _refused(word, "2020-05-07T08:00:00+00:00", SessionRefusal.OWN_REPORT)
    )


@pytest.mark.parametrize(("word", "about"), WORDS.values())
def test_nobody_speaks_for_another_association(word: Event, about: str) -> None:
    other = example(type(word), association=OTHER)
    _given(*SCHEDULED).when(other).then(_refused(other, about, SessionRefusal.OTHER_ASSOCIATION))


def test_a_session_is_scheduled_once() -> None:
    word = example(SessionScheduled, pair="PA-2")
    _given(*REPORTED).when(word).then(_refused(word, "S-0001", SessionRefusal.ALREADY_SCHEDULED))


def test_when_nobody_came_nobody_is_asked_and_nothing_counts() -> None:
    scenario = _given(*SCHEDULED).when(example(SessionReported, **ABSENT)).then(NOBODY_CAME)
    scenario.when(example(SessionValidated)).then(example(ValidationRecorded, minutes=0))


# --- corrections ---------------------------------------------------------------------------------


def test_a_correction_replaces_and_has_to_be_validated_anew() -> None:
    scenario = _given(*VALIDATED).when(example(SessionCorrected)).then(_asked(2))
    scenario.when(example(PupilBooked, claim=2)).then(REPLACED, *_released(1), TAKEN_BACK)
    scenario.when(example(SessionValidated))
    scenario.then(
        example(ValidationRecorded, minutes=45),
        example(MinutesChanged, now=Held(starts_at=HELD.starts_at, minutes=45)),
    )


def test_a_correction_that_the_mentor_has_no_time_for_leaves_all_as_it_was() -> None:
    scenario = _given(*VALIDATED)
    before = scenario.state(KEY)
    scenario.when(example(SessionCorrected)).when(example(SlotRefused, claim=2))
    scenario.then(_refused(example(SessionCorrected), CORRECTED_AT, SessionRefusal.MENTOR_BUSY))
    after = scenario.state(KEY)
    assert (after.stage, after.report, after.claim) == (before.stage, before.report, before.claim)


def test_what_the_mentor_kept_is_given_back_when_the_pupil_has_no_time() -> None:
    scenario = _given(*VALIDATED).when(example(SessionCorrected))
    busy = SlotRefusal.PUPIL_BUSY
    scenario.when(example(SlotRefused, claim=2, refused_by=PUPIL, reason=busy)).then(
        _refused(example(SessionCorrected), CORRECTED_AT, SessionRefusal.PUPIL_BUSY),
        example(SlotReleaseRequested, claim=2),
    )
    assert scenario.state(KEY).stage is Stage.VALIDATED


def test_a_pupil_that_was_not_there_after_all_gives_everything_back() -> None:
    scenario = _given(*VALIDATED).when(example(SessionCorrected, **ABSENT))
    recorded = example(
        ReportRecorded,
        claim=None,
        told_type=CORRECTED,
        told_at=instant(CORRECTED_AT),
        **ABSENT,
    )
    scenario.then(recorded, *_released(1), TAKEN_BACK)


def test_what_was_rejected_may_be_corrected() -> None:
    scenario = _given(*VALIDATED).when(example(SessionRejected))
    scenario.then(example(SessionRejectionRecorded), *_released(1), TAKEN_BACK)
    scenario.when(example(SessionCorrected)).then(_asked(2))
    scenario.when(example(PupilBooked, claim=2)).then(REPLACED)


def test_a_report_that_was_refused_may_be_made_again_until_it_is_too_late() -> None:
    scenario = _given(*ASKING).when(example(SlotRefused)).then(example(SessionRefused))
    assert scenario.state(KEY).due_at == instant("2020-06-20T14:00:00Z")
    scenario.when(example(SessionReported)).then_types(SlotRequested)
    assert scenario.state(KEY).claims == 2


# --- slots that are lost -------------------------------------------------------------------------


def test_a_session_whose_slot_is_revoked_counts_no_longer() -> None:
    scenario = _given(*VALIDATED).when(example(SlotRevoked))
    scenario.then(example(SlotLost), *_released(1), TAKEN_BACK)
    assert scenario.state(KEY).due_at == instant("2020-06-20T14:00:00Z")
    scenario.when(example(SlotRevoked, revoked_by=PUPIL)).then_nothing()


def test_a_slot_that_is_revoked_before_it_is_given_is_not_given() -> None:
    scenario = _given(*ASKING).when(example(SlotRevoked)).then(example(SlotLost))
    scenario.when(example(PupilBooked)).then(
        example(SessionRefused, reason=SessionRefusal.MENTOR_SUSPENDED), *_released(1)
    )
    assert scenario.state(KEY).stage is Stage.SCHEDULED


def test_the_old_slot_may_be_lost_while_the_new_one_is_asked_for() -> None:
    scenario = _given(*VALIDATED, _asked(2)).when(example(SlotRevoked))
    scenario.then(example(SlotLost), *_released(1), TAKEN_BACK)
    scenario.when(example(PupilBooked, claim=2)).then(REPLACED)
    assert scenario.state(KEY).claim == 2


@pytest.mark.parametrize("answer", [example(PupilBooked, claim=2), example(SlotRefused)])
def test_an_answer_to_no_question_is_a_defect(answer: Event) -> None:
    known = ASKING if isinstance(answer, PupilBooked) else REPORTED
    with pytest.raises(Contradiction, match="did not ask"):
        _given(*known).when(answer)


# --- waiting -------------------------------------------------------------------------------------


def test_all_said_too_early_is_decided_in_its_order() -> None:
    scenario = _given()
    for word in (SessionReported, SessionValidated, SessionCorrected):
        scenario.when(example(word)).then_types(EventHeld)
    scenario.when(example(SessionScheduled)).then_types(SessionOpened, SlotRequested)
    scenario.when(example(PupilBooked)).then_types(
        ReportRecorded, ValidationRecorded, MinutesChanged, SlotRequested
    )
    assert scenario.state(KEY).waiting == ()


@pytest.mark.parametrize(
    ("known", "word", "days", "reason"),
    [
        ((), "report", 3, SessionRefusal.UNKNOWN_SESSION),
        ((), "validate", 6, SessionRefusal.UNKNOWN_SESSION),
        (SCHEDULED, "correct", 6, SessionRefusal.NOT_REPORTED),
        (SCHEDULED, "validate", 6, SessionRefusal.NOT_REPORTED),
        (SCHEDULED, "reject", 6, SessionRefusal.NOT_REPORTED),
        (ASKING, "validate", 6, SessionRefusal.SLOT_UNDECIDED),
    ],
)
def test_what_is_missing_is_awaited_so_many_days(
    known: tuple[Event, ...], word: str, days: int, reason: SessionRefusal
) -> None:
    said, about = WORDS[word]
    scenario = _given(*known).when(said).then_types(EventHeld)
    scenario.when_due(KEY).then(_refused(said, about, reason))
    assert scenario.context.now == instant(f"2020-05-{7 + days:02}T07:00:00Z")


def test_a_session_that_nobody_reports_has_lapsed_and_so_has_what_waits() -> None:
    scenario = _given(*SCHEDULED).when_due(KEY).then(example(SessionLapsed))
    late = example(SessionOpened, report_by=instant("2020-05-08T07:00:00Z"))
    scenario = _given(late).when(example(SessionValidated)).when_due(KEY)
    scenario.then(
        example(SessionLapsed, lapsed_at=instant("2020-05-08T07:00:00Z")),
        _refused(*WORDS["validate"], SessionRefusal.LAPSED),
    )
    assert scenario.state(KEY).due_at is None


def test_how_long_a_report_may_take_is_a_parameter() -> None:
    scenario = _given().with_parameters(horizon_seconds=86_400, deadline_grace_seconds=3_600)
    report_by: Any = instant("2020-05-07T15:00:00Z")
    scenario.when(example(SessionScheduled)).then(example(SessionOpened, report_by=report_by))


def test_a_session_whose_time_is_over_has_lapsed_at_once() -> None:
    refused = _refused(*WORDS["report"], SessionRefusal.LAPSED)
    scenario = _given().at("2021-05-04T08:00:00Z").when(example(SessionReported))
    lapsed = example(SessionLapsed, lapsed_at=scenario.context.now)
    scenario.when(example(SessionScheduled)).then(example(SessionOpened), lapsed, refused)
    scenario = _given(*ASKING).at("2021-05-04T08:00:00Z").when(example(SlotRefused))
    scenario.then_types(SessionRefused, SessionLapsed)
    assert scenario.state(KEY).due_at is None
