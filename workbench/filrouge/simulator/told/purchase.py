"""How most stories of goods begin: money, an order, a delivery, a payment, all of the story's own.

    buy = Purchase(on, quantity=3)
    yield from buy.in_stock()       three days: ordered; received; admitted
    yield from buy.settled()        two more: invoiced; paid
    yield [buy.ships("B2", 1), …]   or any word alone, with other data where the story needs it

A method named for what somebody does is a word of today; one named for what has come about is days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, TypeVar

from filrouge.simulator.act import Data
from filrouge.simulator.cast import Partner, Receiver
from filrouge.simulator.says import ENDS_AT, SIGNED_AT
from filrouge.simulator.stage import Stage
from filrouge.simulator.words import Word, digest, text

PRICE_CENTS, VAT_RATE_BP = 15_000, 2_000
ENOUGH_CENTS = 100_000_000
Days = Iterator[list[Word]]
P = TypeVar("P")


@dataclass(frozen=True)
class Purchase:
    """One order and what it depends on; `name` tells several of a story apart.

    User 1 of the buyer orders and user 2 admits; the other roles are in the words.
    """

    on: Stage
    _: KW_ONLY
    name: str = ""
    quantity: int = 2
    price_cents: int = PRICE_CENTS
    """Of a piece, without VAT."""
    ae_cents: int = ENOUGH_CENTS
    cp_cents: int = ENOUGH_CENTS
    maximum_cents: int = ENOUGH_CENTS
    item: str = ""
    line: str = ""
    agreement: str = ""
    need: str = ""

    def __post_init__(self) -> None:
        for field, what in (
            ("item", "TABLET"),
            ("line", "LINE"),
            ("agreement", "A"),
            ("need", "N"),
        ):
            if not getattr(self, field):
                object.__setattr__(self, field, self.on.ref(f"{what}{self.name}"))

    def another(self, name: str, **other: Any) -> Purchase:
        """A further order for the same need, under the same agreement, on the same line."""
        return replace(self, name=name, **other)

    # --- who and what ----------------------------------------------------------------------------

    @property
    def order(self) -> str:
        return self.on.ref(f"O{self.name}")

    @property
    def engagement(self) -> str:
        return f"order:{self.order}"

    def note(self, note: str = "B") -> str:
        """A delivery note's reference."""
        return self.on.ref(f"{note}{self.name}")

    def bill(self, note: str = "B") -> str:
        """The reference of the invoice for a delivery note."""
        return f"F-{self.note(note)}"

    @property
    def school(self) -> Receiver:
        return _turn(self.on.cast.schools, self.on.number)

    @property
    def buyer(self) -> Partner:
        return _turn(self.on.cast.buyers, self.on.number)

    @property
    def supplier(self) -> Partner:
        return _turn(self.on.cast.suppliers, self.on.number)

    def worth_cents(self, quantity: int) -> int:
        """Of so many pieces, with VAT."""
        net = quantity * self.price_cents
        return net + (net * VAT_RATE_BP + 5_000) // 10_000

    # --- what is said before the order -----------------------------------------------------------

    def opens_credits(self, **other: Any) -> Word:
        ministry = self.on.cast.ministry
        data = {
            "budget_line": self.line,
            "uo": "UO-STORIES",
            "ae_cents": self.ae_cents,
            "cp_cents": self.cp_cents,
            "opened_at": self.on.time(7),
            "opened_by": ministry.user(1),
        }
        return self.on.say(ministry, "credits", 7, **{**data, **other})

    def registers_agreement(self, **other: Any) -> Word:
        data = {
            "agreement": self.agreement,
            "supplier": self.supplier.siret,
            "iban": self.supplier.iban,
            "items": [self.priced()],
            "maximum_cents": self.maximum_cents,
            "signed_at": text(SIGNED_AT),
            "ends_at": text(ENDS_AT),
            "signed_by": self.buyer.user(9),
        }
        return self.on.say(self.buyer, "agreement", 8, **{**data, **other})

    def priced(self, **other: Any) -> dict[str, Any]:
        """The item with its price, as an agreement names it."""
        data = {
            "item": self.item,
            "unit_price_excl_vat_cents": self.price_cents,
            "vat_rate_bp": VAT_RATE_BP,
        }
        return {**data, **other}

    def declares_need(self, name: str = "need", **other: Any) -> Word:
        data = {
            "need": self.need,
            "uai": self.school.uai,
            "qpv": self.school.place.qpv,
            "item": self.item,
            "quantity": self.quantity,
            "declared_at": self.on.time(8),
            "declared_by": self.school.user(1),
        }
        return self.on.say(self.school, name, 8, **{**data, **other})

    def orders(self, **other: Any) -> Word:
        data = {
            "order": self.order,
            "need": self.need,
            "agreement": self.agreement,
            "budget_line": self.line,
            "item": self.item,
            "quantity": self.quantity,
            "requested_at": self.on.time(9),
            "ordered_by": self.buyer.user(1),
        }
        return self.on.say(self.buyer, "order", 9, **{**data, **other})

    # --- what is said of a delivery; `note` names it, devices are numbered from `first` -----------

    def ships(
        self, note: str = "B", quantity: int = 0, by: Partner | None = None, **other: Any
    ) -> Word:
        supplier = by or self.supplier
        data = {
            "order": self.order,
            "delivery_note": self.note(note),
            "supplier": supplier.siret,
            "quantity": quantity or self.quantity,
            "shipped_at": self.on.time(10),
            "announced_by": supplier.user(1),
        }
        return self.on.say(supplier, "ship", 10, **{**data, **other})

    def receives(
        self,
        note: str = "B",
        quantity: int = 0,
        first: int = 0,
        by: Receiver | None = None,
        **other: Any,
    ) -> Word:
        school = by or self.school
        data = {
            "order": self.order,
            "delivery_note": self.note(note),
            "uai": school.uai,
            "imeis": self.on.imeis(first, quantity or self.quantity),
            "evidence": [{"kind": "signed_note", "sha256": digest(self.note(note))}],
            "received_at": self.on.time(11),
            "received_by": school.user(2),
        }
        return self.on.say(school, "receive", 11, **{**data, **other})

    def admits(self, note: str = "B", **other: Any) -> Word:
        data = {
            "order": self.order,
            "delivery_note": self.note(note),
            "admitted_at": self.on.time(14),
            "admitted_by": self.buyer.user(2),
        }
        return self.on.say(self.buyer, "admit", 14, **{**data, **other})

    def rejects(self, note: str = "B", **other: Any) -> Word:
        data = {
            "order": self.order,
            "delivery_note": self.note(note),
            "reason": "damaged",
            "rejected_at": self.on.time(14),
            "rejected_by": self.buyer.user(2),
        }
        return self.on.say(self.buyer, "reject", 14, **{**data, **other})

    # --- what is said of money -------------------------------------------------------------------

    def invoices(self, note: str = "B", quantity: int = 0, **other: Any) -> Word:
        """One delivery note in full, unless a quantity is given."""
        pieces = quantity or self.quantity
        net_cents, cents = pieces * self.price_cents, self.worth_cents(pieces)
        line = {
            "delivery_note": self.note(note),
            "quantity": pieces,
            "unit_price_excl_vat_cents": self.price_cents,
            "vat_rate_bp": VAT_RATE_BP,
            "amount_excl_vat_cents": net_cents,
        }
        data = {
            "engagement": self.engagement,
            "invoice": self.bill(note),
            "supplier": self.supplier.siret,
            "iban": self.supplier.iban,
            "lines": [line],
            "amount_excl_vat_cents": net_cents,
            "vat_cents": cents - net_cents,
            "amount_cents": cents,
            "issued_at": self.on.time(15),
            "submitted_by": self.supplier.user(2),
        }
        return self.on.say(self.supplier, "invoice", 15, **{**data, **other})

    def pays(self, ordered: Data, **other: Any) -> Word:
        """The accountant does what it is ordered to do: `ordered` is a payment-ordered."""
        accountant = self.on.cast.accountant
        data = {
            "engagement": ordered["engagement"],
            "invoice": ordered["invoice"],
            "payment": f"V-{ordered['invoice'].removeprefix('F-')}",
            "iban": ordered["iban"],
            "amount_cents": ordered["amount_cents"],
            "paid_at": self.on.time(16),
            "paid_by": accountant.user(1),
        }
        return self.on.say(accountant, "pay", 16, **{**data, **other})

    # --- days ------------------------------------------------------------------------------------

    def placed(self) -> Days:
        """One day: credits, agreement and need are there, and the order binds by its evening."""
        yield [
            self.opens_credits(),
            self.registers_agreement(),
            self.declares_need(),
            self.orders(),
        ]
        self.on.expect("equipment.order-placed", order=self.order)

    def received(self, note: str = "B", quantity: int = 0, first: int = 0) -> Days:
        """One day: shipped and received."""
        yield [self.ships(note, quantity), self.receives(note, quantity, first)]
        self.on.expect(
            "delivery.reception-recorded", order=self.order, delivery_note=self.note(note)
        )

    def admitted(self, note: str = "B") -> Days:
        """One day: certified by the buyer, and the devices are in stock."""
        yield [self.admits(note)]
        self.on.expect(
            "certification.service-certified", order=self.order, delivery_note=self.note(note)
        )

    def invoiced(self, note: str = "B", quantity: int = 0) -> Days:
        """One day: the invoice is matched, and the accountant is ordered to pay."""
        yield [self.invoices(note, quantity)]
        self.on.expect("invoicing.invoice-matched", invoice=self.bill(note))

    def paid(self, note: str = "B") -> Days:
        """One day: the accountant pays what was ordered last for the note's invoice."""
        *_, ordered = self.on.read("payment.payment-ordered", invoice=self.bill(note))
        yield [self.pays(ordered)]
        self.on.expect("payment.payment-recorded", invoice=self.bill(note))

    def in_stock(self) -> Days:
        """Three days: ordered, received, admitted; the devices are the story's first ones."""
        yield from self.placed()
        yield from self.received()
        yield from self.admitted()

    def settled(self) -> Days:
        """Two days: invoiced and paid in full."""
        yield from self.invoiced()
        yield from self.paid()


def _turn(partners: Sequence[P], number: int) -> P:
    """Stories take turns, so that not all of them happen at one place."""
    return partners[number % len(partners)]
