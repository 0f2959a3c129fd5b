"""What is remembered of needs and agreements, which keep quantities for orders.

They hold sums only: their size does not grow with the orders that draw on them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec
from filrouge_chassis.decider import Evolutions
from filrouge_chassis.waiting import Holder, held, let_go
from filrouge_contracts.agreement import (
    AgreementAmended,
    AgreementAmendmentRecorded,
    AgreementEnded,
    AgreementEndRecorded,
    AgreementItem,
    AgreementOpened,
    AgreementRefusal,
    AgreementRefused,
    AgreementWord,
)
from filrouge_contracts.equipment import (
    NeedCorrected,
    NeedCorrectionRecorded,
    NeedOpened,
    NeedRefusal,
    NeedRefused,
    NeedWithdrawalRecorded,
    NeedWithdrawn,
    NeedWord,
)
from filrouge_contracts.event import Event
from filrouge_contracts.reservation import (
    ReservationAccepted,
    ReservationRefused,
    ReservationReleased,
    ReservationRequested,
)
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

H = TypeVar("H", bound=Holder)


class Price(msgspec.Struct, frozen=True):
    """What a piece costs under an agreement."""

    unit_price_excl_vat_cents: int
    vat_rate_bp: int


class Agreement(Holder, frozen=True, omit_defaults=True):
    """A framework agreement: prices, and how much of its maximum is reserved. Closed: no supplier."""

    supplier: str = ""
    iban: str = ""
    prices: dict[str, Price] = {}
    maximum_cents: int = 0
    reserved_cents: int = 0
    signed_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None


class Need(Holder, frozen=True, omit_defaults=True):
    """A need of a school, and how much of it is reserved by orders. Undeclared: no item."""

    item: str = ""
    uai: str = ""
    qpv: str = ""
    quantity: int = 0
    reserved: int = 0
    withdrawn: bool = False


def dated(moment: datetime) -> str:
    """What a word without a reference of its own waits under: the moment that it gives itself."""
    return moment.isoformat()


# --- needs ---------------------------------------------------------------------------------------

_NEED_WORDS: dict[NeedWord, type[Event]] = {
    NeedWord.CORRECTED: NeedCorrected,
    NeedWord.WITHDRAWN: NeedWithdrawn,
}


def _need_opened(need: Need, event: NeedOpened) -> Need:
    return replace(need, item=event.item, uai=event.uai, qpv=event.qpv, quantity=event.quantity)


def _corrected(need: Need, event: NeedCorrectionRecorded) -> Need:
    return let_go(replace(need, quantity=event.quantity), NeedCorrected, dated(event.corrected_at))


def _withdrawn(need: Need, event: NeedWithdrawalRecorded) -> Need:
    return let_go(replace(need, withdrawn=True), NeedWithdrawn, dated(event.withdrawn_at))


def _need_refused(need: Need, event: NeedRefused) -> Need:
    model = _NEED_WORDS.get(event.word)
    if model is None or event.reason is NeedRefusal.ALREADY_WAITING:
        return need  # what is open, or waits under that name, goes its way
    return let_go(need, model, dated(event.dated_at))


def _need_reserved(need: Need, event: ReservationAccepted) -> Need:
    return let_go(
        replace(need, reserved=need.reserved + event.quantity), ReservationRequested, event.order
    )


def _need_released(need: Need, event: ReservationReleased) -> Need:
    return replace(need, reserved=need.reserved - event.quantity)


# --- agreements ----------------------------------------------------------------------------------

_AGREEMENT_WORDS: dict[AgreementWord, type[Event]] = {
    AgreementWord.AMENDED: AgreementAmended,
    AgreementWord.ENDED: AgreementEnded,
}


def _agreement_opened(agreement: Agreement, event: AgreementOpened) -> Agreement:
    return replace(
        agreement,
        supplier=event.supplier,
        iban=event.iban,
        prices=_prices(event.items),
        maximum_cents=event.maximum_cents,
        signed_at=event.signed_at,
        ends_at=event.ends_at,
    )


def _amended(agreement: Agreement, event: AgreementAmendmentRecorded) -> Agreement:
    agreement = replace(
        agreement,
        prices=_prices(event.items) if event.items else agreement.prices,
        maximum_cents=event.maximum_cents or agreement.maximum_cents,
        ends_at=event.ends_at or agreement.ends_at,
    )
    return let_go(agreement, AgreementAmended, dated(event.amended_at))


def _ended(agreement: Agreement, event: AgreementEndRecorded) -> Agreement:
    agreement = replace(agreement, ended_at=event.ended_at)
    return let_go(agreement, AgreementEnded, dated(event.ended_at))


def _agreement_refused(agreement: Agreement, event: AgreementRefused) -> Agreement:
    model = _AGREEMENT_WORDS.get(event.word)
    if model is None or event.reason is AgreementRefusal.ALREADY_WAITING:
        return agreement  # what is open, or waits under that name, goes its way
    return let_go(agreement, model, dated(event.dated_at))


def _agreement_reserved(agreement: Agreement, event: ReservationAccepted) -> Agreement:
    assert event.terms is not None  # the contract of ReservationAccepted
    reserved_cents = agreement.reserved_cents + event.terms.amount_cents
    agreement = replace(agreement, reserved_cents=reserved_cents)
    return let_go(agreement, ReservationRequested, event.order)


def _agreement_released(agreement: Agreement, event: ReservationReleased) -> Agreement:
    return replace(agreement, reserved_cents=agreement.reserved_cents - event.amount_cents)


def _prices(items: tuple[AgreementItem, ...]) -> dict[str, Price]:
    return {item.item: Price(item.unit_price_excl_vat_cents, item.vat_rate_bp) for item in items}


# --- both ----------------------------------------------------------------------------------------


def _not_reserved(target: H, event: ReservationRefused) -> H:
    return let_go(target, ReservationRequested, event.order)


TARGET_EVOLUTIONS: Evolutions = {
    ("agreement", AgreementOpened): _agreement_opened,
    ("agreement", AgreementAmendmentRecorded): _amended,
    ("agreement", AgreementEndRecorded): _ended,
    ("agreement", AgreementRefused): _agreement_refused,
    ("agreement", EventHeld): held,
    ("agreement", ReservationAccepted): _agreement_reserved,
    ("agreement", ReservationRefused): _not_reserved,
    ("agreement", ReservationReleased): _agreement_released,
    ("need", NeedOpened): _need_opened,
    ("need", NeedCorrectionRecorded): _corrected,
    ("need", NeedWithdrawalRecorded): _withdrawn,
    ("need", NeedRefused): _need_refused,
    ("need", EventHeld): held,
    ("need", ReservationAccepted): _need_reserved,
    ("need", ReservationRefused): _not_reserved,
    ("need", ReservationReleased): _need_released,
}
