"""An order with all that can be said of its money: words for the stories of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filrouge.simulator.act import Data
from filrouge.simulator.cast import Partner
from filrouge.simulator.stage import Stage
from filrouge.simulator.told.purchase import VAT_RATE_BP, Days, Purchase
from filrouge.simulator.words import Word, name_of


@dataclass(frozen=True)
class Dealings(Purchase):
    """User 1 of the accountant pays, rejects and receives; user 3 of the buyer corrects."""

    @property
    def other_supplier(self) -> Partner:
        """Somebody who has nothing to do with the order."""
        return next(partner for partner in self.on.cast.suppliers if partner != self.supplier)

    @property
    def accountants_user(self) -> str:
        return self.on.cast.accountant.user(1)

    def by(self, partner: Partner, word: Word, **other: Any) -> Word:
        """The same word, said by somebody else."""
        return self.on.say(partner, name_of(word.type), **{**word.data, **other})

    # --- invoices --------------------------------------------------------------------------------

    def billed(self, note: str = "B", quantity: int = 0, **other: Any) -> dict[str, Any]:
        """A line of an invoice; a price that is given is multiplied too."""
        pieces = quantity or self.quantity
        data = {
            "delivery_note": self.note(note),
            "quantity": pieces,
            "unit_price_excl_vat_cents": self.price_cents,
            "vat_rate_bp": VAT_RATE_BP,
            **other,
        }
        return {"amount_excl_vat_cents": pieces * data["unit_price_excl_vat_cents"], **data}

    def bills(self, name: str, *lines: Data, more_vat_cents: int = 0, **other: Any) -> Word:
        """An invoice of these lines, which adds up whatever stands in them."""
        nets = [(line["amount_excl_vat_cents"], line["vat_rate_bp"]) for line in lines]
        net_cents = sum(cents for cents, _ in nets)
        vat_cents = sum((cents * rate_bp + 5_000) // 10_000 for cents, rate_bp in nets)
        vat_cents += more_vat_cents
        data = {
            "invoice": self.on.ref(name),
            "lines": list(lines),
            "amount_excl_vat_cents": net_cents,
            "vat_cents": vat_cents,
            "amount_cents": net_cents + vat_cents,
        }
        return self.invoices(**{**data, **other})

    # --- advances, penalties, credit notes ---------------------------------------------------------

    def requests_advance(self, cents: int, name: str = "ADVANCE", **other: Any) -> Word:
        data = {
            "engagement": self.engagement,
            "advance": self.on.ref(name),
            "supplier": self.supplier.siret,
            "iban": self.supplier.iban,
            "amount_cents": cents,
            "requested_at": self.on.time(12),
            "requested_by": self.supplier.user(2),
        }
        return self.on.say(self.supplier, "advance.advance-requested", 12, **{**data, **other})

    def decides_penalty(self, cents: int, name: str = "PENALTY", **other: Any) -> Word:
        data = {
            "engagement": self.engagement,
            "penalty": self.on.ref(name),
            "amount_cents": cents,
            "reason": "late_delivery",
            "decided_at": self.on.time(13),
            "decided_by": self.buyer.user(3),
        }
        return self.on.say(self.buyer, "correction.penalty-decided", 13, **{**data, **other})

    def submits_credit_note(self, cents: int, name: str, **other: Any) -> Word:
        """On the invoice for the note B."""
        data = {
            "engagement": self.engagement,
            "invoice": self.bill(),
            "credit_note": self.on.ref(name),
            "supplier": self.supplier.siret,
            "amount_cents": cents,
            "issued_at": self.on.time(15),
            "submitted_by": self.supplier.user(2),
        }
        return self.on.say(
            self.supplier, "correction.credit-note-submitted", 15, **{**data, **other}
        )

    # --- payments --------------------------------------------------------------------------------

    def ordered(self, invoice: str) -> Data:
        """The last order to pay an invoice or an advance."""
        *_, ordered = self.on.read("payment.payment-ordered", invoice=invoice)
        return ordered

    def rejects_payment(self, reason: str, payment: str | None = None, **other: Any) -> Word:
        """Of the invoice for the note B; with a payment it came back."""
        data = {
            "engagement": self.engagement,
            "invoice": self.bill(),
            "reason": reason,
            "rejected_at": self.on.time(17),
            "rejected_by": self.accountants_user,
            **({"payment": payment} if payment else {}),
        }
        accountant = self.on.cast.accountant
        return self.on.say(accountant, "payment.payment-rejected", 17, **{**data, **other})

    def resubmits_payment(self, **other: Any) -> Word:
        data = {
            "engagement": self.engagement,
            "invoice": self.bill(),
            "resubmitted_at": self.on.time(13),
            "resubmitted_by": self.buyer.user(3),
        }
        return self.on.say(self.buyer, "payment.payment-resubmitted", 13, **{**data, **other})

    def orders_repayment(self, cents: int, name: str, **other: Any) -> Word:
        data = {
            "engagement": self.engagement,
            "repayment": self.on.ref(name),
            "amount_cents": cents,
            "reason": "overpaid",
            "ordered_at": self.on.time(13),
            "ordered_by": self.buyer.user(3),
        }
        return self.on.say(self.buyer, "correction.repayment-ordered", 13, **{**data, **other})

    def receives_repayment(self, cents: int, repayment: str, receipt: str, **other: Any) -> Word:
        data = {
            "engagement": self.engagement,
            "repayment": repayment,
            "receipt": self.on.ref(receipt),
            "amount_cents": cents,
            "received_at": self.on.time(17),
            "received_by": self.accountants_user,
        }
        accountant = self.on.cast.accountant
        return self.on.say(accountant, "correction.repayment-received", 17, **{**data, **other})

    # --- the order and its goods -------------------------------------------------------------------

    def reduces(self, cents: int, note: str = "B") -> Word:
        return self.on.say(
            self.buyer,
            "verification.goods-reduced",
            14,
            order=self.order,
            delivery_note=self.note(note),
            reduction_cents=cents,
            reason="damaged",
            reduced_at=self.on.time(14),
            reduced_by=self.buyer.user(2),
        )

    def cancels(self) -> Word:
        return self.on.say(
            self.buyer,
            "amendment.order-cancellation-requested",
            10,
            order=self.order,
            reason="no_longer_needed",
            requested_at=self.on.time(10),
            requested_by=self.buyer.user(1),
        )

    # --- days ------------------------------------------------------------------------------------

    def advanced(self, cents: int, name: str = "ADVANCE") -> Days:
        """Two days: the advance is ordered to be paid; it is paid."""
        yield [self.requests_advance(cents, name)]
        self.on.expect("advance.advance-recorded", advance=self.on.ref(name), amount_cents=cents)
        yield [self.pays(self.ordered(self.on.ref(name)))]
        self.on.expect("payment.payment-recorded", invoice=self.on.ref(name), purpose="advance")

    def refuses(self, correction: str, reference: str, reason: str) -> None:
        """What is expected of a correction."""
        self.on.expect(
            "correction.correction-refused",
            engagement=self.engagement,
            correction=correction,
            reference=reference,
            reason=reason,
        )


def until(on: Stage, day: int) -> Days:
    """Nothing is said before that day."""
    while on.day < day:
        yield []


def until_read(on: Stage, name: str, **fields: Any) -> Days:
    """Nothing is said until such an event was read; the play gives up a story that waits for ever."""
    while not on.read(name, **fields):
        yield []
