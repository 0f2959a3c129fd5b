"""Stories of the buyer's decisions on goods: put right, reduced, with réserves, and out of turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from filrouge.simulator.stage import Stage
from filrouge.simulator.told.dealings import until
from filrouge.simulator.told.deliveries import LONG_BEFORE
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_deliveries import (
    DECISIONS_WAITING_AT_MOST,
    adjourns,
    presents,
    reduces,
)
from filrouge.simulator.words import Word

REDUCTION_CENTS = 1_200


def goods_are_put_right_and_reduced(on: Stage) -> Days:
    """Ajournement, then réfaction: the supplier is paid less than it invoices."""
    buy = Purchase(on)
    suppliers = on.cast.suppliers
    other = suppliers[suppliers.index(buy.supplier) - 1]
    yield from buy.placed()
    yield from buy.received()
    yield [adjourns(buy, adjourned_at=LONG_BEFORE, redo_by=on.time(days=-15))]
    yield [adjourns(buy)]
    on.expect("verification.adjournment-recorded", delivery_note=buy.note())
    yield [presents(buy, by=other)]
    yield [presents(buy)]
    on.expect("verification.presentation-recorded", delivery_note=buy.note())
    yield [reduces(buy, 30_000), buy.admits(admitted_by=buy.buyer.user(1))]
    yield [reduces(buy, REDUCTION_CENTS)]
    on.expect("verification.admission-recorded", reduction_cents=REDUCTION_CENTS)
    yield [buy.rejects()]
    for word, reason in (
        ("adjourned", "dates_out_of_order"),
        ("presented_again", "other_supplier"),
        ("reduced", "more_than_worth"),
        ("admitted", "same_person"),
        ("rejected", "already_decided"),
    ):
        on.expect("verification.verification-refused", word=word, reason=reason)
    yield from buy.settled()
    paid_cents = buy.worth_cents(2) - REDUCTION_CENTS
    on.expect("payment.payment-recorded", invoice=buy.bill(), amount_cents=paid_cents)


def goods_are_never_put_right(on: Stage) -> Days:
    """Nobody presents them again in time: the clock rejects them, and others are delivered."""
    buy = Purchase(on)
    yield from buy.placed()
    yield from buy.received()
    yield [adjourns(buy, days=2)]
    yield from until(on, on.day + 2)
    yield [presents(buy)]
    on.expect(
        "verification.rejection-recorded",
        delivery_note=buy.note(),
        reason="not_presented_again",
        rejected_by=None,
    )
    on.expect("verification.verification-refused", word="presented_again", reason="already_decided")
    yield from buy.received("C", first=2)
    yield from buy.admitted("C")
    on.expect("equipment.order-completed", order=buy.order)


def some_devices_are_faulty(on: Stage) -> Days:
    """Réserves: the faulty one goes back and is neither certified nor paid; another one comes."""
    buy = Purchase(on, quantity=3)
    yield from buy.placed()
    yield from buy.received()
    yield [buy.admits(faulty_imeis=[on.imei(9)]), buy.admits(faulty_imeis=on.imeis(0, 3))]
    for reason in ("other_serials", "nothing_admitted"):
        on.expect("verification.verification-refused", word="admitted", reason=reason)
    yield [buy.admits(faulty_imeis=[on.imei(0)])]
    on.expect("certification.service-certified", imeis=on.imeis(1, 2), quantity=2)
    yield from buy.received("C", quantity=1, first=3)
    yield from buy.admitted("C")
    on.expect("equipment.order-completed", order=buy.order, quantity=3)
    yield from buy.invoiced(quantity=2)
    yield from buy.invoiced("C", quantity=1)
    yield from buy.paid()
    yield from buy.paid("C")


def much_is_decided_about_goods_that_never_come(on: Stage) -> Days:
    """So many decisions wait that the next one is refused, and all the others in the end."""
    buy = Purchase(on)
    words: Mapping[str, Callable[[str], Word]] = {
        "admitted": buy.admits,
        "rejected": buy.rejects,
        "adjourned": lambda note: adjourns(buy, note),
        "presented_again": lambda note: presents(buy, note),
        "reduced": lambda note: reduces(buy, 1, note),
    }
    notes = [f"B{number}" for number in range(DECISIONS_WAITING_AT_MOST // len(words))]
    yield [words[name](note) for name, note in product(words, notes)]
    yield [buy.admits("LAST"), buy.admits("B0")]
    refused = "verification.verification-refused"
    on.expect(refused, delivery_note=buy.note("LAST"), reason="too_many_waiting")
    on.expect(refused, delivery_note=buy.note("B0"), reason="already_known")
    for name in words:
        on.expect(refused, len(notes), word=name, reason="unknown_in_time")


STORIES = (
    goods_are_put_right_and_reduced,
    goods_are_never_put_right,
    some_devices_are_faulty,
    much_is_decided_about_goods_that_never_come,
)
