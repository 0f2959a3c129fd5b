"""What the State has engaged itself to, as the accounts see it: from its beginning to its settlement."""

from __future__ import annotations

from filrouge_contracts.closing import Year
from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Iban, Imei, Siret
from filrouge_contracts.ledger import Postings
from filrouge_contracts.values import (
    BasisPoints,
    BudgetLineId,
    Cents,
    DeliveryNoteId,
    EngagementId,
    Instant,
    Pieces,
    PositiveCents,
    Quantity,
    UserId,
)


class EngagementRecorded(Event):
    """A placed order or a funded programme stands ready for its deliveries and invoices."""

    engagement: EngagementId
    budget_line: BudgetLineId
    supplier: Siret
    """Who is paid; an association for a programme."""
    iban: Iban
    quantity: Quantity
    """Pieces, or hours of a programme."""
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints
    amount_cents: PositiveCents
    ordered_by: UserId
    committed_at: Instant
    placed_at: Instant


class EngagementAdjusted(Event):
    """The engagement binds for another quantity, or ends with what was done."""

    engagement: EngagementId
    budget_line: BudgetLineId
    quantity: Pieces
    amount_cents: Cents
    """Of the whole as it is now, including VAT."""
    unproven_cents: Cents = 0
    """Worth of what was certified and does not stand any more: claimed back once it is paid."""
    adjusted_at: Instant
    adjusted_by: UserId | None = None
    """Nobody when a programme ends by itself."""


class ServiceRecorded(Event):
    """A service fait is booked as received and not yet invoiced."""

    engagement: EngagementId
    delivery_note: DeliveryNoteId
    """Or the certificate of a programme's hours."""
    quantity: Quantity
    imeis: tuple[Imei, ...] = ()
    amount_cents: Cents
    """What it is worth less the réfaction, including VAT."""
    reduction_cents: Cents = 0
    """Réfaction: never more than the goods are worth."""
    certified_at: Instant
    certified_by: UserId | None = None
    """Nobody when the goods were admitted by silence."""
    postings: Postings


class EngagementSettled(Event):
    """All that was ordered is certified, invoiced and paid: what is left of the commitment goes back."""

    engagement: EngagementId
    budget_line: BudgetLineId
    liquidated_cents: Cents
    paid_cents: Cents
    released_cents: Cents
    settled_at: Instant


class YearEndListed(Event):
    """At the end of the year something of this engagement is still open: unpaid, uninvoiced or to come back."""

    engagement: EngagementId
    budget_line: BudgetLineId
    supplier: Siret
    year: Year
    engaged_cents: Cents
    liquidated_cents: Cents
    paid_cents: Cents
    unpaid_cents: Cents
    """Engaged and not paid (restes à payer)."""
    received_uninvoiced_cents: Cents
    """Charges à payer."""
    unrecovered_advances_cents: Cents
    repayments_due_cents: Cents
    listed_at: Instant
