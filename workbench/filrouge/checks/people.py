"""Who acts: whoever decides that something is owed never touches the money.

I6  who orders, amends, certifies, decides or resubmits never handles money; who orders never certifies
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from filrouge.checks.dossier import Around, Dossier, ids
from filrouge.checks.fact import Breach, Fact

ORDERS: Mapping[str, str] = {"order-placed": "ordered_by", "programme-funded": "registered_by"}
CERTIFIES: Mapping[str, str] = {
    "service-certified": "certified_by",
    "hours-certified": "certified_by",
}
APPROVES: Mapping[str, str] = {
    **ORDERS,
    **CERTIFIES,
    "order-amended": "amended_by",
    "order-cancelled": "cancelled_by",
    "engagement-recorded": "ordered_by",
    "engagement-adjusted": "adjusted_by",
    "service-recorded": "certified_by",
    "penalty-recorded": "decided_by",
    "payment-resubmission-recorded": "resubmitted_by",
    "repayment-due": "ordered_by",
}
"""Event → its field that says who; nobody where the clock or the accounts decide."""
HANDLES: Mapping[str, str] = {
    "payment-recorded": "paid_by",
    "payment-rejection-recorded": "rejected_by",
    "repayment-recorded": "received_by",
}
WANTS = frozenset({*APPROVES, *HANDLES})


def judge(dossier: Dossier, _around: Around, checked: Counter[str]) -> Iterator[Breach]:
    ordered, certified = _who(dossier, ORDERS), _who(dossier, CERTIFIES)
    approved, handled = _who(dossier, APPROVES), _who(dossier, HANDLES)
    checked["I6"] += sum(map(len, certified.values())) + sum(map(len, handled.values()))
    for first, second, sentence in (
        (ordered, certified, "orders and certifies"),
        (approved, handled, "approves and handles the money"),
    ):
        for user in sorted(first.keys() & second.keys()):
            facts = first[user][:1] + second[user][:1]
            yield Breach("I6", f"{dossier.about}: {user} {sentence}", ids(facts))


def _who(dossier: Dossier, fields: Mapping[str, str]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for name, field in fields.items():
        for fact in dossier.all(name):
            if (user := fact.data[field]) is not None:
                found.setdefault(user, []).append(fact)
    return found
