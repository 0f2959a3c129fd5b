"""Any story of a line and of what is engaged on it: partners say anything, at any time."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
from budget_accounting.app import DECIDER
from budget_accounting.engagement_state import Step
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.advance import AdvanceRequested
from filrouge_contracts.correction import (
    CreditNoteSubmitted,
    PenaltyDecided,
    RepaymentDue,
    RepaymentOrdered,
    RepaymentReceived,
)
from filrouge_contracts.invoicing import InvoiceMatched
from filrouge_contracts.payment import (
    PaymentMade,
    PaymentOrdered,
    PaymentRecorded,
    PaymentRejected,
    PaymentRejectionReason,
    PaymentRejectionRecorded,
    PaymentResubmitted,
)
from hypothesis.stateful import initialize, precondition, rule

from services.budget_accounting.tests.papers import invoice, line
from services.budget_accounting.tests.services_around import (
    ORDERED,
    ORDERS,
    UNIT_CENTS,
    ServicesAround,
    worth,
)

SMALL = st.integers(1, 20)


class Stories(ServicesAround):
    """Suppliers, buyers and accountants, some of whom err."""

    @initialize(
        orders=st.integers(1, 3),
        cp_cents=st.sampled_from([0, worth(3), 3 * worth(ORDERED), 3 * worth(ORDERED)]),
        seed=st.integers(),
        stories=st.lists(st.integers(0, 5), min_size=2, max_size=2),
    )
    def begin(self, orders: int, cp_cents: int, seed: int, stories: list[int]) -> None:
        """Two orders; one may begin with an advance, or be certified, invoiced or paid already."""
        self.talk = Conversation(DECIDER, chance=Random(seed))
        self.open_credits(orders * worth(ORDERED), cp_cents)
        for order, story in zip(("O-1", "O-2"), stories, strict=True):
            self.place(order)
            if story == 1:
                self.ask_for_an_advance(order, 17, "AV-1")
            if story >= 2:
                self.certify(order, 2, 7 * (story - 2))
            if story >= 3:
                self.invoice_all(order)
                self.talk.settle()
            if story >= 4:
                self.pay_all_that_is_ordered()

    # --- supplier ------------------------------------------------------------------------------------

    @precondition(lambda self: any(self.notes.values()))
    @rule(
        data=st.data(),
        name=st.sampled_from(["", "", "", "F-1", "AV-1"]),
        quantity=st.integers(1, ORDERED),
        all_of_it=st.booleans(),
        serials=st.booleans(),
        rounding=st.sampled_from([0, 0, 0, -1, 1, 2]),
    )
    def submit(
        self, data: Any, name: str, quantity: int, all_of_it: bool, serials: bool, rounding: int
    ) -> None:
        order, note = self._note(data)
        quantity = self.notes[order][note] if all_of_it else quantity
        first = 10 * int(note.removeprefix("BL-"))
        devices = tuple(imei(number) for number in range(first, first + quantity))
        lines = [line(note, quantity, UNIT_CENTS, imeis=devices if serials else ())]
        if other := [n for n in self.notes[order] if n != note and all_of_it]:
            lines.append(line(other[0], 1, UNIT_CENTS))
        self._say(
            invoice(
                name or self._name("F-N"),
                *lines,
                rounding=rounding,
                engagement=f"order:{order}",
            )
        )

    @rule(order=ORDERS)
    def invoice_all(self, order: str) -> None:
        """Everything certified that is not invoiced yet, as a supplier who keeps order would."""
        known = self.order_of(f"order:{order}").notes
        left = {
            n: q - (known[n].invoiced if n in known else 0) for n, q in self.notes[order].items()
        }
        lines = [line(note, pieces, UNIT_CENTS) for note, pieces in left.items() if pieces]
        if lines:
            said = invoice(self._name("F-A"), *lines, engagement=f"order:{order}")
            self._say(said)

    @rule(order=ORDERS, cents=SMALL, name=st.sampled_from(["AV-1", "AV-2"]))
    def ask_for_an_advance(self, order: str, cents: int, name: str) -> None:
        self._say(
            example(AdvanceRequested, engagement=f"order:{order}", advance=name, amount_cents=cents)
        )

    @precondition(lambda self: self.talk.of(InvoiceMatched))
    @rule(data=st.data(), cents=SMALL, all_of_it=st.booleans())
    def credit(self, data: Any, cents: int, all_of_it: bool) -> None:
        matched = data.draw(st.sampled_from(self.talk.of(InvoiceMatched)))
        self._say(
            example(
                CreditNoteSubmitted,
                engagement=matched.engagement,
                invoice=matched.invoice,
                credit_note=self._name("AVOIR"),
                amount_cents=matched.amount_cents if all_of_it else cents,
            )
        )

    # --- buyer ---------------------------------------------------------------------------------------

    @rule(order=ORDERS, cents=SMALL)
    def decide_a_penalty(self, order: str, cents: int) -> None:
        penalty = self._name("PEN")
        self._say(
            example(
                PenaltyDecided, engagement=f"order:{order}", penalty=penalty, amount_cents=cents
            )
        )

    @rule(order=ORDERS, cents=SMALL)
    def ask_back(self, order: str, cents: int) -> None:
        repayment = self._name("OR")
        self._say(
            example(
                RepaymentOrdered,
                engagement=f"order:{order}",
                repayment=repayment,
                amount_cents=cents,
            )
        )

    @precondition(lambda self: self.talk.of(PaymentRejectionRecorded))
    @rule(data=st.data())
    def resubmit(self, data: Any) -> None:
        rejected = data.draw(st.sampled_from(self.talk.of(PaymentRejectionRecorded)))
        self._say(
            example(PaymentResubmitted, engagement=rejected.engagement, invoice=rejected.invoice)
        )

    # --- accountant ------------------------------------------------------------------------------------

    @precondition(lambda self: self.talk.of(PaymentOrdered))
    @rule(data=st.data(), days=st.sampled_from([1, 1, 1, 31, 50]), by=st.sampled_from([1, 1, 2]))
    def pay(self, data: Any, days: int, by: int) -> None:
        ordered = data.draw(st.sampled_from(self.talk.of(PaymentOrdered)))
        self._pay(ordered, days, "U-1003" if by == 2 else "U-4001")

    @rule()
    def pay_all_that_is_ordered(self) -> None:
        for ordered in self.talk.of(PaymentOrdered):
            payable = self.order_of(ordered.engagement).payables[ordered.invoice]
            if payable.step is Step.ORDERED and payable.attempt == ordered.attempt:
                self._pay(ordered, 1, "U-4001")
        self.talk.settle()

    def _pay(self, ordered: PaymentOrdered, days: int, by: str) -> None:
        self._say(
            example(
                PaymentMade,
                engagement=ordered.engagement,
                invoice=ordered.invoice,
                payment=self._name("VIR"),
                amount_cents=ordered.amount_cents,
                paid_at=ordered.ordered_at + timedelta(days=days),
                paid_by=by,
            )
        )

    @precondition(lambda self: self.talk.of(PaymentOrdered))
    @rule(data=st.data(), reason=st.sampled_from(PaymentRejectionReason))
    def reject(self, data: Any, reason: PaymentRejectionReason) -> None:
        ordered = data.draw(st.sampled_from(self.talk.of(PaymentOrdered)))
        self._reject(ordered.engagement, ordered.invoice, None, reason)

    @precondition(lambda self: self.talk.of(PaymentRecorded))
    @rule(data=st.data(), reason=st.sampled_from(PaymentRejectionReason))
    def send_back(self, data: Any, reason: PaymentRejectionReason) -> None:
        paid = data.draw(st.sampled_from(self.talk.of(PaymentRecorded)))
        self._reject(paid.engagement, paid.invoice, paid.payment, reason)

    def _reject(
        self, engagement: str, name: str, payment: str | None, reason: PaymentRejectionReason
    ) -> None:
        self._say(
            example(
                PaymentRejected,
                engagement=engagement,
                invoice=name,
                payment=payment,
                reason=reason,
            )
        )

    @precondition(lambda self: self.talk.of(RepaymentDue))
    @rule(data=st.data(), cents=SMALL, all_of_it=st.booleans())
    def receive_back(self, data: Any, cents: int, all_of_it: bool) -> None:
        due = data.draw(st.sampled_from(self.talk.of(RepaymentDue)))
        self._say(
            example(
                RepaymentReceived,
                engagement=due.engagement,
                repayment=due.repayment,
                receipt=self._name("REC"),
                amount_cents=due.amount_cents if all_of_it else cents,
            )
        )
