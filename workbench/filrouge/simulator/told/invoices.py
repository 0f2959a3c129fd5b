"""Stories of invoices that are not paid as they are: they do not agree, come too early, or twice."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.says import SOMEBODY_ELSES_IBAN
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.dealings import Dealings
from filrouge.simulator.words import Word

WAITING_AT_MOST = 50
"""Of an engagement that nobody knows."""
DISPUTED = "invoicing.invoice-disputed"


def invoices_that_do_not_agree_are_disputed(on: Stage) -> Iterator[list[Word]]:
    """Supplier, account, price, VAT, sum, pieces, devices: only what is right is paid, and once."""
    deal = Dealings(on, quantity=4)
    yield from deal.in_stock()
    wrong = {
        "other_account": deal.bills("F1", deal.billed(), iban=SOMEBODY_ELSES_IBAN),
        "other_price": deal.bills("F2", deal.billed(unit_price_excl_vat_cents=15_005)),
        "other_vat": deal.bills("F3", deal.billed(vat_rate_bp=550)),
        "wrong_amount": deal.bills("F4", deal.billed(), more_vat_cents=50),
        "more_than_certified": deal.bills("F5", deal.billed(quantity=5)),
        "other_devices": deal.bills("F6", deal.billed(quantity=1, imeis=[on.imei(9)])),
    }
    stranger = deal.other_supplier
    bill = deal.bills("F7", deal.billed())
    yield [*wrong.values(), deal.by(stranger, bill, supplier=stranger.siret)]
    for reason, word in wrong.items():
        on.expect(DISPUTED, invoice=word.data["invoice"], reason=reason)
    on.expect(DISPUTED, invoice=bill.data["invoice"], reason="other_supplier")
    half = deal.bills("F8", deal.billed(quantity=2, imeis=on.imeis(0, 2)))
    yield [half, deal.bills("F8", deal.billed(quantity=2)), _again(deal, 1, 2)]
    on.expect("invoicing.invoice-matched", invoice=on.ref("F8"), amount_cents=36_000)
    on.expect(DISPUTED, invoice=on.ref("F8"), reason="already_submitted")
    on.expect(DISPUTED, invoice=on.ref("F9"), reason="other_devices")
    yield [deal.pays(deal.ordered(on.ref("F8"))), deal.bills("F10", deal.billed(quantity=2))]
    yield [deal.pays(deal.ordered(on.ref("F10")))]
    on.expect("engagement.engagement-settled", engagement=deal.engagement, released_cents=0)


def _again(deal: Dealings, first: int, count: int) -> Word:
    """One of these devices is invoiced already."""
    return deal.bills("F9", deal.billed(quantity=count, imeis=deal.on.imeis(first, count)))


def papers_of_an_order_that_nobody_placed(on: Stage) -> Iterator[list[Word]]:
    """They wait, each once and not too many of them, until their time is over."""
    deal = Dealings(on, name="-GHOST")
    yield [
        *(deal.bills("F1", deal.billed()) for _ in range(2)),
        *(deal.requests_advance(100) for _ in range(2)),
        *(_payment(deal, 0) for _ in range(2)),
        *(deal.decides_penalty(100) for _ in range(2)),
    ]
    yield [_payment(deal, number) for number in range(1, WAITING_AT_MOST - 3)]
    yield [
        deal.bills("F2", deal.billed()),
        deal.requests_advance(100, "ADVANCE-2"),
        _payment(deal, WAITING_AT_MOST),
        deal.decides_penalty(100, "PENALTY-2"),
    ]
    for reason, one in (("already_submitted", "F1"), ("too_many_waiting", "F2")):
        on.expect(DISPUTED, invoice=on.ref(one), reason=reason)
    on.expect(DISPUTED, invoice=on.ref("F1"), reason="unknown_in_time")
    for reason, times, late in (
        ("already_announced", 1, "already_announced"),
        ("too_many_waiting", 1, "too_many_waiting"),
        ("unknown_in_time", WAITING_AT_MOST - 3, "not_ordered_in_time"),
    ):
        on.expect("advance.advance-refused", reason=reason)
        on.expect("correction.correction-refused", correction="penalty", reason=reason)
        on.expect("payment.payment-refused", times, reason=late)


def an_invoice_is_never_certified(on: Stage) -> Iterator[list[Word]]:
    """It waits for goods that never come, and is disputed when its time is over."""
    deal = Dealings(on)
    yield from deal.placed()
    yield [deal.invoices()]
    on.expect(DISPUTED, invoice=deal.bill(), reason="more_than_certified")


def _payment(deal: Dealings, number: int) -> Word:
    ordered = {
        "engagement": deal.engagement,
        "invoice": deal.on.ref(f"F-{number}"),
        "iban": deal.supplier.iban,
        "amount_cents": 100,
    }
    return deal.pays(ordered)


STORIES = (
    invoices_that_do_not_agree_are_disputed,
    papers_of_an_order_that_nobody_placed,
    an_invoice_is_never_certified,
)
