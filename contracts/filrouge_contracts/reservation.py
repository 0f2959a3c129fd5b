"""What needs and agreements keep for orders, and what orders give back to them."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from filrouge_contracts.equipment import Target
from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Iban, Qpv, Siret, Uai
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    BasisPoints,
    Cents,
    Instant,
    ItemId,
    OrderId,
    Pieces,
    PositiveCents,
    Quantity,
    line_total_cents,
)


class Place(Part):
    """Where the goods go: a school and its priority neighbourhood (what the need adds)."""

    uai: Uai
    qpv: Qpv


class Terms(Part):
    """From whom and for how much (what the agreement adds)."""

    supplier: Siret
    iban: Iban
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints
    amount_cents: PositiveCents
    """Of the pieces that are kept, including VAT, rounded once on the whole line of the order."""


class Growth(Part):
    """A placed order asks for more of the same: at its own price, on the same line."""

    ordered_quantity: Quantity
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints


class ReservationRequested(Event):
    """An order asks a need or an agreement to keep a quantity for it."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity
    grows: Growth | None = None
    requested_at: Instant
    """When the goods were asked for, or ordered in an emergency: within the agreement's period."""
    answer_by: Instant


class ReservationAccepted(Event):
    """The need (with the place) or the agreement (with the terms) keeps the quantity."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity
    ordered_quantity: Pieces = 0
    """Pieces on the order's line before these."""
    place: Place | None = None
    terms: Terms | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_says(self) -> Self:
        wanted = self.place if self.target.startswith("need:") else self.terms
        if wanted is None or (self.place is not None and self.terms is not None):
            detail = "a need answers with its place, an agreement with its terms."
            raise refusal("reservation-answer", detail, "Send exactly the one that fits target.")
        terms = self.terms
        if terms is not None and terms.amount_cents != added_cents(
            self.ordered_quantity,
            self.quantity,
            terms.unit_price_excl_vat_cents,
            terms.vat_rate_bp,
        ):
            detail = "amount_cents is not quantity at the unit price with VAT on the line."
            raise refusal("line-total", detail, "Compute it again in cents.")
        return self


class ReservationRefusal(StrEnum):
    """Why a quantity is not kept."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_ITEM = "other_item"
    OTHER_PRICE = "other_price"
    NOT_ENOUGH_LEFT = "not_enough_left"
    OUTSIDE_PERIOD = "outside_period"
    WITHDRAWN = "withdrawn"
    TOO_MANY_WAITING = "too_many_waiting"


class ReservationRefused(Event):
    """The need or agreement does not keep the quantity."""

    target: Target
    order: OrderId
    reason: ReservationRefusal


class ReservationRecorded(Event):
    """The order has noted one of its reservations and waits for the other."""

    order: OrderId
    target: Target
    place: Place | None = None
    terms: Terms | None = None


class ReservationReleaseRequested(Event):
    """An order gives back what it needs no longer: all when it is not placed, else a part."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity
    amount_cents: Cents
    """What an agreement kept for these pieces at the order's price; 0 for a need."""


class ReservationReleased(Event):
    """The quantity is free again."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity
    amount_cents: Cents


def added_cents(
    ordered_quantity: int, quantity: int, unit_price_excl_vat_cents: int, vat_rate_bp: int
) -> int:
    """What more pieces add to the total of a line, on which VAT is rounded once."""
    before_cents = line_total_cents(ordered_quantity, unit_price_excl_vat_cents, vat_rate_bp)
    in_all = ordered_quantity + quantity
    return line_total_cents(in_all, unit_price_excl_vat_cents, vat_rate_bp) - before_cents
