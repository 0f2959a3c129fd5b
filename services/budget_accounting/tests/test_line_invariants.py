"""Any story of three lines that delegate to each other, told in any order, keeps every cent where it is."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta
from random import Random
from typing import TypeVar

import hypothesis.strategies as st
from budget_accounting.app import DECIDER
from budget_accounting.line_state import EVOLUTIONS, Line
from filrouge_chassis.decider import kind_of
from filrouge_chassis.testing.conversation import Conversation
from filrouge_chassis.testing.examples import example
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    CreditsRefused,
    CreditsWithdrawalRecorded,
    CreditsWithdrawn,
)
from filrouge_contracts.cash import (
    CashGranted,
    CashRequested,
    CashReturnRequested,
)
from filrouge_contracts.closing import CreditsCarriedOver, LedgerPosted
from filrouge_contracts.delegation import (
    CreditsDelegated,
    DelegationReceived,
    DelegationReturned,
    DelegationSent,
    DelegationTakenBack,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from filrouge_contracts.event import Event
from filrouge_contracts.ledger import Account
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

LINES_ALONE = dataclasses.replace(
    DECIDER,
    states={"line": Line},
    rules={key: rule for key, rule in DECIDER.rules.items() if key[0] == "line"},
    evolutions=EVOLUTIONS,
)
"""Without engagements: what they would ask of a line is asked here."""
E = TypeVar("E", bound=Event)
NAMES = ("147-A", "147-B", "147-C")
LINES = st.sampled_from(NAMES)
UOS = st.sampled_from(["UO-1", "UO-2"])
CENTS = st.integers(0, 20)
DRAWN = st.integers(1, 12)
DELIVERED = st.integers(0, 3)


class Lines(RuleBasedStateMachine):
    """The ministry says anything; other services release and return only what they were given."""

    @initialize(seed=st.integers(0, 2**32), opened=CENTS, committed=DRAWN, granted=DRAWN)
    def begin(self, seed: int, opened: int, committed: int, granted: int) -> None:
        """Mostly there is something on a line, and some of it taken, to begin with."""
        self.talk = Conversation(LINES_ALONE, chance=Random(seed))
        self.named: Counter[str] = Counter()
        self.given_back: set[str] = set()
        self.open_credits(NAMES[0], "UO-1", opened, opened, 9)
        self.delegate(NAMES[0], NAMES[1], "UO-2", 1, 1, 9)
        self.commit(NAMES[0], committed, 9)
        self.ask_for_cash(NAMES[0], granted, 9)

    # --- what is said ----------------------------------------------------------------------------

    @rule(line=LINES, uo=UOS, ae_cents=CENTS, cp_cents=CENTS, steps=DELIVERED)
    def open_credits(self, line: str, uo: str, ae_cents: int, cp_cents: int, steps: int) -> None:
        self._say(
            example(CreditsOpened, budget_line=line, uo=uo, ae_cents=ae_cents, cp_cents=cp_cents),
            steps,
        )

    @rule(line=LINES, to=LINES, uo=UOS, ae_cents=CENTS, cp_cents=CENTS, steps=DELIVERED)
    def delegate(
        self, line: str, to: str, uo: str, ae_cents: int, cp_cents: int, steps: int
    ) -> None:
        if line != to and ae_cents + cp_cents:
            delegated = example(
                CreditsDelegated,
                decision=self._next("D"),
                budget_line=line,
                to_line=to,
                to_uo=uo,
                ae_cents=ae_cents,
                cp_cents=cp_cents,
            )
            self._say(delegated, steps)

    @rule(line=LINES, ae_cents=CENTS, cp_cents=CENTS, steps=DELIVERED)
    def withdraw(self, line: str, ae_cents: int, cp_cents: int, steps: int) -> None:
        if ae_cents + cp_cents:
            withdrawn = example(
                CreditsWithdrawn,
                decision=self._next("W"),
                budget_line=line,
                ae_cents=ae_cents,
                cp_cents=cp_cents,
            )
            self._say(withdrawn, steps)

    @rule(line=LINES, cents=DRAWN, steps=DELIVERED)
    def commit(self, line: str, cents: int, steps: int) -> None:
        asked = example(
            CommitmentRequested,
            budget_line=line,
            engagement=f"order:{self._next('O')}",
            amount_cents=cents,
            answer_by=self.talk.context.now + timedelta(days=3),
        )
        self._say(asked, steps)

    @rule(line=LINES, cents=DRAWN, steps=DELIVERED)
    def ask_for_cash(self, line: str, cents: int, steps: int) -> None:
        """Only a line that has committed is asked for cash, so it has credits."""
        if self.talk.state(BUDGET_ACCOUNTING, f"line:{line}").uo:
            asked = example(
                CashRequested, budget_line=line, invoice=self._next("F"), amount_cents=cents
            )
            self._say(asked, steps)

    @precondition(lambda self: self._kept(CommitmentAccepted, "engagement"))
    @rule(steps=DELIVERED)
    def release(self, steps: int) -> None:
        said = self._kept(CommitmentAccepted, "engagement")[0]
        self.given_back.add(said.engagement)
        asked = example(
            CommitmentReleaseRequested,
            budget_line=said.budget_line,
            engagement=said.engagement,
            amount_cents=said.amount_cents,
        )
        self._say(asked, steps)

    @precondition(lambda self: self._kept(CashGranted, "invoice"))
    @rule(steps=DELIVERED)
    def return_cash(self, steps: int) -> None:
        said = self._kept(CashGranted, "invoice")[0]
        self.given_back.add(said.invoice)
        asked = example(
            CashReturnRequested,
            budget_line=said.budget_line,
            invoice=said.invoice,
            amount_cents=said.amount_cents,
        )
        self._say(asked, steps)

    @rule(days=st.integers(1, 200), settled=st.booleans())
    def let_time_pass(self, days: int, settled: bool) -> None:
        self.talk.tick(self.talk.context.now + timedelta(days=days), settled=settled)

    # --- what holds after each of them -----------------------------------------------------------

    @invariant()
    def no_line_is_ever_overdrawn(self) -> None:
        for line in self._lines().values():
            assert 0 <= line.committed_cents <= line.ae_cents
            assert 0 <= line.granted_cents <= line.cp_cents

    @invariant()
    def a_line_with_credits_lets_nothing_wait(self) -> None:
        assert not any(line.uo and line.waiting for line in self._lines().values())

    @invariant()
    def the_accounts_of_a_line_are_its_postings(self) -> None:
        booked: dict[str, Counter[Account]] = {}
        for said in self.talk.said:
            if kind_of(said.subject) == "line":
                balances = booked.setdefault(said.subject, Counter())
                for posting in getattr(said.event, "postings", ()):
                    balances[posting.account] += posting.amount_cents
        for key, line in self._lines().items():
            expected = booked.get(key, Counter())
            assert line.balances == {account: expected[account] for account in line.balances}
            assert sum(line.balances.values()) == 0

    @invariant()
    def what_is_on_its_way_is_what_was_sent_and_has_not_arrived(self) -> None:
        for account, name in (
            (Account.AE_DELEGATED, "ae_cents"),
            (Account.CP_DELEGATED, "cp_cents"),
        ):
            under_way = sum(getattr(said, name) for said in self.talk.of(DelegationSent))
            for model in (DelegationReceived, DelegationTakenBack):
                under_way -= sum(getattr(said, name) for said in self.talk.of(model))
            assert sum(line.balances[account] for line in self._lines().values()) == under_way >= 0

    @invariant()
    def nothing_arrives_twice_or_where_it_was_not_sent(self) -> None:
        sent = Counter(said.decision for said in self.talk.of(DelegationSent))
        back = Counter(said.decision for said in self.talk.of(DelegationReturned))
        arrived = {said.decision: said.budget_line for said in self.talk.of(DelegationReceived)}
        assert set(sent.values()) <= {1}
        assert set(back.values()) <= {1}
        assert len(arrived) == len(self.talk.of(DelegationReceived))
        assert not set(arrived) & set(back)
        to = {said.decision: said.to_line for said in self.talk.of(DelegationSent)}
        assert arrived.items() <= to.items()

    @invariant()
    def a_year_end_shows_what_the_line_had(self) -> None:
        for shown, carried in zip(
            self.talk.of(LedgerPosted), self.talk.of(CreditsCarriedOver), strict=True
        ):
            balances = {balance.account: balance.amount_cents for balance in shown.balances}
            assert balances[Account.AE_AVAILABLE] == carried.ae_available_cents
            assert balances[Account.CP_GRANTED] == carried.cp_granted_cents

    def teardown(self) -> None:
        """Once all has arrived and the clock has run, all that was said has had its answer."""
        if not hasattr(self, "talk"):
            return
        self.talk.settle()
        self.talk.tick(self.talk.context.now + timedelta(days=4))
        sent = {said.decision for said in self.talk.of(DelegationSent)}
        arrived = {said.decision for said in self.talk.of(DelegationReceived)}
        came_back = {said.decision for said in self.talk.of(DelegationTakenBack)}
        assert arrived | came_back == sent
        assert not arrived & came_back
        for line in self._lines().values():
            assert line.waiting == ()
        refused = {said.decision for said in self.talk.of(CreditsRefused)} - {None}
        withdrawn = {said.decision for said in self.talk.of(CreditsWithdrawalRecorded)}
        assert len(refused) + len(sent) + len(withdrawn) == self.named["D"] + self.named["W"]
        answered = len(self.talk.of(CommitmentAccepted)) + len(self.talk.of(CommitmentRefused))
        assert answered == self.named["O"]

    # --- inside ----------------------------------------------------------------------------------

    def _kept(self, model: type[E], name: str) -> list[E]:
        """What was given and is not given back yet, oldest first."""
        return [said for said in self.talk.of(model) if getattr(said, name) not in self.given_back]

    def _next(self, letter: str) -> str:
        self.named[letter] += 1
        return f"{letter}-{self.named[letter]}"

    def _say(self, event: Event, steps: int) -> None:
        """It is under way, with what else is; so many events arrive now, by chance."""
        self.talk.say(event)
        for _ in range(min(steps, self.talk.under_way)):
            self.talk.step()

    def _lines(self) -> dict[str, Line]:
        return self.talk.states(BUDGET_ACCOUNTING, "line")


Lines.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestLines = Lines.TestCase
