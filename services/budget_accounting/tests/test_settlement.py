"""The end of an engagement, and what is shown of it at the end of each year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from budget_accounting.engagement_evolutions import EVOLUTIONS
from budget_accounting.engagement_state import Engagement, breach
from filrouge_chassis.decider import Contradiction
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.scenario import instant
from filrouge_contracts.budget import CommitmentReleaseRequested
from filrouge_contracts.cash import CashRequested
from filrouge_contracts.closing import LedgerPosted
from filrouge_contracts.correction import RepaymentOrdered
from filrouge_contracts.engagement import EngagementSettled, ServiceRecorded, YearEndListed
from filrouge_contracts.invoicing import InvoiceMatched, InvoiceRecorded
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import PaymentOverdue, PaymentRecorded
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from services.budget_accounting.tests.papers import (
    NOON,
    ORDER,
    granted,
    invoice,
    line,
    ordered,
    paid,
    payment,
    service,
    to_pay,
)

YEAR_END = instant("2020-12-31T23:59:59Z")


def test_a_paid_order_is_settled_and_nothing_is_left_of_it() -> None:
    assert paid().said == [
        example(PaymentRecorded),
        example(EngagementSettled),
    ]


def test_a_settled_order_gives_back_what_it_did_not_cost() -> None:
    scenario = ordered().when(service("BL-0001", 2, reduction_cents=36_96))
    granted(scenario.when(invoice("F-1", line("BL-0001", 2))))
    scenario.when(payment(scenario, "F-1"))
    scenario.then_types(PaymentRecorded, EngagementSettled, CommitmentReleaseRequested)
    released = scenario.said[2]
    assert isinstance(released, CommitmentReleaseRequested)
    assert released.amount_cents == 36_96
    assert scenario.state(ORDER).committed_cents == 332_64


def test_as_long_as_something_is_missing_nothing_is_settled() -> None:
    scenario = ordered(3).when(service("BL-1", 2)).when(invoice("F-1", line("BL-1", 1)))
    granted(scenario)
    scenario.when(payment(scenario, "F-1")).then_types(PaymentRecorded)
    granted(scenario.when(invoice("F-2", line("BL-1", 1))))
    scenario.when(payment(scenario, "F-2")).then_types(PaymentRecorded)


# --- year-end --------------------------------------------------------------------------------------


def test_at_the_end_of_the_year_what_is_open_is_listed_and_the_ledger_shown() -> None:
    scenario = ordered().when(service("BL-0001", 2)).when_due(ORDER, YEAR_END)
    scenario.then_types(YearEndListed, LedgerPosted)
    assert scenario.said[0] == example(YearEndListed)
    posted = scenario.said[1]
    assert isinstance(posted, LedgerPosted)
    assert (posted.ledger, posted.year) == (ORDER, 2020)
    assert {b.account: b.amount_cents for b in posted.balances} == {
        Account.EXPENSE: 369_60,
        Account.RECEIVED_UNINVOICED: -369_60,
    }
    assert scenario.state(ORDER).due_at == instant("2021-12-31T23:59:59Z")


def test_what_is_settled_is_not_listed() -> None:
    paid().when_due(ORDER, YEAR_END).then_types(LedgerPosted)


def test_interest_that_is_owed_keeps_an_order_on_the_list() -> None:
    scenario = to_pay()
    scenario.when(payment(scenario, paid_at=NOON + timedelta(days=40)))
    scenario.when_due(ORDER, YEAR_END).then_types(YearEndListed, LedgerPosted)
    (listed, _) = scenario.said
    assert isinstance(listed, YearEndListed)
    assert (listed.paid_cents, listed.unpaid_cents) == (369_60, 0)


def test_what_the_supplier_owes_keeps_an_order_on_the_list() -> None:
    scenario = paid().when(example(RepaymentOrdered)).when_due(ORDER, YEAR_END)
    (listed, _) = scenario.said
    assert isinstance(listed, YearEndListed)
    assert listed.repayments_due_cents == 36_96


def test_what_is_overdue_and_what_waits_is_woken_before_the_year_ends() -> None:
    scenario = to_pay().when(service("BL-9", 1)).when_due(ORDER, YEAR_END)
    scenario.then_types(EventHeld, PaymentOverdue, YearEndListed, LedgerPosted)


# --- what must never be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sums", "wrong"),
    [
        ({}, ""),
        ({"paid_cents": -1}, "paid is -1 cents"),
        ({"liquidated_cents": -1}, "liquidated is -1 cents"),
        ({"advances_paid_cents": -1, "paid_cents": 0}, "paid as advances is -1 cents"),
        (
            {"advances_paid_cents": 2, "paid_cents": 1},
            "paid without unrecovered advances is -1 cents",
        ),
        ({"paid_cents": 1}, "1 cents paid for 0 liquidated"),
        ({"paid_cents": 5, "advances_paid_cents": 5}, ""),
        ({"liquidated_cents": 11, "paid_cents": 11}, "11 cents liquidated for 10 engaged"),
        ({"liquidated_cents": 9, "released_cents": 2}, "9 cents liquidated for 8 engaged"),
    ],
)
def test_paid_is_never_more_than_liquidated_nor_that_more_than_engaged(
    sums: dict[str, int], wrong: str
) -> None:
    assert breach(replace(Engagement(engaged_cents=10), **sums)) == wrong


def test_a_breach_is_a_defect_that_parks_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("budget_accounting.debts.breach", lambda order: "a cent is missing")
    with pytest.raises(Contradiction, match="after EngagementRecorded: a cent is missing"):
        ordered()


def test_every_event_of_an_order_is_also_one_of_a_programme() -> None:
    models = {kind: {m for k, m in EVOLUTIONS if k == kind} for kind in ("order", "programme")}
    assert models["order"] == models["programme"] > {ServiceRecorded, InvoiceMatched, EventHeld}


def test_later_invoices_of_a_settled_order_do_not_come_up_again() -> None:
    scenario = paid().when(invoice("F-2", line("BL-0002", 1)))
    scenario.then_types(InvoiceRecorded)
    assert not any(isinstance(said, CashRequested) for said in scenario.said)
