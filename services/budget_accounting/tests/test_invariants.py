"""Any story, told in any order, keeps the accountant's invariants."""

from __future__ import annotations

from collections import Counter

from budget_accounting.engagement_state import Step
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from filrouge_contracts.ledger import Account
from hypothesis import settings
from hypothesis.stateful import invariant

from services.budget_accounting.tests.auditor import Auditor
from services.budget_accounting.tests.services_around import LINE
from services.budget_accounting.tests.stories import Stories


class Accounts(Stories):
    """The stories, and what holds after every step of them."""

    @invariant()
    def an_auditor_finds_the_same_for_every_engagement(self) -> None:
        for key, order in self.talk.states(BUDGET_ACCOUNTING, "order").items():
            auditor = Auditor()
            auditor.read(said.event for said in self.talk.said if said.subject == key)
            balances = {account: cents for account, cents in auditor.balances.items() if cents}
            assert balances == order.balances
            assert auditor.sums["paid"] == order.paid_cents
            assert auditor.sums["liquidated"] == order.liquidated_cents
            assert auditor.sums["engaged"] == order.committed_cents
            assert auditor.unrecovered_cents == order.unrecovered_cents
            assert not auditor.late_without_interest, "late payments have their interest"
            due = sum(repayment.due_cents for repayment in order.repayments.values())
            assert due == order.balance_cents(Account.SUPPLIER_RECEIVABLE)
            for name, payable in order.payables.items():
                assert payable.step is Step.CLOSED or payable.amount_cents == auditor.payable[name]

    @invariant()
    def the_line_holds_what_its_engagements_hold(self) -> None:
        """As soon as nothing is under way, not a cent is lost between the two."""
        budget_line = self.talk.state(BUDGET_ACCOUNTING, LINE)
        assert 0 <= budget_line.committed_cents <= budget_line.ae_cents
        assert 0 <= budget_line.granted_cents <= budget_line.cp_cents
        if self.talk.under_way:
            return
        orders = self.talk.states(BUDGET_ACCOUNTING, "order").values()
        assert budget_line.committed_cents == sum(order.committed_cents for order in orders)
        cash = sum(payable.cash_cents for order in orders for payable in order.payables.values())
        paid = sum(order.paid_cents for order in orders)
        assert budget_line.granted_cents == paid + cash

    @invariant()
    def all_books_together_balance(self) -> None:
        balances: Counter[Account] = Counter()
        for said in self.talk.said:
            for posting in getattr(said.event, "postings", ()):
                balances[posting.account] += posting.amount_cents
        assert sum(balances.values()) == 0
        for account in (Account.AE_AVAILABLE, Account.AE_COMMITTED, Account.CP_AVAILABLE):
            assert balances[account] >= 0
        assert balances[Account.CP_GRANTED] >= 0
        assert balances[Account.CP_CONSUMED] == -balances[Account.TREASURY] >= 0


Accounts.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestAccounts = Accounts.TestCase
