"""What the buyer, or silence, decides on goods that were received, and how silence is undone."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.delivery import Imeis, SomeImeis
from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Siret
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    Cents,
    DeliveryNoteId,
    Instant,
    OrderId,
    PositiveCents,
    Quantity,
    UserId,
)

REDO_AT_MOST = timedelta(days=15)
"""What an adjournment may give the supplier (CCAG-FCS art. 25)."""


class GoodsAdmitted(Event):
    """The buyer finds that the goods of a delivery note are what was ordered, but for those named."""

    order: OrderId
    delivery_note: DeliveryNoteId
    faulty_imeis: SomeImeis = ()
    """Réserves: these go back, the others are admitted."""
    admitted_at: Instant
    admitted_by: UserId


class ReductionReason(StrEnum):
    """What is not quite as ordered, though it can be used."""

    DAMAGED = "damaged"
    NOT_AS_ORDERED = "not_as_ordered"
    ACCESSORIES_MISSING = "accessories_missing"
    LATE = "late"


class GoodsReduced(Event):
    """Réfaction: the buyer admits the goods of a delivery note, all of them, at a lower price."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reduction_cents: PositiveCents
    """Including VAT, on the whole note."""
    reason: ReductionReason
    reduced_at: Instant
    reduced_by: UserId


class AdjournmentReason(StrEnum):
    """What the supplier can still put right."""

    DAMAGED = "damaged"
    NOT_AS_ORDERED = "not_as_ordered"
    DOES_NOT_WORK = "does_not_work"
    INCOMPLETE = "incomplete"


class GoodsAdjourned(Event):
    """The buyer lets the supplier put the goods of a delivery note right, and decides afterwards."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: AdjournmentReason
    redo_by: Instant
    adjourned_at: Instant
    adjourned_by: UserId

    @model_validator(mode="after")
    def _leaves_fifteen_days_at_most(self) -> Self:
        if not timedelta(0) < self.redo_by - self.adjourned_at <= REDO_AT_MOST:
            detail = f"redo_by is not within {REDO_AT_MOST.days} days after adjourned_at."
            raise refusal("adjournment-days", detail, "Give the supplier 1 to 15 days.")
        return self


class RejectionReason(StrEnum):
    """Why goods are not taken."""

    DAMAGED = "damaged"
    NOT_AS_ORDERED = "not_as_ordered"
    DOES_NOT_WORK = "does_not_work"
    INCOMPLETE = "incomplete"
    NOT_PRESENTED_AGAIN = "not_presented_again"


class GoodsRejected(Event):
    """The buyer sends the goods of a delivery note back, with the reason."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: RejectionReason
    rejected_at: Instant
    rejected_by: UserId


class GoodsPresentedAgain(Event):
    """The supplier has put adjourned goods right: the buyer may look at them again."""

    order: OrderId
    delivery_note: DeliveryNoteId
    supplier: Siret
    presented_at: Instant
    presented_by: UserId


class VerificationWord(StrEnum):
    """Which word on received goods is answered."""

    ADMITTED = "admitted"
    REDUCED = "reduced"
    ADJOURNED = "adjourned"
    REJECTED = "rejected"
    PRESENTED_AGAIN = "presented_again"


class VerificationRefusal(StrEnum):
    """Why a decision, or goods presented again, do not count."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_SUPPLIER = "other_supplier"
    OTHER_SERIALS = "other_serials"
    NOTHING_ADMITTED = "nothing_admitted"
    MORE_THAN_WORTH = "more_than_worth"
    ALREADY_KNOWN = "already_known"
    ALREADY_DECIDED = "already_decided"
    ALREADY_PAID = "already_paid"
    TOO_LATE = "too_late"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    SAME_PERSON = "same_person"
    TOO_MANY_WAITING = "too_many_waiting"


class VerificationRefused(Event):
    """A decision on received goods, or their presentation, does not count."""

    order: OrderId
    delivery_note: DeliveryNoteId
    word: VerificationWord
    reason: VerificationRefusal


class AdmissionRecorded(Event):
    """The goods are admitted, by the buyer or by silence."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    """Without the faulty ones."""
    faulty_imeis: SomeImeis = ()
    """These go back and do not count as delivered."""
    reduction_cents: Cents = 0
    admitted_at: Instant
    admitted_by: UserId | None = None
    """Nobody when `tacit`."""
    tacit: bool


class AdmissionConfirmed(Event):
    """The buyer admits what silence had admitted: nothing changes, and nothing undoes it any more."""

    order: OrderId
    delivery_note: DeliveryNoteId
    admitted_at: Instant
    admitted_by: UserId


class AdmissionUndone(Event):
    """What silence had admitted is to be decided again: the buyer had spoken in time."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    imeis: Imeis
    """They are in stock, and no longer certified."""


class AdmissionUpheld(Event):
    """What silence had admitted stays admitted: it is invoiced already."""

    order: OrderId
    delivery_note: DeliveryNoteId


class AdjournmentRecorded(Event):
    """The supplier may put the goods right; they stay under way."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    reason: AdjournmentReason
    adjourned_at: Instant
    adjourned_by: UserId
    redo_by: Instant
    due_at: Instant
    """When the clock rejects them: redo_by, and the grace for what was said before and comes later."""


class PresentationRecorded(Event):
    """The goods are to be decided again, within as many days as when they were received."""

    order: OrderId
    delivery_note: DeliveryNoteId
    presented_at: Instant
    presented_by: UserId
    decide_by: Instant
    due_at: Instant
    """When the clock admits them: decide_by, and the grace for what was said before and comes later."""


class RejectionRecorded(Event):
    """The goods go back and do not count as delivered."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    reason: RejectionReason
    rejected_at: Instant
    rejected_by: UserId | None = None
    """Nobody when they were adjourned and not presented again in time."""
