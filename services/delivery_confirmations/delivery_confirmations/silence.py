"""Decides what nobody decided in time, and whether that can be undone.

Silence admits what was received, and rejects what was adjourned and not presented again. A buyer who
had spoken in time is heard even afterwards: the accounts are asked to take the service fait back, and
if they can, the buyer's decision is taken; if they paid for it already, silence stands.
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_chassis.decider import Context, Contradiction, Due
from filrouge_chassis.waiting import overdue, waiting_of
from filrouge_contracts.certification import ServiceWithdrawalRefused, ServiceWithdrawn
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdmissionRecorded,
    AdmissionUndone,
    AdmissionUpheld,
    RejectionReason,
    RejectionRecorded,
    VerificationRefusal,
)

from delivery_confirmations.admission import certify, reject
from delivery_confirmations.delivery_evolutions import after
from delivery_confirmations.delivery_state import Delivery, Note, Step
from delivery_confirmations.refusals import (
    SAYS,
    unknown_in_time,
    verification_refused,
)
from delivery_confirmations.verification import decide_waiting


def wake(delivery: Delivery, _due: Due, context: Context) -> Iterator[Event]:
    """What waited too long is refused; what nobody decided in time is decided by silence."""
    for said in overdue(delivery, context.now):
        refused = unknown_in_time(said)
        yield refused
        delivery = after(delivery, refused)
    for name, note in delivery.notes.items():
        if note.due_at is None or note.due_at > context.now:
            continue
        decide = _admit if note.step is Step.RECEIVED else _reject
        for answer in decide(delivery, name, context):
            yield answer
            delivery = after(delivery, answer)
        delivery = yield from decide_waiting(delivery, name, context)


def take_back(delivery: Delivery, event: ServiceWithdrawn, context: Context) -> Iterator[Event]:
    """Nothing was invoiced: the buyer's decision is taken. If its time is up, silence admits again."""
    name = event.delivery_note
    note = _contested(delivery, name)
    undone = AdmissionUndone(
        order=event.order, delivery_note=name, quantity=note.quantity, imeis=note.imeis
    )
    yield undone
    delivery = yield from decide_waiting(after(delivery, undone), name, context)
    note = delivery.notes[name]
    if note.step is Step.RECEIVED and note.due_at is None:
        yield from _admit(delivery, name, context)


def uphold(
    delivery: Delivery, event: ServiceWithdrawalRefused, _context: Context
) -> Iterator[Event]:
    """The service fait stays in the accounts: so do the goods."""
    _contested(delivery, event.delivery_note)
    for model in SAYS.values():
        for said in waiting_of(delivery.waiting, model):
            if said.delivery_note == event.delivery_note:
                yield verification_refused(said, VerificationRefusal.ALREADY_PAID)
    yield AdmissionUpheld(order=event.order, delivery_note=event.delivery_note)


def _contested(delivery: Delivery, name: str) -> Note:
    note = delivery.notes.get(name)
    if note is None or note.step is not Step.CONTESTED:
        raise Contradiction(f"the accounts answer about {name}, which was not asked")
    return note


def _admit(delivery: Delivery, name: str, context: Context) -> Iterator[Event]:
    note = delivery.notes[name]
    admission = AdmissionRecorded(
        order=context.name,
        delivery_note=name,
        quantity=note.quantity,
        admitted_at=note.decide_by or context.now,
        tacit=True,
    )
    return certify(delivery, admission, context)


def _reject(delivery: Delivery, name: str, context: Context) -> Iterator[Event]:
    rejection = RejectionRecorded(
        order=context.name,
        delivery_note=name,
        quantity=delivery.notes[name].quantity,
        reason=RejectionReason.NOT_PRESENTED_AGAIN,
        rejected_at=context.now,
    )
    return reject(delivery, rejection, context)
