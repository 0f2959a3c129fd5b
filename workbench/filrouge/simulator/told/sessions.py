"""Stories of tutoring sessions: what is said of them too often, too early, too late, or by the wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from filrouge.simulator.parameters import TUTORING_WAITING_AT_MOST
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.words_tutoring import Tutored, days
from filrouge.simulator.words import Word, text

FORGOTTEN = timedelta(days=46)


def what_is_said_of_a_session_is_said_again(on: Stage) -> Iterator[list[Word]]:
    """Or by who may not say it: each step is made once, by the mentor and then by somebody else."""
    tutored, other = Tutored(on), Tutored(on, turn=1)
    yield from tutored.ready()
    session = tutored.session("1")
    yield from tutored.held(session)
    yield [
        tutored.schedules(session),
        tutored.reports(session),
        tutored.validates(session, validated_by=tutored.mentor.user),
        other.validates(other.session("1")),
    ]
    for reason in ("already_scheduled", "already_reported", "own_report", "other_association"):
        tutored.expects_refusal(session, reason, slot=False)
    yield from tutored.vouched(session)
    yield [tutored.validates(session)]
    tutored.expects_refusal(session, "already_validated", slot=False)
    yield [tutored.rejects(session)]
    on.expect("session.session-rejection-recorded", session=session.id)
    yield [tutored.rejects(session)]
    tutored.expects_refusal(session, "already_rejected", slot=False)
    yield [tutored.corrects(session, 45)]
    yield from tutored.vouched(session, minutes=45)


def a_session_is_vouched_for_before_it_is_reported(on: Stage) -> Iterator[list[Word]]:
    """The report might only be late; one session is never reported, another not even planned."""
    tutored = Tutored(on)
    planned, unknown = tutored.session("1"), tutored.session("2")
    yield [
        tutored.schedules(planned),
        tutored.validates(planned),
        tutored.validates(unknown),
    ]
    yield from days(7)
    tutored.expects_refusal(planned, "not_reported", slot=False)
    tutored.expects_refusal(unknown, "unknown_session", slot=False)


def more_waits_for_a_session_than_may(on: Stage) -> Iterator[list[Word]]:
    """Reports of a session that nobody has planned."""
    tutored = Tutored(on)
    session = tutored.session("1")
    yield [
        tutored.reports(session, 0, attendance="absent", reported_at=on.time(hour))
        for hour in range(TUTORING_WAITING_AT_MOST)
    ]
    yield [tutored.reports(session)]
    tutored.expects_refusal(session, "too_many_waiting", slot=False)
    yield from days(3)
    on.expect(
        "session.session-refused",
        times=TUTORING_WAITING_AT_MOST,
        session=session.id,
        reason="unknown_session",
    )


def a_session_is_reported_too_late_or_not_as_it_was(on: Stage) -> Iterator[list[Word]]:
    """It has lapsed; it was so long ago that nobody knows; it cannot have lasted so long."""
    tutored = Tutored(on)
    yield from tutored.ready()
    lapsed = tutored.session("1", on.moment(10) - FORGOTTEN)
    old, short = tutored.session("2"), tutored.session("3")
    yield [tutored.schedules(session) for session in (lapsed, old, short)]
    on.expect("session.session-lapsed", session=lapsed.id)
    yield [
        tutored.reports(lapsed),
        tutored.reports(old, starts_at=text(lapsed.starts)),
        tutored.reports(short, 5),
    ]
    tutored.expects_refusal(lapsed, "lapsed", slot=False)
    tutored.expects_refusal(old, "too_old")
    tutored.expects_refusal(short, "implausible_minutes", slot=False)


def a_session_is_not_of_the_pair_that_it_says(on: Stage) -> Iterator[list[Word]]:
    """Nor of its mentor's association, nor of the time when they were a pair."""
    tutored, other = Tutored(on), Tutored(on, turn=1, name="B")
    yield from tutored.ready()
    own, stranger, never, early = (tutored.session(name) for name in ("1", "2", "3", "4"))
    foreign = other.session("5")
    yield [
        tutored.schedules(stranger, pupil=on.pupil(9)),
        tutored.schedules(never, pair=on.ref("PA9")),
        tutored.schedules(early),
        other.schedules(foreign, mentor=tutored.mentor.id),
    ]
    yield [
        tutored.reports(stranger),
        tutored.reports(never),
        tutored.reports(early, starts_at=text(tutored.programme.begins)),
        other.reports(foreign),
    ]
    tutored.expects_refusal(stranger, "other_pair")
    tutored.expects_refusal(early, "pair_not_active")
    other.expects_refusal(foreign, "other_association")
    yield from tutored.held(own)
    yield [tutored.parts(own.starts)]
    on.expect("mentor.pair-end-recorded", pair=tutored.pair.id)
    on.expect("slot.slot-revoked", session=own.id, reason="pair_not_active")
    on.expect("slot.slot-lost", session=own.id, reason="pair_not_active")
    yield from days(2)
    tutored.expects_refusal(never, "unknown_pair")


def a_session_is_not_of_the_programme(on: Stage) -> Iterator[list[Word]]:
    """It was held before the first day; another one with a pupil that nobody has enrolled."""
    tutored, other = Tutored(on), Tutored(on, name="B", pupils_number=1)
    yield [
        tutored.opens_credits(),
        tutored.registers(starts_at=on.time(12, days=1)),
        tutored.registers_mentor(),
        tutored.enrols(),
        tutored.pairs_up(),
        other.registers_mentor(),
        other.pairs_up(),
    ]
    early, nobody = tutored.session("1"), other.session("1")
    yield [
        *(tutored.schedules(session) for session in (early, nobody)),
        *(tutored.reports(session) for session in (early, nobody)),
    ]
    tutored.expects_refusal(early, "outside_programme")
    yield from days(4)
    other.expects_refusal(nobody, "unknown_enrolment")


def a_mentor_is_suspended_while_its_pupil_is_waited_for(on: Stage) -> Iterator[list[Word]]:
    """Its time was kept and is taken back; when the pupil is enrolled at last, nothing was held."""
    tutored = Tutored(on)
    yield [
        tutored.opens_credits(),
        tutored.registers(),
        tutored.registers_mentor(),
        tutored.pairs_up(),
    ]
    session = tutored.session("1")
    yield [tutored.schedules(session), tutored.reports(session)]
    on.expect("slot.mentor-booked", session=session.id)
    yield [tutored.suspends(session.starts)]
    on.expect("slot.slot-lost", session=session.id, reason="mentor_suspended")
    yield [tutored.enrols(enrolled_at=text(tutored.programme.begins))]
    on.expect("slot.pupil-booked", session=session.id)
    tutored.expects_refusal(session, "mentor_suspended", slot=False)


def a_correction_keeps_a_validation_waiting(on: Stage) -> Iterator[list[Word]]:
    """Both came before the report; the correction asks for a time that the mentor cannot be given.

    Its check has expired, and a renewal is waited for longer than the validation can wait.
    """
    tutored = Tutored(on, checked_days=1)
    yield from tutored.ready()
    session = tutored.session("1", tutored.programme.begins + timedelta(hours=10))
    yield [tutored.schedules(session)]
    yield [tutored.corrects(session, 60, starts_at=on.time(12, days=-1))]
    yield [tutored.validates(session)]
    yield from days(3)
    yield [tutored.reports(session)]
    on.expect("session.report-recorded", session=session.id)
    yield from days(3)
    tutored.expects_refusal(session, "slot_undecided", slot=False)
    tutored.expects_refusal(session, "no_valid_check")


STORIES = (
    what_is_said_of_a_session_is_said_again,
    a_session_is_vouched_for_before_it_is_reported,
    more_waits_for_a_session_than_may,
    a_session_is_reported_too_late_or_not_as_it_was,
    a_session_is_not_of_the_pair_that_it_says,
    a_session_is_not_of_the_programme,
    a_mentor_is_suspended_while_its_pupil_is_waited_for,
    a_correction_keeps_a_validation_waiting,
)
