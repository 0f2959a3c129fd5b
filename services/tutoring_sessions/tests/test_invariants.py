"""Any story of two associations, told in any order, keeps what the State pays for and counts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any

import hypothesis.strategies as st
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import START
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
)
from filrouge_contracts.entry import TUTORING
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
    HoursCertified,
    HoursStated,
    MinutesCounted,
    ProgrammeClosed,
    ProgrammeEnded,
    ProgrammeRegistered,
)
from filrouge_contracts.pupil import (
    PupilAccompanied,
    PupilEnrolled,
    PupilLeft,
    PupilNoLongerAccompanied,
)
from filrouge_contracts.session import (
    ReportRecorded,
    SessionCorrected,
    SessionRefused,
    SessionRejected,
    SessionReported,
    SessionScheduled,
    SessionValidated,
)
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tutoring_sessions.app import DECIDER
from tutoring_sessions.mentors import is_barred, is_checked
from tutoring_sessions.session_state import Stage

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
SESSIONS = st.sampled_from([f"S-{number}" for number in range(6)])
PAIRED = st.sampled_from(sorted(PAIRS))
DAYS = st.sampled_from([-8, -1, -0.2, 3])
MEETINGS = st.lists(st.tuples(SESSIONS, PAIRED, HOURS_AGO, LASTING), min_size=3, max_size=8)


class Tutoring(RuleBasedStateMachine):
    """The associations say anything at any time; the budget line answers, sooner or later."""

    @initialize(
        chance=st.randoms(use_true_random=False),
        honest=st.sampled_from([True, True, True, False]),
        meetings=MEETINGS,
    )
    def begin(self, chance: Random, honest: bool, meetings: list[Any]) -> None:
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
                self.register_mentor(mentor, 1000)
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

    @rule()
    def a_week_is_stated_and_approved(self) -> None:
        self.let_time_pass(24 * 7, True)
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
        check = self._check("b3", "clear", -40, days)
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

    @rule(meetings=MEETINGS)
    def meet(self, meetings: list[Any]) -> None:
        for meeting in meetings:
            self.tutor(*meeting)
        self.hear_all()

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

    @rule(hours=st.sampled_from([1, 5, 30, 24 * 22]), settled=st.booleans())
    def let_time_pass(self, hours: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(hours=hours), settled=settled)

    # --- what holds at any time ------------------------------------------------------------------

    @invariant()
    def certified_is_at_most_what_is_validated_and_funded(self) -> None:
        validated: Counter[str] = Counter()
        certified: Counter[str] = Counter()
        for said in self.talk.said:
            event = said.event
            if isinstance(event, MinutesCounted):
                validated[event.programme] += event.difference_minutes
                assert validated[event.programme] == event.validated_minutes >= 0
            if isinstance(event, HoursCertified):
                certified[event.programme] += event.hours
                assert certified[event.programme] <= FUNDED_HOURS
                assert certified[event.programme] * 60 <= validated[event.programme]
            if isinstance(event, ProgrammeClosed):
                assert event.hours == certified[event.programme]
                missing = certified[event.programme] * 60 - validated[event.programme]
                assert event.unproven_minutes == max(0, missing)

    @invariant()
    def a_pupil_is_counted_once(self) -> None:
        counted: Counter[str] = Counter()
        for said in self.talk.said:
            if isinstance(said.event, PupilAccompanied):
                counted[said.event.pupil] += 1
            if isinstance(said.event, PupilNoLongerAccompanied):
                counted[said.event.pupil] -= 1
            assert set(counted.values()) <= {0, 1}

    # --- what holds once all is heard ------------------------------------------------------------

    @invariant()
    def what_is_held_may_be_held_and_overlaps_nothing(self) -> None:
        if self.talk.under_way:
            return
        held = self._held_sessions()
        for session in held:
            self._may_be_held(session)
        for one, other in combinations(held, 2):
            if one.mentor == other.mentor or one.pupil == other.pupil:
                first, second = sorted((one.report, other.report), key=lambda r: r.starts_at)
                assert first.starts_at + timedelta(minutes=first.minutes) <= second.starts_at

    def _may_be_held(self, session: Any) -> None:
        at = session.report.starts_at
        mentor = self.talk.state(TUTORING, f"mentor:{session.mentor}")
        assert is_checked(mentor, at)
        assert not is_barred(mentor, at)
        pair = mentor.pairs[session.pair]
        assert pair.formed_at <= at
        assert pair.ended_at is None or at < pair.ended_at
        pupil = self.talk.state(TUTORING, f"pupil:{session.pupil}")
        enrolment = pupil.enrolments[session.programme]
        assert enrolment.association == session.association == mentor.association
        assert enrolment.left_at is None or at < enrolment.left_at or at < enrolment.enrolled_at

    @invariant()
    def a_pupil_is_accompanied_by_a_session_of_the_last_days_and_only_so(self) -> None:
        if self.talk.under_way:
            return
        now = self.talk.context.now
        for key, pupil in self.talk.states(TUTORING, "pupil").items():
            recent = any(
                f"pupil:{session.pupil}" == key
                and session.report.starts_at > now - timedelta(days=21)
                for session in self._held_sessions()
            )
            assert pupil.accompanied == recent

    @invariant()
    def only_validated_sessions_count_and_each_once(self) -> None:
        if self.talk.under_way:
            return
        sessions = self.talk.states(TUTORING, "session").values()
        for name in PROGRAMMES:
            programme = self.talk.state(TUTORING, f"programme:{name}")
            if any(closed.programme == name for closed in self.talk.of(ProgrammeClosed)):
                continue
            minutes = sum(
                session.report.minutes
                for session in sessions
                if session.programme == name
                and session.stage is Stage.VALIDATED
                and session.report.minutes
                and session.report.starts_at <= programme.ends_at
            )
            assert programme.validated_minutes == minutes

    def teardown(self) -> None:
        """Every word is answered, nothing waits for ever, and what was not certified is given back."""
        if not hasattr(self, "talk"):
            return
        self.pay()
        for _ in range(110):
            self.talk.tick(self.talk.context.now + timedelta(days=1))
        for kind in ("programme", "mentor", "pupil", "session"):
            for key, state in self.talk.states(TUTORING, kind).items():
                assert state.due_at is None, f"{key} still waits"
        for closed in self.talk.of(ProgrammeClosed):
            engagement = f"programme:{closed.programme}"
            given_back = sum(
                said.amount_cents
                for said in self.talk.of(CommitmentReleaseRequested)
                if said.engagement == engagement
            )
            assert closed.amount_cents + given_back == FUNDED_HOURS * RATE_CENTS
        answers = Counter(
            (said.refused_type, said.about) for said in self.talk.of(SessionRefused)
        ) + Counter(
            (said.told_type, said.told_at.isoformat()) for said in self.talk.of(ReportRecorded)
        )
        for word in self.words:
            if isinstance(word, SessionReported):
                assert answers[word.event_type, word.reported_at.isoformat()] == 1
            if isinstance(word, SessionCorrected):
                assert answers[word.event_type, word.corrected_at.isoformat()] == 1

    def _held_sessions(self) -> list[Any]:
        sessions = self.talk.states(TUTORING, "session").values()
        return [session for session in sessions if session.claim]


Tutoring.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestTutoring = Tutoring.TestCase
