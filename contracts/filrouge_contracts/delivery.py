"""From the supplier's van to the school: shipments, losses, receptions, serial numbers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Imei, Siret, Uai
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    DeliveryNoteId,
    Instant,
    ItemId,
    OrderId,
    Pieces,
    PositiveCents,
    Quantity,
    Sha256,
    UserId,
)


def _each_once(imeis: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(imeis)) < len(imeis):
        raise refusal("imeis-once", "the list names an IMEI twice.", "Scan each device once.")
    return imeis


Imeis = Annotated[tuple[Imei, ...], Field(min_length=1, max_length=500), AfterValidator(_each_once)]
"""The devices on one delivery note; larger deliveries come with several notes."""
SomeImeis = Annotated[tuple[Imei, ...], Field(max_length=500), AfterValidator(_each_once)]
"""Some of the devices on one delivery note, or none."""


class ShipmentAnnounced(Event):
    """The supplier has handed goods of an order to the carrier."""

    order: OrderId
    delivery_note: DeliveryNoteId
    supplier: Siret
    quantity: Quantity
    imeis: SomeImeis = ()
    """Of all its devices, if the supplier lists them."""
    shipped_at: Instant
    announced_by: UserId

    @model_validator(mode="after")
    def _lists_all_or_none(self) -> Self:
        if self.imeis and self.quantity != len(self.imeis):
            detail = "quantity is not the number of imeis."
            raise refusal("announced-quantity", detail, "List every device shipped, or none.")
        return self


class LossReason(StrEnum):
    """What became of goods between the supplier and the school."""

    LOST = "lost"
    STOLEN = "stolen"
    DESTROYED = "destroyed"


class GoodsLostInTransit(Event):
    """Goods of a shipment will not arrive; as many may be shipped again."""

    order: OrderId
    delivery_note: DeliveryNoteId
    supplier: Siret
    """Who shipped them."""
    uai: Uai
    """Where they were expected."""
    quantity: Quantity
    reason: LossReason
    reported_at: Instant
    reported_by: UserId


class ReceptionEvidenceKind(StrEnum):
    """What shows that goods arrived."""

    SIGNED_NOTE = "signed_note"
    """Bon de livraison émargé."""
    RECEIPT = "receipt"
    """Procès-verbal de réception."""
    CARRIER_TRACKING = "carrier_tracking"
    PHOTO = "photo"


class ReceptionEvidence(Part):
    """A document that its holder keeps; here is only the digest that it is recognised by."""

    kind: ReceptionEvidenceKind
    sha256: Sha256


ReceptionEvidences = Annotated[tuple[ReceptionEvidence, ...], Field(min_length=1, max_length=20)]


class GoodsReceived(Event):
    """A school or local authority has the devices of a delivery note in hand."""

    order: OrderId
    delivery_note: DeliveryNoteId
    uai: Uai
    imeis: Imeis
    evidence: ReceptionEvidences
    received_at: Instant
    received_by: UserId


class DeliveryExpected(Event):
    """A placed order is waited for at its school."""

    order: OrderId
    supplier: Siret
    uai: Uai
    item: ItemId
    quantity: Quantity
    unit_price_excl_vat_cents: PositiveCents
    ordered_by: UserId
    placed_at: Instant


class ShipmentRecorded(Event):
    """The shipment belongs to the order."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    imeis: SomeImeis = ()
    shipped_at: Instant


class LossRecorded(Event):
    """Fewer goods of the shipment are under way."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    reason: LossReason
    reported_at: Instant
    reported_by: UserId


class ShipmentRefusal(StrEnum):
    """Why an announcement does not count."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_SUPPLIER = "other_supplier"
    MORE_THAN_ORDERED = "more_than_ordered"
    ORDER_CLOSED = "order_closed"
    ALREADY_KNOWN = "already_known"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    TOO_MANY_WAITING = "too_many_waiting"


class ShipmentRefused(Event):
    """The announcement of a shipment does not count."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: ShipmentRefusal


class LossRefusal(StrEnum):
    """Why a loss does not count."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_SUPPLIER = "other_supplier"
    OTHER_PLACE = "other_place"
    MORE_THAN_SHIPPED = "more_than_shipped"
    ALREADY_KNOWN = "already_known"
    ALREADY_RECEIVED = "already_received"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    TOO_MANY_WAITING = "too_many_waiting"


class LossRefused(Event):
    """The loss does not count: as many goods are under way as before."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: LossRefusal


class ReceptionOpened(Event):
    """A reception that fits the order asks each of its devices whether it was received before."""

    order: OrderId
    delivery_note: DeliveryNoteId
    imeis: Imeis
    evidence: ReceptionEvidences
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
    """Received before, here or elsewhere."""
    unannounced_imeis: SomeImeis = ()
    """Received, though the supplier listed other devices; the buyer judges."""
    received_at: Instant
    received_by: UserId
    decide_by: Instant
    """Silence until then admits the goods (CCAG-FCS: 15 days)."""
    due_at: Instant
    """When the clock admits them: decide_by, and the grace for what was said before and comes later."""


class ReceptionRefusal(StrEnum):
    """Why a reception does not count."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_PLACE = "other_place"
    MORE_THAN_ORDERED = "more_than_ordered"
    ALREADY_KNOWN = "already_known"
    NO_SERIAL_FREE = "no_serial_free"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    TOO_MANY_WAITING = "too_many_waiting"


class ReceptionRefused(Event):
    """The reception does not count."""

    order: OrderId
    delivery_note: DeliveryNoteId
    reason: ReceptionRefusal


class DeliveryAdjusted(Event):
    """The order was enlarged: more goods are waited for."""

    order: OrderId
    quantity: Quantity


class DeliveryClosed(Event):
    """The order is cancelled: what is under way may still arrive, nothing else."""

    order: OrderId
    closed_at: Instant


class DeliveryCompleted(Event):
    """The whole quantity of the order is certified."""

    order: OrderId
    quantity: Quantity
    completed_at: Instant


class DeliveryReopened(Event):
    """A completed delivery is no longer complete: more was ordered, or an admission was undone."""

    order: OrderId
    certified: Pieces
    reopened_at: Instant
