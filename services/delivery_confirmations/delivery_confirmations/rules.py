"""Decides what counts as delivered: shipments, losses on the way and receptions.

placed → shipment announced → goods received: every device is claimed by its serial number
       → received: the buyer, or silence, decides (`verification.py`, `silence.py`)
shipped and lost on the way, or rejected: the supplier delivers again
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction
from filrouge_chassis.waiting import hold, in_turn, waiting_of, waits
from filrouge_contracts.delivery import (
    DeliveryExpected,
    GoodsLostInTransit,
    GoodsReceived,
    LossRecorded,
    LossRefusal,
    LossRefused,
    ReceptionOpened,
    ReceptionRecorded,
    ReceptionRefusal,
    ReceptionRefused,
    SerialClaimed,
    SerialClaimRequested,
    SerialRecorded,
    SerialRefused,
    ShipmentAnnounced,
    ShipmentRecorded,
    ShipmentRefusal,
)
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event

from delivery_confirmations.deadlines import after_grace, decide_by
from delivery_confirmations.delivery_evolutions import after
from delivery_confirmations.delivery_state import Delivery, Step
from delivery_confirmations.refusals import (
    loss_refused,
    reception_refused,
    shipment_refused,
)
from delivery_confirmations.verification import decide_waiting

WAITING_AT_MOST = 10
"""Per order: each may hold the 500 devices of a delivery note."""


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
        unit_price_excl_vat_cents=event.unit_price_excl_vat_cents,
        ordered_by=event.ordered_by,
        placed_at=event.placed_at,
    )
    yield expected
    delivery = after(delivery, expected)
    shipments = waiting_of(delivery.waiting, ShipmentAnnounced)
    delivery = yield from in_turn(delivery, shipments, _shipment, after)
    receptions = waiting_of(delivery.waiting, GoodsReceived)
    yield from in_turn(delivery, receptions, _reception, after)


def take_shipment(
    delivery: Delivery, event: ShipmentAnnounced, context: Context
) -> Iterator[Event]:
    """The supplier's announcement is compared with the order."""
    if waits(delivery.waiting, ShipmentAnnounced, event.delivery_note):
        yield shipment_refused(event, ShipmentRefusal.ALREADY_KNOWN)
    elif delivery.placed_at is not None:
        yield from _shipment(delivery, event)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield shipment_refused(event, ShipmentRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, event.delivery_note)


def take_loss(delivery: Delivery, event: GoodsLostInTransit, context: Context) -> Iterator[Event]:
    """What was lost is taken off the shipment; one that was not announced yet is waited for."""
    name = event.delivery_note
    if waits(delivery.waiting, GoodsLostInTransit, name):
        yield loss_refused(event, LossRefusal.ALREADY_KNOWN)
    elif name in delivery.shipments or name in delivery.notes:
        yield _loss(delivery, event)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield loss_refused(event, LossRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, name)


def take_reception(delivery: Delivery, event: GoodsReceived, context: Context) -> Iterator[Event]:
    """What the school received is compared with the order; then its devices are claimed."""
    if waits(delivery.waiting, GoodsReceived, event.delivery_note):
        yield reception_refused(event, ReceptionRefusal.ALREADY_KNOWN)
    elif delivery.placed_at is not None:
        yield from _reception(delivery, event)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield reception_refused(event, ReceptionRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, event.delivery_note)


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


def _shipment(delivery: Delivery, said: ShipmentAnnounced) -> Iterator[Event]:
    if reason := _shipment_obstacle(delivery, said):
        yield shipment_refused(said, reason)
        return
    recorded = ShipmentRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=said.quantity,
        imeis=said.imeis,
        shipped_at=said.shipped_at,
    )
    yield recorded
    yield from _losses(after(delivery, recorded), said.delivery_note)


def _shipment_obstacle(delivery: Delivery, said: ShipmentAnnounced) -> ShipmentRefusal | None:
    if said.supplier != delivery.supplier:
        return ShipmentRefusal.OTHER_SUPPLIER
    if said.delivery_note in delivery.shipments:
        return ShipmentRefusal.ALREADY_KNOWN
    if delivery.closed:
        return ShipmentRefusal.ORDER_CLOSED
    if delivery.placed_at is not None and said.shipped_at < delivery.placed_at:
        return ShipmentRefusal.DATES_OUT_OF_ORDER
    others = delivery.under_way - delivery.pieces(said.delivery_note)
    if others + said.quantity > delivery.quantity:
        return ShipmentRefusal.MORE_THAN_ORDERED
    return None


def _losses(delivery: Delivery, name: str) -> Iterator[LossRecorded | LossRefused]:
    """What was reported lost before its shipment was announced or received."""
    for lost in waiting_of(delivery.waiting, GoodsLostInTransit):
        if lost.delivery_note == name:
            yield _loss(delivery, lost)


def _loss(delivery: Delivery, said: GoodsLostInTransit) -> LossRecorded | LossRefused:
    if reason := _loss_obstacle(delivery, said):
        return loss_refused(said, reason)
    return LossRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=said.quantity,
        reason=said.reason,
        reported_at=said.reported_at,
        reported_by=said.reported_by,
    )


def _loss_obstacle(delivery: Delivery, said: GoodsLostInTransit) -> LossRefusal | None:
    if said.supplier != delivery.supplier:
        return LossRefusal.OTHER_SUPPLIER
    if said.uai != delivery.uai:
        return LossRefusal.OTHER_PLACE
    if said.delivery_note in delivery.notes:
        return LossRefusal.ALREADY_RECEIVED
    shipment = delivery.shipments[said.delivery_note]
    if shipment.lost:
        return LossRefusal.ALREADY_KNOWN
    if said.reported_at < shipment.shipped_at:
        return LossRefusal.DATES_OUT_OF_ORDER
    if said.quantity > shipment.quantity:
        return LossRefusal.MORE_THAN_SHIPPED
    return None


# --- receptions ----------------------------------------------------------------------------------


def _reception(delivery: Delivery, said: GoodsReceived) -> Iterator[Event]:
    if reason := _reception_obstacle(delivery, said):
        yield reception_refused(said, reason)
        return
    opened = ReceptionOpened(
        order=said.order,
        delivery_note=said.delivery_note,
        imeis=said.imeis,
        evidence=said.evidence,
        received_at=said.received_at,
        received_by=said.received_by,
    )
    yield opened
    for imei in said.imeis:
        yield SerialClaimRequested(
            imei=imei,
            order=said.order,
            delivery_note=said.delivery_note,
            received_at=said.received_at,
        )
    yield from _losses(after(delivery, opened), said.delivery_note)


def _reception_obstacle(delivery: Delivery, said: GoodsReceived) -> ReceptionRefusal | None:
    """Checked before any device is claimed, because a claim is for ever."""
    if said.uai != delivery.uai:
        return ReceptionRefusal.OTHER_PLACE
    if said.delivery_note in delivery.notes:
        return ReceptionRefusal.ALREADY_KNOWN
    shipment = delivery.shipments.get(said.delivery_note)
    earliest = shipment.shipped_at if shipment is not None else delivery.placed_at
    if earliest is not None and said.received_at < earliest:
        return ReceptionRefusal.DATES_OUT_OF_ORDER
    if delivery.received + len(said.imeis) > delivery.quantity:
        return ReceptionRefusal.MORE_THAN_ORDERED
    return None


def _counted(
    delivery: Delivery, order: str, name: str, context: Context
) -> ReceptionRecorded | ReceptionRefused:
    """The devices that nobody received before; the others stay with who had them."""
    note = delivery.notes[name]
    refused = set(note.refused)
    imeis = tuple(imei for imei in note.imeis if imei not in refused)
    if not imeis:
        return ReceptionRefused(
            order=order, delivery_note=name, reason=ReceptionRefusal.NO_SERIAL_FREE
        )
    shipment = delivery.shipments.get(name)
    listed = set(shipment.imeis if shipment is not None else ())
    until = decide_by(context)
    return ReceptionRecorded(
        order=order,
        delivery_note=name,
        uai=delivery.uai,
        imeis=imeis,
        refused_imeis=note.refused,
        unannounced_imeis=tuple(imei for imei in imeis if listed and imei not in listed),
        received_at=note.received_at,
        received_by=note.received_by,
        decide_by=until,
        due_at=after_grace(context, until),
    )
