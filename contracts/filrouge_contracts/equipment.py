"""Needs become orders: what pupils lack, what is ordered for them, and what binds the State."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Iban, Qpv, Siret, Uai
from filrouge_contracts.problems import Says, refusal
from filrouge_contracts.values import (
    MAX_QUANTITY,
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
)

Target = Annotated[
    str,
    StringConstraints(pattern=r"^(need|agreement):[A-Z0-9][A-Z0-9-]{0,39}$"),
    Says("target", "must be the key of a need or an agreement.", "Send need:… or agreement:…."),
]
Pupils = Annotated[
    int,
    Field(ge=0, le=MAX_QUANTITY),
    Says(
        "pupils",
        f"must be a whole number of pupils from 0 to {MAX_QUANTITY}.",
        "Send how many pupils, as an integer; 0 if none.",
    ),
]


class NeedDeclared(Event):
    """A school or local authority says how many pieces its pupils lack."""

    need: NeedId
    uai: Uai
    qpv: Qpv
    item: ItemId
    quantity: Quantity
    declared_at: Instant
    declared_by: UserId


class NeedDeclaredV2(Event):
    """A school or local authority says how many pieces its pupils lack, and how many pupils lack what."""

    need: NeedId
    uai: Uai
    qpv: Qpv
    item: ItemId
    quantity: Quantity
    pupils_without_device: Pupils
    pupils_without_connection: Pupils
    declared_at: Instant
    declared_by: UserId

    @model_validator(mode="after")
    def _is_for_pupils(self) -> Self:
        """A piece serves at least one pupil; a quantity is at least 1, so some pupil lacks something."""
        pupils = max(self.pupils_without_device, self.pupils_without_connection)
        if self.quantity > pupils:
            detail = (
                f"quantity {self.quantity} is more than the {pupils} pupils who lack something."
            )
            raise refusal("pieces-for-pupils", detail, "Count the pupils again, or ask for less.")
        return self

    @classmethod
    def of_v1(cls, said: NeedDeclared) -> Self:
        """Whoever did not say how many pupils lack what is taken to ask for a device for each of them."""
        return cls(**dict(said), pupils_without_device=said.quantity, pupils_without_connection=0)


class NeedCorrected(Event):
    """Whoever declared the need has counted again."""

    need: NeedId
    uai: Uai
    quantity: Quantity
    """In all, with what is ordered already."""
    corrected_at: Instant
    corrected_by: UserId


class NeedWithdrawal(StrEnum):
    """Why nothing further is needed."""

    EQUIPPED_OTHERWISE = "equipped_otherwise"
    DECLARED_BY_MISTAKE = "declared_by_mistake"
    SITE_CLOSED = "site_closed"


class NeedWithdrawn(Event):
    """Nothing further is needed; what is ordered for the need stays ordered."""

    need: NeedId
    uai: Uai
    reason: NeedWithdrawal
    withdrawn_at: Instant
    withdrawn_by: UserId


class EmergencyReason(StrEnum):
    """Why goods could not wait for the money to be engaged (urgence impérieuse)."""

    SCHOOLS_CLOSED = "schools_closed"
    PUPILS_OUT_OF_REACH = "pupils_out_of_reach"
    SUPPLIER_FAILED = "supplier_failed"


class Emergency(Part):
    """The goods were ordered before the commitment, which is made afterwards and flagged."""

    ordered_at: Instant
    reason: EmergencyReason


class OrderRequested(Event):
    """The buyer asks for goods, for a need, under an agreement, on a budget line."""

    order: OrderId
    need: NeedId
    agreement: AgreementId
    budget_line: BudgetLineId
    item: ItemId
    quantity: Quantity
    emergency: Emergency | None = None
    requested_at: Instant
    ordered_by: UserId

    @model_validator(mode="after")
    def _emergency_came_first(self) -> Self:
        if self.emergency is not None and self.emergency.ordered_at > self.requested_at:
            detail = "emergency.ordered_at is after requested_at."
            raise refusal("emergency-first", detail, "Leave emergency out, or correct its date.")
        return self


class NeedOpened(Event):
    """The need can be ordered for, up to its quantity."""

    need: NeedId
    uai: Uai
    qpv: Qpv
    item: ItemId
    quantity: Quantity
    declared_at: Instant


class NeedCorrectionRecorded(Event):
    """The need can be ordered for up to its new quantity."""

    need: NeedId
    quantity: Quantity
    corrected_at: Instant


class NeedWithdrawalRecorded(Event):
    """The need keeps what is reserved and takes nothing new."""

    need: NeedId
    reason: NeedWithdrawal
    withdrawn_at: Instant


class NeedWord(StrEnum):
    """What was said of a need."""

    DECLARED = "declared"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


class NeedRefusal(StrEnum):
    """Why a need stays as it was."""

    ALREADY_OPEN = "already_open"
    ALREADY_WAITING = "already_waiting"
    ALREADY_WITHDRAWN = "already_withdrawn"
    BELOW_RESERVED = "below_reserved"
    OTHER_PLACE = "other_place"
    TOO_MANY_WAITING = "too_many_waiting"
    UNKNOWN_IN_TIME = "unknown_in_time"


class NeedRefused(Event):
    """What was said of a need does not count; the one known stays as it is."""

    need: NeedId
    word: NeedWord
    dated_at: Instant
    """The moment that the refused word gives itself."""
    reason: NeedRefusal


class OrderOpened(Event):
    """An order waits for its need, its agreement and its budget line."""

    order: OrderId
    need: NeedId
    agreement: AgreementId
    budget_line: BudgetLineId
    item: ItemId
    quantity: Quantity
    emergency: Emergency | None = None
    requested_at: Instant
    ordered_by: UserId
    due_at: Instant
    """Without both reservations by then the order is refused."""


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
    """Not before the commitment, unless this is a regularisation."""
    regularisation: bool = False
    """Ordered in an emergency, and engaged only afterwards."""


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
    """Everything that is still ordered was delivered and certified."""

    order: OrderId
    quantity: Quantity
    completed_at: Instant


class OrderReopened(Event):
    """A completed order is no longer complete: goods that silence had admitted went back."""

    order: OrderId
    reopened_at: Instant
