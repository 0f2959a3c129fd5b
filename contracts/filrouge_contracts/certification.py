"""Service fait: what the accounts take from deliveries, and how it is taken back."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from filrouge_contracts.delivery import Imeis
from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Uai
from filrouge_contracts.ledger import Postings
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    Cents,
    DeliveryNoteId,
    Instant,
    ItemId,
    OrderId,
    Quantity,
    UserId,
)


class ServiceCertified(Event):
    """Service fait: this delivery conforms to the order and may be paid for."""

    order: OrderId
    delivery_note: DeliveryNoteId
    item: ItemId
    uai: Uai
    """Where the goods are."""
    quantity: Quantity
    imeis: Imeis
    reduction_cents: Cents = 0
    """Réfaction including VAT: how much less is owed for goods that were admitted with a flaw."""
    received_at: Instant
    certified_at: Instant
    certified_by: UserId | None = None
    """Nobody when `tacit`."""
    tacit: bool

    @model_validator(mode="after")
    def _counts_its_devices(self) -> Self:
        if self.quantity != len(self.imeis):
            detail = "quantity is not the number of imeis."
            raise refusal("certified-quantity", detail, "Certify the devices accepted, each once.")
        return self


class ServiceWithdrawalRequested(Event):
    """A decision that the buyer made in time undoes an admission by silence, if nothing was invoiced."""

    order: OrderId
    delivery_note: DeliveryNoteId
    requested_at: Instant


class ServiceWithdrawn(Event):
    """The service fait is taken back in the accounts, by compensating entries."""

    order: OrderId
    delivery_note: DeliveryNoteId
    quantity: Quantity
    amount_cents: Cents
    postings: Postings


class ServiceWithdrawalRefused(Event):
    """The service fait stays: some of it is invoiced already."""

    order: OrderId
    delivery_note: DeliveryNoteId
