"""Framework agreements: who supplies what at which price, up to which amount and until when."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from filrouge_contracts.event import Event, Part
from filrouge_contracts.identifiers import Iban, Siret
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import (
    AgreementId,
    BasisPoints,
    Instant,
    ItemId,
    PositiveCents,
    UserId,
)


class AgreementItem(Part):
    """What may be ordered under an agreement, and at which price."""

    item: ItemId
    unit_price_excl_vat_cents: PositiveCents
    vat_rate_bp: BasisPoints


Items = Annotated[tuple[AgreementItem, ...], Field(min_length=1, max_length=50)]


class AgreementRegistered(Event):
    """The buyer has signed a framework agreement with a supplier."""

    agreement: AgreementId
    supplier: Siret
    iban: Iban
    """The supplier's account; money of this agreement goes nowhere else."""
    items: Items
    maximum_cents: PositiveCents
    signed_at: Instant
    ends_at: Instant
    signed_by: UserId

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        _each_item_once(self.items)
        if self.ends_at <= self.signed_at:
            raise refusal(
                "agreement-period", "ends_at is not after signed_at.", "Correct the dates."
            )
        return self


class AgreementAmended(Event):
    """Buyer and supplier have agreed on other prices, another maximum or another end."""

    agreement: AgreementId
    items: Items | None = None
    """All that can be ordered from now on; what is ordered already keeps its price."""
    maximum_cents: PositiveCents | None = None
    ends_at: Instant | None = None
    amended_at: Instant
    amended_by: UserId

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        _each_item_once(self.items or ())
        if self.items is None and self.maximum_cents is None and self.ends_at is None:
            detail = "it changes neither items nor maximum_cents nor ends_at."
            raise refusal("amendment-empty", detail, "Send what is different from now on.")
        return self


class AgreementEnd(StrEnum):
    """Why an agreement ends before its time."""

    SUPPLIER_FAILED = "supplier_failed"
    REPLACED = "replaced"
    NO_LONGER_NEEDED = "no_longer_needed"


class AgreementEnded(Event):
    """Nothing further can be ordered under the agreement from ended_at on."""

    agreement: AgreementId
    reason: AgreementEnd
    ended_at: Instant
    ended_by: UserId


class AgreementOpened(Event):
    """Orders can be placed under the agreement."""

    agreement: AgreementId
    supplier: Siret
    iban: Iban
    items: tuple[AgreementItem, ...]
    maximum_cents: PositiveCents
    signed_at: Instant
    ends_at: Instant


class AgreementAmendmentRecorded(Event):
    """Later orders draw on the agreement as it is now."""

    agreement: AgreementId
    items: tuple[AgreementItem, ...] | None = None
    maximum_cents: PositiveCents | None = None
    ends_at: Instant | None = None
    amended_at: Instant


class AgreementEndRecorded(Event):
    """The agreement keeps what is reserved and takes nothing new."""

    agreement: AgreementId
    reason: AgreementEnd
    ended_at: Instant


class AgreementWord(StrEnum):
    """What was said of an agreement."""

    REGISTERED = "registered"
    AMENDED = "amended"
    ENDED = "ended"


class AgreementRefusal(StrEnum):
    """Why an agreement stays as it was."""

    ALREADY_OPEN = "already_open"
    ALREADY_ENDED = "already_ended"
    ALREADY_WAITING = "already_waiting"
    BELOW_RESERVED = "below_reserved"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    TOO_MANY_WAITING = "too_many_waiting"
    UNKNOWN_IN_TIME = "unknown_in_time"


class AgreementRefused(Event):
    """What was said of an agreement does not count; the one known stays as it is."""

    agreement: AgreementId
    word: AgreementWord
    dated_at: Instant
    """The moment that the refused word gives itself."""
    reason: AgreementRefusal


def _each_item_once(items: tuple[AgreementItem, ...]) -> None:
    if len({item.item for item in items}) < len(items):
        raise refusal("items-once", "items names an item twice.", "Give each item one price.")
