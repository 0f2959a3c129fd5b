"""The life of a device after its admission: in stock, broken, lost; loans and swaps have their own pages."""

from __future__ import annotations

from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Imei, Qpv, Uai
from filrouge_contracts.values import (
    DeliveryNoteId,
    Instant,
    ItemId,
    OrderId,
    PupilId,
    Sha256,
    UserId,
)


class DeviceState(StrEnum):
    """Where a device is: in one place at a time."""

    RECEIVED = "received"
    """Not admitted yet, so not in the stock equation."""
    IN_STOCK = "in_stock"
    PREPARED = "prepared"
    """Enrolled in the school's device management."""
    IN_TRANSIT = "in_transit"
    """Left for a family without contact or signature, until it confirms."""
    ON_LOAN = "on_loan"
    IN_REPAIR = "in_repair"
    RETURNED_TO_SUPPLIER = "returned_to_supplier"
    LOST = "lost"
    STOLEN = "stolen"
    SCRAPPED = "scrapped"


class DeviceAccepted(Event):
    """A device was admitted with its delivery: it is in the stock of its school."""

    imei: Imei
    order: OrderId
    delivery_note: DeliveryNoteId
    item: ItemId
    uai: Uai
    accepted_at: Instant


class DeviceSentBack(Event):
    """A device whose admission was undone goes back to the supplier."""

    imei: Imei
    order: OrderId
    delivery_note: DeliveryNoteId
    sent_back_at: Instant


class DevicePrepared(Event):
    """A device in stock is enrolled and ready to be handed over."""

    imei: Imei
    uai: Uai
    prepared_at: Instant
    prepared_by: UserId


class DeviceLost(Event):
    """Nobody knows where a device is, and somebody declares so on their honour."""

    imei: Imei
    uai: Uai
    declaration_sha256: Sha256
    lost_at: Instant
    reported_by: UserId


class DeviceStolen(Event):
    """A device was stolen, and the police has taken the complaint."""

    imei: Imei
    uai: Uai
    complaint_sha256: Sha256
    """Of the receipt of the complaint."""
    stolen_at: Instant
    reported_by: UserId


class BreakageCause(StrEnum):
    """Why a device broke; families pay for negligence only."""

    ACCIDENT = "accident"
    WEAR = "wear"
    NEGLIGENCE = "negligence"
    DEFECT = "defect"


class DeviceBroken(Event):
    """A device does not work and goes to be repaired."""

    imei: Imei
    uai: Uai
    cause: BreakageCause
    broken_at: Instant
    reported_by: UserId


class DeviceRepaired(Event):
    """A device works again and is back in stock."""

    imei: Imei
    uai: Uai
    repaired_at: Instant
    reported_by: UserId


class ScrapReason(StrEnum):
    """Why a device is given up."""

    BEYOND_REPAIR = "beyond_repair"
    UNSAFE = "unsafe"
    OBSOLETE = "obsolete"


class DeviceScrapped(Event):
    """A device is taken out of the inventory for good."""

    imei: Imei
    uai: Uai
    reason: ScrapReason
    scrapped_at: Instant
    scrapped_by: UserId


class DeviceMoved(Event):
    """A device is somewhere else than before; its stock counts it there."""

    imei: Imei
    item: ItemId
    uai: Uai
    moved_from: DeviceState | None = None
    """Nowhere when the supplier gave it for another one."""
    moved_to: DeviceState
    said_type: str
    """Type of the event that moved it."""
    moved_at: Instant
    """When it happened; of an admission: since when the school has had the device."""
    moved_by: UserId | None = None
    """Nobody when an admission or its end moved it."""
    pupil: PupilId | None = None
    """Who has it, or had it until now."""
    qpv: Qpv | None = None
    """Of a handover: where the pupil lives or goes to school."""
    due_back_at: Instant | None = None
    confirm_by: Instant | None = None
    """Of a handover without contact: when it is named unless the family has confirmed it."""
    replaces: Imei | None = None
    replaced_by: Imei | None = None


class DeviceRefusal(StrEnum):
    """Why something said of a device does not count."""

    UNKNOWN_DEVICE = "unknown_device"
    NOT_ACCEPTED = "not_accepted"
    NOT_IN_THIS_STATE = "not_in_this_state"
    OTHER_SITE = "other_site"
    OTHER_PUPIL = "other_pupil"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    REPLACEMENT_KNOWN = "replacement_known"
    ALREADY_WAITING = "already_waiting"
    TOO_MANY_WAITING = "too_many_waiting"


class DeviceRefused(Event):
    """What was said of a device does not count; it stays where it was."""

    imei: Imei
    said_type: str
    """Type of the event that is refused."""
    happened_at: Instant
    """The moment that it names."""
    reason: DeviceRefusal
