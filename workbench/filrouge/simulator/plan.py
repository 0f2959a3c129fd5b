"""What a play consists of: every order's story is fixed before the first word is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from filrouge.simulator.cast import Cast, Partner
from filrouge.simulator.scale import Size


class Fate(StrEnum):
    """What is particular about an order."""

    NONE = "none"
    NEED_COMES_LATER = "need_comes_later"
    AGREEMENT_COMES_LATER = "agreement_comes_later"
    CREDITS_COME_LATER = "credits_come_later"
    CASH_COMES_LATER = "cash_comes_later"
    RACE = "race"
    """Twice as many equal orders on one line as it can engage: which of them win is not known."""
    OVER_BUDGET = "over_budget"
    NEED_NEVER_COMES = "need_never_comes"
    MORE_THAN_NEEDED = "more_than_needed"
    OTHER_ITEM = "other_item"


LATE = (
    Fate.NEED_COMES_LATER,
    Fate.AGREEMENT_COMES_LATER,
    Fate.CREDITS_COME_LATER,
    Fate.CASH_COMES_LATER,
)
"""Things come in another order than they should, and all ends well."""
DOOMED = (Fate.OVER_BUDGET, Fate.NEED_NEVER_COMES, Fate.MORE_THAN_NEEDED, Fate.OTHER_ITEM)
"""These orders are refused."""
ORDINARY = (Fate.NONE, *LATE)
"""These are certain to be placed."""


class NoteFate(StrEnum):
    """What is particular about a delivery."""

    NONE = "none"
    ANNOUNCED_AFTER_RECEPTION = "announced_after_reception"
    DECIDED_BEFORE_RECEPTION = "decided_before_reception"
    INVOICED_BEFORE_DECISION = "invoiced_before_decision"
    ADMITTED_BY_SILENCE = "admitted_by_silence"
    REJECTED = "rejected"
    DEVICE_RECEIVED_BEFORE = "device_received_before"
    WRONG_INVOICE = "wrong_invoice"
    WRONG_PAYMENT = "wrong_payment"
    SAME_PERSON = "same_person"


class MoneyFate(StrEnum):
    """What is particular about how an order is paid; its deliveries are plain."""

    NONE = "none"
    PENALTY = "penalty"
    """Decided before anything is delivered, and withheld from the first invoice."""
    ADVANCE = "advance"
    """Paid before anything is delivered, and recovered from the first invoices."""
    PAYMENTS_REJECTED = "payments_rejected"
    """Every order to pay is rejected once, and ordered again."""
    PAID_LATE = "paid_late"


class Mishap(StrEnum):
    """What can happen to a single record on its way."""

    DUPLICATE = "duplicate"
    LATE_DUPLICATE = "late_duplicate"
    CONFLICT = "conflict"
    WRONG_DIGIT = "wrong_digit"
    NOT_ITS_TO_SAY = "not_its_to_say"
    OTHER_SOURCE = "other_source"
    BROKEN = "broken"
    UNUSUAL = "unusual"
    """Odd but right: no Kafka key, 60 KB, fields nobody knows."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of one item; chosen so that VAT is whole cents on every piece."""

    item: str
    excl_vat_cents: int
    vat_rate_bp: int = 2000

    def amount_cents(self, quantity: int) -> int:
        return quantity * self.excl_vat_cents * (10_000 + self.vat_rate_bp) // 10_000


@dataclass(frozen=True, slots=True)
class Agreement:
    """A framework agreement of a buyer with a supplier."""

    id: str
    buyer: Partner
    supplier: Partner
    prices: tuple[Price, ...]
    maximum_cents: int
    said_on: int

    def price(self, item: str) -> Price | None:
        return next((price for price in self.prices if price.item == item), None)


@dataclass(frozen=True, slots=True)
class Opening:
    """Credits of a line, opened on a day."""

    day: int
    ae_cents: int
    cp_cents: int


@dataclass(frozen=True, slots=True)
class Line:
    """A budget line and how it is filled."""

    id: str
    uo: str
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One delivery: these devices leave on this day, or as soon as the order is placed."""

    id: str
    imeis: tuple[str, ...]
    departs_on: int
    fate: NoteFate = NoteFate.NONE
    replacement: Note | None = None
    """Leaves when this one was rejected."""
    donor: str = ""
    """The note that brought the first of these devices already: this one comes after it."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order from the need to its last delivery."""

    id: str
    need: str
    agreement: Agreement
    line: str
    item: str
    quantity: int
    needed: int
    uai: str
    qpv: str
    receiver: Partner
    day: int
    notes: tuple[Note, ...]
    fate: Fate = Fate.NONE
    money: MoneyFate = MoneyFate.NONE


@dataclass(frozen=True, slots=True)
class Slip:
    """A mishap and its variant, such as which field has the wrong digit."""

    kind: Mishap
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole play."""

    size: Size
    seed: int
    cast: Cast
    lines: tuple[Line, ...]
    agreements: tuple[Agreement, ...]
    orders: tuple[Order, ...]
    slips: dict[str, Slip]
    """Id of the word it happens to → what happens."""
    twice_declared: tuple[str, ...]
    """Needs that are declared again, with another quantity."""
    wrong_uo: tuple[str, ...]
    """Lines on which credits are opened in the name of another manager, one for each."""
