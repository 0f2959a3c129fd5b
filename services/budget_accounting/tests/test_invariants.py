"""Any story of a line and its orders, told in any order, keeps the accountant's invariants."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from budget_accounting.app import DECIDER
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentReleased,
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    InvoiceSubmitted,
    ServiceRecorded,
)
from filrouge_contracts.cash import CashRequested
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.ledger import (
    Account,
)
from filrouge_contracts.payment import PaymentMade, PaymentOrdered, PaymentRecorded
from filrouge_contracts.values import line_total_cents, vat_cents
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

UNIT_CENTS = 13  # VAT on one is 2.6 cents: rounding shows in every invoice
ORDERED = 4
NAMES = st.sampled_from(["O-1", "O-2", "O-3"])
WHOLE = line_total_cents(ORDERED, UNIT_CENTS, 2000)


class Accounts(RuleBasedStateMachine):
    """Orders on one line; the other services are honest, the partners say anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = Conversation(DECIDER)
        self.asked: set[str] = set()
        self.placed: set[str] = set()
        self.certified: Counter[str] = Counter()
        self.notes = 0

    @initialize(orders=st.integers(0, 3), cp_cents=st.integers(0, 3 * WHOLE), early=st.booleans())
    def begin(self, orders: int, cp_cents: int, early: bool) -> None:
        """Mostly there are some credits and orders to begin with; `early`: goods come before orders."""
        self.open_credits(orders * WHOLE, cp_cents)
        for order in ("O-1", "O-2"):
            self.ask(order)
            if early:
                self.certify(order, 1)
            else:
                self.place(order)

    @rule(ae_cents=st.integers(0, 2 * WHOLE), cp_cents=st.integers(0, WHOLE))
    def open_credits(self, ae_cents: int, cp_cents: int) -> None:
        self.talk.say(example(CreditsOpened, ae_cents=ae_cents, cp_cents=cp_cents))
        self.talk.settle()

    @rule(order=NAMES)
    def ask(self, order: str) -> None:
        if order not in self.asked:
            self.asked.add(order)
            self.talk.say(
                example(CommitmentRequested, engagement=f"order:{order}", amount_cents=WHOLE)
            )
            self.talk.settle()

    @rule(order=NAMES)
    def release(self, order: str) -> None:
        if self._committed(order) and order not in self.placed:
            self.placed.add(order)  # an order that gave up is not placed any more
            self.talk.say(
                example(CommitmentReleaseRequested, engagement=f"order:{order}", amount_cents=WHOLE)
            )
            self.talk.settle()

    @rule(order=NAMES)
    def place(self, order: str) -> None:
        if self._committed(order) and order not in self.placed:
            self.placed.add(order)
            self.talk.say(
                example(
                    OrderPlaced,
                    order=order,
                    quantity=ORDERED,
                    unit_price_excl_vat_cents=UNIT_CENTS,
                    amount_cents=WHOLE,
                )
            )
            self.talk.settle()

    @rule(order=NAMES, quantity=st.integers(1, ORDERED))
    def certify(self, order: str, quantity: int) -> None:
        if self._committed(order) and self.certified[order] + quantity <= ORDERED:
            self.certified[order] += quantity
            self.notes += 1
            self.talk.say(
                example(
                    ServiceCertified,
                    order=order,
                    delivery_note=f"BL-{self.notes}",
                    quantity=quantity,
                    imeis=tuple(imei(number) for number in range(quantity)),
                )
            )
            self.talk.settle()

    @rule(
        order=NAMES,
        name=st.sampled_from(["F-1", "F-2", "F-3"]),
        quantity=st.sampled_from([1, 1, 2, ORDERED, ORDERED + 1]),
        rounding=st.sampled_from([0, 0, 0, -1, 1, 2]),
    )
    def invoice(self, order: str, name: str, quantity: int, rounding: int) -> None:
        excl_vat_cents = quantity * UNIT_CENTS
        vat = vat_cents(excl_vat_cents, 2000) + rounding
        said = example(
            InvoiceSubmitted,
            engagement=f"order:{order}",
            invoice=name,
            quantity=quantity,
            unit_price_excl_vat_cents=UNIT_CENTS,
            amount_excl_vat_cents=excl_vat_cents,
            vat_cents=vat,
            amount_cents=excl_vat_cents + vat,
        )
        self.talk.say(said)
        self.talk.settle()

    @rule(order=NAMES, quantity=st.integers(1, 2), rounding=st.integers(-1, 1))
    def deliver_and_invoice(self, order: str, quantity: int, rounding: int) -> None:
        self.certify(order, quantity)
        self.invoice(order, f"F-N{self.notes}", quantity, rounding)

    @rule()
    def pay_all_that_is_ordered(self) -> None:
        for ordered in self.talk.of(PaymentOrdered):
            self._pay(ordered)

    @rule(order=NAMES, name=st.sampled_from(["F-1", "F-2"]), payment=st.sampled_from("PQR"))
    def pay_anything(self, order: str, name: str, payment: str) -> None:
        self.talk.say(
            example(
                PaymentMade,
                engagement=f"order:{order}",
                invoice=name,
                payment=payment,
                amount_cents=WHOLE,
            )
        )
        self.talk.settle()

    @precondition(lambda self: self.talk.of(PaymentOrdered))
    @rule(data=st.data())
    def pay_what_is_ordered(self, data: Any) -> None:
        self._pay(data.draw(st.sampled_from(self.talk.of(PaymentOrdered))))

    def _pay(self, ordered: PaymentOrdered) -> None:
        self.notes += 1
        self.talk.say(
            example(
                PaymentMade,
                engagement=ordered.engagement,
                invoice=ordered.invoice,
                payment=f"VIR-{self.notes}",
                amount_cents=ordered.amount_cents,
                paid_at=ordered.ordered_at + timedelta(days=1),
            )
        )
        self.talk.settle()

    @rule(days=st.integers(1, 40))
    def let_time_pass(self, days: int) -> None:
        self.talk.tick(self.talk.context.now + timedelta(days=days))

    @invariant()
    def the_line_is_never_overdrawn(self) -> None:
        line = self.talk.state(BUDGET_ACCOUNTING, "line:147-IDF-TABLETS")
        committed = sum(said.amount_cents for said in self.talk.of(CommitmentAccepted))
        released = sum(said.amount_cents for said in self.talk.of(CommitmentReleased))
        assert committed - released == line.committed_cents
        assert 0 <= line.committed_cents <= line.ae_cents
        paid = sum(said.amount_cents for said in self.talk.of(PaymentRecorded))
        assert 0 <= paid <= line.granted_cents <= line.cp_cents

    @invariant()
    def nobody_is_paid_more_than_was_certified(self) -> None:
        for order in ("order:O-1", "order:O-2", "order:O-3"):
            pieces = sum(s.quantity for s in self.talk.of(ServiceRecorded) if s.engagement == order)
            payments = [said for said in self.talk.of(PaymentRecorded) if said.engagement == order]
            worth = line_total_cents(pieces, UNIT_CENTS, 2000) if pieces else 0
            assert sum(said.amount_cents for said in payments) <= worth
            assert len({said.invoice for said in payments}) == len(payments)

    @invariant()
    def the_books_balance_and_no_account_is_overdrawn(self) -> None:
        balances: Counter[Account] = Counter()
        for said in self.talk.said:
            for posting in getattr(said.event, "postings", ()):
                balances[posting.account] += posting.amount_cents
        assert sum(balances.values()) == 0
        for account in (
            Account.AE_AVAILABLE,
            Account.AE_COMMITTED,
            Account.CP_AVAILABLE,
            Account.CP_GRANTED,
            Account.CP_CONSUMED,
        ):
            assert balances[account] >= 0
        for account in (
            Account.RECEIVED_UNINVOICED,
            Account.SUPPLIER_PAYABLE,
            Account.PAYMENT_ORDERED,
            Account.TREASURY,
        ):
            assert balances[account] <= 0

    @invariant()
    def every_debt_is_on_its_way(self) -> None:
        """A matched invoice has asked for cash as often as it was not refused for good."""
        assert len(self.talk.of(PaymentOrdered)) <= len(self.talk.of(CashRequested))

    def _committed(self, order: str) -> bool:
        return any(said.engagement == f"order:{order}" for said in self.talk.of(CommitmentAccepted))


Accounts.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestAccounts = Accounts.TestCase
