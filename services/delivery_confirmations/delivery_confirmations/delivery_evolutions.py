"""How each event changes what is remembered of an order's delivery."""

from __future__ import annotations

from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import held, let_go, timed
from filrouge_contracts.amendment import QuantityChangeAccepted, QuantityChangeRefused
from filrouge_contracts.certification import ServiceCertified, ServiceWithdrawalRequested
from filrouge_contracts.delivery import (
    DeliveryAdjusted,
    DeliveryClosed,
    DeliveryCompleted,
    DeliveryExpected,
    DeliveryReopened,
    GoodsLostInTransit,
    GoodsReceived,
    LossRecorded,
    LossRefusal,
    LossRefused,
    ReceptionOpened,
    ReceptionRecorded,
    ReceptionRefusal,
    ReceptionRefused,
    SerialClaimRequested,
    SerialRecorded,
    ShipmentAnnounced,
    ShipmentRecorded,
    ShipmentRefusal,
    ShipmentRefused,
)
from filrouge_contracts.device import DeviceAccepted, DeviceSentBack
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdjournmentRecorded,
    AdmissionConfirmed,
    AdmissionRecorded,
    AdmissionUndone,
    AdmissionUpheld,
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
    PresentationRecorded,
    RejectionRecorded,
    VerificationRefusal,
    VerificationRefused,
)
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from delivery_confirmations.delivery_state import Delivery, Note, Shipment, Step
from delivery_confirmations.refusals import SAYS


def _with_note(delivery: Delivery, name: str, note: Note) -> Delivery:
    return timed(replace(delivery, notes={**delivery.notes, name: note}))


def _expected(delivery: Delivery, event: DeliveryExpected) -> Delivery:
    return replace(
        delivery,
        supplier=event.supplier,
        uai=event.uai,
        item=event.item,
        quantity=event.quantity,
        unit_price_excl_vat_cents=event.unit_price_excl_vat_cents,
        ordered_by=event.ordered_by,
        placed_at=event.placed_at,
    )


# --- shipments and receptions --------------------------------------------------------------------


def _shipment_recorded(delivery: Delivery, event: ShipmentRecorded) -> Delivery:
    shipment = Shipment(event.quantity, event.shipped_at, event.imeis)
    delivery = let_go(delivery, ShipmentAnnounced, event.delivery_note)
    return replace(delivery, shipments={**delivery.shipments, event.delivery_note: shipment})


def _lost(delivery: Delivery, event: LossRecorded) -> Delivery:
    delivery = let_go(delivery, GoodsLostInTransit, event.delivery_note)
    shipment = replace(delivery.shipments[event.delivery_note], lost=event.quantity)
    return replace(delivery, shipments={**delivery.shipments, event.delivery_note: shipment})


def _shipment_refused(delivery: Delivery, event: ShipmentRefused) -> Delivery:
    if event.reason is ShipmentRefusal.ALREADY_KNOWN:
        return delivery  # what was said first under this note goes its way
    return let_go(delivery, ShipmentAnnounced, event.delivery_note)


def _loss_refused(delivery: Delivery, event: LossRefused) -> Delivery:
    if event.reason is LossRefusal.ALREADY_KNOWN:
        return delivery  # what was said first under this note goes its way
    return let_go(delivery, GoodsLostInTransit, event.delivery_note)


def _reception_opened(delivery: Delivery, event: ReceptionOpened) -> Delivery:
    delivery = let_go(delivery, GoodsReceived, event.delivery_note)
    note = Note(Step.CLAIMING, len(event.imeis), event.received_at, event.received_by, event.imeis)
    return _with_note(delivery, event.delivery_note, note)


def _serial_recorded(delivery: Delivery, event: SerialRecorded) -> Delivery:
    note = delivery.notes[event.delivery_note]
    refused = note.refused if event.claimed else (*note.refused, event.imei)
    note = replace(note, answered=note.answered + 1, refused=refused)
    return replace(delivery, notes={**delivery.notes, event.delivery_note: note})


def _reception_recorded(delivery: Delivery, event: ReceptionRecorded) -> Delivery:
    name = event.delivery_note
    note = Note(
        Step.RECEIVED,
        len(event.imeis),
        event.received_at,
        event.received_by,
        event.imeis,
        decide_by=event.decide_by,
        due_at=event.due_at,
    )
    if name in delivery.shipments:
        arrived = replace(delivery.shipments[name], imeis=())
        delivery = replace(delivery, shipments={**delivery.shipments, name: arrived})
    return _with_note(delivery, name, note)


def _reception_refused(delivery: Delivery, event: ReceptionRefused) -> Delivery:
    if event.reason is ReceptionRefusal.ALREADY_KNOWN:
        return delivery  # what was received first under this note goes its way
    if event.reason is ReceptionRefusal.NO_SERIAL_FREE:
        notes = {name: note for name, note in delivery.notes.items() if name != event.delivery_note}
        return replace(delivery, notes=notes)
    return let_go(delivery, GoodsReceived, event.delivery_note)


# --- decisions -----------------------------------------------------------------------------------


def _verification_refused(delivery: Delivery, event: VerificationRefused) -> Delivery:
    if event.reason is VerificationRefusal.ALREADY_KNOWN:
        return delivery  # what was said first still waits
    return let_go(delivery, SAYS[event.word], event.delivery_note)


def _admitted(delivery: Delivery, event: AdmissionRecorded) -> Delivery:
    note = delivery.notes[event.delivery_note]
    if event.tacit:
        step = Step.ADMITTED_BY_SILENCE
        return _with_note(delivery, event.delivery_note, replace(note, step=step, due_at=None))
    model = GoodsReduced if event.reduction_cents else GoodsAdmitted
    delivery = let_go(delivery, model, event.delivery_note)
    return _decided(delivery, event.delivery_note, Step.ADMITTED, event.quantity)


def _decided(delivery: Delivery, name: str, step: Step, quantity: int) -> Delivery:
    """For good: what a decision would need is forgotten."""
    note = delivery.notes[name]
    return _with_note(delivery, name, Note(step, quantity, note.received_at, note.received_by))


def _confirmed(delivery: Delivery, event: AdmissionConfirmed) -> Delivery:
    quantity = delivery.notes[event.delivery_note].quantity
    return _decided(delivery, event.delivery_note, Step.ADMITTED, quantity)


def _contested(delivery: Delivery, event: ServiceWithdrawalRequested) -> Delivery:
    note = delivery.notes[event.delivery_note]
    return _with_note(delivery, event.delivery_note, replace(note, step=Step.CONTESTED))


def _undone(delivery: Delivery, event: AdmissionUndone) -> Delivery:
    note = replace(delivery.notes[event.delivery_note], step=Step.RECEIVED, in_stock=True)
    delivery = replace(delivery, certified=delivery.certified - event.quantity)
    return _with_note(delivery, event.delivery_note, note)


def _upheld(delivery: Delivery, event: AdmissionUpheld) -> Delivery:
    quantity = delivery.notes[event.delivery_note].quantity
    return _decided(delivery, event.delivery_note, Step.ADMITTED, quantity)


def _adjourned(delivery: Delivery, event: AdjournmentRecorded) -> Delivery:
    delivery = let_go(delivery, GoodsAdjourned, event.delivery_note)
    note = replace(
        delivery.notes[event.delivery_note],
        step=Step.ADJOURNED,
        adjourned_at=event.adjourned_at,
        redo_by=event.redo_by,
        due_at=event.due_at,
    )
    return _with_note(delivery, event.delivery_note, note)


def _presented(delivery: Delivery, event: PresentationRecorded) -> Delivery:
    delivery = let_go(delivery, GoodsPresentedAgain, event.delivery_note)
    note = replace(
        delivery.notes[event.delivery_note],
        step=Step.RECEIVED,
        presented_at=event.presented_at,
        decide_by=event.decide_by,
        due_at=event.due_at,
    )
    return _with_note(delivery, event.delivery_note, note)


def _rejected(delivery: Delivery, event: RejectionRecorded) -> Delivery:
    if event.rejected_by is not None:
        delivery = let_go(delivery, GoodsRejected, event.delivery_note)
    return _decided(delivery, event.delivery_note, Step.REJECTED, event.quantity)


# --- the order as a whole ------------------------------------------------------------------------


def _certified(delivery: Delivery, event: ServiceCertified) -> Delivery:
    certified = delivery.certified + event.quantity
    return replace(delivery, certified=certified, certified_at=event.certified_at)


def _sized(delivery: Delivery, event: QuantityChangeAccepted | DeliveryAdjusted) -> Delivery:
    return replace(delivery, quantity=event.quantity)


def _closed(delivery: Delivery, _event: DeliveryClosed) -> Delivery:
    return replace(delivery, closed=True)


def _completed(delivery: Delivery, _event: DeliveryCompleted) -> Delivery:
    return replace(delivery, completed=True)


def _reopened(delivery: Delivery, _event: DeliveryReopened) -> Delivery:
    return replace(delivery, completed=False)


EVOLUTIONS: Evolutions = {
    ("order", EventHeld): held,
    ("order", DeliveryExpected): _expected,
    ("order", ShipmentRecorded): _shipment_recorded,
    ("order", LossRecorded): _lost,
    ("order", ShipmentRefused): _shipment_refused,
    ("order", LossRefused): _loss_refused,
    ("order", ReceptionOpened): _reception_opened,
    ("order", SerialClaimRequested): unchanged,
    ("order", SerialRecorded): _serial_recorded,
    ("order", ReceptionRecorded): _reception_recorded,
    ("order", ReceptionRefused): _reception_refused,
    ("order", VerificationRefused): _verification_refused,
    ("order", AdmissionRecorded): _admitted,
    ("order", AdmissionConfirmed): _confirmed,
    ("order", ServiceWithdrawalRequested): _contested,
    ("order", AdmissionUndone): _undone,
    ("order", AdmissionUpheld): _upheld,
    ("order", AdjournmentRecorded): _adjourned,
    ("order", PresentationRecorded): _presented,
    ("order", RejectionRecorded): _rejected,
    ("order", ServiceCertified): _certified,
    ("order", DeviceAccepted): unchanged,
    ("order", DeviceSentBack): unchanged,
    ("order", QuantityChangeAccepted): _sized,
    ("order", QuantityChangeRefused): unchanged,
    ("order", DeliveryAdjusted): _sized,
    ("order", DeliveryClosed): _closed,
    ("order", DeliveryCompleted): _completed,
    ("order", DeliveryReopened): _reopened,
}


def after(delivery: Delivery, event: Event) -> Delivery:
    """The delivery once it has said this, for a rule that says more than one thing."""
    changed: Delivery = EVOLUTIONS["order", type(event)](delivery, event)
    return changed
