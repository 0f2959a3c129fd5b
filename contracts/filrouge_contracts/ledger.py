"""The accounts of public spending, and what is booked on them in one step."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from filrouge_contracts.event import Part
from filrouge_contracts.problems import refusal
from filrouge_contracts.values import SignedCents, SignedTotalCents


class Account(StrEnum):
    """Where money stands, as far as this release knows; each pair of accounts is balanced on its own."""

    AE_OPENED = "ae_opened"
    AE_AVAILABLE = "ae_available"
    AE_COMMITTED = "ae_committed"
    CP_OPENED = "cp_opened"
    CP_AVAILABLE = "cp_available"
    CP_GRANTED = "cp_granted"
    CP_CONSUMED = "cp_consumed"
    EXPENSE = "expense"
    RECEIVED_UNINVOICED = "received_uninvoiced"
    SUPPLIER_PAYABLE = "supplier_payable"
    PAYMENT_ORDERED = "payment_ordered"
    TREASURY = "treasury"

    ADVANCES = "advances"
    """Owed or paid before the service fait, and not recovered yet."""
    PENALTIES = "penalties"
    PENALTIES_DUE = "penalties_due"
    """Decided and not withheld yet."""
    SUPPLIER_RECEIVABLE = "supplier_receivable"
    LATE_INTEREST = "late_interest"
    LATE_INTEREST_PAYABLE = "late_interest_payable"

    AE_DELEGATED = "ae_delegated"
    CP_DELEGATED = "cp_delegated"
    """Sent to other lines less received from them: over all lines, what is on its way."""


AccountCode = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        pattern=r"^[a-z][a-z0-9_]*$",
        description=f"{', '.join(Account)}, or one that a later release books on",
    ),
]
"""Open, for a chart of accounts grows with what is paid for: who reads an account that it does not know
adds it up all the same."""


class Posting(Part):
    """One side of a double entry: debit is positive, credit negative."""

    account: AccountCode
    amount_cents: SignedCents


def _balanced(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    if sum(posting.amount_cents for posting in postings):
        detail = "postings do not add up to zero."
        raise refusal("double-entry", detail, "Book the same cents on both sides.")
    return postings


Postings = Annotated[tuple[Posting, ...], Field(min_length=2), AfterValidator(_balanced)]


class Balance(Part):
    """What an account holds: debit is positive, credit negative."""

    account: AccountCode
    amount_cents: SignedTotalCents


def _even(balances: tuple[Balance, ...]) -> tuple[Balance, ...]:
    if sum(balance.amount_cents for balance in balances):
        raise refusal("double-entry", "balances do not add up to zero.", "Show every account.")
    return balances


Balances = Annotated[tuple[Balance, ...], AfterValidator(_even)]
