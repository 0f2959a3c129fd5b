"""The stock of a model in a school: counted per state, counted by hand, and never mended in silence."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.delivery import Imeis
from filrouge_contracts.device import DeviceState
from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Imei, Uai
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import Instant, ItemId, Pieces, SignedPieces, UserId


class StockCounts(Part):
    """Both sides of the stock equation: what came in is somewhere."""

    accepted: Pieces = 0
    swapped_in: Pieces = 0
    in_stock: Pieces = 0
    prepared: Pieces = 0
    on_loan: Pieces = 0
    in_repair: Pieces = 0
    in_transit: Pieces = 0
    returned_to_supplier: Pieces = 0
    lost: Pieces = 0
    stolen: Pieces = 0
    scrapped: Pieces = 0

    @model_validator(mode="after")
    def _balance(self) -> Self:
        somewhere = self.in_stock + self.prepared + self.on_loan + self.in_repair + self.in_transit
        gone = self.returned_to_supplier + self.lost + self.stolen + self.scrapped
        if self.accepted + self.swapped_in != somewhere + gone:
            detail = "accepted + swapped_in is not the sum of the states."
            raise refusal("stock-equation", detail, "Count each device in one state.")
        return self


class StockMoved(Event):
    """A stock counts a device elsewhere than before."""

    item: ItemId
    uai: Uai
    imei: Imei
    moved_from: DeviceState | None = None
    moved_to: DeviceState
    moved_at: Instant
    counts: StockCounts
    """After the move."""
    adjusted: bool = False
    """It explains a counted difference."""
    unexplained: SignedPieces = 0
    """What of the last count is still to be explained."""
    adjust_by: Instant | None = None


class StockCounted(Event):
    """Somebody has counted the admitted devices in the cupboard, in stock or prepared."""

    item: ItemId
    uai: Uai
    counted: Pieces
    counted_at: Instant
    counted_by: UserId


class StockCountRecorded(Event):
    """The count is compared with what the events say should be there."""

    item: ItemId
    uai: Uai
    expected: Pieces
    counted: Pieces
    difference: SignedPieces
    """counted - expected; moves that are said later but happened before the count change it."""
    counted_at: Instant
    counted_by: UserId
    adjust_by: Instant | None = None
    """When a difference is named unless it is explained."""


class StockDifferenceUnexplained(Event):
    """Nobody has explained a counted difference in time; it stays open."""

    item: ItemId
    uai: Uai
    difference: SignedPieces
    counted_at: Instant
    counted_by: UserId
    adjust_by: Instant


class AdjustmentDirection(StrEnum):
    """Which way a count differs."""

    MISSING = "missing"
    FOUND = "found"


class AdjustmentReason(StrEnum):
    """What explains the difference."""

    NOT_FOUND = "not_found"
    FOUND_AGAIN = "found_again"
    RECORDED_WRONGLY = "recorded_wrongly"


class StockAdjusted(Event):
    """Somebody other than who counted says which devices explain a difference, and why."""

    item: ItemId
    uai: Uai
    imeis: Imeis
    direction: AdjustmentDirection
    reason: AdjustmentReason
    adjusted_at: Instant
    adjusted_by: UserId


class StockAdjustmentRecorded(Event):
    """The adjustment fits the difference: each of its devices is told."""

    item: ItemId
    uai: Uai
    imeis: Imeis
    direction: AdjustmentDirection
    reason: AdjustmentReason
    adjusted_at: Instant
    adjusted_by: UserId


class DeviceAdjusted(Event):
    """A stock tells a device that it is missing, or that it was found."""

    imei: Imei
    item: ItemId
    uai: Uai
    direction: AdjustmentDirection
    adjusted_at: Instant
    adjusted_by: UserId


class AdjustmentRefusal(StrEnum):
    """Why a device does not explain a difference."""

    UNKNOWN_DEVICE = "unknown_device"
    NOT_ACCEPTED = "not_accepted"
    NOT_IN_THIS_STATE = "not_in_this_state"
    OTHER_SITE = "other_site"
    OTHER_ITEM = "other_item"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    ALREADY_WAITING = "already_waiting"
    TOO_MANY_WAITING = "too_many_waiting"


class AdjustmentRefused(Event):
    """A device cannot be missing, or found, where it is; it stays there."""

    imei: Imei
    item: ItemId
    uai: Uai
    adjusted_at: Instant
    reason: AdjustmentRefusal


class AdjustmentFailed(Event):
    """A device did not explain the difference, which stays to be explained."""

    item: ItemId
    uai: Uai
    imei: Imei
    reason: AdjustmentRefusal


class StockRefusal(StrEnum):
    """Why a count or an adjustment does not count."""

    UNKNOWN_STOCK = "unknown_stock"
    NOT_COUNTED = "not_counted"
    MOVED_SINCE = "moved_since"
    NOTHING_TO_EXPLAIN = "nothing_to_explain"
    MORE_THAN_THE_DIFFERENCE = "more_than_the_difference"
    SAME_PERSON = "same_person"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    ALREADY_WAITING = "already_waiting"
    TOO_MANY_WAITING = "too_many_waiting"


class StockRefused(Event):
    """What was said of a stock does not count."""

    item: ItemId
    uai: Uai
    said_type: str
    """Type of the event that is refused."""
    happened_at: Instant
    """The moment that it names."""
    reason: StockRefusal
