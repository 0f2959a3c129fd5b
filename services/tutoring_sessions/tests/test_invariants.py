"""Any story of two associations, told in any order, keeps what the State pays for and counts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import combinations
from typing import Any

from filrouge_contracts.budget import (
    CommitmentReleaseRequested,
)
from filrouge_contracts.entry import TUTORING
from filrouge_contracts.programme import (
    HoursCertified,
    MinutesCounted,
    ProgrammeClosed,
)
from filrouge_contracts.pupil import (
    PupilAccompanied,
    PupilNoLongerAccompanied,
)
from filrouge_contracts.session import (
    ReportRecorded,
    SessionCorrected,
    SessionRefused,
    SessionReported,
)
from hypothesis import settings
from hypothesis.stateful import invariant
from tutoring_sessions.calendars import HORIZON_SECONDS
from tutoring_sessions.mentors import is_barred, is_checked
from tutoring_sessions.session_state import Stage

from services.tutoring_sessions.tests.stories import FUNDED_HOURS, PROGRAMMES, RATE_CENTS, Stories


class Tutoring(Stories):
    """Whatever they say, and whenever the clock moves."""

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
    def mentors_and_pupils_keep_the_time_of_what_was_held_and_of_nothing_else(self) -> None:
        if self.talk.under_way:
            return
        oldest = self.talk.context.now - timedelta(seconds=HORIZON_SECONDS)
        sessions = self.talk.states(TUTORING, "session").items()
        for kind in ("mentor", "pupil"):
            held, asked = set(), set()
            for name, session in sessions:
                owner, name = f"{kind}:{getattr(session, kind)}", name.partition(":")[2]
                if session.claim and session.report.starts_at > oldest:
                    held.add((owner, name, session.claim))
                if session.asked:
                    asked.add((owner, name, session.asked.claim))
            kept = {
                (key, slot.session, slot.claim)
                for key, calendar in self.talk.states(TUTORING, kind).items()
                for slot in calendar.slots
                if slot.starts_at > oldest
            }
            assert held <= kept <= held | asked

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
