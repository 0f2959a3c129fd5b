"""Who decides does not pay, and who pays or is paid back does not decide: ordonnateur and comptable."""

from __future__ import annotations

import pytest
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.amendment import OrderAmended
from filrouge_contracts.correction import (
    CorrectionRefusal,
    CorrectionRefused,
    PenaltyDecided,
    RepaymentOrdered,
    RepaymentReceived,
)
from filrouge_contracts.engagement import EngagementSettled
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.payment import PaymentRecorded, PaymentRefusal, PaymentRefused

from services.budget_accounting.tests.papers import (
    ACCOUNTANT,
    CLERK,
    granted,
    ordered,
    paid,
    payment,
    service,
)

OTHER_ACCOUNTANT = "U-4002"


def _is_refused(scenario: Scenario) -> bool:
    (refused,) = scenario.said
    assert isinstance(refused, CorrectionRefused)
    return refused.reason is CorrectionRefusal.SAME_PERSON


@pytest.mark.parametrize(
    "decided",
    [
        example(OrderAmended, quantity=2, amount_cents=369_60, amended_by=ACCOUNTANT),
        example(PenaltyDecided, amount_cents=1, decided_by=ACCOUNTANT),
    ],
)
def test_who_has_decided_on_an_order_does_not_pay_for_it(decided: Event) -> None:
    scenario = ordered().when(service("BL-0001", 2)).when(decided)
    granted(scenario.when(example(InvoiceSubmitted)))
    made = payment(scenario)
    refused = example(
        PaymentRefused, amount_cents=made.amount_cents, reason=PaymentRefusal.SAME_PERSON
    )
    scenario.when(made).then(refused)
    scenario.when(payment(scenario, paid_by=OTHER_ACCOUNTANT))
    assert [type(said) for said in scenario.said[:2]] == [PaymentRecorded, EngagementSettled]


def test_who_asks_for_money_back_does_not_receive_it() -> None:
    scenario = paid().when(example(RepaymentOrdered, ordered_by=CLERK))
    assert _is_refused(scenario.when(example(RepaymentReceived, received_by=CLERK)))


def test_who_has_received_money_back_decides_nothing_more() -> None:
    scenario = paid().when(example(RepaymentOrdered))
    scenario.when(example(RepaymentReceived, received_by=OTHER_ACCOUNTANT))
    assert _is_refused(scenario.when(example(PenaltyDecided, decided_by=OTHER_ACCOUNTANT)))
