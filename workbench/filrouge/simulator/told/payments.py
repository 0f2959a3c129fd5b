"""Stories of payments that are refused, rejected, late or never made, and of the year's end."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from filrouge.simulator.parameters import LATE_INTEREST, USUAL_INTEREST_BP
from filrouge.simulator.says import SOMEBODY_ELSES_IBAN
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.dealings import Dealings, until
from filrouge.simulator.words import Word

PAY_WITHIN_DAYS = RESUBMIT_WITHIN_DAYS = 30
RECOVERY_CENTS = 4_000
ORDERED, RECORDED = "payment.payment-ordered", "payment.payment-recorded"
REJECTION, LISTED = "payment.payment-rejection-recorded", "engagement.year-end-listed"


def payments_that_were_not_ordered_so_are_refused(on: Stage) -> Iterator[list[Word]]:
    """Another amount or account, before the order to pay, by who ordered; and a second time."""
    deal = Dealings(on)
    yield from deal.in_stock()
    yield from deal.invoiced()
    ordered = deal.ordered(deal.bill())
    yield [
        deal.pays(ordered, payment=on.ref("V1"), amount_cents=35_999),
        deal.pays(ordered, payment=on.ref("V2"), iban=SOMEBODY_ELSES_IBAN),
        deal.pays(ordered, payment=on.ref("V3"), paid_at=on.time(16, days=-1)),
        deal.pays(ordered, payment=on.ref("V4"), paid_by=deal.buyer.user(1)),
        deal.pays(ordered, payment=on.ref("V5")),
        deal.pays(ordered, payment=on.ref("V6")),
    ]
    for name, reason in (
        ("V1", "other_amount"),
        ("V2", "other_account"),
        ("V3", "before_order"),
        ("V4", "same_person"),
        ("V6", "already_paid"),
    ):
        on.expect("payment.payment-refused", payment=on.ref(name), reason=reason)
    on.expect(RECORDED, payment=on.ref("V5"), attempt=1)


def an_order_to_pay_is_rejected(on: Stage) -> Iterator[list[Word]]:
    """Before the payment: a document is missing, it is added, the second order is paid."""
    deal = Dealings(on)
    yield from deal.in_stock()
    yield from deal.invoiced()
    yield [deal.rejects_payment("missing_document")]
    on.expect(REJECTION, invoice=deal.bill(), attempt=1, reason="missing_document")
    yield [
        deal.resubmits_payment(resubmitted_by=deal.accountants_user),
        deal.resubmits_payment(),
    ]
    deal.refuses("payment_resubmission", deal.bill(), "same_person")
    yield from deal.paid()
    on.expect(ORDERED, times=2, invoice=deal.bill())
    on.expect(RECORDED, invoice=deal.bill(), attempt=2)


def a_payment_comes_back(on: Stage) -> Iterator[list[Word]]:
    """After the payment: the account was closed, and the money goes out once more."""
    deal = Dealings(on)
    yield from deal.in_stock()
    yield from deal.invoiced()
    first, second = on.ref("V1"), on.ref("V2")
    yield [deal.pays(deal.ordered(deal.bill()), payment=first)]
    on.expect(RECORDED, payment=first, attempt=1)
    yield [
        deal.rejects_payment("wrong_imputation"),
        deal.rejects_payment("account_closed", first, rejected_by=deal.buyer.user(2)),
        deal.rejects_payment("account_closed", first),
    ]
    deal.refuses("payment_rejection", deal.bill(), "already_paid")
    deal.refuses("payment_rejection", deal.bill(), "same_person")
    on.expect(REJECTION, payment=first, attempt=1, reason="account_closed")
    yield [deal.resubmits_payment()]
    yield [deal.pays(deal.ordered(deal.bill()), payment=second)]
    on.expect(RECORDED, payment=second, attempt=2)
    yield [deal.rejects_payment("wrong_creditor", first)]
    deal.refuses("payment_rejection", deal.bill(), "other_payment")


def a_rejected_payment_is_resubmitted_late(on: Stage) -> Iterator[list[Word]]:
    """Its cash has gone back to the line and is asked for again; the time to pay is over by then."""
    deal = Dealings(on)
    yield from deal.in_stock()
    yield from deal.invoiced()
    rejected_on = on.day
    yield [deal.rejects_payment("liquidation_not_exact")]
    yield from until(on, rejected_on + RESUBMIT_WITHIN_DAYS + 2)
    on.expect("cash.cash-returned", invoice=deal.bill(), amount_cents=36_000)
    yield [deal.resubmits_payment()]
    on.expect("cash.cash-granted", times=2, invoice=deal.bill())
    yield from deal.paid()
    for name in ("payment-overdue", "late-interest-recorded"):
        on.expect(f"payment.{name}", invoice=deal.bill())
    on.expect(RECORDED, invoice=deal.bill(), attempt=2)


def payments_come_late(on: Stage) -> Iterator[list[Word]]:
    """One costs interest at the usual rate, the other at the rate that control has set since."""
    deal = Dealings(on, quantity=4)
    yield from deal.in_stock()
    bills = [deal.bills(name, deal.billed(quantity=2)) for name in ("F1", "F2")]
    pay_by = on.day + PAY_WITHIN_DAYS
    yield bills
    for word, day, rate_bp in (
        (bills[0], LATE_INTEREST.from_day - 2, USUAL_INTEREST_BP),
        (bills[1], LATE_INTEREST.from_day + 2, LATE_INTEREST.value),
    ):
        invoice = word.data["invoice"]
        yield from until(on, day)
        yield [deal.pays(deal.ordered(invoice))]
        on.expect("payment.payment-overdue", invoice=invoice)
        on.expect(
            "payment.late-interest-recorded",
            invoice=invoice,
            late_days=day - pay_by,
            rate_bp=rate_bp,
            interest_cents=_interest_cents(36_000, rate_bp, day - pay_by),
            recovery_cents=RECOVERY_CENTS,
        )


def what_is_open_is_listed_at_the_end_of_the_year(on: Stage) -> Iterator[list[Word]]:
    """Of five pieces two are paid, two certified, one never comes; a rejected payment stays owed."""
    deal, other = Dealings(on, quantity=5), Dealings(on, name="-2")
    yield from deal.placed()
    yield from deal.received("B1", 2)
    yield [deal.admits("B1"), deal.ships("B2", 2), deal.receives("B2", 2, first=2)]
    yield [deal.invoices("B1", 2), deal.admits("B2")]
    yield from deal.paid("B1")
    yield from other.placed()
    yield [other.ships(), other.receives(first=4)]
    yield from other.admitted()
    yield from other.invoiced()
    yield [other.rejects_payment("authority_missing")]
    on.expect("cash.cash-returned", invoice=other.bill(), amount_cents=36_000)
    for one, engaged, liquidated, paid, uninvoiced in (
        (deal, 90_000, 36_000, 36_000, 36_000),
        (other, 36_000, 36_000, 0, 0),
    ):
        on.expect(
            LISTED,
            engagement=one.engagement,
            year=2020,
            engaged_cents=engaged,
            liquidated_cents=liquidated,
            paid_cents=paid,
            unpaid_cents=engaged - paid,
            received_uninvoiced_cents=uninvoiced,
        )
        on.expect("closing.ledger-posted", ledger=one.engagement, year=2020)
        on.expect(
            "closing.credits-carried-over",
            budget_line=one.line,
            ae_committed_cents=engaged,
            cp_granted_cents=paid,
        )


def what_is_done_is_not_listed(on: Stage) -> Iterator[list[Word]]:
    """Its accounts are shown all the same, and everything in them is even or paid."""
    deal = Dealings(on)
    yield from deal.in_stock()
    yield from deal.settled()
    on.expect(LISTED, times=0, engagement=deal.engagement)
    on.expect("closing.ledger-posted", ledger=deal.engagement, year=2020)


def _interest_cents(cents: int, rate_bp: int, days: int) -> int:
    """Half a cent up."""
    return int(Fraction(cents * rate_bp * days, 10_000 * 365) + Fraction(1, 2))


STORIES = (
    payments_that_were_not_ordered_so_are_refused,
    an_order_to_pay_is_rejected,
    a_payment_comes_back,
    a_rejected_payment_is_resubmitted_late,
    payments_come_late,
    what_is_open_is_listed_at_the_end_of_the_year,
    what_is_done_is_not_listed,
)
