"""Stories of goods that nobody decides about for fifteen days, and of buyers who speak on the last one.

The evening of that day comes before its words: silence admits, and what is said then is still in time.
"""

from __future__ import annotations

from filrouge.simulator.stage import Stage
from filrouge.simulator.told.dealings import until
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_deliveries import adjourns, presents

TACIT_ADMISSION_DAYS = 15


def silence_is_undone_and_the_goods_go_back(on: Stage) -> Days:
    """Rejected on the last day: the service fait is withdrawn, the order open again, others come."""
    buy = Purchase(on)
    yield from _forgotten(buy)
    yield [buy.rejects()]
    _undone(buy)
    on.expect("equipment.order-reopened", order=buy.order)
    on.expect("verification.rejection-recorded", delivery_note=buy.note())
    for imei in on.imeis(0, 2):
        on.expect("device.device-sent-back", imei=imei)
    yield from buy.received("C", first=2)
    yield from buy.admitted("C")
    on.expect("equipment.order-completed", 2, order=buy.order)
    yield from buy.invoiced("C")
    yield from buy.paid("C")


def silence_is_undone_for_a_faulty_device(on: Stage) -> Days:
    """Réserves on the last day: certified anew without it, and only it goes back."""
    buy = Purchase(on, quantity=3)
    yield from _forgotten(buy)
    yield [buy.admits(faulty_imeis=[on.imei(0)])]
    _undone(buy)
    on.expect("certification.service-certified", imeis=on.imeis(1, 2), tacit=False)
    on.expect("device.device-sent-back", 1, order=buy.order)
    yield from buy.invoiced(quantity=2)
    yield from buy.paid()


def silence_is_undone_until_the_goods_are_put_right(on: Stage) -> Days:
    """Adjourned on the last day, presented again and admitted: certified twice, and counted once."""
    buy = Purchase(on)
    yield from _forgotten(buy)
    yield [adjourns(buy)]
    _undone(buy)
    yield [presents(buy)]
    yield [buy.admits()]
    on.expect("certification.service-certified", 2, delivery_note=buy.note(), quantity=2)
    yield from buy.settled()


def silence_is_confirmed(on: Stage) -> Days:
    """The buyer admits after all: nothing changes, and nothing undoes it any more."""
    buy = Purchase(on)
    yield from _forgotten(buy)
    yield [buy.admits()]
    on.expect("verification.admission-confirmed", delivery_note=buy.note())
    yield [buy.rejects()]
    on.expect("verification.verification-refused", word="rejected", reason="already_decided")


def the_buyer_speaks_too_late(on: Stage) -> Days:
    """A day after the last one nothing undoes what silence has admitted."""
    buy = Purchase(on)
    yield from _forgotten(buy)
    yield []
    yield [buy.rejects()]
    on.expect("verification.verification-refused", word="rejected", reason="too_late")


def silence_stands_once_it_is_invoiced(on: Stage) -> Days:
    """The invoice waited for the admission and was matched with it: the rejection comes too late."""
    buy = Purchase(on)
    yield from buy.placed()
    yield from buy.received()
    yield from until(on, on.day + TACIT_ADMISSION_DAYS - 2)
    yield from buy.invoiced()
    yield [buy.rejects()]
    on.expect("certification.service-withdrawal-refused", delivery_note=buy.note())
    on.expect("verification.verification-refused", word="rejected", reason="already_paid")
    on.expect("verification.admission-upheld", delivery_note=buy.note())
    yield from buy.paid()


def _forgotten(buy: Purchase) -> Days:
    """Placed and received; what is said next is said on the last day."""
    yield from buy.placed()
    yield from buy.received()
    yield from until(buy.on, buy.on.day + TACIT_ADMISSION_DAYS - 1)
    buy.on.expect("verification.admission-recorded", delivery_note=buy.note(), tacit=True)


def _undone(buy: Purchase) -> None:
    note = buy.note()
    buy.on.expect("certification.service-withdrawn", delivery_note=note)
    buy.on.expect("verification.admission-undone", delivery_note=note, quantity=buy.quantity)
    buy.on.expect("delivery.delivery-reopened", order=buy.order)


STORIES = (
    silence_is_undone_and_the_goods_go_back,
    silence_is_undone_for_a_faulty_device,
    silence_is_undone_until_the_goods_are_put_right,
    silence_is_confirmed,
    the_buyer_speaks_too_late,
    silence_stands_once_it_is_invoiced,
)
