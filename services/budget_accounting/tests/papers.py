"""The papers of an order as its partners write them, and scenarios that have come so far."""

from __future__ import annotations

from typing import Any

from budget_accounting.app import DECIDER
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario, instant
from filrouge_contracts.cash import CashGranted, CashRequested
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.invoicing import InvoiceLine, InvoiceSubmitted
from filrouge_contracts.payment import PaymentMade, PaymentOrdered, PaymentRecorded
from filrouge_contracts.values import line_total_cents, vat_cents

ORDER = "order:O-075-0001"
UNIT_CENTS = 154_00
NOON = instant("2020-05-14T08:00:00Z")
OTHER_IBAN = "FR7630006000011234567890189"
OTHER_SIRET = "35600000009075"
CLERK, CERTIFIER, ACCOUNTANT = "U-1003", "U-1002", "U-4001"


def ordered(quantity: int = 2, unit_cents: int = UNIT_CENTS) -> Scenario:
    """An order that is placed."""
    placed = example(
        OrderPlaced,
        quantity=quantity,
        unit_price_excl_vat_cents=unit_cents,
        amount_cents=line_total_cents(quantity, unit_cents, 2000),
    )
    return Scenario(DECIDER).at(NOON).when(placed)


def service(note: str, quantity: int, first: int = 0, reduction_cents: int = 0) -> ServiceCertified:
    imeis = tuple(imei(number) for number in range(first, first + quantity))
    return example(
        ServiceCertified,
        delivery_note=note,
        quantity=quantity,
        imeis=imeis,
        reduction_cents=reduction_cents,
    )


def line(note: str, quantity: int, unit_cents: int = UNIT_CENTS, **changes: Any) -> InvoiceLine:
    data = {
        "delivery_note": note,
        "quantity": quantity,
        "unit_price_excl_vat_cents": unit_cents,
        "vat_rate_bp": 2000,
        "amount_excl_vat_cents": quantity * unit_cents,
    }
    return InvoiceLine.model_validate({**data, **changes})


def invoice(name: str, *lines: InvoiceLine, rounding: int = 0, **changes: Any) -> InvoiceSubmitted:
    """`rounding`: cents that its VAT is off."""
    excl_vat_cents = sum(each.amount_excl_vat_cents for each in lines)
    vat = sum(vat_cents(each.amount_excl_vat_cents, 2000) for each in lines) + rounding
    data = {
        "invoice": name,
        "lines": lines,
        "amount_excl_vat_cents": excl_vat_cents,
        "vat_cents": vat,
        "amount_cents": excl_vat_cents + vat,
    }
    return example(InvoiceSubmitted, **{**data, **changes})


def granted(scenario: Scenario) -> Scenario:
    """The line grants what was asked for last."""
    (asked,) = [said for said in scenario.said if isinstance(said, CashRequested)]
    return scenario.when(
        example(CashGranted, invoice=asked.invoice, amount_cents=asked.amount_cents)
    )


def to_pay(quantity: int = 2) -> Scenario:
    """An order whose only invoice the accountant is ordered to pay."""
    scenario = ordered(quantity).when(service("BL-0001", quantity))
    scenario.when(invoice("F-2020-0042", line("BL-0001", quantity)))
    return granted(scenario).then_types(PaymentOrdered)


def payment(scenario: Scenario, name: str = "F-2020-0042", **changes: Any) -> PaymentMade:
    """The payment that is ordered."""
    payable = scenario.state(ORDER).payables[name]
    return example(
        PaymentMade, **{"invoice": name, "amount_cents": payable.amount_cents, **changes}
    )


def paid(quantity: int = 2) -> Scenario:
    """An order whose only invoice is paid."""
    scenario = to_pay(quantity)
    scenario.when(payment(scenario))
    assert isinstance(scenario.said[0], PaymentRecorded)
    return scenario
