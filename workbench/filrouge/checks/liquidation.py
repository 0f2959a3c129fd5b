"""What is owed, worked out anew from the order, the certificates and the words of suppliers and buyers.

I5  owed = quantity × unit price + VAT − réfaction − penalties − advances − credit notes; interest if late
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from filrouge.checks.dossier import Around, Dossier, amount_cents, vat_cents
from filrouge.checks.fact import Breach, Data, Fact

ROUNDING_CENTS = 1
MINUTES_AN_HOUR = 60
CERTIFIED = {"service-certified": "delivery_note", "hours-certified": "certificate"}
"""Certificate → its field that a service record names."""


class Terms(NamedTuple):
    """Of the order as it binds, or of the programme as it is funded."""

    quantity: int
    unit_cents: int
    vat_rate_bp: int

    def worth_cents(self, quantity: int) -> int:
        return amount_cents(quantity, self.unit_cents, self.vat_rate_bp)


@dataclass(slots=True)
class Note:
    """What was booked of a delivery note or a certificate of hours."""

    quantity: int
    amount_cents: int
    reduction_cents: int
    invoiced: int = 0
    reduced_cents: int = 0


@dataclass(slots=True)
class Owed:
    """The auditor's own account of one engagement."""

    about: str
    terms: Terms
    certificates: dict[str, list[Data]]
    submitted: dict[str, list[Data]]
    notes: dict[str, Note] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    """Invoice or advance → what is still to be paid for it, or was paid."""
    ordered: set[str] = field(default_factory=set)
    """On their way, or paid: a credit note cannot lower them."""
    penalties_cents: int = 0
    """Decided and not withheld yet."""
    advances: Counter[str] = field(default_factory=Counter)
    """That were ordered to be paid."""
    recovered_cents: int = 0
    invoiced_cents: int = 0
    unproven_minutes: int = 0
    """Certified, and corrected away before the programme closed."""
    unproven_cents: int = 0
    """Of them, not claimed back yet."""
    credited: Counter[str] = field(default_factory=Counter)

    def _certified_quantity(self) -> int:
        return sum(note.quantity for note in self.notes.values())

    # --- service fait ----------------------------------------------------------------------------

    def record(self, data: Data) -> Iterator[str]:
        name, quantity = data["delivery_note"], data["quantity"]
        known = self.notes.values()
        before_cents = sum(note.amount_cents + note.reduction_cents for note in known)
        worth_cents = self.terms.worth_cents(self._certified_quantity() + quantity) - before_cents
        asked = {_reduction(said) for said in self.certificates.get(name, ()) if _same(said, data)}
        reduction_cents = min(asked.pop(), worth_cents) if asked else None
        if reduction_cents != data["reduction_cents"]:
            yield f"{name} is booked as {quantity} pieces, and is not certified so"
        if data["amount_cents"] + data["reduction_cents"] != worth_cents:
            yield f"{name} is booked at {data['amount_cents']} cents, it is worth {worth_cents}"
        self.notes[name] = Note(quantity, data["amount_cents"], data["reduction_cents"])

    def adjust(self, data: Data) -> Iterator[str]:
        """What a programme cannot prove any more when it closes."""
        self.unproven_cents = data["unproven_cents"]
        unproven_hours = -(-self.unproven_minutes // MINUTES_AN_HOUR)
        if self.unproven_cents != self.terms.worth_cents(unproven_hours):
            yield f"{self.unproven_cents} cents are unproven, it is {self.unproven_minutes} minutes"

    def withdraw(self, data: Data) -> Iterator[str]:
        self.notes.pop(data["delivery_note"], None)
        return iter(())

    # --- what is owed ----------------------------------------------------------------------------

    def decide_penalty(self, data: Data) -> Iterator[str]:
        self.penalties_cents += data["amount_cents"]
        return iter(())

    def record_advance(self, data: Data) -> Iterator[str]:
        self.left[data["advance"]] = data["amount_cents"]
        return iter(())

    def match(self, data: Data) -> Iterator[str]:
        name = data["invoice"]
        said = next((said for said in self.submitted.get(name, ()) if _agrees(said, data)), None)
        if said is None:
            yield f"{name} is not what was submitted"
            return
        yield from self._lines(said)
        reduction_cents = min(
            sum(self._reduce(line) for line in data["lines"]), said["amount_cents"]
        )
        yield from self._reductions(data)
        left_cents = said["amount_cents"] - reduction_cents
        penalty_cents = min(self.penalties_cents, left_cents)
        left_cents -= penalty_cents
        recovered_cents = min(self.advances.total() - self.recovered_cents, left_cents)
        worked_out = {
            "amount_cents": said["amount_cents"],
            "reduction_cents": reduction_cents,
            "penalty_cents": penalty_cents,
            "recovered_cents": recovered_cents,
            "payable_cents": left_cents - recovered_cents,
        }
        for field_name, cents in worked_out.items():
            if data[field_name] != cents:
                yield f"{name}: {field_name} is {data[field_name]}, {cents} would be right"
        self.penalties_cents -= penalty_cents
        self.recovered_cents += recovered_cents
        self.left[name] = left_cents - recovered_cents

    def _lines(self, said: Data) -> Iterator[str]:
        """Unit price and VAT are the order's, VAT may be rounded on each line; pieces are certified."""
        name, unit, rate = said["invoice"], self.terms.unit_cents, self.terms.vat_rate_bp
        for line in said["lines"]:
            net_cents = line["quantity"] * unit
            prices = (line["unit_price_excl_vat_cents"], line["vat_rate_bp"])
            if prices != (unit, rate) or line["amount_excl_vat_cents"] != net_cents:
                yield f"{name}: a line is not at the price of the order"
        nets = [line["quantity"] * unit for line in said["lines"]]
        vat = sum(vat_cents(net, rate) for net in nets)
        if abs(said["amount_cents"] - sum(nets) - vat) > ROUNDING_CENTS * len(nets):
            yield f"{name}: {said['amount_cents']} cents liquidated for {sum(nets) + vat}"

    def _reduce(self, line: Data) -> int:
        """Takes the pieces of a line from their note; returns what the line says of its réfaction."""
        note = self.notes.setdefault(line["delivery_note"], Note(0, 0, 0))
        note.invoiced += line["quantity"]
        note.reduced_cents += line["reduction_cents"]
        reduction_cents: int = line["reduction_cents"]
        return reduction_cents

    def _reductions(self, data: Data) -> Iterator[str]:
        """In proportion to the pieces, and all of it in the end; and never more than is certified."""
        for line in data["lines"]:
            name, note = line["delivery_note"], self.notes[line["delivery_note"]]
            if note.invoiced > note.quantity:
                yield f"{name}: {note.invoiced} pieces invoiced, {note.quantity} certified"
                continue
            difference = note.reduced_cents * note.quantity - note.reduction_cents * note.invoiced
            allowed = 0 if note.invoiced == note.quantity else ROUNDING_CENTS * note.quantity
            if abs(difference) > allowed:
                yield f"{name}: réfaction of {note.reduced_cents} for {note.invoiced} pieces"
        self.invoiced_cents += data["amount_cents"]
        quantity = sum(note.invoiced for note in self.notes.values())
        if self.invoiced_cents > self.terms.worth_cents(quantity):
            yield f"{self.invoiced_cents} cents are liquidated for {quantity} pieces"

    # --- afterwards ------------------------------------------------------------------------------

    def credit(self, data: Data) -> Iterator[str]:
        name, cents = data["invoice"], data["amount_cents"]
        lowered_cents = 0 if name in self.ordered else min(cents, self.left.get(name, 0))
        if data["lowered_cents"] != lowered_cents:
            yield f"{name} is lowered by {data['lowered_cents']} cents, not by {lowered_cents}"
        self.left[name] = self.left.get(name, 0) - lowered_cents

    def order_to_pay(self, data: Data) -> Iterator[str]:
        name, cents = data["invoice"], data["amount_cents"]
        self.ordered.add(name)
        if data["purpose"] == "advance":
            self.advances[name] = cents
        if cents != self.left.get(name):
            yield f"{name}: {cents} cents ordered to be paid, {self.left.get(name)} are owed"

    def reject(self, data: Data) -> Iterator[str]:
        self.ordered.discard(data["invoice"])
        return iter(())

    def claim(self, data: Data) -> Iterator[str]:
        """What no invoice is left to recover or to withhold from."""
        cents = data["amount_cents"]
        if data["cause"] == "advance":
            self.recovered_cents += cents
        elif data["cause"] == "penalty":
            self.penalties_cents -= cents
        elif data["cause"] == "unproven":
            self.unproven_cents -= cents
        if (
            min(self.penalties_cents, self.unproven_cents) < 0
            or self.recovered_cents > self.advances.total()
        ):
            yield f"{data['repayment']}: {cents} cents of {data['cause']} are claimed, less is owed"


STEPS: Mapping[str, Callable[[Owed, Data], Iterator[str]]] = {
    "service-recorded": Owed.record,
    "service-withdrawn": Owed.withdraw,
    "engagement-adjusted": Owed.adjust,
    "penalty-recorded": Owed.decide_penalty,
    "advance-recorded": Owed.record_advance,
    "invoice-matched": Owed.match,
    "credit-note-recorded": Owed.credit,
    "payment-ordered": Owed.order_to_pay,
    "payment-rejection-recorded": Owed.reject,
    "repayment-due": Owed.claim,
}
TERMS = ("engagement-recorded", "engagement-adjusted")
WANTS = frozenset(
    {
        *STEPS,
        *CERTIFIED,
        *TERMS,
        "order-placed",
        "programme-funded",
        "programme-closed",
        "invoice-submitted",
    }
)


def judge(dossier: Dossier, _around: Around, checked: Counter[str]) -> Iterator[Breach]:
    terms = _terms(dossier)
    if terms is None:
        return  # without an order nothing can be owed, which I2 says
    for fact in dossier.all(*TERMS):
        yield from _engaged(dossier, terms, fact)
    closed = dossier.first("programme-closed")
    owed = Owed(
        dossier.about,
        terms,
        unproven_minutes=closed.data["unproven_minutes"] if closed else 0,
        certificates=dossier.by("delivery_note", "service-certified")
        | dossier.by("certificate", "hours-certified"),
        submitted=dossier.by("invoice", "invoice-submitted"),
    )
    for fact in dossier.all(*STEPS):
        checked["I5"] += 1
        for sentence in STEPS[fact.name](owed, fact.data):
            yield Breach("I5", f"{dossier.about}: {sentence}", (fact.id,))


def _terms(dossier: Dossier) -> Terms | None:
    if placed := dossier.first("order-placed"):
        data = placed.data
        return Terms(data["quantity"], data["unit_price_excl_vat_cents"], data["vat_rate_bp"])
    if funded := dossier.first("programme-funded"):
        return Terms(funded.data["funded_hours"], funded.data["hourly_rate_cents"], 0)
    return None


def _engaged(dossier: Dossier, terms: Terms, fact: Fact) -> Iterator[Breach]:
    """The engagement has the order's price, and costs what its pieces do."""
    data = fact.data
    prices = (terms.unit_cents, terms.vat_rate_bp)
    recorded = fact.name == "engagement-recorded"
    if recorded and (data["unit_price_excl_vat_cents"], data["vat_rate_bp"]) != prices:
        yield Breach("I5", f"{dossier.about} is engaged at another price", (fact.id,))
    if data["amount_cents"] != terms.worth_cents(data["quantity"]):
        sentence = f"{dossier.about}: {data['amount_cents']} cents for {data['quantity']} pieces"
        yield Breach("I5", sentence, (fact.id,))


def _reduction(certificate: Data) -> int:
    cents: int = certificate.get("reduction_cents", 0)
    return cents


def _same(certificate: Data, booked: Data) -> bool:
    """Whether this certificate is the one that was booked."""
    quantity = certificate["quantity"] if "quantity" in certificate else certificate["hours"]
    return bool(
        (quantity, certificate["certified_by"], certificate.get("imeis", ()))
        == (booked["quantity"], booked["certified_by"], booked["imeis"])
    )


def _agrees(said: Data, matched: Data) -> bool:
    """Whether the invoice has the lines that were matched."""

    def lines(data: Data) -> list[tuple[str, int, tuple[str, ...]]]:
        return [(x["delivery_note"], x["quantity"], tuple(x["imeis"])) for x in data["lines"]]

    return lines(said) == lines(matched) and said["amount_cents"] == matched["amount_cents"]
