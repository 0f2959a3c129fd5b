"""From the supplier's van to the service fait: shipments, receptions, decisions, serial numbers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Imei, Siret, Uai
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    DeliveryNoteId,
    Instant,
    ItemId,
    OrderId,
    Quantity,
    UserId,
)


def _each_once(imeis: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(imeis)) < len(imeis):
        raise refusal("imeis-once", "the list names an IMEI twice.", "Scan each device once.")
    return imeis


Imeis = Annotated[tuple[Imei, ...], Field(min_length=1, max_length=500), AfterValidator(_each_once)]
"""The devices on one delivery note; larger deliveries come with several notes."""


class ShipmentAnnounced(Event):
    """The supplier has handed goods of an order to the carrier."""

    order: OrderId
    delivery_note: DeliveryNoteId
    supplier: Siret
    quantity: Quantity
    shipped_at: Instant
    announced_by: UserId


class GoodsReceived(Event):
    """A school or local authority has the devices of a delivery note in hand."""

    order: OrderId
    delivery_note: DeliveryNoteId
    uai: Uai
    imeis: Imeis
    received_at: Instant
    received_by: UserId


class GoodsAdmitted(Event):
    """The buyer finds that the goods of a delivery note are what was ordered."""

    order: OrderId
    delivery_note: DeliveryNoteId
    admitted_at: Instant
    admitted_by: UserId


class RejectionReason(StrEnum):
    """Why the buyer does not take the goods."""

    DAMAGED = "damaged"
    NOT_AS_ORDERED = "not_as_ordered"
    DOES_NOT_WORK = "does_not_work"
    INCOMPLETE = "incomplete"


class GoodsRejected(Event):
    """The buyer sends the goods of a delivery note back, with the reason."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: RejectionReason
    rejected_at: Instant
    rejected_by: UserId


class DeliveryExpected(Event):
    """A placed order is waited for at its school."""

    order: OrderId
    supplier: Siret
    uai: Uai
    item: ItemId
    quantity: Quantity
    ordered_by: UserId
    placed_at: Instant


class ShipmentHeld(Event):
    """A shipment of an order that is not known yet waits for it until due_at."""

    order: OrderId
    shipment: ShipmentAnnounced
    due_at: Instant


class ShipmentRecorded(Event):
    """The shipment belongs to the order."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    shipped_at: Instant


class DeliveryRefusal(StrEnum):
    """Why a shipment, a reception or a decision on it does not count."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_SUPPLIER = "other_supplier"
    OTHER_PLACE = "other_place"
    MORE_THAN_ORDERED = "more_than_ordered"
    ALREADY_KNOWN = "already_known"
    ALREADY_DECIDED = "already_decided"
    NO_SERIAL_FREE = "no_serial_free"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    SAME_PERSON = "same_person"
    TOO_MANY_WAITING = "too_many_waiting"


class ShipmentRefused(Event):
    """The shipment does not belong to the order."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: DeliveryRefusal


class ReceptionHeld(Event):
    """A reception for an order that is not known yet waits for it until due_at."""

    order: OrderId
    reception: GoodsReceived
    due_at: Instant


class ReceptionOpened(Event):
    """A reception that fits the order asks each of its devices whether it was received before."""

    order: OrderId
    delivery_note: DeliveryNoteId
    imeis: Imeis
    received_at: Instant
    received_by: UserId


class SerialClaimRequested(Event):
    """An order asks a device to count as received, once for ever."""

    imei: Imei
    order: OrderId
    delivery_note: DeliveryNoteId
    received_at: Instant


class SerialClaimed(Event):
    """The device counts as received under this delivery note, and never again."""

    imei: Imei
    order: OrderId
    delivery_note: DeliveryNoteId
    received_at: Instant


class SerialRefused(Event):
    """The device was received before, under the order and the note named here."""

    imei: Imei
    order: OrderId
    delivery_note: DeliveryNoteId
    held_by_order: OrderId
    held_by_note: DeliveryNoteId


class SerialRecorded(Event):
    """The order has noted the answer for one device and waits for the others."""

    order: OrderId
    delivery_note: DeliveryNoteId
    imei: Imei
    claimed: bool


class ReceptionRecorded(Event):
    """All devices of the note have answered; those in `imeis` count as received."""

    order: OrderId
    delivery_note: DeliveryNoteId
    uai: Uai
    imeis: Imeis
    refused_imeis: tuple[Imei, ...] = ()
    received_at: Instant
    received_by: UserId
    decide_by: Instant
    """Silence until then admits the goods (CCAG-FCS: 15 days)."""


class ReceptionRefused(Event):
    """The reception does not count."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: DeliveryRefusal


class VerificationHeld(Event):
    """An admission or rejection of goods that are not received yet waits until due_at."""

    order: OrderId
    admission: GoodsAdmitted | None = None
    rejection: GoodsRejected | None = None
    due_at: Instant

    @model_validator(mode="after")
    def _holds_one(self) -> Self:
        if (self.admission is None) == (self.rejection is None):
            raise refusal("one-decision", "holds none or both decisions.", "Send exactly one.")
        return self


class VerificationRefused(Event):
    """The buyer's admission or rejection does not count."""

    order: OrderId
    delivery_note: DeliveryNoteId
    decision: Literal["admitted", "rejected"]
    reason: DeliveryRefusal


class AdmissionRecorded(Event):
    """The goods are admitted, by the buyer or by silence."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    admitted_at: Instant
    admitted_by: UserId | None = None
    """Nobody when `tacit`."""
    tacit: bool


class RejectionRecorded(Event):
    """The goods go back and do not count as delivered."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    reason: RejectionReason
    rejected_at: Instant
    rejected_by: UserId


class DeliveryCompleted(Event):
    """The whole quantity of the order is certified."""

    order: OrderId
    quantity: Quantity
    completed_at: Instant
