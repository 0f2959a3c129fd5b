"""A device from its admission on: stock, loans, repairs, losses."""

from __future__ import annotations

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Imei, Uai
from filrouge_contracts.values import DeliveryNoteId, Instant, ItemId, OrderId


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
