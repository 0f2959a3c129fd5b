"""One session from its programme's registration to certified hours, in any order of arrival."""

from __future__ import annotations

from random import Random

import hypothesis.strategies as st
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example
from filrouge_contracts.budget import CommitmentAccepted, CommitmentRequested
from filrouge_contracts.entry import TUTORING
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import MentorRegistered, PairFormed
from filrouge_contracts.programme import (
    HoursApproved,
    HoursCertified,
    HoursStated,
    MinutesChanged,
    ProgrammeClosed,
    ProgrammeRegistered,
)
from filrouge_contracts.pupil import PupilAccompanied, PupilEnrolled
from filrouge_contracts.session import (
    SessionRefused,
    SessionReported,
    SessionScheduled,
    SessionValidated,
)
from hypothesis import given, settings
from tutoring_sessions.app import DECIDER

WORDS: tuple[type[Event], ...] = (
    ProgrammeRegistered,
    MentorRegistered,
    PupilEnrolled,
    PairFormed,
    SessionScheduled,
    SessionReported,
    SessionValidated,
)


@settings(max_examples=100, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_all_said_at_once_comes_to_the_same_end_in_any_order(chance: Random) -> None:
    talk = Conversation(DECIDER, chance=chance)
    words = [example(model) for model in WORDS]
    chance.shuffle(words)
    talk.say(*words)
    for _ in range(chance.randrange(20)):
        if talk.under_way:
            talk.step()
    talk.tick("2020-05-06T16:00:00Z")
    (asked,) = talk.of(CommitmentRequested)
    talk.say(
        example(
            CommitmentAccepted,
            engagement=asked.engagement,
            budget_line=asked.budget_line,
            amount_cents=asked.amount_cents,
        )
    )
    talk.settle()
    assert talk.of(MinutesChanged) == [example(MinutesChanged)]
    assert len(talk.of(PupilAccompanied)) == 1
    assert talk.of(SessionRefused) == []
    talk.tick("2020-05-14T08:00:00Z")
    (stated,) = talk.of(HoursStated)
    talk.say(example(HoursApproved, certificate=stated.certificate))
    talk.settle()
    (certified,) = talk.of(HoursCertified)
    assert certified == example(HoursCertified, certificate=stated.certificate, hours=1)
    for day in ("2020-07-04T08:00:00Z", "2020-08-04T08:00:00Z"):
        talk.tick(day)
    (closed,) = talk.of(ProgrammeClosed)
    assert (closed.hours, closed.amount_cents) == (1, 18_00)
    for kind in DECIDER.states:
        assert all(state.due_at is None for state in talk.states(TUTORING, kind).values())
