"""A conversation of the real services with one partner of each kind, and what must always hold in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
from filrouge.services import deciders
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.partners import partner_record
from filrouge_contracts.agreement import AgreementRegistered
from filrouge_contracts.budget import CreditsOpened
from filrouge_contracts.certification import ServiceCertified, ServiceWithdrawn
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.correction import RepaymentRecorded
from filrouge_contracts.delivery import GoodsReceived, ShipmentAnnounced
from filrouge_contracts.engagement import EngagementSettled
from filrouge_contracts.entry import BUDGET_ACCOUNTING, DELIVERIES, ORDERS
from filrouge_contracts.equipment import (
    NeedDeclared,
    OrderPlaced,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.ledger import Account
from filrouge_contracts.payment import (
    PaymentMade,
    PaymentRecorded,
    PaymentRejectionRecorded,
)
from filrouge_contracts.register import PARTNER_KINDS, REGISTER
from filrouge_contracts.verification import (
    GoodsAdmitted,
)

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
        paid = sum(map(self._paid_cents, self.talk.states(BUDGET_ACCOUNTING, "order")))
        assert balances[Account.CP_CONSUMED] == -balances[Account.TREASURY] == paid

    def _paid_cents(self, engagement: str) -> int:
        """Less what the bank or the supplier sent back."""
        came_back = (s for s in self.talk.of(PaymentRejectionRecorded) if s.payment)
        moves = [(s.engagement, s.amount_cents) for s in self.talk.of(PaymentRecorded)]
        moves += [(s.engagement, -s.amount_cents) for s in came_back]
        moves += [(s.engagement, -s.amount_cents) for s in self.talk.of(RepaymentRecorded)]
        return sum(cents for name, cents in moves if name == engagement)

    def _kept_is_what_is_placed(self) -> None:
        """What was kept for orders that were not placed was given back to the last cent and piece."""
        placed = self.talk.of(OrderPlaced)
        for kind, name in (("need", "need"), ("agreement", "agreement"), ("line", "budget_line")):
            kept: dict[str, int] = defaultdict(int)
            for order in placed:
                pieces = order.quantity if kind == "need" else order.amount_cents
                kept[f"{kind}:{getattr(order, name)}"] += pieces
            for settled in self.talk.of(EngagementSettled):
                kept[f"line:{settled.budget_line}"] -= settled.released_cents
            owner = BUDGET_ACCOUNTING if kind == "line" else ORDERS
            for key, state in self.talk.states(owner, kind).items():
                assert _kept(state) == kept[key], key

    def _paid_is_what_was_certified(self) -> None:
        for key, state in self.talk.states(BUDGET_ACCOUNTING, "order").items():
            name = key.partition(":")[2]
            payments = [said for said in self.talk.of(PaymentRecorded) if said.engagement == key]
            certified = [said for said in self.talk.of(ServiceCertified) if said.order == name]
            withdrawn = [said for said in self.talk.of(ServiceWithdrawn) if said.order == name]
            pieces = sum(s.quantity for s in certified) - sum(s.quantity for s in withdrawn)
            assert len({(said.invoice, said.attempt) for said in payments}) == len(payments)
            if state.budget_line:
                assert state.certified_quantity == pieces <= state.quantity
                paid = self._paid_cents(key) - state.unrecovered_cents
                assert 0 <= paid <= state.worth_cents(pieces)


def invoice(order: str, name: str, note: str) -> InvoiceSubmitted:
    """The golden invoice, for a delivery note of its own."""
    (line,) = example(InvoiceSubmitted).lines
    line = line.model_copy(update={"delivery_note": note})
    return example(InvoiceSubmitted, engagement=f"order:{order}", invoice=name, lines=(line,))


def _kept(state: Any) -> int:
    names = ("reserved", "reserved_cents", "committed_cents")
    return next(int(getattr(state, name)) for name in names if hasattr(state, name))
