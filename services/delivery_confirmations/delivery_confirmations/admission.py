"""What follows from an admission or a rejection: the service fait, and where the devices are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from filrouge_chassis.decider import Context
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.device import DeviceAccepted, DeviceSentBack
from filrouge_contracts.event import Event
from filrouge_contracts.verification import AdmissionRecorded, RejectionRecorded

from delivery_confirmations.delivery_state import Delivery


def certify(delivery: Delivery, admission: AdmissionRecorded, context: Context) -> Iterator[Event]:
    """The admission, the service fait that follows from it, and where its devices are now."""
    note = delivery.notes[admission.delivery_note]
    faulty = admission.faulty_imeis
    certified = ServiceCertified(
        order=admission.order,
        delivery_note=admission.delivery_note,
        item=delivery.item,
        uai=delivery.uai,
        quantity=admission.quantity,
        imeis=tuple(imei for imei in note.imeis if imei not in faulty),
        reduction_cents=admission.reduction_cents,
        received_at=note.received_at,
        certified_at=max(context.now, admission.admitted_at, note.received_at),
        certified_by=admission.admitted_by,
        tacit=admission.tacit,
    )
    yield admission
    yield certified
    if note.in_stock:
        yield from _sent_back(admission.order, admission.delivery_note, faulty, context)
        return
    for imei in certified.imeis:
        yield DeviceAccepted(
            imei=imei,
            order=certified.order,
            delivery_note=certified.delivery_note,
            item=certified.item,
            uai=certified.uai,
            accepted_at=certified.certified_at,
        )


def reject(delivery: Delivery, rejection: RejectionRecorded, context: Context) -> Iterator[Event]:
    """The rejection; devices that silence had put in stock leave it."""
    note = delivery.notes[rejection.delivery_note]
    yield rejection
    if note.in_stock:
        yield from _sent_back(rejection.order, rejection.delivery_note, note.imeis, context)


def _sent_back(order: str, name: str, imeis: Iterable[str], context: Context) -> Iterator[Event]:
    for imei in imeis:
        yield DeviceSentBack(imei=imei, order=order, delivery_note=name, sent_back_at=context.now)
