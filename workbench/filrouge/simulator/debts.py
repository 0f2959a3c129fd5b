"""What an order's invoices, penalties, advances and payments come to, in the books."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from filrouge.simulator.account import Account, Data
from filrouge.simulator.parameters import LATE_INTEREST, USUAL_INTEREST_BP
from filrouge.simulator.words import TICK_AT, tick_of

PAY_WITHIN, DAY = timedelta(days=30), timedelta(days=1)


@dataclass(slots=True)
class Debts:
    """Invoice or advance → what is still to be paid for it, and by when."""

    left_cents: dict[str, int] = field(default_factory=dict)
    pay_by: dict[str, datetime] = field(default_factory=dict)


def reckon_debts(account: Account, certified: Counter[str]) -> None:
    """What is matched of the invoices, withheld, recovered, paid, and what lateness costs."""
    debts = Debts()
    penalties_cents = sum(said["amount_cents"] for said in account.said["penalty"])
    for said in account.said["advance"]:
        debts.left_cents[said["advance"]] = said["amount_cents"]
    advanced_cents = sum(debts.left_cents.values())
    left = Counter(certified)
    for said in account.said["invoice"]:
        if reason := _dispute(account, said, left):
            account.disputed[reason] += 1
            continue
        left -= _pieces(said)
        cents = said["amount_cents"]
        account.matched_cents += cents
        withheld_cents = min(penalties_cents - account.withheld_cents, cents)
        recovered_cents = min(advanced_cents - account.recovered_cents, cents - withheld_cents)
        account.withheld_cents += withheld_cents
        account.recovered_cents += recovered_cents
        debts.left_cents[said["invoice"]] = cents - withheld_cents - recovered_cents
        debts.pay_by[said["invoice"]] = _evening_of(said["issued_at"]) + PAY_WITHIN
    account.payments_rejected = len(account.said["reject payment"])
    account.resubmitted = len(account.said["resubmit"])
    _pay(account, debts)


def _dispute(account: Account, said: Data, left: Counter[str]) -> str | None:
    if said["supplier"] != account.agreement["supplier"]:
        return "other_supplier"
    if said["iban"] != account.agreement["iban"]:
        return "other_account"
    if any(line["unit_price_excl_vat_cents"] != account.unit_cents for line in said["lines"]):
        return "other_price"
    if any(line["vat_rate_bp"] != account.vat_rate_bp for line in said["lines"]):
        return "other_vat"
    worth_cents = sum(account.worth_cents(line["quantity"]) for line in said["lines"])
    if said["amount_cents"] != worth_cents:
        return "wrong_amount"
    return None if _pieces(said) <= left else "more_than_certified"


def _pieces(said: Data) -> Counter[str]:
    """Delivery note → pieces of an invoice."""
    return Counter({line["delivery_note"]: line["quantity"] for line in said["lines"]})


def _pay(account: Account, debts: Debts) -> None:
    paid: set[str] = set()
    for said in account.said["pay"]:
        name, reason = said["invoice"], None
        if name in paid:
            reason = "already_paid"
        elif said["amount_cents"] != debts.left_cents.get(name):
            reason = "other_amount"
        elif said["iban"] != account.agreement["iban"]:
            reason = "other_account"
        if reason is not None:
            account.payments_refused[reason] += 1
            continue
        paid.add(name)
        account.paid_cents += said["amount_cents"]
        if name in debts.pay_by:
            account.interest_cents += _interest_cents(said, debts.pay_by[name])


def _interest_cents(said: Data, pay_by: datetime) -> int:
    """Of days begun, half a cent up, at the rate of the evening on which it is heard of."""
    paid_at = datetime.fromisoformat(said["paid_at"])
    late_days = -((pay_by - paid_at) // DAY)
    if late_days <= 0:
        return 0
    changed = _evening_of(said["paid_at"]) >= tick_of(LATE_INTEREST.from_day)
    rate_bp = LATE_INTEREST.value if changed else USUAL_INTEREST_BP
    return int(Fraction(said["amount_cents"] * rate_bp * late_days, 3_650_000) + Fraction(1, 2))


def _evening_of(text: str) -> datetime:
    """When what is said on a day is decided."""
    moment = datetime.fromisoformat(text)
    return moment.replace(hour=0, minute=0, second=0) + TICK_AT
