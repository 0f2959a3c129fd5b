"""Needs become orders under framework agreements: what is asked, reserved and placed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Iban, Qpv, Siret, Uai
from filrouge_contracts.problems import Says, refusal
from filrouge_contracts.values import (
    AgreementId,
    BasisPoints,
    BudgetLineId,
    Instant,
    ItemId,
    NeedId,
    OrderId,
    PositiveCents,
    Quantity,
    UserId,
    line_total_cents,
)

Target = Annotated[
    str,
    StringConstraints(pattern=r"^(need|agreement):[A-Z0-9][A-Z0-9-]{0,39}$"),
    Says("target", "must be the key of a need or an agreement.", "Send need:… or agreement:…."),
]


class AgreementItem(Part):
    """What may be ordered under an agreement, and at which price."""

    item: ItemId
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints


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
    """Quantity at this price including VAT, rounded once on the line."""


class AgreementRegistered(Event):
    """The buyer has signed a framework agreement with a supplier."""

    agreement: AgreementId
    supplier: Siret
    iban: Iban
    """The supplier's account; money of this agreement goes nowhere else."""
    items: Annotated[tuple[AgreementItem, ...], Field(min_length=1, max_length=50)]
    maximum_cents: PositiveCents
    signed_at: Instant
    ends_at: Instant
    signed_by: UserId

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if len({item.item for item in self.items}) < len(self.items):
            raise refusal("items-once", "items names an item twice.", "Give each item one price.")
        if self.ends_at <= self.signed_at:
            raise refusal(
                "agreement-period", "ends_at is not after signed_at.", "Correct the dates."
            )
        return self


class NeedDeclared(Event):
    """A school or local authority says how many pieces its pupils lack."""

    need: NeedId
    uai: Uai
    qpv: Qpv
    item: ItemId
    quantity: Quantity
    declared_at: Instant
    declared_by: UserId


class OrderRequested(Event):
    """The buyer asks for goods, for a need, under an agreement, on a budget line."""

    order: OrderId
    need: NeedId
    agreement: AgreementId
    budget_line: BudgetLineId
    item: ItemId
    quantity: Quantity
    requested_at: Instant
    ordered_by: UserId


class AgreementOpened(Event):
    """Orders can be placed under the agreement."""

    agreement: AgreementId
    supplier: Siret
    iban: Iban
    items: tuple[AgreementItem, ...]
    maximum_cents: PositiveCents
    signed_at: Instant
    ends_at: Instant


class NeedOpened(Event):
    """The need can be ordered for, up to its quantity."""

    need: NeedId
    uai: Uai
    qpv: Qpv
    item: ItemId
    quantity: Quantity
    declared_at: Instant


class RegistrationRefusal(StrEnum):
    """Why an agreement or a need stays as it was."""

    ALREADY_OPEN = "already_open"


class AgreementRefused(Event):
    """An agreement was registered that cannot be opened; the one known stays as it is."""

    agreement: AgreementId
    reason: RegistrationRefusal


class NeedRefused(Event):
    """A need was declared that cannot be opened; the one known stays as it is."""

    need: NeedId
    reason: RegistrationRefusal


class OrderOpened(Event):
    """An order waits for its need, its agreement and its budget line."""

    order: OrderId
    need: NeedId
    agreement: AgreementId
    budget_line: BudgetLineId
    item: ItemId
    quantity: Quantity
    requested_at: Instant
    ordered_by: UserId
    due_at: Instant
    """Without both reservations by then the order is refused."""


class ReservationRequested(Event):
    """An order asks a need or an agreement to keep a quantity for it."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity
    requested_at: Instant
    answer_by: Instant


class ReservationHeld(Event):
    """A need or agreement that is not known yet keeps the request until it is, or until due_at."""

    target: Target
    request: ReservationRequested
    due_at: Instant


class ReservationAccepted(Event):
    """The need (with the place) or the agreement (with the terms) keeps the quantity."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity
    place: Place | None = None
    terms: Terms | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_says(self) -> Self:
        wanted = self.place if self.target.startswith("need:") else self.terms
        if wanted is None or (self.place is not None and self.terms is not None):
            detail = "a need answers with its place, an agreement with its terms."
            raise refusal("reservation-answer", detail, "Send exactly the one that fits target.")
        terms = self.terms
        if terms is not None and terms.amount_cents != line_total_cents(
            self.quantity, terms.unit_price_excl_vat_cents, terms.vat_rate_bp
        ):
            detail = "amount_cents is not quantity at the unit price with VAT on the line."
            raise refusal("line-total", detail, "Compute it again in cents.")
        return self


class ReservationRefusal(StrEnum):
    """Why a quantity is not kept."""

    UNKNOWN_IN_TIME = "unknown_in_time"
    OTHER_ITEM = "other_item"
    NOT_ENOUGH_LEFT = "not_enough_left"
    OUTSIDE_PERIOD = "outside_period"
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
    """An order that will not be placed gives a reservation back."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity


class ReservationReleased(Event):
    """The quantity is free again."""

    target: Target
    order: OrderId
    item: ItemId
    quantity: Quantity


class OrderPlaced(Event):
    """The order binds the State and the supplier: reserved, committed and sent."""

    order: OrderId
    need: NeedId
    agreement: AgreementId
    budget_line: BudgetLineId
    supplier: Siret
    iban: Iban
    uai: Uai
    qpv: Qpv
    item: ItemId
    quantity: Quantity
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints
    amount_cents: PositiveCents
    ordered_by: UserId
    requested_at: Instant
    committed_at: Instant
    placed_at: Instant


class OrderRefusal(StrEnum):
    """Why an order is not placed."""

    NEED_REFUSED = "need_refused"
    AGREEMENT_REFUSED = "agreement_refused"
    COMMITMENT_REFUSED = "commitment_refused"
    NO_ANSWER_IN_TIME = "no_answer_in_time"
    ALREADY_OPEN = "already_open"


class OrderRefused(Event):
    """The order is not placed; what was reserved for it is given back."""

    order: OrderId
    reason: OrderRefusal
    refused_at: Instant


class OrderCompleted(Event):
    """Everything ordered was delivered and certified."""

    order: OrderId
    quantity: Quantity
    completed_at: Instant
