"""Penalties, credit notes and repayments: each an entry of its own, none below nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.budget import CommitmentReleaseRequested
from filrouge_contracts.cash import CashGranted, CashRefused, CashRequested, CashReturnRequested
from filrouge_contracts.correction import (
    CorrectionRefusal,
    CorrectionRefused,
    CreditNoteRecorded,
    CreditNoteSubmitted,
    PenaltyDecided,
    PenaltyRecorded,
    RepaymentCause,
    RepaymentDue,
    RepaymentOrdered,
    RepaymentReceived,
    RepaymentRecorded,
)
from filrouge_contracts.engagement import EngagementSettled
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceMatched, InvoiceRecorded, InvoiceSubmitted
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import (
    PaymentOrdered,
    PaymentRecorded,
    PaymentRejected,
    PaymentRejectionRecorded,
    PaymentResubmissionRecorded,
    PaymentResubmitted,
)
from filrouge_contracts.waiting import EventHeld

from services.budget_accounting.tests.papers import (
    ACCOUNTANT,
    CERTIFIER,
    NOON,
    ORDER,
    OTHER_SIRET,
    granted,
    invoice,
    line,
    ordered,
    paid,
    payment,
    service,
    to_pay,
)

CREDIT = example(CreditNoteSubmitted)
WHOLE = example(CreditNoteSubmitted, amount_cents=369_60)
REPAY = example(RepaymentOrdered)


def refusal(scenario: Scenario) -> CorrectionRefusal:
    (refused,) = scenario.said
    assert isinstance(refused, CorrectionRefused)
    return refused.reason


def matched() -> Scenario:
    """An invoice whose cash is asked for."""
    return ordered().when(service("BL-0001", 2)).when(example(InvoiceSubmitted))


# --- penalties -------------------------------------------------------------------------------------


def test_a_penalty_is_a_claim_and_withheld_from_the_next_invoices() -> None:
    scenario = ordered().when(example(PenaltyDecided)).then(example(PenaltyRecorded))
    scenario.when(service("BL-0001", 2)).when(example(InvoiceSubmitted))
    match = scenario.said[1]
    assert isinstance(match, InvoiceMatched)
    assert (match.penalty_cents, match.payable_cents) == (18_48, 351_12)
    granted(scenario)
    scenario.when(payment(scenario))
    scenario.then_types(PaymentRecorded, EngagementSettled, CommitmentReleaseRequested)
    settled = scenario.said[1]
    assert isinstance(settled, EngagementSettled)
    assert (settled.liquidated_cents, settled.released_cents) == (351_12, 18_48)


def test_a_penalty_beyond_the_invoice_is_withheld_from_the_next() -> None:
    scenario = ordered().when(example(PenaltyDecided, amount_cents=200_00))
    scenario.when(service("BL-1", 2)).when(invoice("F-1", line("BL-1", 1)))
    scenario.then_types(InvoiceRecorded, InvoiceMatched)
    scenario.when(invoice("F-2", line("BL-1", 1)))
    match = scenario.said[1]
    assert isinstance(match, InvoiceMatched)
    assert (match.penalty_cents, match.payable_cents) == (15_20, 169_60)


def test_a_penalty_after_the_last_payment_is_due_and_its_commitment_given_back() -> None:
    scenario = paid().when(example(PenaltyDecided)).then_types(PenaltyRecorded, RepaymentDue)
    due = scenario.said[1]
    assert isinstance(due, RepaymentDue)
    of_ours = (due.repayment, due.cause, due.amount_cents)
    assert of_ours == ("RECOVERY-1", RepaymentCause.PENALTY, 18_48)
    back = example(RepaymentReceived, repayment=due.repayment, amount_cents=18_48)
    scenario.when(back).then_types(
        RepaymentRecorded, CashReturnRequested, EngagementSettled, CommitmentReleaseRequested
    )
    assert scenario.state(ORDER).committed_cents == 351_12


def test_our_own_reference_is_one_that_nobody_has_used() -> None:
    scenario = paid().when(example(RepaymentOrdered, repayment="RECOVERY-2", amount_cents=1))
    scenario.when(example(PenaltyDecided))
    due = scenario.said[1]
    assert isinstance(due, RepaymentDue)
    assert due.repayment == "RECOVERY-3"


@pytest.mark.parametrize(
    ("scenario", "changes", "reason"),
    [
        (ordered, {"amount_cents": 369_61}, CorrectionRefusal.MORE_THAN_ENGAGED),
        (to_pay, {"penalty": "F-2020-0042"}, CorrectionRefusal.ALREADY_USED),
        (paid, {"decided_by": ACCOUNTANT}, CorrectionRefusal.SAME_PERSON),
    ],
)
def test_a_penalty_that_cannot_be_is_refused(
    scenario: Any, changes: dict[str, Any], reason: CorrectionRefusal
) -> None:
    assert refusal(scenario().when(example(PenaltyDecided, **changes))) is reason


def test_penalties_together_are_never_more_than_the_engagement() -> None:
    scenario = ordered().when(example(PenaltyDecided, amount_cents=369_60))
    assert (
        refusal(scenario.when(example(PenaltyDecided, penalty="PEN-2", amount_cents=1)))
        is CorrectionRefusal.MORE_THAN_ENGAGED
    )


# --- credit notes ----------------------------------------------------------------------------------


def test_before_the_order_to_pay_a_credit_note_lowers_it_and_cash_goes_back() -> None:
    scenario = matched().when(CREDIT).then(example(CreditNoteRecorded))
    scenario.when(example(CashGranted)).then_types(CashReturnRequested, PaymentOrdered)
    back, order_to_pay = scenario.said
    assert isinstance(back, CashReturnRequested)
    assert isinstance(order_to_pay, PaymentOrdered)
    assert (back.amount_cents, order_to_pay.amount_cents) == (36_96, 332_64)


def test_a_credit_note_for_all_of_it_leaves_nothing_to_pay() -> None:
    scenario = (
        matched()
        .when(WHOLE)
        .then_types(CreditNoteRecorded, EngagementSettled, CommitmentReleaseRequested)
    )
    scenario.when(example(CashGranted)).then_types(CashReturnRequested)
    assert scenario.state(ORDER).balance_cents(Account.SUPPLIER_PAYABLE) == 0
    matched().when(WHOLE).when(example(CashRefused)).then_nothing()


def test_a_credit_note_while_there_is_no_cash_lowers_what_is_asked_for_next() -> None:
    scenario = matched().when(example(CashRefused)).when(CREDIT).when_due(ORDER)
    (asked,) = scenario.said
    assert isinstance(asked, CashRequested)
    assert asked.amount_cents == 332_64


def test_after_the_payment_a_credit_note_is_due_back() -> None:
    scenario = paid().when(CREDIT).then_types(CreditNoteRecorded, RepaymentDue)
    recorded, due = scenario.said
    assert isinstance(recorded, CreditNoteRecorded)
    assert isinstance(due, RepaymentDue)
    assert (recorded.lowered_cents, due.amount_cents) == (0, 36_96)
    assert (due.repayment, due.cause) == (CREDIT.credit_note, RepaymentCause.CREDIT_NOTE)
    state = scenario.state(ORDER)
    assert state.balance_cents(Account.SUPPLIER_RECEIVABLE) == 36_96
    assert state.liquidated_cents == 369_60  # until the money is back


def test_a_credit_note_beyond_what_is_left_to_pay_is_due_back_for_the_rest() -> None:
    """A part of the invoice was withheld as a penalty, so less than all of it is to be paid."""
    scenario = ordered().when(example(PenaltyDecided)).when(service("BL-0001", 2))
    scenario.when(example(InvoiceSubmitted))
    scenario.when(example(CreditNoteSubmitted, amount_cents=351_12))
    scenario.then_types(CreditNoteRecorded, EngagementSettled, CommitmentReleaseRequested)


def test_an_order_to_pay_is_let_through_before_a_credit_note_is_taken() -> None:
    scenario = to_pay().when(CREDIT).then_types(EventHeld)
    scenario.when_due(ORDER).then_types(EventHeld)
    scenario.when(payment(scenario)).then_types(
        PaymentRecorded, CreditNoteRecorded, RepaymentDue, EngagementSettled
    )


def test_of_a_rejected_payment_a_credit_note_takes_cash_back_too() -> None:
    scenario = to_pay().when(CREDIT).when(example(PaymentRejected))
    scenario.then_types(PaymentRejectionRecorded, CreditNoteRecorded, CashReturnRequested)
    assert scenario.said[2] == example(CashReturnRequested, amount_cents=36_96, requested_at=NOON)
    scenario.when(example(PaymentResubmitted))
    scenario.then_types(PaymentResubmissionRecorded, PaymentOrdered)
    order_to_pay = scenario.said[1]
    assert isinstance(order_to_pay, PaymentOrdered)
    assert order_to_pay.amount_cents == 332_64
    other = to_pay().when(example(PaymentRejected)).when(WHOLE)
    other.then_types(
        CreditNoteRecorded, CashReturnRequested, EngagementSettled, CommitmentReleaseRequested
    )


def test_what_a_credit_note_leaves_of_the_cash_goes_back_in_its_time() -> None:
    scenario = to_pay().at(NOON + timedelta(days=1)).when(example(PaymentRejected)).when(CREDIT)
    later = NOON + timedelta(days=31)
    left = example(CashReturnRequested, amount_cents=332_64, requested_at=later)
    scenario.when_due(ORDER).then(left)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"supplier": OTHER_SIRET}, CorrectionRefusal.OTHER_SUPPLIER),
        ({"credit_note": "F-2020-0042"}, CorrectionRefusal.ALREADY_USED),
        ({"amount_cents": 369_61}, CorrectionRefusal.MORE_THAN_INVOICED),
    ],
)
def test_a_credit_note_that_does_not_fit_is_refused(
    changes: dict[str, Any], reason: CorrectionRefusal
) -> None:
    scenario = matched().when(example(CreditNoteSubmitted, **changes))
    assert refusal(scenario) is reason


def test_credit_notes_together_are_never_more_than_the_invoice() -> None:
    scenario = paid().when(WHOLE)
    again = example(CreditNoteSubmitted, credit_note="AVOIR-2", amount_cents=1)
    assert refusal(scenario.when(again)) is CorrectionRefusal.MORE_THAN_INVOICED


def test_what_is_asked_back_already_is_not_credited_once_more() -> None:
    scenario = paid().when(REPAY)
    assert refusal(scenario.when(WHOLE)) is CorrectionRefusal.MORE_THAN_PAID
    scenario.when(CREDIT).then_types(CreditNoteRecorded, RepaymentDue)


def test_a_credit_note_waits_for_its_invoice_and_not_for_ever() -> None:
    scenario = ordered().when(CREDIT).then_types(EventHeld)
    assert refusal(scenario.when(CREDIT)) is CorrectionRefusal.ALREADY_ANNOUNCED
    scenario.when(service("BL-0001", 2)).when(example(InvoiceSubmitted))
    scenario.then_types(InvoiceRecorded, InvoiceMatched, CashRequested, CreditNoteRecorded)
    assert refusal(ordered().when(CREDIT).when_due(ORDER)) is CorrectionRefusal.UNKNOWN_IN_TIME


# --- repayments ------------------------------------------------------------------------------------


def test_money_is_asked_back_received_and_given_back_to_the_line() -> None:
    scenario = paid().at("2020-06-15T08:00:00Z").when(REPAY).then(example(RepaymentDue))
    scenario.when(example(RepaymentReceived))
    scenario.then_types(
        RepaymentRecorded, CashReturnRequested, EngagementSettled, CommitmentReleaseRequested
    )
    assert scenario.said[0] == example(RepaymentRecorded)
    state = scenario.state(ORDER)
    assert (state.paid_cents, state.liquidated_cents) == (332_64, 332_64)
    assert state.balance_cents(Account.SUPPLIER_RECEIVABLE) == 0


@pytest.mark.parametrize(
    ("scenario", "changes", "reason"),
    [
        (paid, {"amount_cents": 369_61}, CorrectionRefusal.MORE_THAN_PAID),
        (to_pay, {}, CorrectionRefusal.MORE_THAN_PAID),
        (paid, {"repayment": "F-2020-0042"}, CorrectionRefusal.ALREADY_USED),
        (paid, {"ordered_by": ACCOUNTANT}, CorrectionRefusal.SAME_PERSON),
    ],
)
def test_what_cannot_be_asked_back_is_refused(
    scenario: Any, changes: dict[str, Any], reason: CorrectionRefusal
) -> None:
    assert refusal(scenario().when(example(RepaymentOrdered, **changes))) is reason


def test_the_same_money_is_asked_back_once() -> None:
    scenario = paid().when(example(RepaymentOrdered, amount_cents=300_00))
    again = example(RepaymentOrdered, repayment="OR-2", amount_cents=69_61)
    assert refusal(scenario.when(again)) is CorrectionRefusal.MORE_THAN_PAID
    scenario.when(again.model_copy(update={"amount_cents": 69_60})).then_types(RepaymentDue)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount_cents": 36_97}, CorrectionRefusal.MORE_THAN_DUE),
        ({"received_by": CERTIFIER}, CorrectionRefusal.SAME_PERSON),
        ({"receipt": "F-2020-0042"}, CorrectionRefusal.ALREADY_USED),
    ],
)
def test_a_receipt_that_does_not_fit_is_refused(
    changes: dict[str, Any], reason: CorrectionRefusal
) -> None:
    scenario = paid().when(REPAY).when(example(RepaymentReceived, **changes))
    assert refusal(scenario) is reason


def test_money_that_is_back_before_it_was_asked_for_waits_for_its_claim() -> None:
    scenario = paid().when(example(RepaymentReceived)).then_types(EventHeld).when(REPAY)
    scenario.then_types(
        RepaymentDue,
        RepaymentRecorded,
        CashReturnRequested,
        EngagementSettled,
        CommitmentReleaseRequested,
    )
    assert scenario.state(ORDER).waiting == ()


def test_money_may_come_back_in_parts() -> None:
    scenario = paid().when(REPAY)
    for number, cents in enumerate((10_00, 26_96)):
        part = example(RepaymentReceived, receipt=f"REC-{number}", amount_cents=cents)
        assert isinstance(scenario.when(part).said[0], RepaymentRecorded)
    more = example(RepaymentReceived, receipt="REC-3", amount_cents=1)
    assert refusal(scenario.when(more)) is CorrectionRefusal.MORE_THAN_DUE


@pytest.mark.parametrize(
    "papers",
    [
        [example(PenaltyDecided, penalty="PAPER-1")],
        [example(CreditNoteSubmitted, credit_note="PAPER-1")],
        [REPAY.model_copy(update={"repayment": "PAPER-1"})],
        [REPAY, example(RepaymentReceived, receipt="PAPER-1")],
    ],
)
def test_two_papers_never_have_the_same_reference(papers: list[Event]) -> None:
    scenario = matched() if isinstance(papers[0], CreditNoteSubmitted) else paid()
    for paper in papers:
        scenario.when(paper)
    again = example(PenaltyDecided, penalty="PAPER-1", amount_cents=1)
    assert refusal(scenario.when(again)) is CorrectionRefusal.ALREADY_USED
