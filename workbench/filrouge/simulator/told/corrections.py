"""Stories of what corrects a debt or a payment: penalties, lower prices, credit notes, repayments."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.stage import Stage
from filrouge.simulator.told.dealings import Dealings, until_read
from filrouge.simulator.words import Word

MATCHED, RECORDED = "invoicing.invoice-matched", "correction.repayment-recorded"
DUE, RETURNED = "correction.repayment-due", "cash.cash-returned"


def penalties_are_withheld_or_claimed(on: Stage) -> Iterator[list[Word]]:
    """One is taken off the next invoice; after the last invoice the supplier owes it."""
    deal = Dealings(on, quantity=4)
    yield from deal.in_stock()
    yield [deal.decides_penalty(10_000)]
    yield [deal.invoices()]
    on.expect(MATCHED, invoice=deal.bill(), penalty_cents=10_000, payable_cents=62_000)
    yield from deal.paid()
    yield [
        deal.decides_penalty(1, "P1", decided_by=deal.accountants_user),
        deal.decides_penalty(1),
        deal.decides_penalty(62_001, "P2"),
        deal.decides_penalty(2_000, "P3", reason="late_replacement"),
    ]
    deal.refuses("penalty", on.ref("P1"), "same_person")
    deal.refuses("penalty", on.ref("PENALTY"), "already_used")
    deal.refuses("penalty", on.ref("P2"), "more_than_engaged")
    on.expect(DUE, engagement=deal.engagement, cause="penalty", amount_cents=2_000)
    (due,) = on.read(DUE, engagement=deal.engagement)
    yield [deal.receives_repayment(2_000, due["repayment"], "R1")]
    on.expect(RECORDED, receipt=on.ref("R1"), cause="penalty")
    on.expect(RETURNED, invoice=due["repayment"], amount_cents=2_000)


def goods_are_taken_at_a_lower_price(on: Stage) -> Iterator[list[Word]]:
    """The invoice names the full price, the réfaction is taken off it and off the commitment."""
    deal = Dealings(on)
    yield from deal.placed()
    yield from deal.received()
    yield [deal.reduces(3_000)]
    yield [deal.invoices("B", 1, invoice=on.ref("F1"))]
    yield [deal.pays(deal.ordered(on.ref("F1"))), deal.invoices("B", 1, invoice=on.ref("F2"))]
    for name in ("F1", "F2"):
        on.expect(MATCHED, invoice=on.ref(name), reduction_cents=1_500, payable_cents=16_500)
    yield [deal.pays(deal.ordered(on.ref("F2")))]
    on.expect("engagement.engagement-settled", released_cents=3_000, paid_cents=33_000)
    on.expect("budget.commitment-released", engagement=deal.engagement, amount_cents=3_000)


def credit_notes_come_before_and_after_payment(on: Stage) -> Iterator[list[Word]]:
    """Before it, less is paid; after it, money comes back."""
    deal = Dealings(on, cp_cents=0)
    yield from deal.in_stock()
    yield from deal.invoiced()
    for name in ("cash.cash-refused", "payment.payment-deferred"):
        on.expect(name, invoice=deal.bill(), reason="not_enough_cp")
    note, stranger = deal.submits_credit_note(1, "C1"), deal.other_supplier
    yield [
        deal.by(stranger, note, supplier=stranger.siret),
        deal.submits_credit_note(36_001, "C2"),
        deal.submits_credit_note(5_000, "C3"),
        deal.submits_credit_note(1, "C3"),
        deal.opens_credits(ae_cents=0, cp_cents=40_000),
    ]
    deal.refuses("credit_note", on.ref("C1"), "other_supplier")
    deal.refuses("credit_note", on.ref("C2"), "more_than_invoiced")
    deal.refuses("credit_note", on.ref("C3"), "already_used")
    yield from until_read(on, "payment.payment-ordered", invoice=deal.bill())
    yield [deal.submits_credit_note(1_000, "C4")]
    on.expect("payment.payment-ordered", invoice=deal.bill(), amount_cents=31_000)
    yield from deal.paid()
    for name, lowered_cents in (("C3", 5_000), ("C4", 0)):
        on.expect(
            "correction.credit-note-recorded",
            credit_note=on.ref(name),
            lowered_cents=lowered_cents,
        )
    on.expect(DUE, repayment=on.ref("C4"), cause="credit_note", amount_cents=1_000)
    yield [deal.receives_repayment(1_000, on.ref("C4"), "R1")]
    on.expect(RECORDED, receipt=on.ref("R1"), cause="credit_note")
    on.expect(RETURNED, invoice=on.ref("C4"), amount_cents=1_000)


def money_is_asked_back(on: Stage) -> Iterator[list[Word]]:
    """It comes in two parts; meanwhile the payment that it corrects cannot come back as well."""
    deal = Dealings(on)
    yield from deal.in_stock()
    yield from deal.settled()
    yield [
        deal.orders_repayment(36_001, "Z1"),
        deal.orders_repayment(1, "Z2", ordered_by=deal.accountants_user),
        deal.orders_repayment(10_000, "Z3"),
        deal.orders_repayment(1, "Z3"),
    ]
    deal.refuses("repayment_order", on.ref("Z1"), "more_than_paid")
    deal.refuses("repayment_order", on.ref("Z2"), "same_person")
    deal.refuses("repayment_order", on.ref("Z3"), "already_used")
    on.expect(DUE, repayment=on.ref("Z3"), cause="ordered", ordered_by=deal.buyer.user(3))
    back = on.ref("Z3")
    (paid,) = on.read("payment.payment-recorded", engagement=deal.engagement)
    yield [
        deal.rejects_payment("account_closed", paid["payment"]),
        deal.receives_repayment(10_001, back, "R1"),
        deal.receives_repayment(1, back, "R2", received_by=deal.buyer.user(3)),
        deal.receives_repayment(6_000, back, "R3"),
        deal.receives_repayment(1, back, "R3"),
        deal.submits_credit_note(30_001, "C1"),
    ]
    deal.refuses("payment_rejection", deal.bill(), "repayment_under_way")
    deal.refuses("repayment_receipt", on.ref("R1"), "more_than_due")
    deal.refuses("repayment_receipt", on.ref("R2"), "same_person")
    deal.refuses("repayment_receipt", on.ref("R3"), "already_used")
    deal.refuses("credit_note", on.ref("C1"), "more_than_paid")
    yield [deal.receives_repayment(4_000, back, "R4")]
    for receipt, cents in (("R3", 6_000), ("R4", 4_000)):
        on.expect(RECORDED, receipt=on.ref(receipt), amount_cents=cents, cause="ordered")
    on.expect(RETURNED, times=2, invoice=back)


STORIES = (
    penalties_are_withheld_or_claimed,
    goods_are_taken_at_a_lower_price,
    credit_notes_come_before_and_after_payment,
    money_is_asked_back,
)
