"""Decides what counts as delivered: shipments and receptions.

placed → shipment announced → goods received: every device is claimed by its serial number
       → received → admitted by the buyer or by silence → service certified → completed
                  → rejected: the goods go back, the supplier delivers again
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import DAY_SECONDS, grace_ends, later, waiting_of, waits
from filrouge_contracts.delivery import (
    DeliveryExpected,
    DeliveryRefusal,
    GoodsReceived,
    ReceptionHeld,
    ReceptionOpened,
    ReceptionRecorded,
    ReceptionRefused,
    SerialClaimed,
    SerialClaimRequested,
    SerialRecorded,
    SerialRefused,
    ShipmentAnnounced,
    ShipmentHeld,
    ShipmentRecorded,
    ShipmentRefused,
)
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event

from delivery_confirmations.state import Delivery, Step, after
from delivery_confirmations.verification import decide_waiting

WAITING_AT_MOST = 10
"""Per order: each may hold the 500 devices of a delivery note."""
TACIT_ADMISSION_SECONDS = 15 * DAY_SECONDS


class Contradiction(Exception):
    """Another service says what cannot be: a defect, so the record is parked."""


def expect(delivery: Delivery, event: OrderPlaced, _context: Context) -> Iterator[Event]:
    """A placed order is waited for; what was heard of it before is taken up."""
    if delivery.placed_at is not None:
        raise Contradiction(f"{event.order} is placed a second time")
    expected = DeliveryExpected(
        order=event.order,
        supplier=event.supplier,
        uai=event.uai,
        item=event.item,
        quantity=event.quantity,
        ordered_by=event.ordered_by,
        placed_at=event.placed_at,
    )
    yield expected
    delivery = after(delivery, expected)
    for shipment in waiting_of(delivery.waiting, ShipmentAnnounced):
        recorded = _shipment(delivery, shipment)
        yield recorded
        delivery = after(delivery, recorded)
    for reception in waiting_of(delivery.waiting, GoodsReceived):
        for answer in _reception(delivery, reception):
            yield answer
            delivery = after(delivery, answer)


def take_shipment(
    delivery: Delivery, event: ShipmentAnnounced, context: Context
) -> Iterator[Event]:
    """The supplier's announcement is compared with the order."""
    if waits(delivery.waiting, ShipmentAnnounced, event.delivery_note):
        yield _shipment_refused(event, DeliveryRefusal.ALREADY_KNOWN)
    elif delivery.placed_at is not None:
        yield _shipment(delivery, event)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield _shipment_refused(event, DeliveryRefusal.TOO_MANY_WAITING)
    else:
        yield ShipmentHeld(order=event.order, shipment=event, due_at=grace_ends(context))


def take_reception(delivery: Delivery, event: GoodsReceived, context: Context) -> Iterator[Event]:
    """What the school received is compared with the order; then its devices are claimed."""
    if waits(delivery.waiting, GoodsReceived, event.delivery_note):
        yield _reception_refused(event, DeliveryRefusal.ALREADY_KNOWN)
    elif delivery.placed_at is not None:
        yield from _reception(delivery, event)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield _reception_refused(event, DeliveryRefusal.TOO_MANY_WAITING)
    else:
        yield ReceptionHeld(order=event.order, reception=event, due_at=grace_ends(context))


def note_serial(
    delivery: Delivery, event: SerialClaimed | SerialRefused, context: Context
) -> Iterator[Event]:
    """One device has answered; the last answer makes the reception count."""
    note = delivery.notes.get(event.delivery_note)
    if note is None or note.step is not Step.CLAIMING:
        raise Contradiction(f"{event.imei} answers {event.delivery_note}, which asks for nothing")
    recorded = SerialRecorded(
        order=event.order,
        delivery_note=event.delivery_note,
        imei=event.imei,
        claimed=isinstance(event, SerialClaimed),
    )
    yield recorded
    if note.answered + 1 < len(note.imeis):
        return
    delivery = after(delivery, recorded)
    reception = _counted(delivery, event.order, event.delivery_note, context)
    yield reception
    yield from decide_waiting(after(delivery, reception), event.delivery_note, context)


# --- shipments -----------------------------------------------------------------------------------


def _shipment(delivery: Delivery, said: ShipmentAnnounced) -> ShipmentRecorded | ShipmentRefused:
    if reason := _shipment_obstacle(delivery, said):
        return _shipment_refused(said, reason)
    return ShipmentRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=said.quantity,
        shipped_at=said.shipped_at,
    )


def _shipment_obstacle(delivery: Delivery, said: ShipmentAnnounced) -> DeliveryRefusal | None:
    if said.supplier != delivery.supplier:
        return DeliveryRefusal.OTHER_SUPPLIER
    if said.delivery_note in delivery.shipments:
        return DeliveryRefusal.ALREADY_KNOWN
    if delivery.placed_at is not None and said.shipped_at < delivery.placed_at:
        return DeliveryRefusal.DATES_OUT_OF_ORDER
    sent_back = {name for name, note in delivery.notes.items() if note.step is Step.REJECTED}
    under_way = sum(
        shipment.quantity for name, shipment in delivery.shipments.items() if name not in sent_back
    )
    if under_way + said.quantity > delivery.quantity:
        return DeliveryRefusal.MORE_THAN_ORDERED
    return None


def _shipment_refused(said: ShipmentAnnounced, reason: DeliveryRefusal) -> ShipmentRefused:
    return ShipmentRefused(order=said.order, delivery_note=said.delivery_note, reason=reason)


# --- receptions ----------------------------------------------------------------------------------


def _reception(delivery: Delivery, said: GoodsReceived) -> Iterator[Event]:
    if reason := _reception_obstacle(delivery, said):
        yield _reception_refused(said, reason)
        return
    yield ReceptionOpened(
        order=said.order,
        delivery_note=said.delivery_note,
        imeis=said.imeis,
        received_at=said.received_at,
        received_by=said.received_by,
    )
    for imei in said.imeis:
        yield SerialClaimRequested(
            imei=imei,
            order=said.order,
            delivery_note=said.delivery_note,
            received_at=said.received_at,
        )


def _reception_obstacle(delivery: Delivery, said: GoodsReceived) -> DeliveryRefusal | None:
    """Checked before any device is claimed, because a claim is for ever."""
    if said.uai != delivery.uai:
        return DeliveryRefusal.OTHER_PLACE
    if said.delivery_note in delivery.notes:
        return DeliveryRefusal.ALREADY_KNOWN
    shipment = delivery.shipments.get(said.delivery_note)
    earliest = shipment.shipped_at if shipment is not None else delivery.placed_at
    if earliest is not None and said.received_at < earliest:
        return DeliveryRefusal.DATES_OUT_OF_ORDER
    here = sum(n.quantity for n in delivery.notes.values() if n.step is not Step.REJECTED)
    if here + len(said.imeis) > delivery.quantity:
        return DeliveryRefusal.MORE_THAN_ORDERED
    return None


def _reception_refused(said: GoodsReceived, reason: DeliveryRefusal) -> ReceptionRefused:
    return ReceptionRefused(order=said.order, delivery_note=said.delivery_note, reason=reason)


def _counted(
    delivery: Delivery, order: str, name: str, context: Context
) -> ReceptionRecorded | ReceptionRefused:
    """The devices that nobody received before; the others stay with who had them."""
    note = delivery.notes[name]
    refused = set(note.refused)
    imeis = tuple(imei for imei in note.imeis if imei not in refused)
    if not imeis:
        return ReceptionRefused(
            order=order, delivery_note=name, reason=DeliveryRefusal.NO_SERIAL_FREE
        )
    return ReceptionRecorded(
        order=order,
        delivery_note=name,
        uai=delivery.uai,
        imeis=imeis,
        refused_imeis=note.refused,
        received_at=note.received_at,
        received_by=note.received_by,
        decide_by=later(context, "tacit_admission_seconds", TACIT_ADMISSION_SECONDS),
    )
