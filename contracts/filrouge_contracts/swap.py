"""Warranty swaps: the supplier takes a device back and gives another, and both serials know it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Imei, Uai
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import DeliveryNoteId, Instant, ItemId, OrderId, UserId


class DeviceSwapped(Event):
    """The supplier has taken a device back under warranty and given another of the same model."""

    imei: Imei
    new_imei: Imei
    uai: Uai
    swapped_at: Instant
    swapped_by: UserId

    @model_validator(mode="after")
    def _is_another(self) -> Self:
        if self.new_imei == self.imei:
            detail = "new_imei is the device that was taken back."
            raise refusal("swap-other-device", detail, "Send the IMEI of the new device.")
        return self


class SwapRequested(Event):
    """A device asks the one that shall replace it, which must never have been received."""

    imei: Imei
    new_imei: Imei
    order: OrderId
    delivery_note: DeliveryNoteId
    """Under which the replaced one was received, and the new one counts from now on."""
    item: ItemId
    uai: Uai
    swapped_at: Instant
    swapped_by: UserId


class SwapAccepted(Event):
    """The new device counts as received, for ever, in place of the old one."""

    imei: Imei
    new_imei: Imei
    order: OrderId
    delivery_note: DeliveryNoteId
    swapped_at: Instant
    swapped_by: UserId


class SwapRefused(Event):
    """The new device was received before: the swap does not count."""

    imei: Imei
    new_imei: Imei
    swapped_at: Instant
