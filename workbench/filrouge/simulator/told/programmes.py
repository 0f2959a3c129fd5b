"""Stories of tutoring programmes: how they are funded, what their hours are paid for, how they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from filrouge.simulator.parameters import TUTORING_WAITING_AT_MOST
from filrouge.simulator.says import pay
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.words_tutoring import RATE_CENTS, Tutored, days
from filrouge.simulator.tutoring import says
from filrouge.simulator.words import Word

ONE_HOUR = timedelta(hours=1)
UNTIL_STATED_DAYS = 7
UNTIL_CLOSED_DAYS = 30


def a_programme_is_registered_twice(on: Stage) -> Iterator[list[Word]]:
    """Then with more hours: the first words count."""
    tutored = Tutored(on)
    yield [tutored.opens_credits(), tutored.registers()]
    yield [tutored.registers(funded_hours=20)]
    on.expect("programme.programme-funded", programme=tutored.programme.id, funded_hours=10)
    _expect_refusal(tutored, "already_open")


def a_programme_costs_more_than_its_line_has(on: Stage) -> Iterator[list[Word]]:
    """It is not funded: it takes no pupil, and there is nothing to end."""
    tutored = Tutored(on)
    cents = tutored.programme.amount_cents - 1
    yield [tutored.opens_credits(ae_cents=cents)]
    yield [tutored.registers()]
    on.expect("budget.commitment-refused", reason="not_enough_ae")
    _expect_refusal(tutored, "commitment_refused")
    yield [tutored.enrols(), tutored.ends(on.moment())]
    _expect_no_place(tutored, "not_funded")
    _expect_refusal(tutored, "not_funded")


def a_programme_waits_for_credits_that_never_come(on: Stage) -> Iterator[list[Word]]:
    """After its grace it gives up; the pupils that waited with it have no place.

    The line's own refusal is said in the same evening, so either of them may be the reason.
    """
    tutored = Tutored(on)
    yield [tutored.registers(), tutored.enrols()]
    yield from days(4)
    on.expect("budget.commitment-refused", reason="unknown_in_time")
    on.expect("programme.programme-refused", programme=tutored.programme.id)
    _expect_no_place(tutored, "not_funded")


def a_programme_that_nobody_has_registered_is_ended(on: Stage) -> Iterator[list[Word]]:
    """Its registration might only be late; after three days it is not."""
    tutored = Tutored(on)
    yield [tutored.ends(on.moment())]
    yield from days(4)
    _expect_refusal(tutored, "unknown_programme")


def more_wait_for_a_programme_than_may(on: Stage) -> Iterator[list[Word]]:
    """Pupils enrol where nobody has registered anything: the first ones wait, the others are refused."""
    pupils = [Tutored(on, pupils_number=n) for n in range(TUTORING_WAITING_AT_MOST + 1)]
    *waiting, one_more = pupils
    yield [tutored.enrols() for tutored in waiting]
    yield [one_more.enrols(), one_more.ends(on.moment())]
    _expect_no_place(one_more, "too_many_waiting")
    _expect_refusal(one_more, "too_many_waiting")
    yield from days(3)
    for tutored in waiting:
        _expect_no_place(tutored, "unknown_programme")


def an_association_enrols_in_the_programme_of_another(on: Stage) -> Iterator[list[Word]]:
    """Its pupil has no place there, and it cannot end it either."""
    tutored, other = Tutored(on), Tutored(on, turn=1)
    yield [tutored.opens_credits(), tutored.registers()]
    yield [other.enrols(), other.ends(on.moment())]
    _expect_no_place(other, "other_association")
    _expect_refusal(other, "other_association")


def hours_are_corrected_before_and_after_their_approval(on: Stage) -> Iterator[list[Word]]:
    """What is corrected away before is stated anew; what is rejected after is made up for later."""
    tutored = Tutored(on)
    yield from tutored.ready()
    first, second = tutored.session("1"), tutored.session("2", on.moment(12))
    yield from tutored.held(first, second)
    yield from tutored.vouched(first, second)
    yield from days(UNTIL_STATED_DAYS)
    (stated,) = on.read("programme.hours-stated", hours=2)
    yield [tutored.corrects(first, 30)]
    on.expect("programme.statement-withdrawn", certificate=stated["certificate"], hours=2)
    yield [tutored.approves(stated["certificate"]), tutored.validates(first)]
    _expect_refusal(tutored, "unknown_certificate")
    yield from days(UNTIL_STATED_DAYS)
    (again,) = on.read("programme.hours-stated", hours=1)
    own = tutored.programme.association.user(says.DIRECTOR)
    yield [tutored.approves(again["certificate"], approved_by=own)]
    _expect_refusal(tutored, "own_programme")
    yield from _certified(tutored, again["certificate"])
    yield [tutored.rejects(second)]
    third = tutored.session("3")
    yield from tutored.held(third)
    yield from tutored.vouched(third)
    yield from days(UNTIL_STATED_DAYS)
    on.expect("programme.hours-stated", times=2, programme=tutored.programme.id)
    on.expect("programme.minutes-counted", session=third.id, validated_minutes=90)


def a_programme_ends_early_and_gives_the_rest_back(on: Stage) -> Iterator[list[Word]]:
    """Of ten hours one is paid and cannot be proved any more: it is claimed back, and nine are released."""
    tutored = Tutored(on)
    yield from tutored.ready()
    first, late = tutored.session("1"), tutored.session("LATE", on.moment(12))
    yield from tutored.held(first, late)
    yield from tutored.vouched(first)
    yield [tutored.ends(tutored.programme.begins - ONE_HOUR)]
    _expect_refusal(tutored, "dates_out_of_order")
    yield [tutored.ends(first.starts - ONE_HOUR)]
    _expect_refusal(tutored, "sessions_after_end")
    yield [tutored.ends(on.moment())]
    on.expect("programme.programme-end-recorded", programme=tutored.programme.id)
    pupil = Tutored(on, pupils_number=1, begun_on=tutored.begun_on)
    yield [tutored.ends(on.moment()), pupil.enrols()]
    _expect_refusal(tutored, "already_ended")
    _expect_no_place(pupil, "programme_ended")
    after = tutored.session("AFTER")
    yield from tutored.held(after)
    yield from tutored.vouched(after)
    on.expect("programme.minutes-refused", session=after.id, reason="after_the_end")
    yield from days(UNTIL_STATED_DAYS)
    (stated,) = on.read("programme.hours-stated", hours=1)
    yield from _certified(tutored, stated["certificate"])
    yield [tutored.rejects(first)]
    yield from days(UNTIL_CLOSED_DAYS - UNTIL_STATED_DAYS)
    yield from tutored.vouched(late)
    on.expect("programme.minutes-refused", session=late.id, reason="already_closed")
    on.expect(
        "programme.programme-closed",
        programme=tutored.programme.id,
        hours=1,
        amount_cents=RATE_CENTS,
        unproven_minutes=60,
    )
    on.expect(
        "correction.repayment-due",
        engagement=tutored.programme.engagement,
        amount_cents=RATE_CENTS,
        cause="unproven",
    )
    on.expect(
        "budget.commitment-released",
        engagement=tutored.programme.engagement,
        amount_cents=9 * RATE_CENTS,
    )


def _certified(tutored: Tutored, certificate: str) -> Iterator[list[Word]]:
    """Three days: an hour approved, invoiced and paid."""
    on, programme = tutored.on, tutored.programme
    yield [tutored.approves(certificate)]
    on.expect("programme.hours-certified", programme=programme.id, hours=1)
    yield [tutored.says(says.invoice(programme, certificate, 1, on.moment(15)))]
    (ordered,) = on.read("payment.payment-ordered", engagement=programme.engagement)
    yield [pay(on.cast, ordered, on.day, f"V-{programme.id}")]
    on.expect("payment.payment-recorded", engagement=programme.engagement, amount_cents=RATE_CENTS)


def _expect_refusal(tutored: Tutored, reason: str) -> None:
    """Of something that was said of the programme."""
    name = tutored.programme.id
    tutored.on.expect("programme.programme-refused", programme=name, reason=reason)


def _expect_no_place(tutored: Tutored, reason: str) -> None:
    """For the pupil in its programme."""
    pupil, programme = tutored.pupil.id, tutored.programme.id
    tutored.on.expect("pupil.enrolment-refused", pupil=pupil, programme=programme, reason=reason)
    tutored.on.expect("pupil.pupil-refused", pupil=pupil, about=programme, reason=reason)


STORIES = (
    a_programme_is_registered_twice,
    a_programme_costs_more_than_its_line_has,
    a_programme_waits_for_credits_that_never_come,
    a_programme_that_nobody_has_registered_is_ended,
    more_wait_for_a_programme_than_may,
    an_association_enrols_in_the_programme_of_another,
    hours_are_corrected_before_and_after_their_approval,
    a_programme_ends_early_and_gives_the_rest_back,
)
