"""Decides admission and rejection, by the buyer or by silence, and certifies the service fait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from filrouge_chassis.decider import Context, Due
from filrouge_chassis.waiting import Waiting, grace_ends, waiting_of, waits
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.delivery import (
    AdmissionRecorded,
    DeliveryCompleted,
    DeliveryRefusal,
    GoodsAdmitted,
    GoodsReceived,
    GoodsRejected,
    ReceptionRefused,
    RejectionRecorded,
    ShipmentAnnounced,
    ShipmentRefused,
    VerificationHeld,
    VerificationRefused,
)
from filrouge_contracts.event import Event

from delivery_confirmations.state import Delivery, Note, Step, after

WAITING_AT_MOST = 50


def take_admission(delivery: Delivery, event: GoodsAdmitted, context: Context) -> Iterator[Event]:
    """The buyer admits what was received; before that, the decision waits."""
    if waits(delivery.waiting, GoodsAdmitted, event.delivery_note):
        yield _refused(event, DeliveryRefusal.ALREADY_KNOWN)
    elif _is_received(delivery, event.delivery_note):
        yield from _admit(delivery, event, context)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield _refused(event, DeliveryRefusal.TOO_MANY_WAITING)
    else:
        yield VerificationHeld(order=event.order, admission=event, due_at=grace_ends(context))


def take_rejection(delivery: Delivery, event: GoodsRejected, context: Context) -> Iterator[Event]:
    """The buyer sends back what was received; before that, the decision waits."""
    if waits(delivery.waiting, GoodsRejected, event.delivery_note):
        yield _refused(event, DeliveryRefusal.ALREADY_KNOWN)
    elif _is_received(delivery, event.delivery_note):
        yield _reject(delivery, event)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield _refused(event, DeliveryRefusal.TOO_MANY_WAITING)
    else:
        yield VerificationHeld(order=event.order, rejection=event, due_at=grace_ends(context))


def decide_waiting(delivery: Delivery, name: str, context: Context) -> Iterator[Event]:
    """What the buyer said about a note before it was received; the first decision counts."""
    if not _is_received(delivery, name):
        return
    for admission in waiting_of(delivery.waiting, GoodsAdmitted):
        if admission.delivery_note == name:
            for answer in _admit(delivery, admission, context):
                yield answer
                delivery = after(delivery, answer)
    for rejection in waiting_of(delivery.waiting, GoodsRejected):
        if rejection.delivery_note == name:
            yield _reject(delivery, rejection)


def wake(delivery: Delivery, _due: Due, context: Context) -> Iterator[Event]:
    """What waited too long is refused; what nobody decided in time is admitted by silence."""
    for kept in delivery.waiting:
        if kept.due_at <= context.now:
            yield _too_late(kept)
    for name, note in delivery.notes.items():
        if note.decide_by is not None and note.decide_by <= context.now:
            for answer in _admit_by_silence(delivery, name, note, context):
                yield answer
                delivery = after(delivery, answer)


def _is_received(delivery: Delivery, name: str) -> bool:
    note = delivery.notes.get(name)
    return note is not None and note.step is not Step.CLAIMING


def _admit(delivery: Delivery, said: GoodsAdmitted, context: Context) -> Iterator[Event]:
    note = delivery.notes[said.delivery_note]
    reason = _obstacle(note, said.admitted_at)
    if reason is None and said.admitted_by == delivery.ordered_by:
        reason = DeliveryRefusal.SAME_PERSON
    if reason is not None:
        yield _refused(said, reason)
        return
    yield AdmissionRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=note.quantity,
        admitted_at=said.admitted_at,
        admitted_by=said.admitted_by,
        tacit=False,
    )
    certified = ServiceCertified(
        order=said.order,
        delivery_note=said.delivery_note,
        item=delivery.item,
        uai=delivery.uai,
        quantity=note.quantity,
        imeis=note.imeis,
        received_at=note.received_at,
        certified_at=max(context.now, said.admitted_at),
        certified_by=said.admitted_by,
        tacit=False,
    )
    yield from _certify(delivery, certified)


def _admit_by_silence(
    delivery: Delivery, name: str, note: Note, context: Context
) -> Iterator[Event]:
    order = context.key.partition(":")[2]
    yield AdmissionRecorded(
        order=order,
        delivery_note=name,
        quantity=note.quantity,
        admitted_at=note.decide_by or context.now,
        tacit=True,
    )
    certified = ServiceCertified(
        order=order,
        delivery_note=name,
        item=delivery.item,
        uai=delivery.uai,
        quantity=note.quantity,
        imeis=note.imeis,
        received_at=note.received_at,
        certified_at=max(context.now, note.received_at),
        tacit=True,
    )
    yield from _certify(delivery, certified)


def _certify(delivery: Delivery, certified: ServiceCertified) -> Iterator[Event]:
    yield certified
    if delivery.certified + certified.quantity == delivery.quantity:
        yield DeliveryCompleted(
            order=certified.order,
            quantity=delivery.quantity,
            completed_at=certified.certified_at,
        )


def _reject(delivery: Delivery, said: GoodsRejected) -> RejectionRecorded | VerificationRefused:
    note = delivery.notes[said.delivery_note]
    if reason := _obstacle(note, said.rejected_at):
        return _refused(said, reason)
    return RejectionRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=note.quantity,
        reason=said.reason,
        rejected_at=said.rejected_at,
        rejected_by=said.rejected_by,
    )


def _obstacle(note: Note, decided_at: datetime) -> DeliveryRefusal | None:
    if note.step is not Step.RECEIVED:
        return DeliveryRefusal.ALREADY_DECIDED
    if decided_at < note.received_at:
        return DeliveryRefusal.DATES_OUT_OF_ORDER
    return None


def _refused(said: GoodsAdmitted | GoodsRejected, reason: DeliveryRefusal) -> VerificationRefused:
    return VerificationRefused(
        order=said.order,
        delivery_note=said.delivery_note,
        decision="admitted" if isinstance(said, GoodsAdmitted) else "rejected",
        reason=reason,
    )


def _too_late(kept: Waiting) -> Event:
    unknown = DeliveryRefusal.UNKNOWN_IN_TIME
    match kept.event():
        case ShipmentAnnounced() as said:
            return ShipmentRefused(
                order=said.order, delivery_note=said.delivery_note, reason=unknown
            )
        case GoodsReceived() as said:
            return ReceptionRefused(
                order=said.order, delivery_note=said.delivery_note, reason=unknown
            )
        case GoodsAdmitted() | GoodsRejected() as said:
            return _refused(said, unknown)
        case other:
            raise TypeError(f"{type(other).__name__} cannot wait here")
