"""The services around the budget, which are honest, and the clock: half of any story."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from budget_accounting.app import DECIDER
from budget_accounting.engagement_state import Engagement
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example, imei
from filrouge_contracts.amendment import OrderAmended, OrderCancelled
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
)
from filrouge_contracts.certification import (
    ServiceCertified,
    ServiceWithdrawalRefused,
    ServiceWithdrawalRequested,
    ServiceWithdrawn,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.event import Event
from filrouge_contracts.values import line_total_cents
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

UNIT_CENTS = 13  # VAT on one is 2.6 cents: rounding shows in every invoice
ORDERED = 4
LINE = "line:147-IDF-TABLETS"
ORDERS = st.sampled_from(["O-1", "O-2"])


def worth(quantity: int) -> int:
    return line_total_cents(quantity, UNIT_CENTS, 2000)


class ServicesAround(RuleBasedStateMachine):
    """They keep the order of their own words; what arrives next is chance."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = Conversation(DECIDER)
        self.quantities: dict[str, int] = {}
        """Orders that are placed, as the ordering service and the delivery know them."""
        self.notes: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """Order → delivery note → pieces certified."""
        self.withdrawing: dict[str, str] = {}
        self.numbers: Counter[str] = Counter()

    def _say(self, *events: Event, by: str = "") -> None:
        self.talk.say(*events, by=by)

    def _name(self, kind: str) -> str:
        self.numbers[kind] += 1
        return f"{kind}-{self.numbers[kind]}"

    def order_of(self, key: str) -> Engagement:
        order: Engagement = self.talk.state(BUDGET_ACCOUNTING, key)
        return order

    # --- the ministry and the ordering service -----------------------------------------------------

    @rule(ae_cents=st.integers(0, worth(ORDERED)), cp_cents=st.integers(0, worth(ORDERED)))
    def open_credits(self, ae_cents: int, cp_cents: int) -> None:
        self._say(example(CreditsOpened, ae_cents=ae_cents, cp_cents=cp_cents))
        self.talk.settle()

    def _commit(self, order: str, cents: int) -> bool:
        before = len(self.talk.of(CommitmentAccepted))
        self._say(
            example(CommitmentRequested, engagement=f"order:{order}", amount_cents=cents),
            by="orders",
        )
        self.talk.settle()
        return len(self.talk.of(CommitmentAccepted)) > before

    def _release(self, order: str, cents: int) -> None:
        self._say(
            example(CommitmentReleaseRequested, engagement=f"order:{order}", amount_cents=cents)
        )

    @rule(order=ORDERS)
    def place(self, order: str) -> None:
        if order in self.quantities or not self._commit(order, worth(ORDERED)):
            return
        self.quantities[order] = ORDERED
        placed = example(
            OrderPlaced,
            order=order,
            quantity=ORDERED,
            unit_price_excl_vat_cents=UNIT_CENTS,
            amount_cents=worth(ORDERED),
        )
        self._say(placed, by="orders")

    @precondition(lambda self: self.quantities)
    @rule(data=st.data(), more=st.integers(1, 2), fewer=st.booleans(), cancel=st.booleans())
    def amend(self, data: Any, more: int, fewer: bool, cancel: bool) -> None:
        """Up with more money, down to what is certified or under way."""
        order = data.draw(st.sampled_from(sorted(self.quantities)))
        before, certified = self.quantities[order], sum(self.notes[order].values())
        after = max(certified, before - more) if fewer else before + more
        after = certified if cancel else after
        if after == before or (
            after > before and not self._commit(order, worth(after) - worth(before))
        ):
            return
        if after < before:
            self._release(order, worth(before) - worth(after))
        changes: dict[str, Any] = {"order": order, "quantity": after, "amount_cents": worth(after)}
        self.quantities[order] = after
        model = OrderAmended if after and not cancel else OrderCancelled
        self._say(example(model, **changes), by="orders")

    # --- the delivery ------------------------------------------------------------------------------

    @rule(order=ORDERS, quantity=st.integers(1, ORDERED), reduction=st.sampled_from([0, 0, 7, 99]))
    def certify(self, order: str, quantity: int, reduction: int) -> None:
        left = self.quantities.get(order, 0) - sum(self.notes[order].values())
        if quantity > left:
            return
        note = self._name("BL")
        self.notes[order][note] = quantity
        first = 10 * self.numbers["BL"]
        service = example(
            ServiceCertified,
            order=order,
            delivery_note=note,
            quantity=quantity,
            imeis=tuple(imei(number) for number in range(first, first + quantity)),
            reduction_cents=reduction,
        )
        self._say(service, by="delivery")

    @precondition(lambda self: any(self.notes.values()))
    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        order, note = self._note(data)
        if note not in self.withdrawing:
            self.withdrawing[note] = order
            self._say(
                example(ServiceWithdrawalRequested, order=order, delivery_note=note), by="delivery"
            )

    def _hear_withdrawals(self) -> None:
        """What is withdrawn is no longer certified."""
        for refused in self.talk.of(ServiceWithdrawalRefused):
            self.withdrawing.pop(refused.delivery_note, None)
        for said in self.talk.of(ServiceWithdrawn):
            if order := self.withdrawing.pop(said.delivery_note, None):
                del self.notes[order][said.delivery_note]

    def _note(self, data: Any) -> tuple[str, str]:
        known = [(order, note) for order, notes in self.notes.items() for note in notes]
        return data.draw(st.sampled_from(sorted(known)))  # type: ignore[no-any-return]

    # --- arrival and time ------------------------------------------------------------------------------

    @rule(steps=st.integers(1, 5))
    def deliver_some(self, steps: int) -> None:
        for _ in range(steps):
            if self.talk.under_way:
                self.talk.step()
        self._hear_withdrawals()

    @rule()
    def deliver_all(self) -> None:
        self.talk.settle()
        self._hear_withdrawals()

    @rule(days=st.sampled_from([1, 1, 2, 4, 8, 31, 240]), settled=st.booleans())
    def let_time_pass(self, days: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(days=days), settled=settled)
        self._hear_withdrawals()
