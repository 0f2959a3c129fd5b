"""Stories of mentors: their checks and suspensions, the pupils they are paired with, and their time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from filrouge.simulator.parameters import (
    MENTOR_PAIRS_AT_MOST,
    SLOTS_AT_MOST,
    TUTORING_WAITING_AT_MOST,
)
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.words_tutoring import Tutored, days
from filrouge.simulator.words import Word

FAR_DAYS = 200
SHORTEST = timedelta(minutes=15)


def a_mentor_s_check_expires(on: Stage) -> Iterator[list[Word]]:
    """A session after that waits for the renewal; the next time there is none, and it is not held."""
    tutored = Tutored(on, checked_days=2)
    yield from tutored.ready()
    before = tutored.session("1")
    yield from tutored.held(before)
    yield from days(1)
    after = tutored.session("2")
    yield [tutored.schedules(after), tutored.reports(after)]
    yield [tutored.checks(on.moment(7, days=-1), on.moment(7, days=1))]
    on.expect("session.report-recorded", session=after.id, minutes=60)
    yield from days(1)
    never = tutored.session("3")
    yield [tutored.schedules(never), tutored.reports(never), tutored.pairs_up(pair=on.ref("PA2"))]
    yield from days(4)
    tutored.expects_refusal(never, "no_valid_check")
    _expect_refusal(tutored, "no_valid_check")


def a_mentor_is_suspended_after_the_fact(on: Stage) -> Iterator[list[Word]]:
    """The session it should not have held counts no longer; reinstated, it goes on."""
    tutored = Tutored(on)
    yield from tutored.ready()
    held = tutored.session("1")
    yield from tutored.held(held)
    yield from tutored.vouched(held)
    yield [tutored.suspends(held.starts)]
    on.expect("slot.slot-revoked", session=held.id, reason="mentor_suspended")
    on.expect("slot.slot-lost", session=held.id, reason="mentor_suspended")
    on.expect("programme.minutes-counted", session=held.id, difference_minutes=-60)
    meanwhile = tutored.session("2")
    yield [
        tutored.schedules(meanwhile),
        tutored.reports(meanwhile),
        tutored.pairs_up(pair=on.ref("PA2")),
    ]
    tutored.expects_refusal(meanwhile, "mentor_suspended")
    _expect_refusal(tutored, "mentor_suspended")
    yield [tutored.reinstates(on.moment(7))]
    yield from tutored.held(tutored.session("3"))


def a_check_turns_out_to_be_worth_less(on: Stage) -> Iterator[list[Word]]:
    """A newer check holds for a shorter time, another one is not clear: what they forbid is taken back."""
    tutored = Tutored(on)
    yield from tutored.ready()
    first = tutored.session("1")
    yield from tutored.held(first)
    yield [tutored.checks(first.starts - timedelta(days=1), first.starts)]
    on.expect("slot.slot-revoked", session=first.id, reason="no_valid_check")
    on.expect("slot.slot-lost", session=first.id, reason="no_valid_check")
    yield [tutored.checks(on.moment(7), on.moment(7, days=FAR_DAYS))]
    second = tutored.session("2")
    yield from tutored.held(second)
    yield [tutored.checks(second.starts, on.moment(7, days=FAR_DAYS), "not_clear")]
    on.expect("slot.slot-revoked", session=second.id, reason="mentor_suspended")
    on.expect("slot.slot-lost", session=second.id, reason="mentor_suspended")


def what_is_said_of_a_mentor_does_not_count(on: Stage) -> Iterator[list[Word]]:
    """It is known already, of another association, has no more room, or is not paired that way."""
    tutored, other = Tutored(on, capacity=1), Tutored(on, turn=1, name="B")
    yield from tutored.ready()
    yield [tutored.registers_mentor(), other.suspends(on.moment(7), mentor=tutored.mentor.id)]
    _expect_refusal(tutored, "already_registered")
    _expect_refusal(tutored, "other_association")
    yield [tutored.pairs_up(), tutored.parts(on.moment(8, days=-9))]
    _expect_refusal(tutored, "already_formed")
    _expect_refusal(tutored, "dates_out_of_order")
    yield [tutored.pairs_up(pair=on.ref("PA2")), tutored.parts(on.moment(8), pair=on.ref("PA9"))]
    _expect_refusal(tutored, "no_capacity")
    yield [tutored.parts(on.moment(8))]
    yield [tutored.parts(on.moment(8))]
    _expect_refusal(tutored, "already_ended")
    yield from days(3)
    _expect_refusal(tutored, "unknown_pair")


def a_mentor_has_as_many_pairs_as_are_remembered(on: Stage) -> Iterator[list[Word]]:
    """However large it says its capacity is."""
    tutored = Tutored(on, capacity=MENTOR_PAIRS_AT_MOST + 1)
    yield [tutored.registers_mentor()]
    pairs = [on.ref(f"PA{number}") for number in range(MENTOR_PAIRS_AT_MOST)]
    yield [tutored.pairs_up(pair=pair) for pair in pairs]
    on.expect("mentor.pair-recorded", times=len(pairs), mentor=tutored.mentor.id)
    yield [tutored.pairs_up(pair=on.ref("PA-MORE"))]
    _expect_refusal(tutored, "too_many_pairs")


def a_mentor_that_nobody_has_registered(on: Stage) -> Iterator[list[Word]]:
    """Its sessions and its suspension wait, as many as may; its registration never comes."""
    tutored = Tutored(on)
    sessions = [
        tutored.session(f"{number}", on.moment(10) + number * SHORTEST)
        for number in range(TUTORING_WAITING_AT_MOST - 1)
    ]
    yield [
        tutored.suspends(on.moment(9)),
        *(tutored.schedules(session) for session in sessions),
        *(tutored.reports(session, 15) for session in sessions),
    ]
    yield from days(4)
    _expect_refusal(tutored, "unknown_mentor")
    for session in sessions:
        tutored.expects_refusal(session, "unknown_mentor")


def more_wait_for_a_mentor_than_may(on: Stage) -> Iterator[list[Word]]:
    """A session and a pair too many are refused at once; the others when their time is over."""
    tutored = Tutored(on)
    pairs = [on.ref(f"PA{number}") for number in range(TUTORING_WAITING_AT_MOST)]
    yield [tutored.pairs_up(pair=pair) for pair in pairs]
    session = tutored.session("1")
    yield [
        tutored.pairs_up(pair=on.ref("PA-MORE")),
        tutored.schedules(session),
        tutored.reports(session),
    ]
    _expect_refusal(tutored, "too_many_waiting")
    tutored.expects_refusal(session, "too_many_waiting")
    yield from days(3)
    _expect_refusal(tutored, "unknown_mentor", times=len(pairs))


def a_mentor_s_days_are_full(on: Stage) -> Iterator[list[Word]]:
    """It keeps so many sessions in mind and no more."""
    tutored = Tutored(on)
    yield from tutored.ready()
    sessions = [
        tutored.session(f"{number}", on.moment(9) + number * SHORTEST)
        for number in range(SLOTS_AT_MOST)
    ]
    yield from tutored.held(*sessions, minutes=15)
    one_more = tutored.session("MORE")
    yield [tutored.schedules(one_more), tutored.reports(one_more)]
    tutored.expects_refusal(one_more, "too_many_slots")


def _expect_refusal(tutored: Tutored, reason: str, times: int = 1) -> None:
    """Of something that was said of the mentor."""
    tutored.on.expect("mentor.mentor-refused", times=times, mentor=tutored.mentor.id, reason=reason)


STORIES = (
    a_mentor_s_check_expires,
    a_mentor_is_suspended_after_the_fact,
    a_check_turns_out_to_be_worth_less,
    what_is_said_of_a_mentor_does_not_count,
    a_mentor_has_as_many_pairs_as_are_remembered,
    a_mentor_that_nobody_has_registered,
    more_wait_for_a_mentor_than_may,
    a_mentor_s_days_are_full,
)
