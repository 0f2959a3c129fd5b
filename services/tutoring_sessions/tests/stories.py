"""What two associations may say, at any time and in any order; what holds then is in test_invariants."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import (
    MentorChecked,
    MentorRegistered,
    MentorReinstated,
    MentorSuspended,
    PairEnded,
    PairFormed,
)
from filrouge_contracts.programme import (
    HoursApproved,
    HoursStated,
    ProgrammeEnded,
    ProgrammeRegistered,
)
from filrouge_contracts.pupil import (
    PupilEnrolled,
    PupilLeft,
)
from filrouge_contracts.session import (
    SessionCorrected,
    SessionRejected,
    SessionReported,
    SessionScheduled,
    SessionValidated,
)
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tutoring_sessions.app import DECIDER

A, B = "73282932000074", "35600000009075"
ANN, BOB = "7c9e6679-7425-40de-944b-e07fc1f90ae7", "0b8f3a52-64c1-4e8e-9d57-3b1a4f0c2d11"
PROGRAMMES = {"P-A": A, "P-B": B}
MENTORS = {"M-A": A, "N-A": A, "M-B": B}
PAIRS = {
    "AA": ("P-A", "M-A", ANN),
    "AB": ("P-A", "M-A", BOB),
    "NA": ("P-A", "N-A", ANN),
    "BA": ("P-B", "M-B", ANN),
    "BB": ("P-B", "M-B", BOB),
}
FUNDED_HOURS, RATE_CENTS = 3, 18_00
HOURS_AGO, LASTING = st.integers(2, 12), st.sampled_from([30, 90, 120])
SESSIONS = st.sampled_from([f"S-{number}" for number in range(12)])
PAIRED = st.sampled_from(sorted(PAIRS))
DAYS = st.sampled_from([-8, -1, -0.2, 3])
MEETINGS = st.lists(st.tuples(SESSIONS, PAIRED, HOURS_AGO, LASTING), min_size=3, max_size=8)


class Stories(RuleBasedStateMachine):
    """The associations say anything at any time; the budget line answers, sooner or later."""

    @initialize(
        chance=st.randoms(use_true_random=False),
        honest=st.sampled_from([True, True, True, False]),
        meetings=MEETINGS,
        expiring=st.sampled_from(sorted(MENTORS)),
    )
    def begin(self, chance: Random, honest: bool, meetings: list[Any], expiring: str) -> None:
        self.talk = Conversation(DECIDER, chance=chance)
        self.talk.with_parameters(grace_seconds=86_400, closing_seconds=10 * 86_400)
        self.words: list[Event] = []
        self.answered = 0
        self.scheduled: dict[str, str] = {}
        if honest:
            for programme in PROGRAMMES:
                self.register_programme(programme)
            self.pay()
            for mentor in MENTORS:
                self.register_mentor(mentor, 2 if mentor == expiring else 1000)
            for pair in PAIRS:
                self.enrol(pair)
                self.form(pair)
            self.hear_all()
        for meeting in meetings:
            self.tutor(*meeting)

    def moment(self, days: float = 0) -> datetime:
        """Another one for every word, so that each is known by its own."""
        return self.talk.context.now + timedelta(days=days, seconds=len(self.words))

    def say(self, word: Event) -> None:
        self.words.append(word)
        self.talk.say(word)

    @rule(programme=st.sampled_from(sorted(PROGRAMMES)))
    def register_programme(self, programme: str) -> None:
        word = example(
            ProgrammeRegistered,
            programme=programme,
            association=PROGRAMMES[programme],
            funded_hours=FUNDED_HOURS,
            hourly_rate_cents=RATE_CENTS,
            starts_at=START - timedelta(days=30),
            ends_at=START + timedelta(days=40),
        )
        self.say(word)

    @rule()
    def pay(self) -> None:
        self.hear_all()
        for asked in self.talk.of(CommitmentRequested)[self.answered :]:
            self.answered += 1
            changes = {"engagement": asked.engagement, "amount_cents": asked.amount_cents}
            enough = len(self.words) % 7 != 6
            model = CommitmentAccepted if enough else CommitmentRefused
            self.talk.say(example(model, budget_line=asked.budget_line, **changes))

    @rule(programme=st.sampled_from(sorted(PROGRAMMES)), days=DAYS)
    def end_programme(self, programme: str, days: float) -> None:
        association, ended_at = PROGRAMMES[programme], self.moment(days)
        self.say(
            example(ProgrammeEnded, programme=programme, association=association, ended_at=ended_at)
        )

    @rule(rejected=st.lists(SESSIONS, max_size=3))
    def a_week_is_stated_and_approved(self, rejected: list[str]) -> None:
        """Sometimes not without second thoughts in between."""
        self.let_time_pass(24 * 7, True)
        for session in rejected:
            self.reject(session)
        self.hear_all()
        self.approve()
        self.hear_all()

    @rule()
    def approve(self) -> None:
        for stated in self.talk.of(HoursStated)[-2:]:
            word = example(
                HoursApproved,
                programme=stated.programme,
                certificate=stated.certificate,
                approved_at=stated.stated_at,
            )
            self.say(word)

    @rule(mentor=st.sampled_from(sorted(MENTORS)), days=st.sampled_from([2, 1000]))
    def register_mentor(self, mentor: str, days: float) -> None:
        check = self._check("b3", "clear", -40, 40 + days)
        word = example(MentorRegistered, mentor=mentor, association=MENTORS[mentor], check=check)
        self.say(word)

    @rule(
        mentor=st.sampled_from(sorted(MENTORS)),
        kind=st.sampled_from(["b3", "fijais"]),
        result=st.sampled_from(["clear", "clear", "clear", "not_clear"]),
        since=DAYS,
        days=st.sampled_from([2, 10, 1000]),
    )
    def check_mentor(self, mentor: str, kind: str, result: str, since: float, days: float) -> None:
        check = self._check(kind, result, since, days)
        self.say(example(MentorChecked, mentor=mentor, association=MENTORS[mentor], check=check))

    def _check(self, kind: str, result: str, since: float, days: float) -> Any:
        golden = example(MentorRegistered).check
        checked_at = self.moment(since)
        changes = {
            "type": type(golden.type)(kind),
            "result": type(golden.result)(result),
            "checked_at": checked_at,
            "expires_at": checked_at + timedelta(days=days),
        }
        return golden.model_copy(update=changes)

    @rule(mentor=st.sampled_from(sorted(MENTORS)), days=DAYS)
    def suspend(self, mentor: str, days: float) -> None:
        changes = {"mentor": mentor, "association": MENTORS[mentor]}
        self.say(example(MentorSuspended, **changes, suspended_at=self.moment(days)))

    @rule(mentor=st.sampled_from(sorted(MENTORS)), days=DAYS)
    def reinstate(self, mentor: str, days: float) -> None:
        changes = {"mentor": mentor, "association": MENTORS[mentor]}
        self.say(example(MentorReinstated, **changes, reinstated_at=self.moment(days)))

    @rule(pair=PAIRED)
    def enrol(self, pair: str) -> None:
        programme, _mentor, pupil = PAIRS[pair]
        word = example(
            PupilEnrolled,
            pupil=pupil,
            programme=programme,
            association=PROGRAMMES[programme],
            enrolled_at=self.moment(-10),
        )
        self.say(word)

    @rule(pair=PAIRED, days=DAYS)
    def leave(self, pair: str, days: float) -> None:
        programme, _mentor, pupil = PAIRS[pair]
        word = example(
            PupilLeft,
            pupil=pupil,
            programme=programme,
            association=PROGRAMMES[programme],
            left_at=self.moment(days),
        )
        self.say(word)

    @rule(pair=PAIRED)
    def form(self, pair: str) -> None:
        programme, mentor, pupil = PAIRS[pair]
        word = example(
            PairFormed,
            pair=pair,
            programme=programme,
            mentor=mentor,
            pupil=pupil,
            association=MENTORS[mentor],
            formed_at=self.moment(-10),
        )
        self.say(word)

    @rule(pair=PAIRED, days=DAYS)
    def part(self, pair: str, days: float) -> None:
        mentor = PAIRS[pair][1]
        word = example(
            PairEnded,
            pair=pair,
            mentor=mentor,
            association=MENTORS[mentor],
            ended_at=self.moment(days),
        )
        self.say(word)

    @rule(session=SESSIONS, pair=PAIRED)
    def schedule(self, session: str, pair: str) -> None:
        programme, mentor, pupil = PAIRS[self.scheduled.setdefault(session, pair)]
        word = example(
            SessionScheduled,
            session=session,
            pair=self.scheduled[session],
            programme=programme,
            mentor=mentor,
            pupil=pupil,
            association=MENTORS[mentor],
            starts_at=self.moment(),
        )
        self.say(word)

    @rule(session=SESSIONS, ago=HOURS_AGO, minutes=LASTING, there=st.sampled_from([1, 1, 1, 0]))
    def report(self, session: str, ago: int, minutes: int, there: int) -> None:
        word = example(
            SessionReported,
            session=session,
            reported_at=self.moment(),
            **self._held(session, ago, minutes, there),
        )
        self.say(word)

    @rule(session=SESSIONS, ago=HOURS_AGO, minutes=LASTING, there=st.sampled_from([1, 1, 1, 0]))
    def correct(self, session: str, ago: int, minutes: int, there: int) -> None:
        word = example(
            SessionCorrected,
            session=session,
            corrected_at=self.moment(),
            **self._held(session, ago, minutes, there),
        )
        self.say(word)

    def _held(self, session: str, ago: int, minutes: int, there: int) -> dict[str, Any]:
        attendance = type(example(SessionReported).attendance)
        return {
            "association": self._association(session),
            "starts_at": self.talk.context.now - timedelta(hours=ago),
            "minutes": minutes * there,
            "attendance": attendance.PRESENT if there else attendance.ABSENT,
        }

    def _association(self, session: str) -> str:
        pair = self.scheduled.get(session)
        return MENTORS[PAIRS[pair][1]] if pair else A

    @rule(session=SESSIONS)
    def validate(self, session: str) -> None:
        changes = {"session": session, "association": self._association(session)}
        self.say(example(SessionValidated, **changes, validated_at=self.moment()))

    @rule(session=SESSIONS)
    def reject(self, session: str) -> None:
        changes = {"session": session, "association": self._association(session)}
        self.say(example(SessionRejected, **changes, rejected_at=self.moment()))

    @rule(meetings=MEETINGS, settled=st.booleans())
    def meet(self, meetings: list[Any], settled: bool) -> None:
        for meeting in meetings:
            self.tutor(*meeting)
        if settled:
            self.hear_all()

    @rule(meetings=MEETINGS, events=st.integers(3, 30))
    def meet_whom_one_may_not(self, meetings: list[Any], events: int) -> None:
        """The alarm is raised while the reports are still under way."""
        self.meet(meetings, settled=False)
        self.hear_some(events)
        self.suspend(PAIRS[meetings[0][1]][1], -1)
        self.hear_all()
        self.reinstate(PAIRS[meetings[0][1]][1], -0.2)

    def tutor(self, session: str, pair: str, ago: int, minutes: int) -> None:
        self.schedule(session, pair)
        self.report(session, ago, minutes, 1)
        self.validate(session)

    @rule()
    def hear_all(self) -> None:
        self.talk.settle()

    @rule(events=st.integers(1, 20))
    def hear_some(self, events: int) -> None:
        for _ in range(min(events, self.talk.under_way)):
            self.talk.step()

    @rule(hours=st.sampled_from([1, 5, 30, 75, 24 * 22]), settled=st.booleans())
    def let_time_pass(self, hours: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(hours=hours), settled=settled)
