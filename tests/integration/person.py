"""Somebody in a story who can say what the contracts know, as a real record at a partner's door."""

from __future__ import annotations

from typing import Any, TypeVar

from filrouge.simulator import identities
from filrouge.simulator.cast import STATE_SIRET, Cast, Partner, Receiver
from filrouge.simulator.places import spread
from filrouge_chassis.testing.examples import example
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceLine, InvoiceSubmitted
from filrouge_contracts.payment import PaymentMade, PaymentOrdered
from filrouge_contracts.values import vat_cents

from tests.integration.village import Village

E = TypeVar("E", bound=Event)
CAST = Cast(
    ministry=Partner("ministry", "ministry", STATE_SIRET),
    accountant=Partner("accountant", "accountant", STATE_SIRET),
    buyers=(Partner("buyer", "buyer", STATE_SIRET),),
    suppliers=(Partner("supplier", "supplier", identities.siret(1), iban=identities.iban(1)),),
    schools=(
        Receiver("school", "school", uai=identities.uai("093", 1), place=next(iter(spread(1)))),
    ),
    authorities=(),
    associations=(
        Partner("association", "association", identities.siret(2), iban=identities.iban(2)),
    ),
)


class Person:
    """Works for a partner; `story` begins every reference, so that stories do not meet."""

    def __init__(self, village: Village, partner: Partner, story: str) -> None:
        self.village, self.partner, self.story = village, partner, story

    @property
    def code(self) -> str:
        """Who acts, as the partner calls them; never a name."""
        return self.partner.user(1)

    @property
    def colleague(self) -> str:
        """Who orders does not certify, and who reports does not vouch for it."""
        return self.partner.user(2)

    @property
    def siret(self) -> str:
        assert self.partner.siret is not None
        return self.partner.siret

    def ref(self, what: str) -> str:
        return f"{self.story}-{what}"

    async def says(self, model: type[E], at: str, by: str, **fields: Any) -> E:
        """What the golden example does not leave open is in `fields`; `at` and `by` are now and here,
        unless `fields` knows better."""
        fields = {at: self.village.moment(), by: self.code, **fields}
        return await self.village.say(self.partner, example(model, **fields))

    async def asks_for_money(
        self,
        engagement: str,
        note: str,
        quantity: int,
        price_cents: int,
        vat_rate_bp: int = 0,
        number: int = 1,
    ) -> InvoiceSubmitted:
        """An invoice of one line."""
        net_cents = quantity * price_cents
        line = InvoiceLine(
            delivery_note=note,
            quantity=quantity,
            unit_price_excl_vat_cents=price_cents,
            vat_rate_bp=vat_rate_bp,
            amount_excl_vat_cents=net_cents,
        )
        return await self.says(
            InvoiceSubmitted,
            "issued_at",
            "submitted_by",
            engagement=engagement,
            invoice=self.ref(f"INVOICE{number}"),
            supplier=self.siret,
            iban=self.partner.iban,
            lines=(line,),
            amount_excl_vat_cents=net_cents,
            vat_cents=vat_cents(net_cents, vat_rate_bp),
            amount_cents=net_cents + vat_cents(net_cents, vat_rate_bp),
        )


class Accountant(Person):
    async def pays(self, ordered: PaymentOrdered, transfer: str = "TRANSFER") -> PaymentMade:
        """What was ordered, to the account that it was ordered to."""
        return await self.says(
            PaymentMade,
            "paid_at",
            "paid_by",
            engagement=ordered.engagement,
            invoice=ordered.invoice,
            payment=self.ref(transfer),
            iban=ordered.iban,
            amount_cents=ordered.amount_cents,
        )
