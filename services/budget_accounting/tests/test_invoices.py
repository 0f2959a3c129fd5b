"""Invoices as an accountant checks them: each row is one piece of paper that is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from budget_accounting.app import DECIDER
from budget_accounting.invoices import WAITING_AT_MOST
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import Scenario
from filrouge_contracts.amendment import OrderAmended
from filrouge_contracts.budget import CommitmentReleaseRequested
from filrouge_contracts.cash import CashRequested
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.engagement import EngagementRecorded, EngagementSettled, ServiceRecorded
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.invoicing import (
    InvoiceDispute,
    InvoiceDisputed,
    InvoiceMatched,
    InvoiceRecorded,
    InvoiceSubmitted,
)
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import PaymentMade, PaymentRefused

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

MATCHED = (InvoiceRecorded, InvoiceMatched, CashRequested)


def test_the_first_thread_is_booked_as_the_examples_say() -> None:
    scenario = ordered().when(example(ServiceCertified)).when(example(InvoiceSubmitted))
    scenario.then(example(InvoiceRecorded), example(InvoiceMatched), example(CashRequested))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (example(InvoiceSubmitted, supplier=OTHER_SIRET), InvoiceDispute.OTHER_SUPPLIER),
        (example(InvoiceSubmitted, iban=OTHER_IBAN), InvoiceDispute.OTHER_ACCOUNT),
        (invoice("F-1", line("BL-0001", 2, 154_01)), InvoiceDispute.OTHER_PRICE),
        (invoice("F-1", line("BL-0001", 2, vat_rate_bp=550)), InvoiceDispute.OTHER_VAT),
        (
            invoice("F-1", line("BL-0001", 2, amount_excl_vat_cents=308_01)),
            InvoiceDispute.WRONG_AMOUNT,
        ),
        (invoice("F-1", line("BL-0001", 2), rounding=2), InvoiceDispute.WRONG_AMOUNT),
        (invoice("F-1", line("BL-0001", 2), rounding=-2), InvoiceDispute.WRONG_AMOUNT),
        (invoice("F-1", line("BL-0001", 2), rounding=1), InvoiceDispute.WRONG_AMOUNT),
        (invoice("F-1", line("BL-0001", 3)), InvoiceDispute.MORE_THAN_CERTIFIED),
        (
            invoice("F-1", line("BL-0001", 1), line("BL-0002", 2, 154_01)),
            InvoiceDispute.OTHER_PRICE,
        ),
        (
            invoice("F-1", line("BL-0001", 1, imeis=(imei(7),))),
            InvoiceDispute.OTHER_DEVICES,
        ),
    ],
)
def test_an_invoice_that_does_not_agree_is_disputed(
    wrong: InvoiceSubmitted, reason: InvoiceDispute
) -> None:
    scenario = ordered().when(service("BL-0001", 2)).when(wrong)
    (answer,) = [said for said in scenario.said if isinstance(said, InvoiceDisputed)]
    assert answer.reason is reason
    assert scenario.state(ORDER).payables == {}
    assert scenario.state(ORDER).waiting == ()


def test_a_device_is_invoiced_once_and_under_its_own_note() -> None:
    scenario = ordered(4).when(service("BL-1", 3)).when(service("BL-2", 1, first=3))
    scenario.when(invoice("F-1", line("BL-1", 1, imeis=(imei(0),)))).then_types(*MATCHED)
    for devices, note in (((imei(0),), "BL-1"), ((imei(3),), "BL-1"), ((imei(1),), "BL-2")):
        scenario.when(invoice("F-2", line(note, 1, imeis=devices))).then_types(InvoiceDisputed)
    both = invoice(
        "F-2", line("BL-1", 2, imeis=(imei(1), imei(2))), line("BL-2", 1, imeis=(imei(3),))
    )
    scenario.when(both).then_types(*MATCHED)
    assert [note.imeis for note in scenario.state(ORDER).notes.values()] == [(), ()]


def test_the_devices_of_a_note_are_forgotten_when_all_of_it_is_invoiced() -> None:
    scenario = ordered().when(service("BL-1", 2))
    for name, left in (("F-1", 2), ("F-2", 0)):
        scenario.when(invoice(name, line("BL-1", 1)))
        assert len(scenario.state(ORDER).notes["BL-1"].imeis) == left


def test_an_invoice_is_compared_with_each_of_its_notes() -> None:
    scenario = ordered(4).when(service("BL-1", 2)).when(service("BL-2", 2))
    scenario.when(invoice("F-1", line("BL-1", 1), line("BL-2", 2))).then_types(*MATCHED)
    scenario.when(invoice("F-2", line("BL-2", 1))).then_types(InvoiceDisputed)
    scenario.when(invoice("F-3", line("BL-1", 1))).then_types(*MATCHED)


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
    scenario = ordered(quantity, unit_cents)
    for number, (pieces, rounding) in enumerate(parts):
        scenario.when(service(f"BL-{number}", pieces))
        part = line(f"BL-{number}", pieces, unit_cents)
        scenario.when(invoice(f"F-{number}", part, rounding=rounding)).then_types(*MATCHED)
    state = scenario.state(ORDER)
    assert state.invoiced_cents == invoiced_cents <= state.worth_cents(quantity)
    assert state.balance_cents(Account.RECEIVED_UNINVOICED) == 0
    assert state.balance_cents(Account.EXPENSE) == invoiced_cents


@pytest.mark.parametrize("quantity", [2, 3])
def test_a_cent_of_rounding_too_much_is_disputed(quantity: int) -> None:
    """Also when more is still engaged, for a piece that is not delivered yet."""
    scenario = ordered(quantity, 13)
    for number in (1, 2):
        scenario.when(service(f"BL-{number}", 1))
        scenario.when(invoice(f"F-{number}", line(f"BL-{number}", 1, 13)))
    scenario.then_types(InvoiceRecorded, InvoiceDisputed)


def test_each_line_of_an_invoice_may_be_a_cent_off() -> None:
    lines = (line("BL-1", 1), line("BL-2", 1))
    scenario = ordered(2).when(service("BL-1", 1)).when(service("BL-2", 1))
    scenario.when(invoice("F-1", *lines, rounding=-3)).then_types(InvoiceDisputed)
    scenario.when(invoice("F-1", *lines, rounding=-2)).then_types(*MATCHED)


def test_each_invoice_bears_its_share_of_the_reduction() -> None:
    scenario = ordered(3).when(service("BL-1", 3, reduction_cents=100_00))
    shares = []
    for number in range(3):
        scenario.when(invoice(f"F-{number}", line("BL-1", 1))).then_types(*MATCHED)
        matched = scenario.said[1]
        assert isinstance(matched, InvoiceMatched)
        assert matched.payable_cents == 184_80 - matched.reduction_cents
        shares.append(matched.reduction_cents)
    assert shares == [33_33, 33_33, 33_34]
    assert scenario.state(ORDER).balance_cents(Account.RECEIVED_UNINVOICED) == 0
    assert scenario.state(ORDER).liquidated_cents == 454_40
    assert scenario.state(ORDER).balance_cents(Account.SUPPLIER_PAYABLE) == -454_40


def test_goods_reduced_to_nothing_are_matched_and_not_paid() -> None:
    scenario = ordered().when(service("BL-1", 2, reduction_cents=369_60))
    scenario.when(invoice("F-1", line("BL-1", 1), rounding=-1))
    scenario.then_types(InvoiceRecorded, InvoiceMatched)
    scenario.when(invoice("F-2", line("BL-1", 1)))
    scenario.then_types(
        InvoiceRecorded, InvoiceMatched, EngagementSettled, CommitmentReleaseRequested
    )


def test_an_invoice_waits_for_the_service_fait_of_all_its_notes() -> None:
    both = invoice("F-1", line("BL-1", 1), line("BL-2", 1))
    scenario = ordered().when(both).then_types(InvoiceRecorded)
    scenario.when(service("BL-1", 1)).then_types(ServiceRecorded)
    scenario.when(service("BL-2", 1)).then_types(ServiceRecorded, InvoiceMatched, CashRequested)


def test_invoices_that_wait_for_the_order_are_compared_with_it_then() -> None:
    scenario = Scenario(DECIDER).at(NOON)
    scenario.when(invoice("F-1", line("BL-0001", 2))).then_types(InvoiceRecorded)
    scenario.when(example(InvoiceSubmitted, invoice="F-2", iban=OTHER_IBAN))
    scenario.then_types(InvoiceRecorded)
    scenario.when(example(OrderPlaced)).then_types(EngagementRecorded, InvoiceDisputed)
    scenario.when(example(ServiceCertified))
    scenario.then_types(ServiceRecorded, InvoiceMatched, CashRequested)
    assert scenario.state(ORDER).waiting == ()


@pytest.mark.parametrize(
    ("placed", "reason"),
    [(False, InvoiceDispute.UNKNOWN_IN_TIME), (True, InvoiceDispute.MORE_THAN_CERTIFIED)],
)
def test_an_invoice_does_not_wait_for_ever(placed: bool, reason: InvoiceDispute) -> None:
    scenario = ordered() if placed else Scenario(DECIDER).at(NOON)
    scenario.when(example(InvoiceSubmitted)).when_due(ORDER)
    scenario.then(example(InvoiceDisputed, reason=reason, disputed_at=NOON + timedelta(days=30)))
    assert scenario.state(ORDER).waiting == ()
    scenario.when(example(InvoiceSubmitted)).then_types(InvoiceRecorded)


def test_an_invoice_is_submitted_once() -> None:
    again = example(InvoiceDisputed, reason=InvoiceDispute.ALREADY_SUBMITTED)
    waiting = ordered().when(example(InvoiceSubmitted)).when(example(InvoiceSubmitted)).then(again)
    waiting.when(example(ServiceCertified)).then_types(
        ServiceRecorded, InvoiceMatched, CashRequested
    )
    waiting.when(example(InvoiceSubmitted)).then(again)


def test_not_too_much_waits_for_one_order() -> None:
    scenario = Scenario(DECIDER)
    for number in range(WAITING_AT_MOST):
        scenario.when(example(InvoiceSubmitted, invoice=f"F-{number}"))
    scenario.when(example(InvoiceSubmitted)).then_types(InvoiceDisputed)
    scenario.when(example(PaymentMade)).then_types(PaymentRefused)
    assert len(scenario.state(ORDER).waiting) == WAITING_AT_MOST


def _one_cent_released() -> Scenario:
    """A cent was released, then the order grew: 30 of 31 cents are engaged, and 15 are paid."""
    scenario = ordered(1, 13).when(service("BL-1", 1))
    granted(scenario.when(invoice("F-1", line("BL-1", 1, 13), rounding=-1)))
    scenario.when(payment(scenario, "F-1"))
    assert scenario.state(ORDER).released_cents == 1
    return scenario.when(example(OrderAmended, quantity=2, amount_cents=31))


def test_what_is_given_back_of_the_commitment_cannot_be_invoiced() -> None:
    scenario = _one_cent_released().when(service("BL-2", 1))
    scenario.when(invoice("F-2", line("BL-2", 1, 13)))
    scenario.then_types(InvoiceRecorded, InvoiceDisputed)
    scenario.when(invoice("F-2", line("BL-2", 1, 13), rounding=-1)).then_types(*MATCHED)
