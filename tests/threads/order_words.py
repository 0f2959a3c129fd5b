"""What schools, buyers and suppliers say of needs, orders and goods: at any time, and often wrongly."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
from delivery_confirmations.delivery_state import Delivery
from filrouge.services import deciders
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_chassis.testing.scenario import START
from filrouge_contracts.agreement import (
    AgreementAmended,
    AgreementEnded,
    AgreementItem,
    AgreementRegistered,
)
from filrouge_contracts.amendment import OrderAmendmentRequested, OrderCancellationRequested
from filrouge_contracts.budget import CreditsOpened
from filrouge_contracts.delivery import GoodsLostInTransit, GoodsReceived, ShipmentAnnounced
from filrouge_contracts.entry import DELIVERIES
from filrouge_contracts.equipment import (
    Emergency,
    EmergencyReason,
    NeedCorrected,
    NeedDeclared,
    NeedWithdrawn,
    OrderRequested,
)
from filrouge_contracts.event import Event
from filrouge_contracts.values import line_total_cents
from filrouge_contracts.verification import GoodsAdmitted, GoodsRejected
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

UNIT_CENTS = 13  # VAT on one is 2.6 cents: rounding shows on every line
WHOLE = line_total_cents(12, UNIT_CENTS, 2000)
NAMES = st.sampled_from(["O-1", "O-1", "O-2", "O-3"])
PIECES = st.integers(1, 6)
MOMENTS: dict[type[Event], str] = {
    GoodsReceived: "received_at",
    GoodsLostInTransit: "reported_at",
    GoodsAdmitted: "admitted_at",
    GoodsRejected: "rejected_at",
}


class OrderWords(RuleBasedStateMachine):
    """The rules of a story; the services are the real ones, and hear it in any order."""

    @initialize(
        chance=st.randoms(use_true_random=False), known=st.sampled_from([True, True, True, False])
    )
    def begin(self, chance: Random, known: bool) -> None:
        self.talk = Conversation(*deciders(), chance=chance)
        self.words: Counter[type[Event]] = Counter()
        self.notes: dict[str, list[str]] = defaultdict(list)
        self._devices = self._seconds = 0
        if known:
            self.declare(20)
            self.register(2 * WHOLE)
            self.open_credits(2 * WHOLE)
            for order in ("O-1", "O-2"):
                self.order(order, 3, emergency=False)
            self.talk.settle()

    # --- needs, agreements, credits --------------------------------------------------------------

    @rule(
        word=st.sampled_from(
            ["declare", "correct", "correct", "register", "amend", "amend", "open", "end"]
        ),
        pieces=st.integers(1, 30),
        cents=st.integers(1, 2 * WHOLE),
    )
    def change_what_orders_draw_on(self, word: str, pieces: int, cents: int) -> None:
        match word:
            case "declare":
                self.declare(min(pieces, 20))
            case "correct":
                self._say(NeedCorrected, quantity=pieces, corrected_at=self._moment())
            case "register":
                self.register(cents)
            case "amend":
                self._amend_agreement(cents, UNIT_CENTS + (pieces > 25))
            case "open":
                self.open_credits(cents // 2)
            case _:
                self._end_something(pieces)

    def declare(self, quantity: int) -> None:
        self._say(NeedDeclared, quantity=quantity)

    def register(self, maximum_cents: int) -> None:
        items = (_item(UNIT_CENTS),)
        self._say(AgreementRegistered, maximum_cents=maximum_cents, items=items)

    def open_credits(self, ae_cents: int) -> None:
        self._say(CreditsOpened, ae_cents=ae_cents)

    def _amend_agreement(self, maximum_cents: int, unit_cents: int) -> None:
        self._say(
            AgreementAmended,
            maximum_cents=maximum_cents if maximum_cents % 2 else None,
            items=(_item(unit_cents),),
            amended_at=self._moment(),
        )

    def _end_something(self, days: int) -> None:
        """Seldom, because little can happen afterwards."""
        if days > 25:
            self._say(NeedWithdrawn, withdrawn_at=self._moment())
        elif days > 20:
            self._say(AgreementEnded, ended_at=START + timedelta(days=days))

    # --- orders ----------------------------------------------------------------------------------

    @rule(order=NAMES, quantity=PIECES, emergency=st.booleans())
    def order(self, order: str, quantity: int, emergency: bool) -> None:
        urgent = Emergency(ordered_at=START, reason=EmergencyReason.SCHOOLS_CLOSED)
        self._say(
            OrderRequested,
            order=order,
            quantity=quantity,
            emergency=urgent if emergency else None,
            requested_at=self._moment(),
        )

    @rule(order=NAMES, quantity=PIECES)
    def want(self, order: str, quantity: int) -> None:
        moment = self._moment()
        self._say(OrderAmendmentRequested, order=order, quantity=quantity, requested_at=moment)

    @rule(order=NAMES, by=st.integers(-4, 4), arrivals=st.integers(0, 8), days=st.integers(0, 7))
    def resize(self, order: str, by: int, arrivals: int, days: int) -> None:
        """And the clock moves while those who are asked have still to answer."""
        self.talk.settle()
        self.want(order, max(1, self.delivery(order).quantity + by))
        self.hear_some(arrivals)
        if days:
            self.let_time_pass(days, settled=False)

    @rule(order=NAMES)
    def cancel(self, order: str) -> None:
        self._say(OrderCancellationRequested, order=order, requested_at=self._moment())

    # --- goods -----------------------------------------------------------------------------------

    @rule(order=NAMES, quantity=st.integers(1, 3))
    def ship(self, order: str, quantity: int) -> None:
        note = f"BL-{order}-{len(self.notes[order])}"
        self.notes[order].append(note)
        self._of(ShipmentAnnounced, order, note, quantity=quantity, shipped_at=self._moment())

    @rule(
        order=NAMES,
        which=st.integers(0, 9),
        model=st.sampled_from([GoodsReceived, GoodsLostInTransit, GoodsAdmitted, GoodsRejected]),
        quantity=st.integers(1, 3),
    )
    def say_of_a_note(self, order: str, which: int, model: type[Event], quantity: int) -> None:
        if notes := self.notes[order]:
            note = notes[which % len(notes)]
            fields: dict[str, Any] = {MOMENTS[model]: self._moment()}
            if model is GoodsReceived:
                fields["imeis"] = tuple(imei(self._devices + n) for n in range(quantity))
                self._devices += quantity
            if model is GoodsLostInTransit:
                fields["quantity"] = 1
            self._of(model, order, note, **fields)

    @rule(order=NAMES, pieces=PIECES, admits=st.booleans(), late=st.booleans())
    def deliver(self, order: str, pieces: int, admits: bool, late: bool) -> None:
        """As it should be; a decision heard too late undoes what silence has admitted meanwhile."""
        self.talk.settle()
        missing = self.delivery(order).quantity - self.delivery(order).under_way
        if missing > 0:
            self.ship(order, min(pieces, missing))
            self.say_of_a_note(order, -1, GoodsReceived, min(pieces, missing))
            self.talk.settle()
            self.say_of_a_note(order, -1, GoodsAdmitted if admits else GoodsRejected, 0)
            if late:
                self.let_time_pass(16, settled=False)

    # --- time and arrival ------------------------------------------------------------------------

    @rule(arrivals=st.integers(1, 10))
    def hear_some(self, arrivals: int) -> None:
        for _ in range(min(arrivals, self.talk.under_way)):
            self.talk.step()

    @rule()
    def hear_all(self) -> None:
        self.talk.settle()

    @rule(days=st.integers(1, 5), settled=st.booleans())
    def let_time_pass(self, days: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(days=days), settled=settled)

    # --- inside ----------------------------------------------------------------------------------

    def delivery(self, order: str) -> Delivery:
        delivery: Delivery = self.talk.state(DELIVERIES, f"order:{order}")
        return delivery

    def _of(self, model: type[Event], order: str, note: str, **fields: Any) -> None:
        self._say(model, order=order, delivery_note=note, **fields)

    def _say(self, model: type[Event], **fields: Any) -> None:
        self.words[model] += 1
        self.talk.say(example(model, **fields))

    def _moment(self) -> datetime:
        """Later than every other one, so that each word has a name of its own."""
        self._seconds += 1
        return self.talk.context.now + timedelta(seconds=self._seconds)


def _item(unit_cents: int) -> AgreementItem:
    return AgreementItem(item="TABLET-10", unit_price_excl_vat_cents=unit_cents, vat_rate_bp=2000)
