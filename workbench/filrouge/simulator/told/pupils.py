"""Stories of pupils: where they take part, when they leave, and how often they count."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.parameters import PUPIL_ENROLMENTS_AT_MOST, TUTORING_WAITING_AT_MOST
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.words_tutoring import Tutored, days
from filrouge.simulator.words import Word


def a_pupil_is_followed_by_two_associations(on: Stage) -> Iterator[list[Word]]:
    """They cannot be with it at the same time, and it is accompanied once."""
    one, other = Tutored(on), Tutored(on, turn=1, name="B")
    yield [*one.begins(), *other.begins()]
    first = one.session("1")
    yield from one.held(first)
    same_time, later = other.session("1", first.starts), other.session("2", on.moment(12))
    yield [
        *(other.schedules(session) for session in (same_time, later)),
        *(other.reports(session) for session in (same_time, later)),
    ]
    other.expects_refusal(same_time, "pupil_busy")
    yield from one.vouched(first)
    yield from other.vouched(later)
    yield [one.rejects(first)]
    on.expect("pupil.enrolment-recorded", times=2, pupil=one.pupil.id)
    on.expect("pupil.pupil-accompanied", pupil=one.pupil.id)
    on.expect("pupil.pupil-no-longer-accompanied", pupil=one.pupil.id)


def a_pupil_s_only_session_was_not_held_after_all(on: Stage) -> Iterator[list[Word]]:
    """It is not accompanied any more, until another one is held."""
    tutored = Tutored(on)
    yield from tutored.ready()
    first = tutored.session("1")
    yield from tutored.held(first)
    yield [tutored.corrects(first, 0, attendance="absent")]
    on.expect("session.report-recorded", session=first.id, minutes=0, attendance="absent")
    yield from tutored.held(tutored.session("2"))
    on.expect("pupil.pupil-accompanied", times=2, pupil=tutored.pupil.id)
    on.expect("pupil.pupil-no-longer-accompanied", times=2, pupil=tutored.pupil.id)


def a_pupil_has_left(on: Stage) -> Iterator[list[Word]]:
    """Which is said late: a session that was held meanwhile is taken back, a later one refused."""
    tutored = Tutored(on)
    yield from tutored.ready()
    meanwhile = tutored.session("1")
    yield from tutored.held(meanwhile)
    yield from tutored.vouched(meanwhile)
    yield [tutored.leaves(meanwhile.starts)]
    on.expect("pupil.leave-recorded", pupil=tutored.pupil.id)
    on.expect("slot.slot-revoked", session=meanwhile.id, reason="not_enrolled")
    on.expect("slot.slot-lost", session=meanwhile.id, reason="not_enrolled")
    on.expect("programme.minutes-counted", session=meanwhile.id, difference_minutes=-60)
    later = tutored.session("2")
    yield [tutored.schedules(later), tutored.reports(later)]
    tutored.expects_refusal(later, "not_enrolled")
    yield [tutored.leaves(on.moment())]
    _expect_refusal(tutored, "already_left")


def what_is_said_of_a_pupil_does_not_count(on: Stage) -> Iterator[list[Word]]:
    """It takes part already, in the programme of another, or not at all."""
    tutored, other = Tutored(on), Tutored(on, turn=1, name="B")
    yield from tutored.ready()
    programme = tutored.programme.id
    yield [
        tutored.enrols(),
        tutored.leaves(on.moment(8, days=-9)),
        other.leaves(on.moment(), programme=programme),
    ]
    _expect_refusal(tutored, "already_enrolled")
    _expect_refusal(tutored, "dates_out_of_order")
    _expect_refusal(tutored, "other_association")
    yield [tutored.leaves(on.moment(), programme=on.ref("T9"))]
    yield from days(4)
    on.expect("pupil.pupil-refused", about=on.ref("T9"), reason="unknown_enrolment")


def a_pupil_takes_part_in_as_many_programmes_as_may_be(on: Stage) -> Iterator[list[Word]]:
    """One more does not even get asked."""
    programmes = [Tutored(on, name=f"{n}") for n in range(PUPIL_ENROLMENTS_AT_MOST + 1)]
    for tutored in programmes:
        yield [tutored.opens_credits(), tutored.registers()]
    *entered, one_more = programmes
    for tutored in entered:
        yield [tutored.enrols()]
    on.expect("pupil.enrolment-recorded", times=len(entered), pupil=one_more.pupil.id)
    yield [one_more.enrols()]
    _expect_refusal(one_more, "too_many_enrolments")


def more_waits_for_a_pupil_s_enrolment_than_may(on: Stage) -> Iterator[list[Word]]:
    """It leaves programmes in which it never was: so many of them are waited for."""
    tutored = Tutored(on)
    unknown = [on.ref(f"T{number}") for number in range(TUTORING_WAITING_AT_MOST)]
    yield [tutored.leaves(on.moment(), programme=programme) for programme in unknown]
    yield [tutored.leaves(on.moment())]
    _expect_refusal(tutored, "too_many_waiting")
    yield from days(3)
    on.expect(
        "pupil.pupil-refused",
        times=len(unknown),
        pupil=tutored.pupil.id,
        reason="unknown_enrolment",
    )


def _expect_refusal(tutored: Tutored, reason: str) -> None:
    """Of something that was said of the pupil in the programme."""
    tutored.on.expect(
        "pupil.pupil-refused",
        pupil=tutored.pupil.id,
        about=tutored.programme.id,
        reason=reason,
    )


STORIES = (
    a_pupil_is_followed_by_two_associations,
    a_pupil_s_only_session_was_not_held_after_all,
    a_pupil_has_left,
    what_is_said_of_a_pupil_does_not_count,
    a_pupil_takes_part_in_as_many_programmes_as_may_be,
    more_waits_for_a_pupil_s_enrolment_than_may,
)
