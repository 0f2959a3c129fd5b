"""What budget_accounting is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.budget import (
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    CreditsWithdrawn,
)
from filrouge_contracts.cash import CashRequested, CashReturnRequested
from filrouge_contracts.delegation import CreditsDelegated, DelegationReturned, DelegationSent
from filrouge_contracts.entry import BUDGET_ACCOUNTING

from budget_accounting import credits, debts, rules
from budget_accounting.engagement_state import Engagement
from budget_accounting.line_state import Line
from budget_accounting.state import EVOLUTIONS

DECIDER = Decider(
    service=BUDGET_ACCOUNTING,
    states={"line": Line, "order": Engagement, "programme": Engagement},
    rules={
        ("line", CreditsOpened): credits.open_credits,
        ("line", CreditsDelegated): credits.move,
        ("line", CreditsWithdrawn): credits.move,
        ("line", DelegationSent): credits.receive,
        ("line", DelegationReturned): credits.take_back,
        ("line", CommitmentRequested): rules.commit,
        ("line", CommitmentReleaseRequested): rules.release,
        ("line", CashRequested): rules.grant_cash,
        ("line", CashReturnRequested): rules.return_cash,
        ("line", Due): credits.wake,
        **debts.RULES,
    },
    evolutions=EVOLUTIONS,
)
