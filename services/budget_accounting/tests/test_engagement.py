"""What the State engages itself to: orders and programmes begin, change and become charges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from budget_accounting.app import DECIDER
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.amendment import OrderAmended, OrderCancelled
from filrouge_contracts.cash import CashGranted, CashRequested
from filrouge_contracts.certification import (
    ServiceCertified,
    ServiceWithdrawalRefused,
    ServiceWithdrawalRequested,
    ServiceWithdrawn,
)
from filrouge_contracts.correction import RepaymentCause, RepaymentDue
from filrouge_contracts.engagement import (
    EngagementAdjusted,
    EngagementRecorded,
    EngagementSettled,
    ServiceRecorded,
)
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.invoicing import InvoiceMatched, InvoiceRecorded
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import PaymentMade, PaymentOrdered, PaymentRecorded
from filrouge_contracts.programme import HoursCertified, ProgrammeClosed, ProgrammeFunded
from filrouge_contracts.waiting import EventHeld

from services.budget_accounting.tests.papers import (
    NOON,
    ORDER,
    granted,
    invoice,
    line,
    ordered,
    service,
)

PROGRAMME = "programme:P-075-0001"


def test_the_first_thread_is_booked_as_the_examples_say() -> None:
    scenario = ordered().then(example(EngagementRecorded))
    scenario.when(example(ServiceCertified)).then(example(ServiceRecorded))


def test_what_is_engaged_stays_engaged() -> None:
    with pytest.raises(Contradiction, match="is engaged a second time"):
        ordered().when(example(OrderPlaced))


def test_a_programme_is_engaged_in_hours_without_vat() -> None:
    scenario = Scenario(DECIDER).at(NOON).when(example(ProgrammeFunded))
    scenario.then_types(EngagementRecorded)
    scenario.when(example(HoursCertified)).then_types(ServiceRecorded)
    (recorded,) = scenario.said
    assert isinstance(recorded, ServiceRecorded)
    assert (recorded.delivery_note, recorded.quantity) == ("C-2020-20", 24)
    assert recorded.amount_cents == 24 * 18_00
    assert recorded.certified_by == example(HoursCertified).certified_by
    hours = line("C-2020-20", 24, 18_00, vat_rate_bp=0)
    scenario.when(
        invoice("F-1", hours, engagement=PROGRAMME, vat_cents=0, amount_cents=24 * 18_00)
    ).then_types(InvoiceRecorded, InvoiceMatched, CashRequested)
    scenario.when(example(ProgrammeClosed, hours=24, amount_cents=24 * 18_00))
    scenario.then_types(EngagementAdjusted)
    with pytest.raises(Contradiction, match="is engaged a second time"):
        scenario.when(example(ProgrammeFunded))


def test_hours_that_are_certified_before_the_programme_is_known_wait_for_it() -> None:
    scenario = Scenario(DECIDER).at(NOON).when(example(HoursCertified)).then_types(EventHeld)
    scenario.when(example(ProgrammeFunded)).then_types(EngagementRecorded, ServiceRecorded)
    assert scenario.state(PROGRAMME).waiting == ()


def test_what_a_programme_cannot_prove_when_it_closes_is_claimed_back_by_the_hour() -> None:
    scenario = Scenario(DECIDER).at(NOON).when(example(ProgrammeFunded))
    scenario.when(example(HoursCertified))
    hours = line("C-2020-20", 24, 18_00, vat_rate_bp=0)
    cents: dict[str, Any] = {"engagement": PROGRAMME, "amount_cents": 24 * 18_00}
    scenario.when(invoice("F-1", hours, vat_cents=0, **cents))
    scenario.when(example(CashGranted, invoice="F-1", **cents))
    closed = example(ProgrammeClosed, hours=24, amount_cents=24 * 18_00, unproven_minutes=61)
    scenario.when(closed).then_types(EngagementAdjusted)
    scenario.when(example(PaymentMade, invoice="F-1", **cents))
    scenario.then_types(PaymentRecorded, RepaymentDue, EngagementSettled)
    due = scenario.said[1]
    assert isinstance(due, RepaymentDue)
    assert (due.cause, due.amount_cents) == (RepaymentCause.UNPROVEN, 2 * 18_00)


# --- amendments ----------------------------------------------------------------------------------


def test_an_order_grows_shrinks_and_ends() -> None:
    scenario = ordered(4).when(example(OrderAmended, quantity=6, amount_cents=1108_80))
    assert scenario.state(ORDER).engaged_cents == 1108_80
    scenario.when(example(OrderAmended)).then(example(EngagementAdjusted))
    assert (scenario.state(ORDER).quantity, scenario.state(ORDER).engaged_cents) == (1, 184_80)
    cancelled = example(OrderCancelled, quantity=0, amount_cents=0)
    scenario.when(cancelled).then_types(EngagementAdjusted, EngagementSettled)
    assert scenario.said[0] == example(
        EngagementAdjusted,
        quantity=0,
        amount_cents=0,
        adjusted_at=cancelled.cancelled_at,
        adjusted_by=cancelled.cancelled_by,
    )
    assert scenario.state(ORDER).committed_cents == 0


@pytest.mark.parametrize("changes", [{"budget_line": "147-IDF-4G"}, {"quantity": 1}])
def test_an_amendment_that_cannot_be_is_a_defect_elsewhere(changes: dict[str, Any]) -> None:
    scenario = ordered().when(service("BL-1", 2))
    with pytest.raises(Contradiction, match="2 are certified on 147-IDF-TABLETS"):
        scenario.when(example(OrderAmended, **{"quantity": 2, "amount_cents": 369_60, **changes}))


def test_an_amendment_before_the_order_is_a_defect_elsewhere() -> None:
    with pytest.raises(Contradiction, match="0 are certified on no line"):
        Scenario(DECIDER).when(example(OrderCancelled))


def test_goods_of_an_amendment_wait_for_it() -> None:
    scenario = ordered().when(service("BL-1", 3)).then_types(EventHeld)
    scenario.when(example(OrderAmended, quantity=3, amount_cents=554_40))
    scenario.then_types(EngagementAdjusted, ServiceRecorded)


# --- service fait --------------------------------------------------------------------------------


def test_what_comes_before_the_order_waits_for_it_in_its_order() -> None:
    scenario = Scenario(DECIDER).at(NOON)
    scenario.when(example(ServiceCertified)).then_types(EventHeld)
    scenario.when(example(ServiceWithdrawalRequested)).then_types(EventHeld)
    scenario.when(invoice("F-1", line("BL-0001", 2))).then_types(InvoiceRecorded)
    scenario.when(example(OrderPlaced)).then_types(
        EngagementRecorded, ServiceRecorded, ServiceWithdrawn
    )
    assert len(scenario.state(ORDER).waiting) == 1  # the invoice waits for another admission


def test_a_withdrawal_that_waited_comes_too_late_for_what_was_invoiced_before_it() -> None:
    scenario = Scenario(DECIDER).at(NOON).when(example(ServiceCertified))
    scenario.when(invoice("F-1", line("BL-0001", 2)))
    scenario.when(example(ServiceWithdrawalRequested)).then_types(EventHeld)
    scenario.when(example(OrderPlaced)).then_types(
        EngagementRecorded,
        ServiceRecorded,
        InvoiceMatched,
        CashRequested,
        ServiceWithdrawalRefused,
    )
    assert scenario.state(ORDER).waiting == ()


def test_a_service_fait_is_never_given_up() -> None:
    scenario = Scenario(DECIDER).at("2020-05-13T08:00:00Z").when(example(ServiceCertified))
    (held,) = scenario.said
    assert isinstance(held, EventHeld)
    scenario.when_due(ORDER)
    scenario.then(held.model_copy(update={"due_at": instant("2020-05-19T08:00:00Z")}))
    scenario.when(example(OrderPlaced)).then_types(EngagementRecorded, ServiceRecorded)


def test_a_delivery_note_is_certified_once() -> None:
    with pytest.raises(Contradiction, match="BL-1 is certified a second time"):
        ordered(4).when(service("BL-1", 2)).when(service("BL-1", 2))


@pytest.mark.parametrize(
    ("reduction", "worth", "booked"),
    [(0, 369_60, 0), (36_96, 332_64, 36_96), (369_60, 0, 369_60), (400_00, 0, 369_60)],
)
def test_goods_with_a_flaw_are_worth_less_and_never_less_than_nothing(
    reduction: int, worth: int, booked: int
) -> None:
    scenario = ordered().when(service("BL-1", 2, reduction_cents=reduction))
    (recorded,) = scenario.said
    assert isinstance(recorded, ServiceRecorded)
    assert (recorded.amount_cents, recorded.reduction_cents) == (worth, booked)
    assert scenario.state(ORDER).balance_cents(Account.EXPENSE) == worth


def test_a_withdrawn_service_fait_is_booked_back_and_can_be_certified_again() -> None:
    scenario = ordered().when(example(ServiceCertified))
    scenario.when(example(ServiceWithdrawalRequested)).then(example(ServiceWithdrawn))
    assert scenario.state(ORDER).balances == {}
    scenario.when(service("BL-0001", 1)).then_types(ServiceRecorded)


def test_a_withdrawal_waits_for_its_order_and_for_its_service_fait() -> None:
    withdrawal = example(ServiceWithdrawalRequested)
    Scenario(DECIDER).at(NOON).when(withdrawal).then_types(EventHeld)
    ordered().when(service("BL-0001", 3)).when(withdrawal).then_types(EventHeld)


def test_rounding_is_put_right_after_a_withdrawal() -> None:
    """VAT on 1 piece of 13 cents is 2.6: parts are booked as 16, 15 and 16 cents."""
    scenario = ordered(3, 13)
    for number in range(3):
        scenario.when(service(f"BL-{number}", 1))
    scenario.when(example(ServiceWithdrawalRequested, delivery_note="BL-1"))
    scenario.when(service("BL-3", 1))
    assert scenario.state(ORDER).certified_cents == scenario.state(ORDER).worth_cents(3) == 47


def test_what_is_invoiced_is_not_withdrawn_and_what_is_unknown_is_a_defect() -> None:
    scenario = ordered().when(example(ServiceCertified)).when(invoice("F-1", line("BL-0001", 1)))
    scenario.when(example(ServiceWithdrawalRequested)).then(example(ServiceWithdrawalRefused))
    with pytest.raises(Contradiction, match="BL-0002 is withdrawn, never certified"):
        scenario.when(example(ServiceWithdrawalRequested, delivery_note="BL-0002"))


def test_the_latest_service_fait_of_an_invoice_comes_before_its_order_to_pay() -> None:
    """A certification is dated by its own service, whose clock may be ahead of this one."""
    late = NOON + timedelta(days=2)
    scenario = ordered(2).when(service("BL-1", 1))
    scenario.when(service("BL-2", 1).model_copy(update={"certified_at": late}))
    granted(scenario.when(invoice("F-1", line("BL-1", 1), line("BL-2", 1))))
    (order_to_pay,) = scenario.said
    assert isinstance(order_to_pay, PaymentOrdered)
    assert order_to_pay.ordered_at == order_to_pay.certified_at == late
