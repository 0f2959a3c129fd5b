"""What is remembered of a delivery, and how each event changes it; devices are in device_state.py.

Serial numbers are kept only while a delivery note is open; afterwards the events have them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import Waiting, first_due, without
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.delivery import (
    AdmissionRecorded,
    DeliveryCompleted,
    DeliveryExpected,
    DeliveryRefusal,
    GoodsAdmitted,
    GoodsReceived,
    GoodsRejected,
    ReceptionHeld,
    ReceptionOpened,
    ReceptionRecorded,
    ReceptionRefused,
    RejectionRecorded,
    SerialClaimRequested,
    SerialRecorded,
    ShipmentAnnounced,
    ShipmentHeld,
    ShipmentRecorded,
    ShipmentRefused,
    VerificationHeld,
    VerificationRefused,
)
from filrouge_contracts.event import Event
from msgspec.structs import replace

from delivery_confirmations import device_state


class Step(StrEnum):
    """Where a delivery note is on its way."""

    CLAIMING = "claiming"
    RECEIVED = "received"
    ADMITTED = "admitted"
    REJECTED = "rejected"


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delivery note that was received. `imeis` are forgotten once it is decided."""

    step: Step
    quantity: int
    received_at: datetime
    received_by: str
    imeis: tuple[str, ...] = ()
    answered: int = 0
    refused: tuple[str, ...] = ()
    decide_by: datetime | None = None


class Shipment(msgspec.Struct, frozen=True):
    """What the supplier says is on its way under a delivery note."""

    quantity: int
    shipped_at: datetime


class Delivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order as its school waits for it. Not placed yet: no supplier."""

    supplier: str = ""
    uai: str = ""
    item: str = ""
    quantity: int = 0
    ordered_by: str = ""
    placed_at: datetime | None = None
    certified: int = 0
    shipments: dict[str, Shipment] = {}
    notes: dict[str, Note] = {}
    waiting: tuple[Waiting, ...] = ()
    due_at: datetime | None = None


# --- deliveries ----------------------------------------------------------------------------------


def _woken_in_time(delivery: Delivery) -> Delivery:
    """The same with the deadline that its notes and what waits in it ask for."""
    deadlines = [note.decide_by for note in delivery.notes.values()]
    return replace(delivery, due_at=first_due(delivery.waiting, *deadlines))


def _wait(delivery: Delivery, event: Event, note: str, due_at: datetime) -> Delivery:
    waiting = (*delivery.waiting, Waiting.of(event, note, due_at))
    return _woken_in_time(replace(delivery, waiting=waiting))


def _done(delivery: Delivery, model: type[Event], note: str) -> Delivery:
    if not delivery.waiting:
        return delivery
    waiting = without(delivery.waiting, model, note)
    return _woken_in_time(replace(delivery, waiting=waiting))


def _with_note(delivery: Delivery, name: str, note: Note) -> Delivery:
    return _woken_in_time(replace(delivery, notes={**delivery.notes, name: note}))


def _expected(delivery: Delivery, event: DeliveryExpected) -> Delivery:
    return replace(
        delivery,
        supplier=event.supplier,
        uai=event.uai,
        item=event.item,
        quantity=event.quantity,
        ordered_by=event.ordered_by,
        placed_at=event.placed_at,
    )


def _shipment_held(delivery: Delivery, event: ShipmentHeld) -> Delivery:
    return _wait(delivery, event.shipment, event.shipment.delivery_note, event.due_at)


def _shipment_recorded(delivery: Delivery, event: ShipmentRecorded) -> Delivery:
    delivery = _done(delivery, ShipmentAnnounced, event.delivery_note)
    shipment = Shipment(event.quantity, event.shipped_at)
    shipments = {**delivery.shipments, event.delivery_note: shipment}
    return replace(delivery, shipments=shipments)


def _shipment_refused(delivery: Delivery, event: ShipmentRefused) -> Delivery:
    if event.reason is DeliveryRefusal.ALREADY_KNOWN:
        return delivery  # what was announced first under this note goes its way
    return _done(delivery, ShipmentAnnounced, event.delivery_note)


def _reception_held(delivery: Delivery, event: ReceptionHeld) -> Delivery:
    return _wait(delivery, event.reception, event.reception.delivery_note, event.due_at)


def _reception_opened(delivery: Delivery, event: ReceptionOpened) -> Delivery:
    delivery = _done(delivery, GoodsReceived, event.delivery_note)
    note = Note(Step.CLAIMING, len(event.imeis), event.received_at, event.received_by, event.imeis)
    return _with_note(delivery, event.delivery_note, note)


def _serial_recorded(delivery: Delivery, event: SerialRecorded) -> Delivery:
    note = delivery.notes[event.delivery_note]
    refused = note.refused if event.claimed else (*note.refused, event.imei)
    note = replace(note, answered=note.answered + 1, refused=refused)
    return replace(delivery, notes={**delivery.notes, event.delivery_note: note})


def _reception_recorded(delivery: Delivery, event: ReceptionRecorded) -> Delivery:
    note = Note(
        Step.RECEIVED,
        len(event.imeis),
        event.received_at,
        event.received_by,
        event.imeis,
        decide_by=event.decide_by,
    )
    return _with_note(delivery, event.delivery_note, note)


def _reception_refused(delivery: Delivery, event: ReceptionRefused) -> Delivery:
    if event.reason is DeliveryRefusal.ALREADY_KNOWN:
        return delivery  # what was received first under this note goes its way
    if event.reason is DeliveryRefusal.NO_SERIAL_FREE:
        notes = {name: note for name, note in delivery.notes.items() if name != event.delivery_note}
        return _woken_in_time(replace(delivery, notes=notes))
    return _done(delivery, GoodsReceived, event.delivery_note)


def _verification_held(delivery: Delivery, event: VerificationHeld) -> Delivery:
    said = event.admission or event.rejection
    assert said is not None  # the contract of VerificationHeld
    return _wait(delivery, said, said.delivery_note, event.due_at)


def _verification_refused(delivery: Delivery, event: VerificationRefused) -> Delivery:
    if event.reason is DeliveryRefusal.ALREADY_KNOWN:
        return delivery  # what the buyer said first still waits
    model = GoodsAdmitted if event.decision == "admitted" else GoodsRejected
    return _done(delivery, model, event.delivery_note)


def _decided(delivery: Delivery, name: str, step: Step) -> Delivery:
    note = delivery.notes[name]
    return _with_note(delivery, name, Note(step, note.quantity, note.received_at, note.received_by))


def _admitted(delivery: Delivery, event: AdmissionRecorded) -> Delivery:
    delivery = _done(delivery, GoodsAdmitted, event.delivery_note)
    return _decided(delivery, event.delivery_note, Step.ADMITTED)


def _rejected(delivery: Delivery, event: RejectionRecorded) -> Delivery:
    delivery = _done(delivery, GoodsRejected, event.delivery_note)
    return _decided(delivery, event.delivery_note, Step.REJECTED)


def _certified(delivery: Delivery, event: ServiceCertified) -> Delivery:
    return replace(delivery, certified=delivery.certified + event.quantity)


EVOLUTIONS: Evolutions = {
    **device_state.EVOLUTIONS,
    ("order", DeliveryExpected): _expected,
    ("order", ShipmentHeld): _shipment_held,
    ("order", ShipmentRecorded): _shipment_recorded,
    ("order", ShipmentRefused): _shipment_refused,
    ("order", ReceptionHeld): _reception_held,
    ("order", ReceptionOpened): _reception_opened,
    ("order", SerialClaimRequested): unchanged,
    ("order", SerialRecorded): _serial_recorded,
    ("order", ReceptionRecorded): _reception_recorded,
    ("order", ReceptionRefused): _reception_refused,
    ("order", VerificationHeld): _verification_held,
    ("order", VerificationRefused): _verification_refused,
    ("order", AdmissionRecorded): _admitted,
    ("order", RejectionRecorded): _rejected,
    ("order", ServiceCertified): _certified,
    ("order", DeliveryCompleted): unchanged,
}


def after(delivery: Delivery, event: Event) -> Delivery:
    """The delivery once it has said this, for a rule that says more than one thing."""
    changed: Delivery = EVOLUTIONS["order", type(event)](delivery, event)
    return changed
