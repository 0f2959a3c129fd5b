"""The testing tools say clearly when a service does not do what was expected."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.scenario import START, Scenario
from filrouge_contracts.equipment import OrderCompleted, OrderRefusal, OrderRefused, OrderRequested


def _request(order: str, quantity: int) -> OrderRequested:
    return OrderRequested(
        order=order,
        need="N-1",
        agreement="A-1",
        budget_line="L-1",
        item="TABLET",
        quantity=quantity,
        requested_at=START,
        ordered_by="U-1",
    )


def test_a_scenario_wakes_what_is_due() -> None:
    refused = OrderRefused(
        order="O-1", reason=OrderRefusal.NO_ANSWER_IN_TIME, refused_at=START + timedelta(minutes=5)
    )
    scenario = Scenario(toy.ORDERS).when(_request("O-1", 5))
    scenario.when_due("order:O-1").then(refused)
    assert scenario.state("order:O-1").status == "ended"


def test_a_scenario_shows_which_field_differs() -> None:
    scenario = Scenario(toy.ORDERS).when(_request("O-1", 5)).when_due("order:O-1")
    with pytest.raises(AssertionError, match=r"- +reason = already_open\n\+ +reason = no_answer"):
        scenario.then(scenario.said[0].model_copy(update={"reason": OrderRefusal.ALREADY_OPEN}))
    with pytest.raises(AssertionError, match="OrderRefused"):
        scenario.then_nothing()


def test_a_scenario_refuses_what_the_chassis_would_not_do() -> None:
    with pytest.raises(AssertionError, match="waits for nothing"):
        Scenario(toy.ORDERS).when_due("order:O-1")
    with pytest.raises(AssertionError, match="not due before"):
        Scenario(toy.ORDERS).when(_request("O-1", 5)).when_due("order:O-1", at=START)


@pytest.mark.parametrize("seed", [None, *range(20)])
def test_a_conversation_gives_out_no_more_than_there_is_in_any_order(seed: int | None) -> None:
    talk = Conversation(toy.ORDERS, toy.BUDGET, chance=None if seed is None else Random(seed))
    talk.say(*(_request(f"O-{number}", 300) for number in range(5)))
    talk.settle()
    assert len(talk.of(OrderCompleted)) == 3
    assert len(talk.of(OrderRefused)) == 2
    assert talk.state("budget_accounting", "line:L-1").left_cents == 100


def test_a_tick_may_come_before_the_answers() -> None:
    talk = Conversation(toy.ORDERS, toy.BUDGET)
    talk.say(_request("O-1", 300))
    talk.step()
    talk.tick(START + timedelta(hours=1), settled=False)
    talk.settle()
    assert [said.reason for said in talk.of(OrderRefused)] == [OrderRefusal.NO_ANSWER_IN_TIME]
