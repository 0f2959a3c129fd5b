"""The documents of every payment: nothing is paid because somebody says so.

I8  every payment has its engagement, order, proof of delivery, service fait, invoice, cash and order to pay
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from filrouge.checks.dossier import Around, Dossier
from filrouge.checks.fact import Breach, Data

BEGUN = (("commitment-accepted",), ("order-placed", "programme-funded"), ("engagement-recorded",))
"""Needed for any payment: one of each row."""
OF_A_NOTE = {
    "order": (("goods-received", "delivery_note"), ("service-certified", "delivery_note")),
    "programme": (("hours-approved", "certificate"), ("hours-certified", "certificate")),
}
"""Kind of engagement → what proves a delivery note or a certificate, and the field that names it."""
OF_AN_ADVANCE = ("advance-requested", "advance-recorded")
OF_AN_INVOICE = ("invoice-submitted", "invoice-matched")
OF_A_TRANSFER = ("payment", "iban", "paid_at", "paid_by")
"""Fields in which the accountant's own words agree with what is recorded."""
WANTS = frozenset(
    {
        *(name for names in BEGUN for name in names),
        *(name for names in OF_A_NOTE.values() for name, _ in names),
        *OF_AN_ADVANCE,
        *OF_AN_INVOICE,
        "service-recorded",
        "cash-granted",
        "payment-ordered",
        "payment-made",
        "payment-recorded",
    }
)


def judge(dossier: Dossier, _around: Around, checked: Counter[str]) -> Iterator[Breach]:
    for fact in dossier.all("payment-recorded"):
        checked["I8"] += 1
        for missing in _missing(dossier, fact.data):
            yield Breach("I8", f"{fact.data['invoice']} is paid without {missing}", (fact.id,))


def _missing(dossier: Dossier, paid: Data) -> Iterator[str]:
    for names in BEGUN:
        if not any(dossier.first(name) for name in names):
            yield " or ".join(names)
    name = paid["invoice"]
    amounts = {field: paid[field] for field in ("invoice", "amount_cents")}
    transfer = {field: paid[field] for field in OF_A_TRANSFER}
    yield from _without(dossier, "cash-granted", invoice=name)
    yield from _without(dossier, "payment-ordered", **amounts, attempt=paid["attempt"])
    yield from _without(dossier, "payment-made", **amounts, **transfer)
    if paid["purpose"] == "advance":
        for word in OF_AN_ADVANCE:
            yield from _without(dossier, word, advance=name, amount_cents=paid["amount_cents"])
        return
    for word in OF_AN_INVOICE:
        yield from _without(dossier, word, invoice=name)
    for matched in dossier.by("invoice", "invoice-matched").get(name, ()):
        for line in matched["lines"]:
            yield from _without_proof(dossier, line["delivery_note"])


def _without_proof(dossier: Dossier, note: str) -> Iterator[str]:
    kind = dossier.about.partition(":")[0]
    for name, field in (*OF_A_NOTE[kind], ("service-recorded", "delivery_note")):
        yield from _without(dossier, name, **{field: note})
    for received in dossier.by("delivery_note", "goods-received").get(note, ()):
        if not received["evidence"]:
            yield f"a document that proves {note}"


def _without(dossier: Dossier, name: str, **fields: object) -> Iterator[str]:
    """The name, if there is no such fact with these fields."""
    for data in dossier.data(name):
        if all(data[field] == value for field, value in fields.items()):
            return
    yield f"{name} of {', '.join(map(str, fields.values()))}"
