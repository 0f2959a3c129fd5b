"""What is remembered of agreements, needs and orders, and how each event changes it.

Agreements and needs hold sums only: their size does not grow with the orders that draw on them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import Waiting, first_due, without
from filrouge_contracts.budget import CommitmentReleaseRequested, CommitmentRequested
from filrouge_contracts.equipment import (
    AgreementOpened,
    AgreementRefused,
    NeedOpened,
    NeedRefused,
    OrderCompleted,
    OrderOpened,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    ReservationAccepted,
    ReservationHeld,
    ReservationRecorded,
    ReservationRefused,
    ReservationReleased,
    ReservationReleaseRequested,
    ReservationRequested,
)
from filrouge_contracts.values import line_total_cents
from msgspec.structs import replace


class Price(msgspec.Struct, frozen=True):
    """What a piece costs under an agreement."""

    unit_price_excl_vat_cents: int
    vat_rate_bp: int

    def of(self, quantity: int) -> int:
        return line_total_cents(quantity, self.unit_price_excl_vat_cents, self.vat_rate_bp)


class Agreement(msgspec.Struct, frozen=True, omit_defaults=True):
    """A framework agreement: prices, and how much of its maximum is reserved. Closed: no supplier."""

    supplier: str = ""
    iban: str = ""
    prices: dict[str, Price] = {}
    maximum_cents: int = 0
    reserved_cents: int = 0
    signed_at: datetime | None = None
    ends_at: datetime | None = None
    waiting: tuple[Waiting, ...] = ()
    due_at: datetime | None = None


class Need(msgspec.Struct, frozen=True, omit_defaults=True):
    """A need of a school, and how much of it is reserved by orders. Undeclared: no item."""

    item: str = ""
    uai: str = ""
    qpv: str = ""
    quantity: int = 0
    reserved: int = 0
    waiting: tuple[Waiting, ...] = ()
    due_at: datetime | None = None


class Step(StrEnum):
    """Where an order is on its way."""

    UNKNOWN = "unknown"
    RESERVING = "reserving"
    COMMITTING = "committing"
    PLACED = "placed"
    COMPLETED = "completed"
    REFUSED = "refused"


class Site(msgspec.Struct, frozen=True):
    """Where the goods go: the need's answer."""

    uai: str
    qpv: str


class Deal(msgspec.Struct, frozen=True):
    """From whom and for how much: the agreement's answer."""

    supplier: str
    iban: str
    unit_price_excl_vat_cents: int
    vat_rate_bp: int
    amount_cents: int


class Order(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order, its step and what was answered so far."""

    step: Step = Step.UNKNOWN
    need: str = ""
    agreement: str = ""
    budget_line: str = ""
    item: str = ""
    quantity: int = 0
    ordered_by: str = ""
    requested_at: datetime | None = None
    site: Site | None = None
    deal: Deal | None = None
    due_at: datetime | None = None


# --- agreements and needs ------------------------------------------------------------------------


def _agreement_opened(agreement: Agreement, event: AgreementOpened) -> Agreement:
    return replace(
        agreement,
        supplier=event.supplier,
        iban=event.iban,
        prices={
            item.item: Price(item.unit_price_excl_vat_cents, item.vat_rate_bp)
            for item in event.items
        },
        maximum_cents=event.maximum_cents,
        signed_at=event.signed_at,
        ends_at=event.ends_at,
    )


def _need_opened(need: Need, event: NeedOpened) -> Need:
    return replace(need, item=event.item, uai=event.uai, qpv=event.qpv, quantity=event.quantity)


def _held(target: Agreement | Need, event: ReservationHeld) -> Agreement | Need:
    kept = Waiting.of(event.request, event.request.order, event.due_at)
    waiting = (*target.waiting, kept)
    return replace(target, waiting=waiting, due_at=first_due(waiting))


def _answered(target: Any, event: ReservationAccepted | ReservationRefused) -> Any:
    if not target.waiting:
        return target
    waiting = without(target.waiting, ReservationRequested, event.order)
    return replace(target, waiting=waiting, due_at=first_due(waiting))


def _agreement_reserved(agreement: Agreement, event: ReservationAccepted) -> Agreement:
    agreement = _answered(agreement, event)
    cents = event.terms.amount_cents if event.terms else 0
    return replace(agreement, reserved_cents=agreement.reserved_cents + cents)


def _need_reserved(need: Need, event: ReservationAccepted) -> Need:
    need = _answered(need, event)
    return replace(need, reserved=need.reserved + event.quantity)


def _agreement_released(agreement: Agreement, event: ReservationReleased) -> Agreement:
    cents = agreement.prices[event.item].of(event.quantity)
    return replace(agreement, reserved_cents=agreement.reserved_cents - cents)


def _need_released(need: Need, event: ReservationReleased) -> Need:
    return replace(need, reserved=need.reserved - event.quantity)


# --- orders --------------------------------------------------------------------------------------


def _opened(_order: Order, event: OrderOpened) -> Order:
    return Order(
        step=Step.RESERVING,
        need=event.need,
        agreement=event.agreement,
        budget_line=event.budget_line,
        item=event.item,
        quantity=event.quantity,
        ordered_by=event.ordered_by,
        requested_at=event.requested_at,
        due_at=event.due_at,
    )


def _recorded(order: Order, event: ReservationRecorded) -> Order:
    if event.place is not None:
        return replace(order, site=Site(event.place.uai, event.place.qpv))
    assert event.terms is not None  # the contract of ReservationAccepted
    terms = event.terms
    deal = Deal(
        terms.supplier,
        terms.iban,
        terms.unit_price_excl_vat_cents,
        terms.vat_rate_bp,
        terms.amount_cents,
    )
    return replace(order, deal=deal)


def _committing(order: Order, event: CommitmentRequested) -> Order:
    return replace(order, step=Step.COMMITTING, due_at=event.answer_by)


def _placed(order: Order, _event: OrderPlaced) -> Order:
    return replace(order, step=Step.PLACED, due_at=None)


def _refused(order: Order, event: OrderRefused) -> Order:
    if event.reason is OrderRefusal.ALREADY_OPEN:
        return order  # the order of that name that was requested first goes its way
    return replace(order, step=Step.REFUSED, due_at=None)


def _completed(order: Order, _event: OrderCompleted) -> Order:
    return replace(order, step=Step.COMPLETED)


EVOLUTIONS: Evolutions = {
    ("agreement", AgreementOpened): _agreement_opened,
    ("agreement", AgreementRefused): unchanged,
    ("agreement", ReservationHeld): _held,
    ("agreement", ReservationAccepted): _agreement_reserved,
    ("agreement", ReservationRefused): _answered,
    ("agreement", ReservationReleased): _agreement_released,
    ("need", NeedOpened): _need_opened,
    ("need", NeedRefused): unchanged,
    ("need", ReservationHeld): _held,
    ("need", ReservationAccepted): _need_reserved,
    ("need", ReservationRefused): _answered,
    ("need", ReservationReleased): _need_released,
    ("order", OrderOpened): _opened,
    ("order", ReservationRequested): unchanged,
    ("order", ReservationRecorded): _recorded,
    ("order", ReservationReleaseRequested): unchanged,
    ("order", CommitmentRequested): _committing,
    ("order", CommitmentReleaseRequested): unchanged,
    ("order", OrderPlaced): _placed,
    ("order", OrderRefused): _refused,
    ("order", OrderCompleted): _completed,
}
