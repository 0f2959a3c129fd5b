"""What an auditor works out from the events of one engagement alone, in their order.

It shares no code with the rules; whatever is not as it must be is an AssertionError.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from functools import singledispatchmethod
from typing import Any

from filrouge_contracts.advance import AdvanceLapsed, AdvanceRecorded
from filrouge_contracts.certification import ServiceWithdrawn
from filrouge_contracts.correction import (
    CreditNoteRecorded,
    PenaltyRecorded,
    RepaymentCause,
    RepaymentDue,
    RepaymentRecorded,
)
from filrouge_contracts.engagement import (
    EngagementAdjusted,
    EngagementRecorded,
    EngagementSettled,
    ServiceRecorded,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceMatched, InvoiceRecorded
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import (
    LateInterestRecorded,
    PaymentOrdered,
    PaymentRecorded,
    PaymentRejectionRecorded,
    PaymentResubmissionRecorded,
    Purpose,
)

DEBTORS = {
    Account.EXPENSE,
    Account.ADVANCES,
    Account.PENALTIES_DUE,
    Account.SUPPLIER_RECEIVABLE,
    Account.LATE_INTEREST,
    Account.CP_CONSUMED,
}
"""Accounts of an engagement that never show a credit; all others never show a debit."""


def moved(*events: Any) -> Counter[Account]:
    """What these events book, by account; even ones left out."""
    sums: Counter[Account] = Counter()
    for event in events:
        for posting in event.postings:
            sums[posting.account] += posting.amount_cents
    return Counter({account: cents for account, cents in sums.items() if cents})


def contrary(booked: Counter[Account]) -> Counter[Account]:
    return Counter({account: -cents for account, cents in booked.items()})


class Auditor:
    """Follows one engagement event by event."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()
        self.balances: Counter[Account] = Counter()
        self.submitted: dict[str, Any] = {}
        self.services: dict[str, ServiceRecorded] = {}
        self.invoiced: Counter[str] = Counter()
        self.reduced: Counter[str] = Counter()
        self.serials: set[str] = set()
        self.payable: Counter[str] = Counter()
        self.orders: dict[tuple[str, int], PaymentOrdered] = {}
        self.payments: dict[tuple[str, int], PaymentRecorded] = {}
        self.due: dict[str, RepaymentDue] = {}
        self.approvers: set[str | None] = set()
        self.engagement: Any = None
        self.late_without_interest = 0

    def read(self, events: Iterable[Event]) -> None:
        for event in events:
            self.take(event)
            if postings := getattr(event, "postings", ()):
                assert sum(posting.amount_cents for posting in postings) == 0
                self.balances.update(moved(event))
                self._no_account_is_overdrawn()
            self._paid_is_liquidated_is_engaged()

    @singledispatchmethod
    def take(self, event: Any) -> None:
        """Others move no sum."""

    # --- at every moment -------------------------------------------------------------------------

    @property
    def unrecovered_cents(self) -> int:
        return max(0, self.sums["paid as advances"] - self.sums["recovered"])

    def _paid_is_liquidated_is_engaged(self) -> None:
        """I2"""
        paid = self.sums["paid"] - self.unrecovered_cents
        assert 0 <= paid <= self.sums["liquidated"] <= self.sums["engaged"]

    def _no_account_is_overdrawn(self) -> None:
        for account, cents in self.balances.items():
            if account is Account.CP_GRANTED:
                assert -cents == self.balances[Account.CP_CONSUMED]
            else:
                assert cents >= 0 if account in DEBTORS else cents <= 0, (account, cents)
        assert self.balances[Account.TREASURY] == -self.sums["paid"]

    # --- engagement and service fait ---------------------------------------------------------------

    @take.register
    def _(self, event: EngagementRecorded) -> None:
        self.engagement = event
        self.sums["engaged"] = event.amount_cents
        self.approvers.add(event.ordered_by)

    @take.register
    def _(self, event: EngagementAdjusted) -> None:
        self.sums["engaged"] = event.amount_cents - self.sums["released"]
        self.approvers.add(event.adjusted_by)

    @take.register
    def _(self, event: EngagementSettled) -> None:
        self.sums["engaged"] -= event.released_cents
        self.sums["released"] += event.released_cents
        assert event.liquidated_cents == self.sums["liquidated"] == self.sums["engaged"]
        assert event.paid_cents == self.sums["paid"]

    @take.register
    def _(self, event: ServiceRecorded) -> None:
        assert event.delivery_note not in self.services
        self.services[event.delivery_note] = event
        self.approvers.add(event.certified_by)

    @take.register
    def _(self, event: ServiceWithdrawn) -> None:
        """I12"""
        assert not self.invoiced[event.delivery_note]
        assert moved(event) == contrary(moved(self.services.pop(event.delivery_note)))

    # --- invoices ----------------------------------------------------------------------------------

    @take.register
    def _(self, event: InvoiceRecorded) -> None:
        self.submitted[event.invoice] = event.submitted

    @take.register
    def _(self, event: InvoiceMatched) -> None:
        """I4, I5"""
        said = self.submitted[event.invoice]
        net = sum(line.quantity * self.engagement.unit_price_excl_vat_cents for line in said.lines)
        vat = Fraction(net * self.engagement.vat_rate_bp, 10_000)
        assert abs(event.amount_cents - net - vat) <= Fraction(3, 2) * len(said.lines)
        assert event.amount_cents == said.amount_cents
        for line in event.lines:
            note = self.services[line.delivery_note]
            self.invoiced[line.delivery_note] += line.quantity
            self.reduced[line.delivery_note] += line.reduction_cents
            done = Fraction(self.invoiced[line.delivery_note], note.quantity)
            assert done <= 1
            assert self.reduced[line.delivery_note] == int(note.reduction_cents * done)
            assert set(line.imeis) <= set(note.imeis) - self.serials
            self.serials.update(line.imeis)
        wanted = sum(line.reduction_cents for line in event.lines)
        assert event.reduction_cents == min(wanted, event.amount_cents)
        owed = event.amount_cents - event.reduction_cents - event.penalty_cents
        assert event.payable_cents == owed - event.recovered_cents >= 0
        self.sums["liquidated"] += owed
        self.sums["recovered"] += event.recovered_cents
        self.sums["withheld"] += event.penalty_cents
        assert self.sums["withheld"] <= self.sums["penalties"]
        assert self.sums["recovered"] <= self.sums["advances ordered"]
        self.payable[event.invoice] = event.payable_cents

    @take.register
    def _(self, event: AdvanceRecorded) -> None:
        self.payable[event.advance] = event.amount_cents

    @take.register
    def _(self, event: AdvanceLapsed) -> None:
        assert (event.advance, 1) not in self.orders
        del self.payable[event.advance]

    # --- payments ----------------------------------------------------------------------------------

    @take.register
    def _(self, event: PaymentOrdered) -> None:
        assert (event.invoice, event.attempt) not in self.orders
        assert event.attempt == 1 or (event.invoice, event.attempt - 1) in self.orders
        assert event.amount_cents == self.payable[event.invoice]
        assert event.iban == self.engagement.iban
        self.orders[event.invoice, event.attempt] = event
        if event.purpose is Purpose.ADVANCE and event.attempt == 1:
            self.sums["advances ordered"] += event.amount_cents

    @take.register
    def _(self, event: PaymentRecorded) -> None:
        """I3, I6, I7"""
        order = self.orders[event.invoice, event.attempt]
        assert (event.invoice, event.attempt) not in self.payments
        assert (event.amount_cents, event.iban) == (order.amount_cents, order.iban)
        assert event.paid_at >= order.ordered_at
        assert event.paid_by not in self.approvers
        self.payments[event.invoice, event.attempt] = event
        self._pay(event.purpose, event.amount_cents)
        self.late_without_interest += event.paid_at > order.pay_by

    @take.register
    def _(self, event: LateInterestRecorded) -> None:
        self.late_without_interest -= 1

    @take.register
    def _(self, event: PaymentRejectionRecorded) -> None:
        """I12"""
        order = self.orders[event.invoice, event.attempt]
        payment = self.payments.get((event.invoice, event.attempt))
        if event.payment is None:
            assert payment is None
            assert moved(event) == contrary(moved(order))
        else:
            assert payment is not None
            assert payment.payment == event.payment
            assert moved(event) == contrary(moved(order, payment))
            self._pay(event.purpose, -event.amount_cents)

    @take.register
    def _(self, event: PaymentResubmissionRecorded) -> None:
        self.approvers.add(event.resubmitted_by)

    def _pay(self, purpose: Purpose, cents: int) -> None:
        self.sums["paid"] += cents
        if purpose is Purpose.ADVANCE:
            self.sums["paid as advances"] += cents

    # --- corrections -------------------------------------------------------------------------------

    @take.register
    def _(self, event: PenaltyRecorded) -> None:
        self.sums["penalties"] += event.amount_cents
        self.approvers.add(event.decided_by)

    @take.register
    def _(self, event: CreditNoteRecorded) -> None:
        self.payable[event.invoice] -= event.lowered_cents
        self.sums["liquidated"] -= event.lowered_cents
        self.sums["credited"] += event.amount_cents

    @take.register
    def _(self, event: RepaymentDue) -> None:
        assert event.repayment not in self.due
        self.due[event.repayment] = event
        self.approvers.add(event.ordered_by)

    @take.register
    def _(self, event: RepaymentRecorded) -> None:
        self.sums[f"back {event.repayment}"] += event.amount_cents
        assert self.sums[f"back {event.repayment}"] <= self.due[event.repayment].amount_cents
        advance = event.cause is RepaymentCause.ADVANCE
        self._pay(Purpose.ADVANCE if advance else Purpose.INVOICE, -event.amount_cents)
        self.sums["liquidated"] -= 0 if advance else event.amount_cents
