"""Advances: what may be asked for, how it is paid, recovered, or comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from budget_accounting.app import DECIDER
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.advance import (
    AdvanceLapsed,
    AdvanceRecorded,
    AdvanceRefusal,
    AdvanceRefused,
    AdvanceRequested,
)
from filrouge_contracts.amendment import OrderAmended, OrderCancelled
from filrouge_contracts.cash import CashGranted, CashRefused, CashRequested, CashReturnRequested
from filrouge_contracts.correction import (
    CorrectionRefused,
    CreditNoteSubmitted,
    RepaymentCause,
    RepaymentDue,
    RepaymentReceived,
    RepaymentRecorded,
)
from filrouge_contracts.engagement import EngagementAdjusted, EngagementRecorded, EngagementSettled
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.invoicing import InvoiceMatched, InvoiceRecorded
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import (
    PaymentOrdered,
    PaymentRecorded,
    PaymentRejected,
    PaymentRejectionReason,
    PaymentRejectionRecorded,
    Purpose,
)
from filrouge_contracts.waiting import EventHeld

from services.budget_accounting.tests.papers import (
    NOON,
    ORDER,
    OTHER_IBAN,
    OTHER_SIRET,
    granted,
    invoice,
    line,
    ordered,
    payment,
    service,
)

ADVANCE = "AV-2020-0007"
ALLOWED = 110_88
YEAR_END = instant("2020-12-31T23:59:59Z")
CANCELLED = example(OrderCancelled, quantity=0, amount_cents=0)
CAME_BACK = example(
    PaymentRejected,
    invoice=ADVANCE,
    payment="VIR-20200529-7",
    reason=PaymentRejectionReason.ACCOUNT_CLOSED,
)


def advanced(cents: int = ALLOWED) -> Scenario:
    """An order of two pieces with an advance that is ordered to be paid."""
    scenario = granted(ordered().when(example(AdvanceRequested, amount_cents=cents)))
    return scenario.then_types(PaymentOrdered)


def advance_paid(cents: int = ALLOWED) -> Scenario:
    scenario = advanced(cents)
    return scenario.when(payment(scenario, ADVANCE)).then_types(PaymentRecorded)


def test_an_advance_is_owed_at_once_and_ordered_to_be_paid_without_service_fait() -> None:
    scenario = ordered().when(example(AdvanceRequested))
    scenario.then(
        example(AdvanceRecorded),
        example(CashRequested, invoice=ADVANCE, amount_cents=ALLOWED),
    )
    granted(scenario)
    (order_to_pay,) = scenario.said
    assert isinstance(order_to_pay, PaymentOrdered)
    assert (order_to_pay.purpose, order_to_pay.certified_at) == (Purpose.ADVANCE, None)


def test_an_advance_waits_for_its_order_and_not_for_ever() -> None:
    scenario = Scenario(DECIDER).at(NOON).when(example(AdvanceRequested)).then_types(EventHeld)
    again = example(AdvanceRefused, reason=AdvanceRefusal.ALREADY_ANNOUNCED)
    scenario.when(example(AdvanceRequested)).then(again)
    late = Scenario(DECIDER).at(NOON).when(example(AdvanceRequested)).when_due(ORDER)
    late.then(example(AdvanceRefused, reason=AdvanceRefusal.UNKNOWN_IN_TIME))
    assert late.state(ORDER).waiting == ()
    scenario.when(example(OrderPlaced))
    scenario.then_types(EngagementRecorded, AdvanceRecorded, CashRequested)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"supplier": OTHER_SIRET}, AdvanceRefusal.OTHER_SUPPLIER),
        ({"iban": OTHER_IBAN}, AdvanceRefusal.OTHER_ACCOUNT),
        ({"amount_cents": ALLOWED + 1}, AdvanceRefusal.MORE_THAN_ALLOWED),
    ],
)
def test_an_advance_that_may_not_be_paid_is_refused(
    changes: dict[str, Any], reason: AdvanceRefusal
) -> None:
    asked = example(AdvanceRequested, **changes)
    scenario = ordered().when(asked)
    scenario.then(example(AdvanceRefused, amount_cents=asked.amount_cents, reason=reason))


def test_all_advances_together_are_a_part_of_the_engagement() -> None:
    scenario = advanced(100_00).when(example(AdvanceRequested, amount_cents=10_88))
    scenario.then(example(AdvanceRefused, amount_cents=10_88, reason=AdvanceRefusal.ALREADY_USED))
    scenario.when(example(AdvanceRequested, advance="AV-2", amount_cents=10_89))
    scenario.then_types(AdvanceRefused)
    scenario.when(example(AdvanceRequested, advance="AV-2", amount_cents=10_88))
    scenario.then_types(AdvanceRecorded, CashRequested)


def test_the_part_is_a_parameter() -> None:
    scenario = ordered().with_parameters(advance_bp=0)
    scenario.when(example(AdvanceRequested, amount_cents=1)).then_types(AdvanceRefused)


@pytest.mark.parametrize("certified", [False, True])
def test_after_an_invoice_there_is_no_advance(certified: bool) -> None:
    scenario = ordered()
    if certified:
        scenario.when(service("BL-1", 1))
    scenario.when(invoice("F-1", line("BL-1", 1))).when(example(AdvanceRequested))
    scenario.then(example(AdvanceRefused, reason=AdvanceRefusal.AFTER_INVOICE))


# --- recovery --------------------------------------------------------------------------------------


def test_an_advance_is_recovered_from_the_next_invoices() -> None:
    scenario = advance_paid().when(service("BL-1", 2))
    scenario.when(invoice("F-1", line("BL-1", 1)))
    first = scenario.said[1]
    assert isinstance(first, InvoiceMatched)
    assert (first.recovered_cents, first.payable_cents) == (ALLOWED, 184_80 - ALLOWED)
    granted(scenario)
    scenario.when(payment(scenario, "F-1"))
    scenario.when(invoice("F-2", line("BL-1", 1)))
    second = scenario.said[1]
    assert isinstance(second, InvoiceMatched)
    assert (second.recovered_cents, second.payable_cents) == (0, 184_80)
    state = scenario.state(ORDER)
    assert (state.unrecovered_cents, state.balance_cents(Account.ADVANCES)) == (0, 0)


def test_never_more_is_recovered_than_is_owed() -> None:
    scenario = ordered().with_parameters(advance_bp=6000)
    granted(scenario.when(example(AdvanceRequested, amount_cents=221_76)))
    scenario.when(payment(scenario, ADVANCE))
    scenario.when(service("BL-1", 2)).when(invoice("F-1", line("BL-1", 1)))
    scenario.then_types(InvoiceRecorded, InvoiceMatched)  # nothing is left to pay
    scenario.when(invoice("F-2", line("BL-1", 1)))
    second = scenario.said[1]
    assert isinstance(second, InvoiceMatched)
    assert (second.recovered_cents, second.payable_cents) == (36_96, 147_84)


def test_an_advance_that_is_ordered_is_recovered_and_still_paid() -> None:
    scenario = advanced().when(service("BL-1", 2)).when(invoice("F-1", line("BL-1", 2)))
    granted(scenario)
    scenario.when(payment(scenario, "F-1")).then_types(PaymentRecorded)
    scenario.when(payment(scenario, ADVANCE)).then_types(PaymentRecorded, EngagementSettled)
    assert scenario.state(ORDER).paid_cents == 369_60


def test_an_advance_that_comes_back_is_owed_again_and_no_longer_paid() -> None:
    state = advance_paid().when(CAME_BACK).then_types(PaymentRejectionRecorded).state(ORDER)
    assert (state.paid_cents, state.advances_paid_cents, state.unrecovered_cents) == (0, 0, 0)
    assert state.balance_cents(Account.SUPPLIER_PAYABLE) == -ALLOWED


def test_a_recovered_advance_that_comes_back_is_owed_again() -> None:
    scenario = advance_paid().when(service("BL-1", 2)).when(invoice("F-1", line("BL-1", 2)))
    scenario.when(CAME_BACK).then_types(PaymentRejectionRecorded)
    state = scenario.state(ORDER)
    assert (state.paid_cents, state.advances_paid_cents, state.unrecovered_cents) == (0, 0, 0)
    assert state.balance_cents(Account.SUPPLIER_PAYABLE) == -369_60


# --- without cash, without invoice -----------------------------------------------------------------


def test_an_advance_that_an_invoice_overtakes_lapses() -> None:
    scenario = ordered().when(example(AdvanceRequested)).when(service("BL-1", 1))
    scenario.when(invoice("F-1", line("BL-1", 1)))
    scenario.when(example(CashGranted, invoice=ADVANCE, amount_cents=ALLOWED))
    scenario.then(
        example(AdvanceLapsed),
        example(CashReturnRequested, invoice=ADVANCE, amount_cents=ALLOWED, requested_at=NOON),
    )
    assert scenario.state(ORDER).balance_cents(Account.ADVANCES) == 0


def test_an_advance_without_cash_is_asked_for_again_until_an_invoice_comes() -> None:
    refusal = example(CashRefused, invoice=ADVANCE, amount_cents=ALLOWED)
    scenario = ordered().when(example(AdvanceRequested)).when(refusal)
    scenario.when_due(ORDER).then_types(CashRequested)
    scenario.when(refusal).when(service("BL-1", 1)).when(invoice("F-1", line("BL-1", 1)))
    scenario.when_due(ORDER).then_types(AdvanceLapsed)
    assert scenario.state(ORDER).due_at == YEAR_END
    other = ordered().when(example(AdvanceRequested)).when(service("BL-1", 1))
    other.when(invoice("F-1", line("BL-1", 1))).when(refusal).then_types(AdvanceLapsed)


def test_an_advance_that_has_lapsed_leaves_room_for_another_one() -> None:
    scenario = ordered().when(example(AdvanceRequested))
    scenario.when(example(OrderAmended, quantity=1, amount_cents=184_80))
    scenario.when(example(CashGranted, invoice=ADVANCE, amount_cents=ALLOWED))
    scenario.then_types(AdvanceLapsed, CashReturnRequested)
    scenario.when(example(OrderAmended, quantity=2, amount_cents=369_60))
    scenario.when(example(AdvanceRequested, advance="AV-2"))
    scenario.then_types(AdvanceRecorded, CashRequested)


def test_an_advance_on_a_cancelled_order_lapses_before_it_is_ordered() -> None:
    scenario = ordered().when(example(AdvanceRequested)).when(CANCELLED)
    scenario.then_types(EngagementAdjusted)
    scenario.when(example(CashGranted, invoice=ADVANCE, amount_cents=ALLOWED))
    scenario.then_types(AdvanceLapsed, CashReturnRequested, EngagementSettled)


def test_an_advance_on_a_cancelled_order_is_due_back() -> None:
    scenario = advance_paid().when(CANCELLED)
    scenario.then_types(EngagementAdjusted, RepaymentDue, EngagementSettled)
    due = scenario.said[1]
    assert isinstance(due, RepaymentDue)
    assert (due.cause, due.amount_cents) == (RepaymentCause.ADVANCE, ALLOWED)
    back = example(RepaymentReceived, repayment=due.repayment, amount_cents=ALLOWED)
    scenario.when(back).then_types(RepaymentRecorded, CashReturnRequested)
    state = scenario.state(ORDER)
    assert (state.paid_cents, state.unrecovered_cents, state.balances) == (0, 0, {})


def test_what_is_due_back_of_an_advance_cannot_come_back_by_the_bank_as_well() -> None:
    scenario = advance_paid().when(CANCELLED)
    scenario.when(CAME_BACK).then_types(CorrectionRefused)


def test_an_advance_has_no_invoice_that_a_credit_note_could_lower() -> None:
    scenario = advance_paid().when(example(CreditNoteSubmitted, invoice=ADVANCE))
    scenario.then_types(CorrectionRefused)


def test_advances_wait_for_cash_at_most_as_long_as_they_may_be_paid() -> None:
    """An order that shrinks while there is no cash takes its advance with it."""
    scenario = ordered().when(example(AdvanceRequested))
    scenario.when(example(CashRefused, invoice=ADVANCE, amount_cents=ALLOWED))
    scenario.when(CANCELLED).when_due(ORDER, NOON + timedelta(days=7))
    scenario.then_types(AdvanceLapsed, EngagementSettled)
