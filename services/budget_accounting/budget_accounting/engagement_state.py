"""What is remembered of an engagement, an order's or a programme's, and what can be read from that.

What is owed, claimed or advanced stands in its accounts (`balances`), which its postings make up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from filrouge_chassis.waiting import Holder
from filrouge_contracts.correction import RepaymentCause
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import Purpose
from filrouge_contracts.values import line_total_cents
from msgspec.structs import replace


class Step(StrEnum):
    """How far something that is to be paid has come."""

    ASKED = "asked"
    """The line is asked for cash."""
    DEFERRED = "deferred"
    """There is none yet."""
    ORDERED = "ordered"
    PAID = "paid"
    REJECTED = "rejected"
    """By the accountant, or by the bank; it is owed again."""
    CLOSED = "closed"
    """Nothing is left to pay."""


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A service fait: a delivery note, or a certificate of hours, and what is invoiced of it."""

    quantity: int
    amount_cents: int
    """Less réfaction, which is `reduction_cents`."""
    certified_at: datetime
    reduction_cents: int = 0
    invoiced: int = 0
    imeis: tuple[str, ...] = ()
    """Those that no invoice has named yet."""


class Payable(msgspec.Struct, frozen=True, omit_defaults=True):
    """An invoice or an advance on its way to the supplier's account."""

    purpose: Purpose
    amount_cents: int
    """Still to be paid, or paid."""
    step: Step = Step.ASKED
    liquidated_cents: int = 0
    """What credit notes can still take off; nothing for an advance."""
    certified_at: datetime | None = None
    attempt: int = 0
    """How often it was ordered to be paid."""
    cash_cents: int = 0
    """CP set aside for it and not used."""
    ordered_at: datetime | None = None
    pay_by: datetime | None = None
    payments: tuple[str, ...] = ()
    """All that were made for it; if it is paid, by the last."""
    due_at: datetime | None = None
    """Deferred: when cash is asked for again. Ordered: when silence is noticed. Rejected: when the
    cash goes back."""


class Repayment(msgspec.Struct, frozen=True):
    """What the supplier still owes of a claim."""

    cause: RepaymentCause
    due_cents: int


class Engagement(Holder, frozen=True, omit_defaults=True):
    """Until the order is placed or the programme funded it has no `budget_line`."""

    budget_line: str = ""
    supplier: str = ""
    iban: str = ""
    quantity: int = 0
    unit_price_excl_vat_cents: int = 0
    vat_rate_bp: int = 0
    engaged_cents: int = 0
    released_cents: int = 0
    settled: bool = False
    approvers: tuple[str, ...] = ()
    """Who ordered, certified, decided or resubmitted: none of them pays."""
    payers: tuple[str, ...] = ()
    notes: dict[str, Note] = {}
    payables: dict[str, Payable] = {}
    repayments: dict[str, Repayment] = {}
    papers: tuple[str, ...] = ()
    """References of penalties, credit notes and receipts."""
    invoiced_cents: int = 0
    """As invoiced."""
    liquidated_cents: int = 0
    """Owed for what was done: as invoiced less réfaction, penalties and credit notes."""
    paid_cents: int = 0
    """Less what came back."""
    advances_paid_cents: int = 0
    """Of it, as advances."""
    recovered_cents: int = 0
    penalties_cents: int = 0
    unproven_cents: int = 0
    """Certified, corrected away, and not claimed back yet."""
    balances: dict[str, int] = {}
    year_ends_at: datetime | None = None

    def deadlines(self) -> Iterator[datetime | None]:
        yield self.year_ends_at
        for payable in self.payables.values():
            yield payable.due_at

    def worth_cents(self, quantity: int) -> int:
        """What this many pieces cost, VAT rounded once."""
        return line_total_cents(quantity, self.unit_price_excl_vat_cents, self.vat_rate_bp)

    def balance_cents(self, account: Account) -> int:
        return self.balances.get(account, 0)

    def uses(self, reference: str) -> bool:
        """Whether a paper of this engagement has this reference; another one needs its own."""
        return (
            reference in self.payables or reference in self.repayments or reference in self.papers
        )

    @property
    def certified_quantity(self) -> int:
        return sum(note.quantity for note in self.notes.values())

    @property
    def certified_cents(self) -> int:
        """What is certified is worth this, réfaction not taken off."""
        return sum(note.amount_cents + note.reduction_cents for note in self.notes.values())

    @property
    def invoiced_quantity(self) -> int:
        return sum(note.invoiced for note in self.notes.values())

    @property
    def committed_cents(self) -> int:
        """Engaged on the budget line and not given back."""
        return self.engaged_cents - self.released_cents

    @property
    def unrecovered_cents(self) -> int:
        """Advances that are paid, and that no invoice has repaid yet."""
        return max(0, self.advances_paid_cents - self.recovered_cents)

    @property
    def claimable_cents(self) -> int:
        """What was paid on invoices, and is not asked back already."""
        claimed = (r.due_cents for r in self.repayments.values() if r.cause is not _ADVANCE)
        return self.paid_cents - self.unrecovered_cents - sum(claimed)

    @property
    def recoverable_cents(self) -> int:
        """Advances that were ordered to be paid, and that the next invoice repays."""
        not_yet = (
            payable.amount_cents
            for payable in self.payables.values()
            if payable.purpose is Purpose.ADVANCE and not payable.attempt
        )
        return self.balance_cents(Account.ADVANCES) - sum(not_yet)


_ADVANCE = RepaymentCause.ADVANCE


def year_end(year: int) -> datetime:
    """31 December, 23:59:59 UTC."""
    return datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)


def breach(order: Engagement) -> str:
    """Which sum is not as it must be after every event (I2); empty if all is well."""
    settled_cents = order.paid_cents - order.unrecovered_cents
    named = {
        "liquidated": order.liquidated_cents,
        "paid": order.paid_cents,
        "paid as advances": order.advances_paid_cents,
        "paid without unrecovered advances": settled_cents,
    }
    for name, cents in named.items():
        if cents < 0:
            return f"{name} is {cents} cents"
    if settled_cents > order.liquidated_cents:
        return f"{settled_cents} cents paid for {order.liquidated_cents} liquidated"
    if order.liquidated_cents > order.committed_cents:
        return f"{order.liquidated_cents} cents liquidated for {order.committed_cents} engaged"
    return ""


def once(names: tuple[str, ...], name: str | None) -> tuple[str, ...]:
    """The names and this one, each once."""
    return names if name is None or name in names else (*names, name)


def with_payable(order: Engagement, name: str, **changes: Any) -> Engagement:
    """The engagement with one of its payables changed."""
    payable = replace(order.payables[name], **changes)
    return replace(order, payables={**order.payables, name: payable})
