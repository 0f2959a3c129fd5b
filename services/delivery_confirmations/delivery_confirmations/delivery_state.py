"""What is remembered of an order's delivery.

Serial numbers are kept while a delivery note can still be decided: until the buyer has decided, and
after silence has, because a decision said in time may undo it. Afterwards the events have them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec
from filrouge_chassis.waiting import Holder


class Step(StrEnum):
    """Where a delivery note is on its way."""

    CLAIMING = "claiming"
    RECEIVED = "received"
    ADJOURNED = "adjourned"
    ADMITTED = "admitted"
    ADMITTED_BY_SILENCE = "admitted_by_silence"
    CONTESTED = "contested"
    """Admitted by silence; the accounts are asked whether that can be undone."""
    REJECTED = "rejected"


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A delivery note that was received."""

    step: Step
    quantity: int
    received_at: datetime
    received_by: str
    imeis: tuple[str, ...] = ()
    answered: int = 0
    refused: tuple[str, ...] = ()
    adjourned_at: datetime | None = None
    presented_at: datetime | None = None
    decide_by: datetime | None = None
    redo_by: datetime | None = None
    due_at: datetime | None = None
    """When the clock decides instead of the buyer or the supplier."""
    in_stock: bool = False
    """Its devices were admitted by silence, and undoing that left them where they are."""

    @property
    def seen_at(self) -> datetime:
        """What the buyer decides on is not older than this."""
        return self.presented_at or self.received_at


class Shipment(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the supplier says is on its way under a delivery note."""

    quantity: int
    shipped_at: datetime
    imeis: tuple[str, ...] = ()
    """Until they are received."""
    lost: int = 0


class Delivery(Holder, frozen=True, omit_defaults=True):
    """An order as its school waits for it. Not placed yet: no supplier."""

    supplier: str = ""
    uai: str = ""
    item: str = ""
    quantity: int = 0
    unit_price_excl_vat_cents: int = 0
    ordered_by: str = ""
    placed_at: datetime | None = None
    closed: bool = False
    certified: int = 0
    certified_at: datetime | None = None
    completed: bool = False
    shipments: dict[str, Shipment] = {}
    notes: dict[str, Note] = {}

    def deadlines(self) -> Iterable[datetime | None]:
        return [note.due_at for note in self.notes.values()]

    @property
    def received(self) -> int:
        """Pieces at the school that did not go back."""
        return sum(map(self.pieces, self.notes))

    @property
    def under_way(self) -> int:
        """Pieces received, or shipped and neither received nor lost."""
        return sum(map(self.pieces, {**self.shipments, **self.notes}))

    def pieces(self, name: str) -> int:
        """Of one delivery note: what was received and did not go back, or what is still to come."""
        if note := self.notes.get(name):
            return note.quantity if note.step is not Step.REJECTED else 0
        shipment = self.shipments.get(name)
        return shipment.quantity - shipment.lost if shipment else 0
