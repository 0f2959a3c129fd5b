"""From a school's need to a paid invoice through all services, in any order of arrival.

The services are the real ones; only Kafka, the database and the clock are missing. What partners say
goes through the gateway as the bytes that they would send.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
import pytest
from budget_accounting.state import Step as DebtStep
from equipment_orders.state import Step
from filrouge.services import deciders
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.partners import partner_record
from filrouge_contracts.agreement import AgreementRegistered
from filrouge_contracts.budget import (
    CommitmentReleased,
    CreditsOpened,
    CreditsWithdrawn,
    InvoiceDisputed,
    InvoiceSubmitted,
)
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.delegation import CreditsDelegated
from filrouge_contracts.delivery import GoodsLostInTransit, GoodsReceived, ShipmentAnnounced
from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, ORDERS
from filrouge_contracts.equipment import (
    NeedDeclared,
    OrderCompleted,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import PaymentMade, PaymentRecorded, PaymentRefused
from filrouge_contracts.register import PARTNER_KINDS, REGISTER
from filrouge_contracts.reservation import ReservationReleased
from filrouge_contracts.verdicts import VerdictGiven
from filrouge_contracts.verification import (
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsRejected,
)
from hypothesis import given, settings

LINE, AGREEMENT, NEED = "line:147-IDF-TABLETS", "agreement:A-2020-01", "need:N-075-0001"
WORTH_CENTS = 369_60
WORDS: tuple[type[Event], ...] = (
    CreditsOpened,
    AgreementRegistered,
    NeedDeclared,
    OrderRequested,
    ShipmentAnnounced,
    GoodsReceived,
    GoodsAdmitted,
    InvoiceSubmitted,
    PaymentMade,
)
SEEDS = st.randoms(use_true_random=False)


class Thread:
    """A conversation with one partner of each kind at the door."""

    def __init__(self, chance: Random | None = None) -> None:
        self.talk = Conversation(*deciders(), chance=chance)
        self.talk.with_partners(
            *(
                example(PartnerRegistered, partner=kind, kind=kind, siret=None, uai=None)
                for kind in sorted(PARTNER_KINDS)
            )
        )
        self._said: Counter[str] = Counter()

    def say(self, *events: Event) -> None:
        """Each is said by a partner that may say it."""
        for event in events:
            partner = REGISTER.by_model[type(event)].said_by[0]
            number = self._said[partner]
            self._said[partner] += 1
            self.talk.hand_in(partner_record(partner, event, f"{number}", number))

    def run(self, days: int = 60) -> None:
        """Until nobody says anything, and then until nothing waits for the clock either."""
        self.talk.settle()
        for _ in range(days):
            self.talk.tick(self.talk.context.now + timedelta(days=1))

    def check(self) -> None:
        """What holds whatever happened, once all is quiet."""
        self._books_balance()
        self._kept_is_what_is_placed()
        self._paid_is_what_was_certified()
        for service in (ORDERS, DELIVERIES, BUDGET_ACCOUNTING):
            for kind in ("order", "need", "agreement", "line"):
                for key, state in self.talk.states(service, kind).items():
                    retried = service == BUDGET_ACCOUNTING and kind == "order"
                    waits = state.waiting if kind == "line" else state.due_at and not retried
                    assert not waits, f"{service} {key} still waits"

    def _books_balance(self) -> None:
        balances: Counter[Account] = Counter()
        for said in self.talk.said:
            for posting in getattr(said.event, "postings", ()):
                balances[posting.account] += posting.amount_cents
        assert sum(balances.values()) == 0
        lines = self.talk.states(BUDGET_ACCOUNTING, "line").values()
        assert balances[Account.AE_COMMITTED] == sum(line.committed_cents for line in lines)
        assert balances[Account.AE_AVAILABLE] >= 0
        assert balances[Account.CP_AVAILABLE] >= 0
        paid = sum(said.amount_cents for said in self.talk.of(PaymentRecorded))
        assert balances[Account.CP_CONSUMED] == -balances[Account.TREASURY] == paid

    def _kept_is_what_is_placed(self) -> None:
        """What was kept for orders that were not placed was given back to the last cent and piece."""
        placed = self.talk.of(OrderPlaced)
        for kind, name in (("need", "need"), ("agreement", "agreement"), ("line", "budget_line")):
            kept: dict[str, int] = defaultdict(int)
            for order in placed:
                pieces = order.quantity if kind == "need" else order.amount_cents
                kept[f"{kind}:{getattr(order, name)}"] += pieces
            owner = BUDGET_ACCOUNTING if kind == "line" else ORDERS
            for key, state in self.talk.states(owner, kind).items():
                assert _kept(state) == kept[key], key

    def _paid_is_what_was_certified(self) -> None:
        for key, state in self.talk.states(BUDGET_ACCOUNTING, "order").items():
            name = key.partition(":")[2]
            payments = [said for said in self.talk.of(PaymentRecorded) if said.engagement == key]
            services = [said for said in self.talk.of(ServiceCertified) if said.order == name]
            pieces = sum(said.quantity for said in services)
            assert len({said.invoice for said in payments}) == len(payments)
            if state.budget_line:
                assert state.certified_quantity == pieces <= state.quantity
                assert sum(said.amount_cents for said in payments) <= state.worth_cents(pieces)


def _kept(state: Any) -> int:
    names = ("reserved", "reserved_cents", "committed_cents")
    return next(int(getattr(state, name)) for name in names if hasattr(state, name))


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
            example(InvoiceSubmitted, engagement=f"order:{order}", invoice=f"F-{order}"),
        )
        thread.talk.settle()
    thread.run()
    assert [said.order for said in thread.talk.of(ServiceCertified)] == ["O-1"]
    assert [said.engagement for said in thread.talk.of(InvoiceDisputed)] == ["order:O-2"]
    thread.check()


@settings(max_examples=100, deadline=None)
@given(chance=SEEDS, data=st.data())
def test_whatever_partners_say_and_whenever_the_clock_moves_the_books_balance(
    chance: Random, data: st.DataObject
) -> None:
    """Words are left out, said twice, changed, and said in any order while days pass."""
    thread = Thread(chance)
    words: list[Event | None] = [word for word in _two_threads() if chance.random() < 0.9]
    for extra in data.draw(st.lists(_WORDS, max_size=15), label="out of turn"):
        words.insert(chance.randrange(len(words) + 1), extra)
    for word in words:
        if word is None:
            moved = thread.talk.context.now + timedelta(hours=chance.randrange(1, 60))
            thread.talk.tick(moved, settled=chance.random() < 0.5)
        else:
            thread.say(word)
            for _ in range(chance.randrange(5)):
                if thread.talk.under_way:
                    thread.talk.step()
    thread.run()
    thread.check()
    orders = thread.talk.states(ORDERS, "order").values()
    final = {Step.REFUSED, Step.PLACED, Step.COMPLETED}
    assert {order.step for order in orders} <= final
    for state in thread.talk.states(BUDGET_ACCOUNTING, "order").values():
        assert {invoice.step for invoice in state.invoices.values()} <= set(DebtStep) - {
            DebtStep.MATCHED
        }
    assert len(thread.talk.of(PaymentRefused)) <= len(thread.talk.of(PaymentMade))


def _two_threads() -> list[Event]:
    """All that partners say of two orders, in the order in which it would be said."""
    second = {
        OrderRequested: example(OrderRequested, order="O-2"),
        ShipmentAnnounced: example(ShipmentAnnounced, order="O-2"),
        GoodsReceived: example(GoodsReceived, order="O-2", imeis=(imei(1), imei(2))),
        GoodsAdmitted: example(GoodsAdmitted, order="O-2"),
        InvoiceSubmitted: example(InvoiceSubmitted, engagement="order:O-2", invoice="F-2"),
        PaymentMade: example(PaymentMade, engagement="order:O-2", invoice="F-2", payment="V-2"),
    }
    return [word for m in WORDS for word in (example(m), second.get(m)) if word is not None]


_ORDER = st.sampled_from(["O-075-0001", "O-2", "O-3"])
_NOTE = st.sampled_from(["BL-0001", "BL-0002"])
_INVOICE = st.sampled_from(["F-2020-0042", "F-2"])
_DEVICES = st.lists(st.integers(0, 5).map(imei), min_size=1, max_size=3, unique=True).map(tuple)
_WORDS: st.SearchStrategy[Event | None] = st.one_of(
    st.none(),
    st.sampled_from(WORDS).map(example),
    st.builds(lambda order: example(OrderRequested, order=order), _ORDER),
    st.builds(
        lambda ae, cp: example(CreditsOpened, ae_cents=ae, cp_cents=cp),
        st.sampled_from([0, WORTH_CENTS]),
        st.sampled_from([0, WORTH_CENTS]),
    ),
    st.sampled_from([CreditsDelegated, CreditsWithdrawn]).map(
        lambda model: example(model, ae_cents=WORTH_CENTS, cp_cents=0)
    ),
    st.builds(
        lambda order, note, devices: example(
            GoodsReceived, order=order, delivery_note=note, imeis=devices
        ),
        _ORDER,
        _NOTE,
        _DEVICES,
    ),
    st.builds(lambda o, n: example(GoodsAdmitted, order=o, delivery_note=n), _ORDER, _NOTE),
    st.builds(
        lambda word, o, n: example(word, order=o, delivery_note=n),
        st.sampled_from([GoodsRejected, GoodsAdjourned, GoodsPresentedAgain, GoodsLostInTransit]),
        _ORDER,
        _NOTE,
    ),
    st.builds(
        lambda o, i: example(InvoiceSubmitted, engagement=f"order:{o}", invoice=i), _ORDER, _INVOICE
    ),
    st.builds(
        lambda o, i, p: example(PaymentMade, engagement=f"order:{o}", invoice=i, payment=p),
        _ORDER,
        _INVOICE,
        st.sampled_from(["V-1", "V-2"]),
    ),
)
