"""Decides on goods that were received, with the buyer's words, and certifies the service fait.

    RECEIVED → ADMITTED, in whole or without the faulty ones, or at a lower price → service certified
             → REJECTED
             → ADJOURNED → presented again → RECEIVED
    RECEIVED → ADMITTED_BY_SILENCE, by the clock (`silence.py`)
             → CONTESTED: the buyer had decided otherwise, in time, and the accounts are asked

A word that comes before its step waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import hold, in_turn, waits
from filrouge_contracts.certification import ServiceWithdrawalRequested
from filrouge_contracts.event import Event
from filrouge_contracts.verification import (
    AdjournmentRecorded,
    AdmissionConfirmed,
    AdmissionRecorded,
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
    GoodsRejected,
    PresentationRecorded,
    RejectionRecorded,
    VerificationRefusal,
)
from msgspec.structs import replace

from delivery_confirmations.admission import certify, reject
from delivery_confirmations.deadlines import after_grace, decide_by, is_late
from delivery_confirmations.delivery_evolutions import after
from delivery_confirmations.delivery_state import Delivery, Step
from delivery_confirmations.refusals import SAYS, Decision, Word, verification_refused

WAITING_AT_MOST = 50

Answer = Callable[[Delivery, Any, Context], Iterator[Event]]


def take(delivery: Delivery, event: Word, context: Context) -> Iterator[Event]:
    """Answered if the note is where this can be said of it; else it waits."""
    name = event.delivery_note
    note = delivery.notes.get(name)
    if waits(delivery.waiting, type(event), name):
        yield verification_refused(event, VerificationRefusal.ALREADY_KNOWN)
    elif _answer(delivery, type(event), name) is not None:
        delivery = yield from in_turn(
            delivery, (event,), partial(_answered, context=context), after
        )
        yield from decide_waiting(delivery, name, context)
    elif note is not None and note.step is Step.CONTESTED and is_late(context, note.decide_by):
        yield verification_refused(event, VerificationRefusal.TOO_LATE)
    elif len(delivery.waiting) >= WAITING_AT_MOST:
        yield verification_refused(event, VerificationRefusal.TOO_MANY_WAITING)
    else:
        yield hold(context, event, name)


def decide_waiting(
    delivery: Delivery, name: str, context: Context
) -> Generator[Event, None, Delivery]:
    """What waits for the step that the note is at now, in the order in which it was heard.

    No deadline holds against it: it was said before the deadline was set.
    """
    answered = partial(_answered, context=replace(context, said_at=None))
    while (said := _next_of(delivery, name)) is not None:
        delivery = yield from in_turn(delivery, (said,), answered, after)
    return delivery


# --- which answer --------------------------------------------------------------------------------


def _answer(delivery: Delivery, model: type[Event], name: str) -> Answer | None:
    """How a word on a note is answered in the step that the note is at; None: it waits."""
    note = delivery.notes.get(name)
    table = _PRESENTATIONS if model is GoodsPresentedAgain else _DECISIONS
    return table.get(note.step) if note is not None else None


def _answered(delivery: Delivery, said: Word, context: Context) -> Iterator[Event]:
    answer = _answer(delivery, type(said), said.delivery_note)
    assert answer is not None  # what has none in this step waits
    return answer(delivery, said, context)


def _next_of(delivery: Delivery, name: str) -> Any:
    for kept in delivery.waiting:
        model = _MODELS.get(kept.type)
        if model is not None and kept.about == name and _answer(delivery, model, name) is not None:
            return kept.event()
    return None


def _already_decided(_delivery: Delivery, said: Word, _context: Context) -> Iterator[Event]:
    yield verification_refused(said, VerificationRefusal.ALREADY_DECIDED)


# --- decisions -----------------------------------------------------------------------------------


def _decide(delivery: Delivery, said: Decision, context: Context) -> Iterator[Event]:
    """On goods that wait for a decision; what only says what silence says is never too late."""
    note = delivery.notes[said.delivery_note]
    if reason := _obstacle(delivery, said):
        yield verification_refused(said, reason)
    elif not _agrees_with_silence(said) and is_late(context, note.decide_by):
        yield verification_refused(said, VerificationRefusal.TOO_LATE)
    else:
        yield from _TAKEN[type(said)](delivery, said, context)


def _contest(delivery: Delivery, said: Decision, context: Context) -> Iterator[Event]:
    """On goods that silence has admitted: only what was said in time can undo that."""
    note = delivery.notes[said.delivery_note]
    if reason := _obstacle(delivery, said):
        yield verification_refused(said, reason)
    elif isinstance(said, GoodsAdmitted) and _agrees_with_silence(said):
        yield AdmissionConfirmed(
            order=said.order,
            delivery_note=said.delivery_note,
            admitted_at=said.admitted_at,
            admitted_by=said.admitted_by,
        )
    elif is_late(context, note.decide_by):
        yield verification_refused(said, VerificationRefusal.TOO_LATE)
    else:
        yield hold(context, said, said.delivery_note)
        yield ServiceWithdrawalRequested(
            order=said.order, delivery_note=said.delivery_note, requested_at=context.now
        )


def _agrees_with_silence(said: Decision) -> bool:
    return isinstance(said, GoodsAdmitted) and not said.faulty_imeis


def _obstacle(delivery: Delivery, said: Decision) -> VerificationRefusal | None:
    note = delivery.notes[said.delivery_note]
    decided_at, decided_by = _who_and_when(said)
    if decided_at < note.seen_at:
        return VerificationRefusal.DATES_OUT_OF_ORDER
    certifies = isinstance(said, GoodsAdmitted | GoodsReduced)
    if certifies and decided_by == delivery.ordered_by:
        return VerificationRefusal.SAME_PERSON
    if isinstance(said, GoodsAdmitted):
        if not set(said.faulty_imeis) <= set(note.imeis):
            return VerificationRefusal.OTHER_SERIALS
        if len(said.faulty_imeis) == note.quantity:
            return VerificationRefusal.NOTHING_ADMITTED
    if isinstance(said, GoodsReduced):
        worth_cents = note.quantity * delivery.unit_price_excl_vat_cents
        if said.reduction_cents >= worth_cents:  # so that something is owed however VAT is rounded
            return VerificationRefusal.MORE_THAN_WORTH
    return None


def _who_and_when(said: Decision) -> tuple[datetime, str]:
    match said:
        case GoodsAdmitted():
            return said.admitted_at, said.admitted_by
        case GoodsReduced():
            return said.reduced_at, said.reduced_by
        case GoodsAdjourned():
            return said.adjourned_at, said.adjourned_by
    return said.rejected_at, said.rejected_by


def _admit(delivery: Delivery, said: GoodsAdmitted, context: Context) -> Iterator[Event]:
    note = delivery.notes[said.delivery_note]
    admission = AdmissionRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=note.quantity - len(said.faulty_imeis),
        faulty_imeis=said.faulty_imeis,
        admitted_at=said.admitted_at,
        admitted_by=said.admitted_by,
        tacit=False,
    )
    return certify(delivery, admission, context)


def _reduce(delivery: Delivery, said: GoodsReduced, context: Context) -> Iterator[Event]:
    admission = AdmissionRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=delivery.notes[said.delivery_note].quantity,
        reduction_cents=said.reduction_cents,
        admitted_at=said.reduced_at,
        admitted_by=said.reduced_by,
        tacit=False,
    )
    return certify(delivery, admission, context)


def _adjourn(delivery: Delivery, said: GoodsAdjourned, context: Context) -> Iterator[Event]:
    yield AdjournmentRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=delivery.notes[said.delivery_note].quantity,
        reason=said.reason,
        adjourned_at=said.adjourned_at,
        adjourned_by=said.adjourned_by,
        redo_by=said.redo_by,
        due_at=after_grace(context, said.redo_by),
    )


def _reject(delivery: Delivery, said: GoodsRejected, context: Context) -> Iterator[Event]:
    rejection = RejectionRecorded(
        order=said.order,
        delivery_note=said.delivery_note,
        quantity=delivery.notes[said.delivery_note].quantity,
        reason=said.reason,
        rejected_at=said.rejected_at,
        rejected_by=said.rejected_by,
    )
    return reject(delivery, rejection, context)


# --- presented again -----------------------------------------------------------------------------


def _present(delivery: Delivery, said: GoodsPresentedAgain, context: Context) -> Iterator[Event]:
    note = delivery.notes[said.delivery_note]
    if said.supplier != delivery.supplier:
        yield verification_refused(said, VerificationRefusal.OTHER_SUPPLIER)
    elif note.adjourned_at is not None and said.presented_at < note.adjourned_at:
        yield verification_refused(said, VerificationRefusal.DATES_OUT_OF_ORDER)
    elif is_late(context, note.redo_by):
        yield verification_refused(said, VerificationRefusal.TOO_LATE)
    else:
        until = decide_by(context)
        yield PresentationRecorded(
            order=said.order,
            delivery_note=said.delivery_note,
            presented_at=said.presented_at,
            presented_by=said.presented_by,
            decide_by=until,
            due_at=after_grace(context, until),
        )


_TAKEN: Mapping[type[Event], Answer] = {
    GoodsAdmitted: _admit,
    GoodsReduced: _reduce,
    GoodsAdjourned: _adjourn,
    GoodsRejected: _reject,
}
_DECISIONS: Mapping[Step, Answer] = {
    Step.RECEIVED: _decide,
    Step.ADMITTED_BY_SILENCE: _contest,
    Step.ADMITTED: _already_decided,
    Step.REJECTED: _already_decided,
}
_PRESENTATIONS: Mapping[Step, Answer] = {
    Step.ADJOURNED: _present,
    Step.ADMITTED: _already_decided,
    Step.REJECTED: _already_decided,
}
_MODELS = {model.event_type: model for model in SAYS.values()}
