"""From a school's need to a paid invoice through all services, in any order of arrival.

The services are the real ones; only Kafka, the database and the clock are missing. What partners say
goes through the gateway as the bytes that they would send.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from equipment_orders.state import Step
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.agreement import AgreementRegistered
from filrouge_contracts.budget import (
    CommitmentReleased,
    CreditsOpened,
)
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.delivery import GoodsReceived, ShipmentAnnounced
from filrouge_contracts.entry import ORDERS
from filrouge_contracts.equipment import (
    NeedDeclared,
    OrderCompleted,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceDisputed, InvoiceSubmitted
from filrouge_contracts.payment import PaymentMade, PaymentRecorded
from filrouge_contracts.reservation import ReservationReleased
from filrouge_contracts.verdicts import VerdictGiven
from filrouge_contracts.verification import (
    GoodsAdmitted,
    GoodsRejected,
)
from hypothesis import given, settings

from tests.threads.thread import SEEDS, WORDS, WORTH_CENTS, Thread, invoice


def test_the_thread_ends_as_the_examples_say() -> None:
    thread = Thread()
    for model in WORDS:
        thread.say(example(model))
        thread.talk.settle()
    assert thread.talk.of(PaymentRecorded) == [example(PaymentRecorded)]
    assert thread.talk.of(OrderCompleted) == [example(OrderCompleted)]
    assert {said.outcome for said in thread.talk.of(VerdictGiven)} == {"accepted"}
    thread.check()


@settings(max_examples=150, deadline=None)
@given(chance=SEEDS)
def test_all_said_at_once_comes_to_the_same_end_in_any_order(chance: Random) -> None:
    thread = Thread(chance)
    words = [example(model) for model in WORDS]
    chance.shuffle(words)
    thread.say(*words)
    thread.talk.settle()
    assert thread.talk.of(PaymentRecorded) == [example(PaymentRecorded)]
    assert len(thread.talk.of(OrderCompleted)) == 1
    thread.check()


@pytest.mark.parametrize("model", WORDS)
def test_if_one_of_them_never_speaks_all_is_given_back_and_nothing_waits_for_ever(
    model: type[Event],
) -> None:
    thread = Thread()
    thread.say(*(example(other) for other in WORDS if other is not model))
    thread.run()
    thread.check()
    silence_admits = model in (ShipmentAnnounced, GoodsAdmitted)
    # admitted by silence in May, after the day on which the accountant says it has paid
    assert len(thread.talk.of(PaymentRecorded)) == (model is ShipmentAnnounced)
    assert bool(thread.talk.of(ServiceCertified)) == (
        silence_admits or model in (InvoiceSubmitted, PaymentMade)
    )


@settings(max_examples=25, deadline=None)
@given(chance=SEEDS)
def test_fifty_orders_for_the_last_euro(chance: Random) -> None:
    thread = Thread(chance)
    thread.say(
        example(CreditsOpened, ae_cents=WORTH_CENTS, cp_cents=WORTH_CENTS),
        example(AgreementRegistered),
        example(NeedDeclared, quantity=100),
        *(example(OrderRequested, order=f"O-{number}") for number in range(50)),
    )
    thread.talk.settle()
    steps = Counter(state.step for state in thread.talk.states(ORDERS, "order").values())
    assert steps == {Step.PLACED: 1, Step.REFUSED: 49}
    refused = thread.talk.of(OrderRefused)
    assert {said.reason for said in refused} == {OrderRefusal.COMMITMENT_REFUSED}
    assert len(thread.talk.of(ReservationReleased)) == 98
    thread.check()


@settings(max_examples=25, deadline=None)
@given(chance=SEEDS)
def test_answers_that_come_after_the_deadline_are_given_back(chance: Random) -> None:
    thread = Thread(chance)
    thread.say(example(CreditsOpened), example(AgreementRegistered), example(NeedDeclared))
    thread.talk.settle()
    thread.say(*(example(OrderRequested, order=f"O-{number}") for number in range(10)))
    for _ in range(chance.randrange(120)):
        if thread.talk.under_way:
            thread.talk.step()
    thread.talk.tick(thread.talk.context.now + timedelta(days=4), settled=False)
    thread.run()
    thread.check()
    refused = [said.reason for said in thread.talk.of(OrderRefused)]
    assert len(refused) + len(thread.talk.of(OrderPlaced)) == 10
    assert len(thread.talk.of(CommitmentReleased)) <= len(refused)


@settings(max_examples=50, deadline=None)
@given(chance=SEEDS)
def test_rejected_goods_are_delivered_again_and_paid_once(chance: Random) -> None:
    thread = Thread(chance)
    others = (imei(1), imei(2))
    thread.say(*(example(model) for model in WORDS if model is not GoodsAdmitted))
    thread.say(example(GoodsRejected))
    thread.talk.settle()
    assert thread.talk.of(PaymentRecorded) == []
    thread.say(
        example(ShipmentAnnounced, delivery_note="BL-0002"),
        example(GoodsReceived, delivery_note="BL-0002", imeis=others),
        example(GoodsAdmitted, delivery_note="BL-0002"),
        invoice("O-075-0001", "F-2", "BL-0002"),
        example(PaymentMade, invoice="F-2"),
    )
    thread.talk.settle()
    (certified,) = thread.talk.of(ServiceCertified)
    assert certified.imeis == others
    assert len(thread.talk.of(PaymentRecorded)) == 1
    thread.check()


def test_a_device_that_another_school_has_is_not_paid_for() -> None:
    thread = Thread()
    thread.say(example(CreditsOpened), example(AgreementRegistered), example(NeedDeclared))
    for order in ("O-1", "O-2"):
        thread.say(example(OrderRequested, order=order))
        thread.talk.settle()
        thread.say(
            example(GoodsReceived, order=order, delivery_note=f"BL-{order}"),
            example(GoodsAdmitted, order=order, delivery_note=f"BL-{order}"),
            invoice(order, f"F-{order}", f"BL-{order}"),
        )
        thread.talk.settle()
    thread.run()
    assert [said.order for said in thread.talk.of(ServiceCertified)] == ["O-1"]
    assert [said.engagement for said in thread.talk.of(InvoiceDisputed)] == ["order:O-2"]
    thread.check()
