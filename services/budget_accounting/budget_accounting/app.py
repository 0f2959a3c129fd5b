"""What budget_accounting is made of."""

from __future__ import annotations

from filrouge_chassis.decider import Decider, Due
from filrouge_contracts.budget import (
    CommitmentReleaseRequested,
    CommitmentRequested,
    CreditsOpened,
    InvoiceSubmitted,
)
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.payment import CashGranted, CashRefused, CashRequested, PaymentMade

from budget_accounting import debts, rules
from budget_accounting.state import EVOLUTIONS, Engagement, Line

DECIDER = Decider(
    service=BUDGET_ACCOUNTING,
    states={"line": Line, "order": Engagement},
    rules={
        ("line", CreditsOpened): rules.open_credits,
        ("line", CommitmentRequested): rules.commit,
        ("line", CommitmentReleaseRequested): rules.release,
        ("line", CashRequested): rules.grant_cash,
        ("line", Due): rules.give_up_waiting,
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
