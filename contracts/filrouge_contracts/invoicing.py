"""Invoices and the three-way match that makes them debts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Iban, Imei, Siret
from filrouge_contracts.ledger import Postings
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    BasisPoints,
    BudgetLineId,
    Cents,
    DeliveryNoteId,
    EngagementId,
    Instant,
    InvoiceId,
    PositiveCents,
    Quantity,
    UserId,
)

InvoicedImeis = Annotated[tuple[Imei, ...], Field(max_length=500)]


class InvoiceLine(Part):
    """What is invoiced of one delivery note, or of one certificate of hours."""

    delivery_note: DeliveryNoteId
    """Or the certificate of a programme's hours."""
    quantity: Quantity
    imeis: InvoicedImeis = ()
    """Serial numbers, where the supplier names them."""
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints
    amount_excl_vat_cents: PositiveCents

    @model_validator(mode="after")
    def _counts_its_devices(self) -> Self:
        if self.imeis and len(set(self.imeis)) != self.quantity:
            detail = "quantity is not the number of different imeis."
            raise refusal("invoiced-quantity", detail, "Name each device once, or none.")
        return self


class InvoiceSubmitted(Event):
    """The supplier or association asks to be paid for what was delivered or done."""

    engagement: EngagementId
    invoice: InvoiceId
    supplier: Siret
    iban: Iban
    lines: Annotated[tuple[InvoiceLine, ...], Field(min_length=1, max_length=50)]
    amount_excl_vat_cents: PositiveCents
    vat_cents: Cents
    """Of all lines, rounded once on each."""
    amount_cents: PositiveCents
    issued_at: Instant
    submitted_by: UserId

    @property
    def quantity(self) -> int:
        return sum(line.quantity for line in self.lines)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.amount_excl_vat_cents != sum(line.amount_excl_vat_cents for line in self.lines):
            detail = "amount_excl_vat_cents is not the sum of the lines."
            raise refusal("invoice-lines-sum", detail, "Correct the invoice.")
        if self.amount_cents != self.amount_excl_vat_cents + self.vat_cents:
            detail = "amount_cents is not amount_excl_vat_cents plus vat_cents."
            raise refusal("invoice-sum", detail, "Correct the invoice.")
        if len({line.delivery_note for line in self.lines}) < len(self.lines):
            detail = "lines names a delivery note twice."
            raise refusal("invoice-note-once", detail, "Give each delivery note one line.")
        return self


class InvoiceRecorded(Event):
    """An invoice waits for what it is compared with: the engagement and the service fait."""

    engagement: EngagementId
    invoice: InvoiceId
    submitted: InvoiceSubmitted
    due_at: Instant


class MatchedLine(Part):
    """What an invoice has taken of one delivery note or certificate."""

    delivery_note: DeliveryNoteId
    quantity: Quantity
    imeis: tuple[Imei, ...] = ()
    reduction_cents: Cents = 0
    """Its share of the réfaction of that note, including VAT."""


class InvoiceMatched(Event):
    """Order, service fait and invoice agree: the debt is liquidated."""

    engagement: EngagementId
    invoice: InvoiceId
    budget_line: BudgetLineId
    lines: tuple[MatchedLine, ...]
    quantity: Quantity
    amount_cents: PositiveCents
    """As invoiced, including VAT; the following are taken off it."""
    reduction_cents: Cents = 0
    """Réfaction."""
    penalty_cents: Cents = 0
    recovered_cents: Cents = 0
    """Of advances."""
    payable_cents: Cents
    matched_at: Instant
    postings: Postings


class InvoiceDispute(StrEnum):
    """Why an invoice is not accepted."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_SUPPLIER = "other_supplier"
    OTHER_ACCOUNT = "other_account"
    OTHER_PRICE = "other_price"
    OTHER_VAT = "other_vat"
    OTHER_DEVICES = "other_devices"
    """Serial numbers that are not certified on that note, or were invoiced before."""
    WRONG_AMOUNT = "wrong_amount"
    MORE_THAN_CERTIFIED = "more_than_certified"
    ALREADY_SUBMITTED = "already_submitted"
    TOO_MANY_WAITING = "too_many_waiting"


class InvoiceDisputed(Event):
    """The invoice does not agree with the order or the service fait and is not paid."""

    engagement: EngagementId
    invoice: InvoiceId
    reason: InvoiceDispute
    invoiced_cents: PositiveCents
    disputed_at: Instant
