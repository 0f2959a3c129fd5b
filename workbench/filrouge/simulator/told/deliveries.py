"""Stories of goods on their way: announced, lost, received, and what of that does not count."""

from __future__ import annotations

from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import Days, Purchase
from filrouge.simulator.told.words_deliveries import WAITING_AT_MOST, loses
from filrouge.simulator.words import at, text

LONG_BEFORE = text(at(-20, 9))


def goods_are_announced_wrongly(on: Stage) -> Days:
    """By another supplier, before the order, too many, or twice: only what was ordered may come."""
    buy = Purchase(on)
    yield from buy.placed()
    suppliers = on.cast.suppliers
    other = suppliers[(suppliers.index(buy.supplier) + 1) % len(suppliers)]
    yield [
        buy.ships("B", 2),
        buy.ships("C", 2, by=other),
        buy.ships("D", 2, shipped_at=LONG_BEFORE),
        buy.ships("E", 3),
    ]
    yield [buy.ships("B", 2)]
    for note, reason in (
        ("B", "already_known"),
        ("C", "other_supplier"),
        ("D", "dates_out_of_order"),
        ("E", "more_than_ordered"),
    ):
        on.expect("delivery.shipment-refused", delivery_note=buy.note(note), reason=reason)
    yield [buy.receives("B")]
    yield from buy.admitted()


def goods_are_received_wrongly(on: Stage) -> Days:
    """By another school, before they left, twice, too many, or devices that were received before."""
    buy = Purchase(on, quantity=3)
    other = on.cast.schools[on.number % len(on.cast.schools) - 1]
    yield from buy.placed()
    yield [buy.ships("B", 2)]
    yield [buy.receives("B", 2, by=other)]
    yield [buy.receives("B", 2, received_at=LONG_BEFORE)]
    yield [buy.receives("B", 2)]
    yield [buy.receives("B", 2), buy.receives("C", 2, first=2)]
    yield [buy.receives("D", 1)]
    for note, reason in (
        ("B", "other_place"),
        ("B", "dates_out_of_order"),
        ("B", "already_known"),
        ("C", "more_than_ordered"),
        ("D", "no_serial_free"),
    ):
        on.expect("delivery.reception-refused", delivery_note=buy.note(note), reason=reason)
    on.expect("delivery.serial-refused", imei=on.imei(0), held_by_note=buy.note("B"))
    yield from buy.received("D", quantity=1, first=2)
    yield [buy.admits("B"), buy.admits("D")]
    on.expect("equipment.order-completed", order=buy.order, quantity=3)


def goods_are_lost_and_shipped_again(on: Stage) -> Days:
    """One of three does not arrive: the school says so, and as many may be shipped again."""
    buy = Purchase(on, quantity=4)
    suppliers, schools = on.cast.suppliers, on.cast.schools
    other_supplier = suppliers[suppliers.index(buy.supplier) - 1]
    other_school = schools[schools.index(buy.school) - 1]
    yield from buy.placed()
    yield [buy.ships("B", 3)]
    yield [
        loses(buy, "B", 1, supplier=other_supplier.siret),
        loses(buy, "B", 1, by=buy.supplier, uai=other_school.uai),
        loses(buy, "B", 4),
        loses(buy, "B", 1, reported_at=LONG_BEFORE),
    ]
    yield [loses(buy, "B", 1)]
    on.expect("delivery.loss-recorded", delivery_note=buy.note("B"), quantity=1)
    yield [loses(buy, "B", 1)]
    yield [buy.receives("B", 2), buy.ships("C", 2)]
    yield [loses(buy, "B", 1), buy.receives("C", 2, first=2)]
    for reason in (
        "other_supplier",
        "other_place",
        "more_than_shipped",
        "dates_out_of_order",
        "already_known",
        "already_received",
    ):
        on.expect("delivery.loss-refused", delivery_note=buy.note("B"), reason=reason)
    yield [buy.admits("B"), buy.admits("C")]
    on.expect("equipment.order-completed", order=buy.order, quantity=4)


def goods_come_that_nobody_ordered(on: Stage) -> Days:
    """So much waits for the order that the next words are refused, and all the others in the end."""
    buy = Purchase(on)
    notes = [f"B{number}" for number in range(WAITING_AT_MOST)]
    ships, receives, losses = notes[:4], notes[4:7], notes[7:]
    yield [
        *(buy.ships(note) for note in ships),
        *(buy.receives(note) for note in receives),
        *(loses(buy, note, 1) for note in losses),
    ]
    yield [buy.ships("LAST"), buy.receives("LAST"), loses(buy, "LAST", 1)]
    for kind, waiting in (("shipment", ships), ("reception", receives), ("loss", losses)):
        refused = f"delivery.{kind}-refused"
        on.expect(refused, delivery_note=buy.note("LAST"), reason="too_many_waiting")
        for note in waiting:
            on.expect(refused, delivery_note=buy.note(note), reason="unknown_in_time")


STORIES = (
    goods_are_announced_wrongly,
    goods_are_received_wrongly,
    goods_are_lost_and_shipped_again,
    goods_come_that_nobody_ordered,
)
