"""What is said of an engagement too early: it waits once, not for ever, and not beside too much else."""

from __future__ import annotations

from typing import Any

import pytest
from budget_accounting.app import DECIDER
from budget_accounting.invoices import WAITING_AT_MOST
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.advance import AdvanceRefusal, AdvanceRefused, AdvanceRequested
from filrouge_contracts.correction import (
    Correction,
    CorrectionRefusal,
    CorrectionRefused,
    CreditNoteSubmitted,
    PenaltyDecided,
    PenaltyRecorded,
    RepaymentOrdered,
    RepaymentReceived,
)
from filrouge_contracts.engagement import EngagementRecorded
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event
from filrouge_contracts.payment import (
    PaymentMade,
    PaymentRefusal,
    PaymentRefused,
    PaymentRejected,
    PaymentResubmitted,
)
from filrouge_contracts.waiting import EventHeld

from services.budget_accounting.tests.papers import NOON, ORDER


def _refused(said: Event, reason: str) -> Event:
    match said:
        case AdvanceRequested():
            return example(AdvanceRefused, reason=AdvanceRefusal(reason))
        case PaymentMade():
            return example(PaymentRefused, reason=PaymentRefusal(reason))
    correction, named = CORRECTIONS[type(said)]
    return example(
        CorrectionRefused,
        correction=correction,
        reference=getattr(said, named),
        reason=CorrectionRefusal(reason),
    )


CORRECTIONS: dict[type[Event], tuple[Correction, str]] = {
    PenaltyDecided: (Correction.PENALTY, "penalty"),
    CreditNoteSubmitted: (Correction.CREDIT_NOTE, "credit_note"),
    PaymentRejected: (Correction.PAYMENT_REJECTION, "invoice"),
    PaymentResubmitted: (Correction.PAYMENT_RESUBMISSION, "invoice"),
    RepaymentOrdered: (Correction.REPAYMENT_ORDER, "repayment"),
    RepaymentReceived: (Correction.REPAYMENT_RECEIPT, "receipt"),
}
PARTNERS_SAY: list[Any] = [AdvanceRequested, PaymentMade, *CORRECTIONS]


@pytest.mark.parametrize("word", PARTNERS_SAY)
def test_what_is_said_of_an_unknown_engagement_waits_once_and_not_for_ever(
    word: type[Event],
) -> None:
    said = example(word)
    scenario = Scenario(DECIDER).at(NOON).when(said).then_types(EventHeld)
    scenario.when(said).then(_refused(said, "already_announced"))
    late = "not_ordered_in_time" if word is PaymentMade else "unknown_in_time"
    scenario.when_due(ORDER).then(_refused(said, late))
    assert scenario.state(ORDER).waiting == ()


@pytest.mark.parametrize("word", PARTNERS_SAY)
def test_not_too_much_is_said_of_an_unknown_engagement(word: type[Event]) -> None:
    scenario, said = Scenario(DECIDER), example(word)
    for number in range(WAITING_AT_MOST):
        scenario.when(example(PenaltyDecided, penalty=f"PEN-{number}"))
    scenario.when(said).then(_refused(said, "too_many_waiting"))


def test_early_words_are_decided_when_the_order_is_known() -> None:
    scenario = Scenario(DECIDER).at(NOON)
    for word in (PenaltyDecided, RepaymentOrdered, RepaymentReceived):
        scenario.when(example(word))
    scenario.when(example(OrderPlaced))
    scenario.then_types(EngagementRecorded, PenaltyRecorded, CorrectionRefused)
    (kept,) = scenario.state(ORDER).waiting
    assert kept.type == RepaymentReceived.event_type
