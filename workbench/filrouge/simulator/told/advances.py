"""Stories of advances: paid before anything is delivered, recovered, claimed back, or not paid at all."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.says import SOMEBODY_ELSES_IBAN
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.dealings import Dealings, until_read
from filrouge.simulator.words import Word

ALLOWED_CENTS = 21_600
"""Thirty percent of four pieces."""


def an_advance_is_paid_and_recovered(on: Stage) -> Iterator[list[Word]]:
    """The first invoice goes into it whole, the second in part."""
    deal = Dealings(on, quantity=4)
    yield from deal.placed()
    yield from deal.advanced(ALLOWED_CENTS)
    yield [deal.ships("B1", 1), deal.receives("B1", 1), deal.ships("B2", 3)]
    yield [deal.receives("B2", 3, first=1), deal.admits("B1")]
    yield [deal.invoices("B1", 1), deal.admits("B2")]
    on.expect(
        "invoicing.invoice-matched",
        invoice=deal.bill("B1"),
        recovered_cents=18_000,
        payable_cents=0,
    )
    yield [deal.invoices("B2", 3)]
    on.expect(
        "invoicing.invoice-matched",
        invoice=deal.bill("B2"),
        recovered_cents=3_600,
        payable_cents=50_400,
    )
    yield from deal.paid("B2")
    on.expect("engagement.engagement-settled", engagement=deal.engagement, paid_cents=72_000)


def advances_are_refused(on: Stage) -> Iterator[list[Word]]:
    """To somebody else, to another account, twice, beyond the part that is allowed, or too late."""
    deal = Dealings(on, quantity=4)
    yield from deal.placed()
    stranger, asked = deal.other_supplier, deal.requests_advance(100, "A1")
    yield [
        deal.by(stranger, asked, supplier=stranger.siret),
        deal.requests_advance(100, "A2", iban=SOMEBODY_ELSES_IBAN),
        deal.requests_advance(ALLOWED_CENTS + 1, "A3"),
    ]
    yield from deal.advanced(600, "A4")
    yield [deal.requests_advance(1, "A4"), deal.requests_advance(ALLOWED_CENTS - 599, "A5")]
    yield from deal.received()
    yield from deal.admitted()
    yield from deal.invoiced()
    yield [deal.requests_advance(100, "A6")]
    for name, reason in (
        ("A1", "other_supplier"),
        ("A2", "other_account"),
        ("A3", "more_than_allowed"),
        ("A4", "already_used"),
        ("A5", "more_than_allowed"),
        ("A6", "after_invoice"),
    ):
        on.expect("advance.advance-refused", advance=on.ref(name), reason=reason)
    yield from deal.paid()


def an_advance_is_claimed_back(on: Stage) -> Iterator[list[Word]]:
    """The order is cancelled, no invoice is left to recover it: the supplier owes it."""
    deal = Dealings(on, quantity=4)
    yield from deal.placed()
    yield from deal.advanced(20_000)
    yield [deal.cancels()]
    on.expect("correction.repayment-due", engagement=deal.engagement, cause="advance")
    (due,) = on.read("correction.repayment-due", engagement=deal.engagement)
    yield [deal.receives_repayment(20_000, due["repayment"], "R1")]
    on.expect("correction.repayment-recorded", receipt=on.ref("R1"), amount_cents=20_000)
    on.expect("cash.cash-returned", invoice=due["repayment"], amount_cents=20_000)


def an_advance_lapses(on: Stage) -> Iterator[list[Word]]:
    """There is no cash for it, and when there could be, an invoice has come."""
    deal = Dealings(on, cp_cents=0)
    yield from deal.placed()
    yield [deal.requests_advance(5_000), deal.ships(), deal.receives()]
    yield from deal.admitted()
    yield from deal.invoiced()
    for invoice in (on.ref("ADVANCE"), deal.bill()):
        on.expect("cash.cash-refused", invoice=invoice, reason="not_enough_cp")
        on.expect("payment.payment-deferred", invoice=invoice, reason="not_enough_cp")
    yield from until_read(on, "advance.advance-lapsed", engagement=deal.engagement)
    on.expect("advance.advance-lapsed", advance=on.ref("ADVANCE"), amount_cents=5_000)
    yield [deal.opens_credits(ae_cents=0, cp_cents=deal.worth_cents(2))]
    yield from until_read(on, "payment.payment-ordered", invoice=deal.bill())
    yield from deal.paid()


STORIES = (
    an_advance_is_paid_and_recovered,
    advances_are_refused,
    an_advance_is_claimed_back,
    an_advance_lapses,
)
