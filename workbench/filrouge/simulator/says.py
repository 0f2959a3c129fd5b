"""The partners' sentences: who says what, in which words, at which hour of the day."""

from __future__ import annotations

from filrouge.simulator import identities
from filrouge.simulator.cast import Cast
from filrouge.simulator.plan import Agreement, Line, Note, Opening, Order
from filrouge.simulator.seen import Data
from filrouge.simulator.words import Word, at, digest, text, word

PLAN_DAYS = 250
SIGNED_AT, ENDS_AT = at(-30, 9), at(PLAN_DAYS, 9)
SOMEBODY_ELSES_IBAN = identities.iban(900_000)
REASONS = ("damaged", "not_as_ordered", "does_not_work", "incomplete")


def open_credits(cast: Cast, line: Line, opening: Opening, uo: str, identity: str) -> Word:
    """The ministry opens credits; `uo` is the line's manager, or by mistake another."""
    moment = at(opening.day, 7)
    data = {
        "budget_line": line.id,
        "uo": uo,
        "ae_cents": opening.ae_cents,
        "cp_cents": opening.cp_cents,
        "opened_at": text(moment),
        "opened_by": cast.ministry.user(1),
    }
    return word(cast.ministry, "credits", identity, moment, data)


def agreement(said: Agreement, again: bool = False) -> Word:
    """The buyer registers a framework agreement, signed long before; or once more, by mistake."""
    items = [
        {
            "item": price.item,
            "unit_price_excl_vat_cents": price.excl_vat_cents,
            "vat_rate_bp": price.vat_rate_bp,
        }
        for price in said.prices
    ]
    data = {
        "agreement": said.id,
        "supplier": said.supplier.siret,
        "iban": said.supplier.iban,
        "items": items,
        "maximum_cents": said.maximum_cents + again,
        "signed_at": text(SIGNED_AT),
        "ends_at": text(ENDS_AT),
        "signed_by": said.buyer.user(9),
    }
    identity = f"agreement{'-again' * again}:{said.id}"
    return word(said.buyer, "agreement", identity, at(said.said_on + 2 * again, 8), data)


def need(order: Order, day: int, quantity: int, identity: str) -> Word:
    """The school, or the authority for it, says what is missing."""
    moment = at(day, 8, 30)
    data = {
        "need": order.need,
        "uai": order.uai,
        "qpv": order.qpv,
        "item": order.item,
        "quantity": quantity,
        "declared_at": text(moment),
        "declared_by": order.receiver.user(1),
    }
    return word(order.receiver, "need", identity, moment, data)


def order(said: Order, day: int) -> Word:
    """The buyer orders."""
    moment = at(day, 9, 30)
    data = {
        "order": said.id,
        "need": said.need,
        "agreement": said.agreement.id,
        "budget_line": said.line,
        "item": said.item,
        "quantity": said.quantity,
        "requested_at": text(moment),
        "ordered_by": said.agreement.buyer.user(1),
    }
    return word(said.agreement.buyer, "order", f"order:{said.id}", moment, data)


def ship(said: Order, note: Note, day: int, departed: int) -> Word:
    """The supplier announces what left on the day `departed`."""
    supplier = said.agreement.supplier
    data = {
        "order": said.id,
        "delivery_note": note.id,
        "supplier": supplier.siret,
        "quantity": len(note.imeis),
        "shipped_at": text(at(departed, 10)),
        "announced_by": supplier.user(1),
    }
    return word(supplier, "ship", f"ship:{note.id}", at(day, 10, 30), data)


def receive(said: Order, note: Note, day: int, arrived: int) -> Word:
    """The school scans every device of the note."""
    data = {
        "order": said.id,
        "delivery_note": note.id,
        "uai": said.uai,
        "imeis": list(note.imeis),
        "evidence": [{"kind": "signed_note", "sha256": digest(note.id)}],
        "received_at": text(at(arrived, 11)),
        "received_by": said.receiver.user(2),
    }
    return word(said.receiver, "receive", f"receive:{note.id}", at(day, 11, 30), data)


def admit(said: Order, note: Note, day: int, user: int, identity: str) -> Word:
    """Somebody at the buyer's admits; user 1 is who ordered, and may not."""
    moment = at(day, 14)
    data = {
        "order": said.id,
        "delivery_note": note.id,
        "admitted_at": text(moment),
        "admitted_by": said.agreement.buyer.user(user),
    }
    return word(said.agreement.buyer, "admit", identity, moment, data)


def reject(said: Order, note: Note, day: int) -> Word:
    """Somebody at the buyer's sends the goods back."""
    moment = at(day, 14)
    data = {
        "order": said.id,
        "delivery_note": note.id,
        "reason": REASONS[len(note.imeis) % len(REASONS)],
        "rejected_at": text(moment),
        "rejected_by": said.agreement.buyer.user(2),
    }
    return word(said.agreement.buyer, "reject", f"decide:{note.id}", moment, data)


def invoice(said: Order, note: Note, day: int, quantity: int, name: str, mistake: str = "") -> Word:
    """The supplier's invoice for one delivery; `mistake` is what is wrong: price, account or vat."""
    supplier, price = said.agreement.supplier, said.agreement.price(said.item)
    assert price is not None, "an order of an item without a price is never placed"
    unit_cents = price.excl_vat_cents + (5 if mistake == "price" else 0)
    excl_vat_cents = quantity * unit_cents
    vat_cents = excl_vat_cents * price.vat_rate_bp // 10_000 + (50 if mistake == "vat" else 0)
    moment = at(day, 15)
    data = {
        "engagement": f"order:{said.id}",
        "invoice": name,
        "supplier": supplier.siret,
        "iban": SOMEBODY_ELSES_IBAN if mistake == "account" else supplier.iban,
        "lines": [
            {
                "delivery_note": note.id,
                "quantity": quantity,
                "unit_price_excl_vat_cents": unit_cents,
                "vat_rate_bp": price.vat_rate_bp,
                "amount_excl_vat_cents": excl_vat_cents,
            }
        ],
        "amount_excl_vat_cents": excl_vat_cents,
        "vat_cents": vat_cents,
        "amount_cents": excl_vat_cents + vat_cents,
        "issued_at": text(moment),
        "submitted_by": supplier.user(2),
    }
    return word(supplier, "invoice", f"invoice:{name.removeprefix('F-')}", moment, data)


def penalty(said: Order, day: int, cents: int) -> Word:
    """Somebody at the buyer's, who will not pay, decides that the supplier owes something."""
    buyer, moment = said.agreement.buyer, at(day, 10)
    data = {
        "engagement": f"order:{said.id}",
        "penalty": f"P-{said.id}",
        "amount_cents": cents,
        "reason": "late_delivery",
        "decided_at": text(moment),
        "decided_by": buyer.user(3),
    }
    return word(buyer, "penalty", f"penalty:{said.id}", moment, data)


def advance(said: Order, day: int, percent: int) -> Word:
    """The supplier asks for a part of the order before it delivers anything."""
    supplier, price, moment = said.agreement.supplier, said.agreement.price(said.item), at(day, 10)
    assert price is not None, "an order of an item without a price is never placed"
    data = {
        "engagement": f"order:{said.id}",
        "advance": f"A-{said.id}",
        "supplier": supplier.siret,
        "iban": supplier.iban,
        "amount_cents": price.amount_cents(said.quantity) * percent // 100,
        "requested_at": text(moment),
        "requested_by": supplier.user(2),
    }
    return word(supplier, "advance", f"advance:{said.id}", moment, data)


def reject_payment(cast: Cast, ordered: Data, day: int) -> Word:
    """The accountant misses a document."""
    moment = at(day, 15)
    data = {
        "engagement": ordered["engagement"],
        "invoice": ordered["invoice"],
        "reason": "missing_document",
        "rejected_at": text(moment),
        "rejected_by": cast.accountant.user(1),
    }
    return word(cast.accountant, "reject payment", f"back:{ordered['invoice']}", moment, data)


def resubmit(said: Order, ordered: Data, day: int) -> Word:
    """The buyer adds it."""
    buyer, moment = said.agreement.buyer, at(day, 11)
    data = {
        "engagement": ordered["engagement"],
        "invoice": ordered["invoice"],
        "resubmitted_at": text(moment),
        "resubmitted_by": buyer.user(3),
    }
    return word(buyer, "resubmit", f"resubmit:{ordered['invoice']}", moment, data)


def pay(cast: Cast, ordered: Data, day: int, name: str, missing_cents: int = 0) -> Word:
    """The accountant pays what was ordered, or by mistake something less."""
    moment = at(day, 16)
    data = {
        "engagement": ordered["engagement"],
        "invoice": ordered["invoice"],
        "payment": name,
        "iban": ordered["iban"],
        "amount_cents": ordered["amount_cents"] - missing_cents,
        "paid_at": text(moment),
        "paid_by": cast.accountant.user(1),
    }
    return word(cast.accountant, "pay", f"pay:{name.removeprefix('V-')}", moment, data)
