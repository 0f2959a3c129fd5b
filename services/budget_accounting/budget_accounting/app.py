"""What budget_accounting is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.budget import (
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    CreditsWithdrawn,
    InvoiceSubmitted,
)
from filrouge_contracts.cash import CashGranted, CashRefused, CashRequested, CashReturnRequested
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.delegation import CreditsDelegated, DelegationReturned, DelegationSent
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.payment import PaymentMade

from budget_accounting import credits, debts, rules
from budget_accounting.line_state import Line
from budget_accounting.state import EVOLUTIONS, Engagement

DECIDER = Decider(
    service=BUDGET_ACCOUNTING,
    states={"line": Line, "order": Engagement},
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
        ("order", OrderPlaced): debts.engage,
        ("order", ServiceCertified): debts.record_service,
        ("order", InvoiceSubmitted): debts.take_invoice,
        ("order", CashGranted): debts.order_payment,
        ("order", CashRefused): debts.defer_payment,
        ("order", PaymentMade): debts.take_payment,
        ("order", Due): debts.wake,
    },
    evolutions=EVOLUTIONS,
)
