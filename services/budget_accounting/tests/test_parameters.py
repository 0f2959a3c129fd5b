"""The times of an engagement that control may set; its other parameters are tested where they count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from filrouge_chassis.testing.examples import example
from filrouge_contracts.cash import CashGranted, CashRefused
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.payment import PaymentRejected

from services.budget_accounting.tests.papers import NOON, ordered

MATCHED = (example(ServiceCertified), example(InvoiceSubmitted))


@pytest.mark.parametrize(
    ("parameter", "words", "set_here"),
    [
        ("invoice_grace_seconds", [example(InvoiceSubmitted)], "due_at"),
        ("cash_retry_seconds", [*MATCHED, example(CashRefused)], "due_at"),
        ("pay_within_seconds", [*MATCHED, example(CashGranted)], "pay_by"),
        (
            "resubmit_within_seconds",
            [*MATCHED, example(CashGranted), example(PaymentRejected)],
            "return_cash_at",
        ),
    ],
)
def test_a_time_that_control_sets_is_the_one_that_counts(
    parameter: str, words: Sequence[Event], set_here: str
) -> None:
    scenario = ordered().with_parameters(**{parameter: 60})
    for word in words:
        scenario.when(word)
    assert getattr(scenario.said[0], set_here) == NOON + timedelta(seconds=60)
