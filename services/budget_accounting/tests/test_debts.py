"""From order to payment as an accountant checks it: each row is one piece of paper that is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from budget_accounting.app import DECIDER
from budget_accounting.debts import WAITING_AT_MOST
from budget_accounting.rules import Contradiction
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.budget import (
    EngagementRecorded,
    InvoiceDispute,
    InvoiceDisputed,
    InvoiceMatched,
    InvoiceRecorded,
    InvoiceSubmitted,
    ServiceHeld,
    ServiceRecorded,
)
from filrouge_contracts.cash import CashGranted, CashRefused, CashRequested
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.payment import (
    PaymentDeferred,
    PaymentHeld,
    PaymentMade,
    PaymentOrdered,
    PaymentRecorded,
    PaymentRefusal,
    PaymentRefused,
)
from filrouge_contracts.values import line_total_cents, vat_cents

ORDER = "order:O-075-0001"
IMEIS = tuple(imei(number) for number in range(4))
NOON = instant("2020-05-14T08:00:00Z")
OTHER_IBAN = "FR7630006000011234567890189"


def _order(quantity: int = 2, unit_cents: int = 154_00) -> Scenario:
    placed = example(
        OrderPlaced,
        quantity=quantity,
        unit_price_excl_vat_cents=unit_cents,
        amount_cents=line_total_cents(quantity, unit_cents, 2000),
    )
    return Scenario(DECIDER).at(NOON).when(placed)


def _service(note: str, quantity: int) -> ServiceCertified:
    return example(ServiceCertified, delivery_note=note, quantity=quantity, imeis=IMEIS[:quantity])


def _invoice(name: str, quantity: int, unit_cents: int, rounding: int = 0) -> InvoiceSubmitted:
    excl_vat_cents = quantity * unit_cents
    vat = vat_cents(excl_vat_cents, 2000) + rounding
    return example(
        InvoiceSubmitted,
        invoice=name,
        quantity=quantity,
        unit_price_excl_vat_cents=unit_cents,
        amount_excl_vat_cents=excl_vat_cents,
        vat_cents=vat,
        amount_cents=excl_vat_cents + vat,
    )


def _to_pay() -> Scenario:
    """An order whose invoice the accountant is ordered to pay."""
    scenario = _order().when(example(ServiceCertified)).when(example(InvoiceSubmitted))
    return scenario.when(example(CashGranted)).then_types(PaymentOrdered)


def test_the_first_thread_is_booked_as_the_examples_say() -> None:
    scenario = _order().then(example(EngagementRecorded))
    scenario.when(example(ServiceCertified)).then(example(ServiceRecorded))
    scenario.when(example(InvoiceSubmitted)).then(
        example(InvoiceRecorded, due_at=NOON + timedelta(days=30)),
        example(InvoiceMatched),
        example(CashRequested),
    )
    scenario.when(example(CashGranted)).then(example(PaymentOrdered))
    scenario.when(example(PaymentMade)).then(example(PaymentRecorded))
    assert scenario.state(ORDER).due_at is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"supplier": "35600000009075"}, InvoiceDispute.OTHER_SUPPLIER),
        ({"iban": OTHER_IBAN}, InvoiceDispute.OTHER_ACCOUNT),
        ({"unit_price_excl_vat_cents": 154_01}, InvoiceDispute.OTHER_PRICE),
        ({"vat_rate_bp": 550}, InvoiceDispute.OTHER_VAT),
        ({"amount_excl_vat_cents": 308_01, "amount_cents": 369_61}, InvoiceDispute.WRONG_AMOUNT),
        ({"vat_cents": 61_62, "amount_cents": 369_62}, InvoiceDispute.WRONG_AMOUNT),
        ({"vat_cents": 61_61, "amount_cents": 369_61}, InvoiceDispute.WRONG_AMOUNT),
        ({"quantity": 3}, InvoiceDispute.WRONG_AMOUNT),
        (dict(_invoice("F-1", 3, 154_00)), InvoiceDispute.MORE_THAN_CERTIFIED),
    ],
)
def test_an_invoice_that_does_not_agree_is_disputed(
    changes: dict[str, Any], reason: InvoiceDispute
) -> None:
    invoice = example(InvoiceSubmitted, **changes)
    scenario = _order().when(example(ServiceCertified)).when(invoice)
    (answer,) = [said for said in scenario.said if isinstance(said, InvoiceDisputed)]
    assert answer.reason is reason
    assert scenario.state(ORDER).invoices == {}
    assert scenario.state(ORDER).waiting == ()


@pytest.mark.parametrize(
    ("quantity", "unit_cents", "parts", "invoiced_cents"),
    [
        # VAT on 1 piece of 154.17 is 30.834: two rounded down are a cent less than both at once
        (2, 154_17, [(1, 0), (1, 0)], 370_00),
        (2, 154_17, [(1, 0), (1, 1)], 370_01),
        # VAT on 1 piece of 0.13 is 0.026: rounded up twice it would be a cent too much
        (2, 13, [(1, 0), (1, -1)], 31),
        (2, 154_00, [(2, 0)], 369_60),
    ],
)
def test_rounding_never_makes_parts_cost_more_than_the_whole(
    quantity: int, unit_cents: int, parts: list[tuple[int, int]], invoiced_cents: int
) -> None:
    scenario = _order(quantity, unit_cents)
    for number, (pieces, rounding) in enumerate(parts):
        scenario.when(_service(f"BL-{number}", pieces))
        scenario.when(_invoice(f"F-{number}", pieces, unit_cents, rounding))
        scenario.then_types(InvoiceRecorded, InvoiceMatched, CashRequested)
    state = scenario.state(ORDER)
    assert state.invoiced_cents == invoiced_cents <= state.worth_cents(quantity)


def test_a_cent_of_rounding_too_much_is_disputed() -> None:
    scenario = _order(2, 13)
    for number in (1, 2):
        scenario.when(_service(f"BL-{number}", 1)).when(_invoice(f"F-{number}", 1, 13))
    scenario.then_types(InvoiceRecorded, InvoiceDisputed)


def test_an_invoice_waits_for_its_service_fait() -> None:
    scenario = _order().when(example(InvoiceSubmitted)).then_types(InvoiceRecorded)
    scenario.when(_service("BL-1", 1)).then_types(ServiceRecorded)
    scenario.when(_service("BL-2", 1)).then_types(ServiceRecorded, InvoiceMatched, CashRequested)


def test_what_comes_before_the_order_waits_for_it() -> None:
    scenario = Scenario(DECIDER).at(NOON)
    scenario.when(example(ServiceCertified)).then_types(ServiceHeld)
    scenario.when(example(InvoiceSubmitted)).then_types(InvoiceRecorded)
    scenario.when(example(InvoiceSubmitted, invoice="F-2", iban=OTHER_IBAN))
    scenario.when(example(OrderPlaced)).then_types(
        EngagementRecorded, ServiceRecorded, InvoiceMatched, CashRequested, InvoiceDisputed
    )
    assert scenario.state(ORDER).waiting == ()


@pytest.mark.parametrize(
    ("placed", "reason"),
    [(False, InvoiceDispute.UNKNOWN_IN_TIME), (True, InvoiceDispute.MORE_THAN_CERTIFIED)],
)
def test_an_invoice_does_not_wait_for_ever(placed: bool, reason: InvoiceDispute) -> None:
    scenario = _order() if placed else Scenario(DECIDER).at(NOON)
    scenario.when(example(InvoiceSubmitted)).when_due(ORDER)
    scenario.then(example(InvoiceDisputed, reason=reason, disputed_at=NOON + timedelta(days=30)))
    assert scenario.state(ORDER).due_at is None
    scenario.when(example(InvoiceSubmitted)).then_types(InvoiceRecorded)


def test_a_service_fait_is_never_given_up() -> None:
    scenario = Scenario(DECIDER).at("2020-05-13T08:00:00Z").when(example(ServiceCertified))
    scenario.then(example(ServiceHeld)).when_due(ORDER)
    scenario.then(example(ServiceHeld, due_at=instant("2020-05-19T08:00:00Z")))
    scenario.when(example(OrderPlaced)).then_types(EngagementRecorded, ServiceRecorded)


def test_an_invoice_is_submitted_once() -> None:
    again = example(InvoiceDisputed, reason=InvoiceDispute.ALREADY_SUBMITTED)
    waiting = _order().when(example(InvoiceSubmitted)).when(example(InvoiceSubmitted)).then(again)
    waiting.when(example(ServiceCertified)).then_types(
        ServiceRecorded, InvoiceMatched, CashRequested
    )
    waiting.when(example(InvoiceSubmitted)).then(again)


def test_more_certified_than_ordered_is_a_defect_elsewhere() -> None:
    with pytest.raises(Contradiction):
        _order().when(_service("BL-1", 3))


def test_without_cash_the_debt_stays_and_is_asked_for_again() -> None:
    scenario = _order().when(example(ServiceCertified)).when(example(InvoiceSubmitted))
    scenario.when(example(CashRefused)).then(example(PaymentDeferred))
    scenario.when_due(ORDER).then(example(CashRequested, requested_at=NOON + timedelta(days=7)))
    assert scenario.state(ORDER).due_at is None
    scenario.when(example(CashGranted)).then_types(PaymentOrdered)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount_cents": 369_59}, PaymentRefusal.OTHER_AMOUNT),
        ({"amount_cents": 369_61}, PaymentRefusal.OTHER_AMOUNT),
        ({"iban": OTHER_IBAN}, PaymentRefusal.OTHER_ACCOUNT),
        ({"paid_at": NOON - timedelta(seconds=1)}, PaymentRefusal.BEFORE_ORDER),
        ({"paid_by": "U-1001"}, PaymentRefusal.SAME_PERSON),  # ordered the goods
        ({"paid_by": "U-1002"}, PaymentRefusal.SAME_PERSON),  # certified the service fait
    ],
)
def test_a_payment_that_was_not_ordered_like_this_is_refused(
    changes: dict[str, Any], reason: PaymentRefusal
) -> None:
    made = example(PaymentMade, **changes)
    scenario = _to_pay().when(made)
    scenario.then(example(PaymentRefused, amount_cents=made.amount_cents, reason=reason))
    scenario.when(example(PaymentMade)).then_types(PaymentRecorded)


def test_an_invoice_is_paid_once() -> None:
    scenario = _to_pay().when(example(PaymentMade)).then_types(PaymentRecorded)
    again = example(PaymentMade, payment="VIR-8")
    refused = example(PaymentRefused, payment="VIR-8", reason=PaymentRefusal.ALREADY_PAID)
    scenario.when(again).then(refused)


def test_a_payment_waits_for_its_order_to_pay() -> None:
    scenario = _order().at("2020-05-29T08:00:00Z").when(example(PaymentMade))
    scenario.then(example(PaymentHeld)).when(example(PaymentMade))
    announced = PaymentRefusal.ALREADY_ANNOUNCED
    scenario.then(example(PaymentRefused, reason=announced)).at(NOON)
    scenario.when(example(ServiceCertified)).when(example(InvoiceSubmitted))
    scenario.when(example(CashGranted)).then(example(PaymentOrdered), example(PaymentRecorded))


def test_a_payment_nobody_orders_is_refused_by_the_clock() -> None:
    scenario = Scenario(DECIDER).when(example(PaymentMade)).when_due(ORDER)
    scenario.then(example(PaymentRefused, reason=PaymentRefusal.NOT_ORDERED_IN_TIME))


def test_not_too_much_waits_for_one_order() -> None:
    scenario = Scenario(DECIDER)
    for number in range(WAITING_AT_MOST):
        scenario.when(example(InvoiceSubmitted, invoice=f"F-{number}"))
    scenario.when(example(InvoiceSubmitted)).then_types(InvoiceDisputed)
    scenario.when(example(PaymentMade)).then_types(PaymentRefused)
    assert len(scenario.state(ORDER).waiting) == WAITING_AT_MOST
