"""Orders from engagement to payment.

I2  per engagement: 0 ≤ paid ≤ liquidated ≤ certified ≤ engaged, after every event
I3  dates: request ≤ engagement ≤ order ≤ delivery ≤ service fait ≤ order to pay ≤ payment, or flagged
I5  liquidation = quantity × unit price + VAT, of what was ordered and certified
I6  who orders does not certify, and neither of them pays
I7  one order to pay and one payment per invoice, to the account of the agreement
I8  every payment has its engagement, order, service fait, invoice and order to pay
I12 corrections are compensating entries: a release is the exact contrary of an engagement
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from filrouge.checks.dossier import OF_AN_ORDER, Dossier, amount_cents, order_of
from filrouge.checks.fact import Breach, Data, Fact

RULES = ("I2", "I3", "I5", "I6", "I7", "I8", "I12")
ROUNDING_CENTS = 1
NEEDED_TO_PAY = (
    "commitment-accepted",
    "order-placed",
    "engagement-recorded",
    "service-certified",
    "service-recorded",
)
NEEDED_PER_INVOICE = ("invoice-submitted", "invoice-matched", "payment-ordered", "payment-made")


class Orders:
    """One dossier per order, judged when everything was read."""

    def __init__(self) -> None:
        self.wants = OF_AN_ORDER | {"agreement-opened"}
        self.checked = dict.fromkeys(RULES, 0)
        self._dossiers: dict[str, Dossier] = {}
        self._accounts: dict[str, str] = {}

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in OF_AN_ORDER:
            order = order_of(fact.data)
            dossier = self._dossiers.setdefault(order, Dossier(order))
            dossier.facts[fact.name].append(fact)
        elif fact.name == "agreement-opened":
            self._accounts[fact.data["agreement"]] = fact.data["iban"]
        yield from ()

    def close(self) -> Iterator[Breach]:
        for dossier in self._dossiers.values():
            yield from self._released(dossier)
            placed = dossier.first("order-placed")
            if placed is None:
                if money := dossier.all(
                    "engagement-recorded", "service-recorded", "payment-recorded"
                ):
                    yield Breach("I2", f"{dossier.order} has money and no order", (money[0].id,))
                continue
            yield from self._sums(dossier)
            yield from self._dates(dossier, placed)
            yield from self._liquidation(dossier, placed)
            yield from self._people(dossier, placed)
            yield from self._payments(dossier, placed)

    def _sums(self, dossier: Dossier) -> Iterator[Breach]:
        """I2, at every moment of the accounts."""
        steps = ("engagement-recorded", "service-recorded", "invoice-matched", "payment-recorded")
        sums: Counter[str] = Counter()
        for fact in dossier.all(*steps):
            self.checked["I2"] += 1
            sums[fact.name] += fact.data["amount_cents"]
            if fact.data["amount_cents"] < 0:
                yield Breach("I2", f"{dossier.order}: {fact.name} is negative", (fact.id,))
            for more, less in pairwise(steps):
                if sums[less] > sums[more]:
                    sentence = f"{dossier.order}: {less} {sums[less]} over {more} {sums[more]}"
                    yield Breach("I2", sentence, (fact.id,))
        engaged = dossier.total_cents("commitment-accepted") - dossier.total_cents(
            "commitment-released"
        )
        if engaged != sums["engagement-recorded"]:
            sentence = f"{dossier.order}: {sums['engagement-recorded']} cents of {engaged} engaged"
            yield Breach("I2", sentence, _ids(dossier, "engagement-recorded"))

    def _dates(self, dossier: Dossier, placed: Fact) -> Iterator[Breach]:
        usual, late = ("requested_at", "committed_at", "placed_at"), ("placed_at", "committed_at")
        names = late if placed.data.get("regularisation") else usual
        begin = [(name, placed.data[name]) for name in names]
        yield from self._in_order(dossier, begin, placed)
        for fact in dossier.all("service-certified"):
            steps = [(name, fact.data[name]) for name in ("received_at", "certified_at")]
            order = ("placed_at", placed.data["placed_at"])
            yield from self._in_order(dossier, [order, *steps], fact)
        ordered = {fact.data["invoice"]: fact for fact in dossier.all("payment-ordered")}
        for fact in ordered.values():
            steps = [
                (name, fact.data[name])
                for name in ("certified_at", "ordered_at")
                if fact.data[name] is not None
            ]
            yield from self._in_order(dossier, steps, fact)
        for fact in dossier.all("payment-recorded"):
            before = ordered.get(fact.data["invoice"])
            if before is not None:
                steps = [
                    ("ordered_at", before.data["ordered_at"]),
                    ("paid_at", fact.data["paid_at"]),
                ]
                yield from self._in_order(dossier, steps, fact)

    def _in_order(
        self, dossier: Dossier, steps: list[tuple[str, datetime]], fact: Fact
    ) -> Iterator[Breach]:
        for (earlier, before), (later, after) in pairwise(steps):
            self.checked["I3"] += 1
            if before > after:
                sentence = f"{dossier.order}: {later} {after:%d %b %H:%M} before {earlier} {before:%d %b %H:%M}"
                yield Breach("I3", sentence, (fact.id,))

    def _liquidation(self, dossier: Dossier, placed: Fact) -> Iterator[Breach]:
        unit, rate = placed.data["unit_price_excl_vat_cents"], placed.data["vat_rate_bp"]
        submitted = {data["invoice"]: data for data in dossier.data("invoice-submitted")}
        quantity = cents = 0
        for fact in dossier.all("invoice-matched"):
            self.checked["I5"] += 1
            data, invoice = fact.data, submitted.get(fact.data["invoice"], {})
            quantity, cents = quantity + data["quantity"], cents + data["amount_cents"]
            alone = amount_cents(data["quantity"], unit, rate)
            if abs(data["amount_cents"] - alone) > ROUNDING_CENTS:
                sentence = f"{data['invoice']}: {data['amount_cents']} cents liquidated for {alone}"
                yield Breach("I5", sentence, (fact.id,))
            if cents > amount_cents(quantity, unit, rate):
                sentence = f"{dossier.order}: {cents} cents liquidated for {quantity} pieces"
                yield Breach("I5", sentence, (fact.id,))
            invoiced = sum(line["quantity"] for line in invoice.get("lines", ()))
            if (invoiced, invoice.get("amount_cents")) != (data["quantity"], data["amount_cents"]):
                yield Breach("I5", f"{data['invoice']} is not what was submitted", (fact.id,))
        certified = dossier.quantity("service-certified")
        if quantity > certified:
            sentence = f"{dossier.order}: {quantity} pieces invoiced, {certified} certified"
            yield Breach("I5", sentence, _ids(dossier, "invoice-matched"))
        if dossier.total_cents("service-recorded") != amount_cents(certified, unit, rate):
            sentence = f"{dossier.order}: {certified} pieces are booked at another price"
            yield Breach("I5", sentence, _ids(dossier, "service-recorded"))

    def _people(self, dossier: Dossier, placed: Fact) -> Iterator[Breach]:
        ordered_by, certifiers = placed.data["ordered_by"], set()
        for fact in dossier.all("service-certified"):
            self.checked["I6"] += 1
            certifiers.add(fact.data.get("certified_by"))
            if fact.data.get("certified_by") == ordered_by:
                sentence = f"{dossier.order}: {ordered_by} ordered and certified"
                yield Breach("I6", sentence, (placed.id, fact.id))
        for fact in dossier.all("payment-recorded"):
            self.checked["I6"] += 1
            if fact.data["paid_by"] in {ordered_by, *certifiers}:
                sentence = (
                    f"{dossier.order}: {fact.data['paid_by']} pays what it ordered or certified"
                )
                yield Breach("I6", sentence, (placed.id, fact.id))

    def _payments(self, dossier: Dossier, placed: Fact) -> Iterator[Breach]:
        """I7 and I8."""
        iban = self._accounts.get(placed.data["agreement"])
        for name in ("payment-ordered", "payment-recorded"):
            seen: dict[str, Fact] = {}
            for fact in dossier.all(name):
                self.checked["I7"] += 1
                twin = seen.setdefault(fact.data["invoice"], fact)
                if twin is not fact:
                    yield Breach("I7", f"{fact.data['invoice']}: {name} twice", (twin.id, fact.id))
                if fact.data["iban"] != iban or fact.data["supplier"] != placed.data["supplier"]:
                    yield Breach("I7", f"{fact.data['invoice']} goes to somebody else", (fact.id,))
        for fact in dossier.all("payment-recorded"):
            self.checked["I8"] += 1
            yield from _documents(dossier, fact)

    def _released(self, dossier: Dossier) -> Iterator[Breach]:
        """I12; an order that is refused keeps no money engaged."""
        accepted, released = dossier.all("commitment-accepted"), dossier.all("commitment-released")
        for fact in released:
            self.checked["I12"] += 1
            wanted = _balance(accepted[0].data, sign=-1) if accepted else {}
            if _balance(fact.data) != wanted:
                yield Breach("I12", f"{dossier.order}: released is not engaged", (fact.id,))
        self.checked["I12"] += len(accepted)
        placed, refused = dossier.first("order-placed"), dossier.first("order-refused")
        kept = len(accepted) - len(released)
        if kept not in (0, 1) or (kept == 1 and placed is None and refused is not None):
            sentence = f"{dossier.order}: {len(accepted)} engagements, {len(released)} releases"
            yield Breach("I12", sentence, _ids(dossier, "commitment-accepted"))


def _documents(dossier: Dossier, paid: Fact) -> Iterator[Breach]:
    for name in NEEDED_TO_PAY:
        if dossier.first(name) is None:
            yield Breach("I8", f"{dossier.order} is paid without {name}", (paid.id,))
    for name in NEEDED_PER_INVOICE:
        same = [
            data["amount_cents"]
            for data in dossier.data(name)
            if data["invoice"] == paid.data["invoice"]
        ]
        if paid.data["amount_cents"] not in same:
            yield Breach("I8", f"{paid.data['invoice']} is paid without {name}", (paid.id,))


def _balance(data: Data, sign: int = 1) -> dict[str, int]:
    return {p["account"]: sign * p["amount_cents"] for p in data["postings"]}


def _ids(dossier: Dossier, name: str) -> tuple[str, ...]:
    return tuple(fact.id for fact in dossier.all(name))
