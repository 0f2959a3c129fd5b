"""What holds of tutoring is breached by the very thing that it forbids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from filrouge.invariants import HOLDS, Invariants, Report
from filrouge.testing.stream import PARTITIONS, stream_of
from filrouge_chassis.testing.conversation import Conversation, Said
from filrouge_chassis.testing.examples import example
from filrouge_contracts.budget import CommitmentAccepted, CommitmentRequested
from filrouge_contracts.entry import GATEWAY, TUTORING
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import (
    MentorRegistered,
    PairEndRecorded,
    PairFormed,
    PairRecorded,
    Standing,
    StandingRecorded,
)
from filrouge_contracts.programme import (
    Held,
    HoursApproved,
    HoursCertified,
    HoursStated,
    MinutesChanged,
    MinutesCounted,
    ProgrammeFunded,
    ProgrammeRegistered,
    StatementWithdrawn,
)
from filrouge_contracts.pupil import (
    EnrolmentRecorded,
    LeaveRecorded,
    PupilAccompanied,
    PupilEnrolled,
    PupilNoLongerAccompanied,
)
from filrouge_contracts.session import (
    ReportRecorded,
    SessionOpened,
    SessionReported,
    SessionScheduled,
    SessionValidated,
    ValidationRecorded,
)
from filrouge_contracts.slot import PupilBooked, SlotReleased
from tutoring_sessions.app import DECIDER

Doctor = Callable[[list[Said]], object]
FIRST = datetime(2020, 5, 6, 14, tzinfo=UTC)
LATER = FIRST + timedelta(hours=2)
MENTOR, PROGRAMME = "mentor:M-0001", "programme:P-075-0001"
PUPIL = "pupil:7c9e6679-7425-40de-944b-e07fc1f90ae7"
TICKS = ("2020-05-06T18:00:00Z", "2020-05-14T18:00:00Z", "2020-06-15T18:00:00Z")
SESSIONS = {"S-1": FIRST, "S-2": LATER}
BEFORE = (ProgrammeRegistered, MentorRegistered, PupilEnrolled, PairFormed)


@pytest.fixture(scope="module")
def told() -> Sequence[Said]:
    """Two hours with one pupil, validated, stated and approved; a month later its mentor registers again."""
    talk = Conversation(DECIDER)
    words: list[Said] = []

    def say(*events: Event) -> None:
        talk.say(*events)
        talk.settle()
        words.extend(
            Said(GATEWAY, f"word {len(words)}", event, talk.context.now) for event in events
        )

    talk.tick(TICKS[0])
    say(*(example(model) for model in BEFORE))
    (asked,) = talk.of(CommitmentRequested)
    money = {"engagement": asked.engagement, "budget_line": asked.budget_line}
    talk.say(example(CommitmentAccepted, amount_cents=asked.amount_cents, **money))
    talk.settle()
    for session, starts_at in SESSIONS.items():
        say(example(SessionScheduled, session=session, starts_at=starts_at))
        ended_at = starts_at + timedelta(hours=1)
        report = {"session": session, "starts_at": starts_at, "reported_at": ended_at}
        say(example(SessionReported, **report))
        say(example(SessionValidated, session=session))
    talk.tick(TICKS[1])
    (stated,) = talk.of(HoursStated)
    say(example(HoursApproved, certificate=stated.certificate))
    talk.tick(TICKS[2])
    say(example(MentorRegistered))
    return [*words, *talk.said]


def _report(said: Sequence[Said]) -> Report:
    invariants = Invariants(PARTITIONS)
    for record in stream_of((), said):
        invariants.take(record)
    return invariants.close()


RULES = ("I10", *(f"T{number}" for number in range(1, 9)))


@pytest.mark.parametrize("rule", RULES)
def test_tutoring_holds(told: Sequence[Said], rule: str) -> None:
    finding = _report(told).findings[rule]
    assert (finding.status, finding.breaches) == (HOLDS, [])


# --- what is doctored is the decisions; they are numbered afterwards ------------------------------


def change(model: type[Event], **fields: Any) -> Doctor:
    """The first event of a type with other data."""

    def doctor(said: list[Said]) -> None:
        place = _first(said, model)
        event = said[place].event
        said[place] = said[place]._replace(event=event.model_copy(update=fields))

    return doctor


def drop(model: type[Event]) -> Doctor:
    return lambda said: said.pop(_first(said, model))


def repeat(model: type[Event]) -> Doctor:
    """Decided again at once."""

    def doctor(said: list[Said]) -> None:
        place = _first(said, model)
        said.insert(place, said[place])

    return doctor


def add(key: str, model: type[Event], before: type[Event] | None = None, **fields: Any) -> Doctor:
    """One more decision of an aggregate, at the end or before another one."""

    def doctor(said: list[Said]) -> None:
        place = len(said) if before is None else _first(said, before)
        said.insert(
            place, Said(TUTORING, key, example(model, **fields), said[min(place, len(said) - 1)].at)
        )

    return doctor


def all_of(*doctors: Doctor) -> Doctor:
    return lambda said: [doctor(said) for doctor in doctors]


def _first(said: Sequence[Said], model: type[Event]) -> int:
    return next(place for place, one in enumerate(said) if isinstance(one.event, model))


def _held(starts_at: datetime, minutes: int = 60) -> Held:
    return Held(starts_at=starts_at, minutes=minutes)


SUSPENDED: dict[str, Any] = {
    "subject": "suspension",
    "standing": Standing.SUSPENDED,
    "expires_at": None,
}
DOCTORED: Sequence[tuple[str, str, Doctor]] = (
    ("I10", "a pupil of another neighbourhood", change(EnrolmentRecorded, qpv="QP093028")),
    ("I10", "a pupil of another school", change(EnrolmentRecorded, uai="0750654D")),
    ("I10", "a pupil that nobody enrolled", drop(PupilEnrolled)),
    (
        "T1",
        "two sessions at once",
        change(MinutesChanged, session="S-1", now=_held(LATER - timedelta(minutes=1))),
    ),
    ("T2", "a mentor without a check", drop(StandingRecorded)),
    ("T2", "a check that had expired", change(StandingRecorded, expires_at=FIRST)),
    ("T2", "a suspended mentor", add(MENTOR, StandingRecorded, since=FIRST, **SUSPENDED)),
    ("T2", "no pair", drop(PairRecorded)),
    ("T2", "the pair of somebody else", change(PairRecorded, mentor="M-9")),
    ("T2", "a pair that had ended", add(MENTOR, PairEndRecorded, ended_at=FIRST)),
    ("T2", "a session that was never planned", drop(SessionOpened)),
    ("T3", "a pupil that is not enrolled", drop(EnrolmentRecorded)),
    ("T3", "a pupil that was enrolled later", change(EnrolmentRecorded, enrolled_at=LATER)),
    ("T3", "a programme that had ended", change(EnrolmentRecorded, ends_at=FIRST)),
    ("T3", "a pupil that had left", add(PUPIL, LeaveRecorded, left_at=LATER)),
    ("T4", "validated by who reported it", change(ValidationRecorded, validated_by="U-5002")),
    ("T4", "reported by who validates it", change(ReportRecorded, told_by="U-5003")),
    ("T5", "a session that its programme forgot", drop(MinutesCounted)),
    ("T5", "minutes that count twice", repeat(MinutesCounted)),
    ("T5", "more minutes than were held", change(MinutesCounted, difference_minutes=75)),
    ("T5", "a session that was taken back", change(MinutesChanged, before=_held(FIRST), now=None)),
    ("T6", "hours beyond the funding", change(ProgrammeFunded, funded_hours=1)),
    ("T6", "hours certified twice", repeat(HoursCertified)),
    ("T6", "more hours than minutes", change(HoursCertified, hours=3)),
    ("T6", "hours that were never stated", drop(HoursStated)),
    (
        "T6",
        "hours whose statement was withdrawn",
        add(PROGRAMME, StatementWithdrawn, HoursCertified, certificate="C-2020-01", hours=2),
    ),
    ("T7", "a pupil counted twice", repeat(PupilAccompanied)),
    ("T7", "a pupil that never began to count", drop(PupilAccompanied)),
    ("T8", "a session that did not make it count", drop(PupilAccompanied)),
    ("T8", "a pupil that counts for ever", drop(PupilNoLongerAccompanied)),
    ("T8", "a pupil without a session", drop(PupilBooked)),
    (
        "T8",
        "a pupil that counts longer than it may",
        change(PupilBooked, accompanied_until=FIRST + timedelta(days=22)),
    ),
    (
        "T8",
        "a pupil that counts, with nothing kept",
        all_of(
            *(
                add(PUPIL, SlotReleased, HoursStated, target=PUPIL, session=session, claim=1)
                for session in SESSIONS
            )
        ),
    ),
)


@pytest.mark.parametrize(
    ("rule", "what", "doctor"), DOCTORED, ids=[f"{rule}-{what}" for rule, what, _ in DOCTORED]
)
def test_is_breached_by(told: Sequence[Said], rule: str, what: str, doctor: Doctor) -> None:
    said = list(told)
    doctor(said)
    breaches = [breach for breach in _report(said).breaches if breach.rule == rule]
    assert breaches, what
    assert all(breach.events for breach in breaches), what
