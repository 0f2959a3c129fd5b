"""From debt to payment, and back when the accountant or the bank says no."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from budget_accounting.app import DECIDER
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.cash import CashGranted, CashRefused, CashRequested, CashReturnRequested
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.correction import (
    Correction,
    CorrectionRefusal,
    CorrectionRefused,
    RepaymentOrdered,
)
from filrouge_contracts.engagement import EngagementSettled
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import (
    LateInterestRecorded,
    PaymentDeferred,
    PaymentMade,
    PaymentOrdered,
    PaymentOverdue,
    PaymentRecorded,
    PaymentRefusal,
    PaymentRefused,
    PaymentRejected,
    PaymentRejectionReason,
    PaymentRejectionRecorded,
    PaymentResubmissionRecorded,
    PaymentResubmitted,
)
from filrouge_contracts.waiting import EventHeld

from services.budget_accounting.tests.papers import (
    ACCOUNTANT,
    CERTIFIER,
    CLERK,
    NOON,
    ORDER,
    OTHER_IBAN,
    granted,
    invoice,
    line,
    ordered,
    paid,
    payment,
    service,
    to_pay,
)

PAYMENT = "VIR-20200529-7"
CAME_BACK = example(PaymentRejected, payment=PAYMENT, reason=PaymentRejectionReason.ACCOUNT_CLOSED)


def test_the_first_thread_is_booked_as_the_examples_say() -> None:
    scenario = ordered().when(example(ServiceCertified)).when(example(InvoiceSubmitted))
    scenario.when(example(CashGranted)).then(example(PaymentOrdered))
    scenario.when(example(PaymentMade)).then(example(PaymentRecorded), example(EngagementSettled))


def test_without_cash_the_debt_stays_and_is_asked_for_again() -> None:
    scenario = ordered().when(example(ServiceCertified)).when(example(InvoiceSubmitted))
    scenario.when(example(CashRefused)).then(example(PaymentDeferred))
    scenario.when_due(ORDER).then(example(CashRequested, requested_at=NOON + timedelta(days=7)))
    assert scenario.state(ORDER).due_at == scenario.state(ORDER).year_ends_at
    scenario.when(example(CashGranted)).then_types(PaymentOrdered)


@pytest.mark.parametrize("answer", [example(CashGranted), example(CashRefused)])
def test_cash_that_nobody_asked_for_is_a_defect_elsewhere(
    answer: CashGranted | CashRefused,
) -> None:
    for scenario in (ordered(), to_pay()):
        with pytest.raises(Contradiction, match="for F-2020-0042, which asked for none"):
            scenario.when(answer)


# --- payment -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount_cents": 369_59}, PaymentRefusal.OTHER_AMOUNT),
        ({"amount_cents": 369_61}, PaymentRefusal.OTHER_AMOUNT),
        ({"iban": OTHER_IBAN}, PaymentRefusal.OTHER_ACCOUNT),
        ({"paid_at": NOON - timedelta(seconds=1)}, PaymentRefusal.BEFORE_ORDER),
        ({"paid_by": "U-1001"}, PaymentRefusal.SAME_PERSON),  # ordered the goods
        ({"paid_by": CERTIFIER}, PaymentRefusal.SAME_PERSON),  # certified the service fait
    ],
)
def test_a_payment_that_was_not_ordered_like_this_is_refused(
    changes: dict[str, Any], reason: PaymentRefusal
) -> None:
    made = example(PaymentMade, **changes)
    scenario = to_pay().when(made)
    scenario.then(example(PaymentRefused, amount_cents=made.amount_cents, reason=reason))
    scenario.when(example(PaymentMade)).then_types(PaymentRecorded, EngagementSettled)


def test_cash_is_set_aside_from_the_order_to_pay_until_the_payment() -> None:
    scenarios = (to_pay(), to_pay().when(example(PaymentRejected)), paid())
    set_aside = [each.state(ORDER).payables["F-2020-0042"].cash_cents for each in scenarios]
    assert set_aside == [369_60, 369_60, 0]


def test_what_is_ordered_to_be_paid_may_be_paid_at_once() -> None:
    scenario = to_pay().when(example(PaymentMade, paid_at=NOON))
    scenario.then_types(PaymentRecorded, EngagementSettled)


def test_an_invoice_is_paid_once() -> None:
    scenario = paid().when(example(PaymentMade, payment="VIR-8"))
    scenario.then(example(PaymentRefused, payment="VIR-8", reason=PaymentRefusal.ALREADY_PAID))


def test_a_payment_waits_for_its_order_to_pay() -> None:
    scenario = ordered().at("2020-05-29T08:00:00Z").when(example(PaymentMade))
    scenario.then_types(EventHeld).when(example(PaymentMade))
    announced = PaymentRefusal.ALREADY_ANNOUNCED
    scenario.then(example(PaymentRefused, reason=announced)).at(NOON)
    scenario.when(example(ServiceCertified)).when(example(InvoiceSubmitted))
    scenario.when(example(CashGranted))
    scenario.then(example(PaymentOrdered), example(PaymentRecorded), example(EngagementSettled))


def test_one_transfer_may_pay_two_invoices() -> None:
    scenario = ordered(2).when(service("BL-1", 2))
    for name in ("F-1", "F-2"):
        scenario.when(example(PaymentMade, invoice=name, amount_cents=184_80))
        scenario.then_types(EventHeld)
        granted(scenario.when(invoice(name, line("BL-1", 1))))
        assert isinstance(scenario.said[1], PaymentRecorded)


def test_a_payment_nobody_orders_is_refused_by_the_clock() -> None:
    scenario = Scenario(DECIDER).when(example(PaymentMade)).when_due(ORDER)
    scenario.then(example(PaymentRefused, reason=PaymentRefusal.NOT_ORDERED_IN_TIME))


# --- late payment --------------------------------------------------------------------------------


def test_silence_after_the_term_is_noticed_once() -> None:
    scenario = to_pay().when_due(ORDER, NOON + timedelta(days=30))
    scenario.then(example(PaymentOverdue))
    assert scenario.state(ORDER).due_at == scenario.state(ORDER).year_ends_at


def test_silence_that_is_noticed_late_began_at_the_term() -> None:
    noticed_at = NOON + timedelta(days=31)
    to_pay().when_due(ORDER, noticed_at).then(example(PaymentOverdue, noticed_at=noticed_at))


def test_silence_is_noticed_after_a_grace() -> None:
    scenario = ordered().with_parameters(deadline_grace_seconds=3600)
    scenario.when(service("BL-0001", 2)).when(invoice("F-1", line("BL-0001", 2)))
    granted(scenario)
    assert scenario.state(ORDER).due_at == NOON + timedelta(days=30, hours=1)


def test_a_late_payment_costs_interest_and_recovery() -> None:
    late = example(
        PaymentMade, payment="VIR-20200629-7", paid_at=NOON + timedelta(days=45, hours=1)
    )
    scenario = to_pay().when(late)
    scenario.then_types(PaymentRecorded, LateInterestRecorded, EngagementSettled)
    assert scenario.said[1] == example(LateInterestRecorded)
    assert scenario.state(ORDER).balance_cents(Account.LATE_INTEREST_PAYABLE) == -41_30


def test_rate_and_flat_cost_of_lateness_are_parameters() -> None:
    scenario = to_pay().with_parameters(late_interest_bp=0, late_recovery_cents=1)
    scenario.when(example(PaymentMade, paid_at=NOON + timedelta(days=31)))
    interest = scenario.said[1]
    assert isinstance(interest, LateInterestRecorded)
    assert (interest.interest_cents, interest.recovery_cents) == (0, 1)


# --- rejection and resubmission --------------------------------------------------------------------


def test_a_rejected_order_to_pay_is_a_debt_again_and_is_ordered_again() -> None:
    scenario = to_pay().when(example(PaymentRejected)).then(example(PaymentRejectionRecorded))
    assert scenario.state(ORDER).balance_cents(Account.SUPPLIER_PAYABLE) == -369_60
    scenario.when(example(PaymentResubmitted))
    scenario.then(example(PaymentResubmissionRecorded), example(PaymentOrdered, attempt=2))
    scenario.when(example(PaymentMade)).then_types(PaymentRecorded, EngagementSettled)
    assert scenario.said[0] == example(PaymentRecorded, attempt=2)


def test_the_second_order_to_pay_may_be_rejected_too() -> None:
    scenario = to_pay().when(example(PaymentRejected)).when(example(PaymentResubmitted))
    scenario.when(example(PaymentRejected)).then(example(PaymentRejectionRecorded, attempt=2))


def test_a_payment_that_came_back_is_a_debt_again_and_paid_by_another_transfer() -> None:
    scenario = paid().when(CAME_BACK).then_types(PaymentRejectionRecorded)
    state = scenario.state(ORDER)
    assert (state.paid_cents, state.balance_cents(Account.TREASURY)) == (0, 0)
    assert state.balance_cents(Account.CP_GRANTED) == state.balance_cents(Account.CP_CONSUMED) == 0
    scenario.at(NOON + timedelta(days=20)).when(example(PaymentResubmitted))
    scenario.then_types(PaymentResubmissionRecorded, PaymentOrdered)
    order_to_pay = scenario.said[1]
    assert isinstance(order_to_pay, PaymentOrdered)
    assert order_to_pay.pay_by == NOON + timedelta(days=50)  # it was the creditor's mistake
    scenario.when(example(PaymentMade, paid_at=NOON + timedelta(days=21)))
    scenario.then(
        example(
            PaymentRefused,
            reason=PaymentRefusal.ALREADY_PAID,
        )
    )
    scenario.when(example(PaymentMade, payment="VIR-8", paid_at=NOON + timedelta(days=21)))
    scenario.then_types(PaymentRecorded)
    scenario.when(CAME_BACK).then_types(CorrectionRefused)


def test_the_term_goes_on_when_the_supplier_is_not_to_blame() -> None:
    scenario = to_pay().when(example(PaymentRejected)).at(NOON + timedelta(days=20))
    scenario.when(example(PaymentResubmitted))
    order_to_pay = scenario.said[1]
    assert isinstance(order_to_pay, PaymentOrdered)
    assert order_to_pay.pay_by == NOON + timedelta(days=30)


def test_the_cash_of_what_is_not_resubmitted_goes_back_and_is_asked_for_later() -> None:
    scenario = to_pay().when(example(PaymentRejected)).when_due(ORDER, NOON + timedelta(days=30))
    scenario.then_types(CashReturnRequested)
    assert scenario.state(ORDER).due_at == scenario.state(ORDER).year_ends_at
    scenario.when(example(PaymentResubmitted))
    scenario.then_types(PaymentResubmissionRecorded, CashRequested)
    # the term went on while nothing happened: it ends in this very moment
    granted(scenario).then_types(PaymentOrdered, PaymentOverdue)


def test_rejection_and_resubmission_wait_for_what_they_are_about() -> None:
    scenario = ordered().when(example(PaymentResubmitted)).then_types(EventHeld)
    scenario.when(example(PaymentRejected)).then_types(EventHeld)
    scenario.when(service("BL-0001", 2)).when(example(InvoiceSubmitted))
    granted(scenario).then_types(
        PaymentOrdered, PaymentRejectionRecorded, PaymentResubmissionRecorded, PaymentOrdered
    )
    scenario.when(CAME_BACK).then_types(EventHeld)
    scenario.when(example(PaymentMade)).then_types(PaymentRecorded, PaymentRejectionRecorded)


@pytest.mark.parametrize(
    ("scenario", "rejected", "reason"),
    [
        (paid, example(PaymentRejected), CorrectionRefusal.ALREADY_PAID),
        (paid, CAME_BACK.model_copy(update={"rejected_by": CERTIFIER}), "same_person"),
        (to_pay, example(PaymentRejected, rejected_by="U-1001"), "same_person"),
    ],
)
def test_a_rejection_that_does_not_fit_is_refused(
    scenario: Any, rejected: PaymentRejected, reason: str
) -> None:
    scenario().when(rejected).then(
        example(
            CorrectionRefused,
            correction=Correction.PAYMENT_REJECTION,
            reference="F-2020-0042",
            reason=CorrectionRefusal(reason),
        )
    )


def test_an_earlier_payment_cannot_come_back_twice() -> None:
    scenario = paid().when(CAME_BACK).when(CAME_BACK)
    (refused,) = scenario.said
    assert isinstance(refused, CorrectionRefused)
    assert refused.reason is CorrectionRefusal.OTHER_PAYMENT


def test_who_rejected_does_not_resubmit_and_who_resubmits_does_not_pay() -> None:
    scenario = to_pay().when(example(PaymentRejected))
    scenario.when(example(PaymentResubmitted, resubmitted_by=ACCOUNTANT))
    scenario.then_types(CorrectionRefused)
    scenario.when(example(PaymentResubmitted)).when(example(PaymentMade, paid_by=CLERK))
    scenario.then(example(PaymentRefused, reason=PaymentRefusal.SAME_PERSON))


def test_a_payment_cannot_come_back_while_a_part_of_it_is_due_back() -> None:
    scenario = paid().when(example(RepaymentOrdered, amount_cents=1)).when(CAME_BACK)
    (refused,) = scenario.said
    assert isinstance(refused, CorrectionRefused)
    assert refused.reason is CorrectionRefusal.REPAYMENT_UNDER_WAY


@pytest.mark.parametrize(
    ("asked_back", "answer"),
    [
        ([184_80], PaymentRejectionRecorded),
        ([184_81], CorrectionRefused),
        ([100_00, 84_80], PaymentRejectionRecorded),
        ([100_00, 84_81], CorrectionRefused),
    ],
)
def test_a_payment_may_come_back_if_what_stays_paid_is_enough_for_what_is_due_back(
    asked_back: list[int], answer: type[Event]
) -> None:
    scenario = ordered().when(service("BL-1", 2))
    for name in ("F-1", "F-2"):
        granted(scenario.when(invoice(name, line("BL-1", 1))))
        scenario.when(payment(scenario, name, payment=f"VIR-{name}"))
    for number, cents in enumerate(asked_back):
        scenario.when(example(RepaymentOrdered, repayment=f"OR-{number}", amount_cents=cents))
    scenario.when(CAME_BACK.model_copy(update={"invoice": "F-2", "payment": "VIR-F-2"}))
    assert isinstance(scenario.said[0], answer)


def test_the_same_is_not_announced_twice() -> None:
    scenario = ordered().when(example(PaymentRejected)).when(example(PaymentRejected))
    (refused,) = scenario.said
    assert isinstance(refused, CorrectionRefused)
    assert refused.reason is CorrectionRefusal.ALREADY_ANNOUNCED
    assert len(scenario.state(ORDER).waiting) == 1


def test_a_rejection_of_nothing_is_refused_by_the_clock() -> None:
    scenario = ordered().when(example(PaymentRejected)).when_due(ORDER)
    (refused,) = scenario.said
    assert isinstance(refused, CorrectionRefused)
    assert refused.reason is CorrectionRefusal.UNKNOWN_IN_TIME
    assert scenario.state(ORDER).waiting == ()


def test_the_amount_ordered_is_what_is_left_to_pay() -> None:
    scenario = to_pay()
    assert payment(scenario) == example(PaymentMade)
