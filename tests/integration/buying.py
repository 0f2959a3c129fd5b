"""Who buys tablets, sells them and has them, and what each can say about it."""

from __future__ import annotations

from datetime import timedelta

from filrouge.simulator import identities
from filrouge.simulator.cast import Receiver
from filrouge.simulator.words import digest
from filrouge_contracts.agreement import AgreementItem, AgreementRegistered
from filrouge_contracts.budget import CreditsOpened, CreditsWithdrawn
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.delivery import GoodsReceived, ReceptionRecorded, ShipmentAnnounced
from filrouge_contracts.device import DeviceMoved, DevicePrepared, DeviceState, DeviceStolen
from filrouge_contracts.equipment import NeedDeclared, OrderPlaced, OrderRequested
from filrouge_contracts.invoicing import InvoiceSubmitted
from filrouge_contracts.loan import DeviceHandedOver, EvidenceKind, HandoverEvidence
from filrouge_contracts.stock import StockCounted
from filrouge_contracts.verification import (
    GoodsAdjourned,
    GoodsAdmitted,
    GoodsPresentedAgain,
    GoodsReduced,
)

from tests.integration.person import CAST, Accountant, Person
from tests.integration.village import Village

PRICE_CENTS, VAT_RATE_BP = 150_00, 2000
TABLET_CENTS = 180_00
"""What one costs in the end."""


class Ministry(Person):
    async def opens_credits(self, cents: int, line: str = "LINE") -> CreditsOpened:
        """So much to commit, and as much to pay."""
        return await self.says(
            CreditsOpened,
            "opened_at",
            "opened_by",
            budget_line=self.ref(line),
            ae_cents=cents,
            cp_cents=cents,
        )

    async def withdraws(self, credits: CreditsOpened, cents: int, number: int) -> CreditsWithdrawn:
        """Of what can be committed."""
        return await self.says(
            CreditsWithdrawn,
            "withdrawn_at",
            "withdrawn_by",
            decision=self.ref(f"DECISION{number}"),
            budget_line=credits.budget_line,
            ae_cents=cents,
            cp_cents=0,
        )


class School(Person):
    partner: Receiver

    @property
    def uai(self) -> str:
        assert self.partner.uai is not None
        return self.partner.uai

    @property
    def tablet(self) -> str:
        """The model; each story has one of its own, and so a stock of its own."""
        return self.ref("TABLET")

    async def needs_tablets(self, pieces: int) -> NeedDeclared:
        return await self.says(
            NeedDeclared,
            "declared_at",
            "declared_by",
            need=self.ref("NEED"),
            uai=self.uai,
            qpv=self.partner.place.qpv,
            item=self.tablet,
            quantity=pieces,
        )

    async def receives(self, shipment: ShipmentAnnounced) -> GoodsReceived:
        """All that was shipped; the invented serial numbers follow from the story's name."""
        first = int(digest(self.story)[:4], 16) * 10
        return await self.says(
            GoodsReceived,
            "received_at",
            "received_by",
            order=shipment.order,
            delivery_note=shipment.delivery_note,
            uai=self.uai,
            imeis=tuple(identities.imei(first + n) for n in range(shipment.quantity)),
        )

    async def prepares(self, imei: str) -> DevicePrepared:
        return await self.says(
            DevicePrepared, "prepared_at", "prepared_by", imei=imei, uai=self.uai
        )

    async def hands_over(self, imei: str, pupil: str) -> DeviceHandedOver:
        """Against a signature, for two months."""
        paper = digest(f"loan of {imei}")
        return await self.says(
            DeviceHandedOver,
            "handed_over_at",
            "handed_over_by",
            imei=imei,
            uai=self.uai,
            pupil=pupil,
            qpv=self.partner.place.qpv,
            loan_agreement_sha256=paper,
            due_back_at=self.village.today + timedelta(days=60),
            evidence=(HandoverEvidence(kind=EvidenceKind.SIGNATURE, sha256=paper),),
        )

    async def counts(self, tablets: int) -> StockCounted:
        return await self.says(
            StockCounted,
            "counted_at",
            "counted_by",
            item=self.tablet,
            uai=self.uai,
            counted=tablets,
        )

    async def shows_complaint(self, imei: str, days_ago: int) -> DeviceStolen:
        """Of the theft of a tablet, taken by the police."""
        return await self.says(
            DeviceStolen,
            "stolen_at",
            "reported_by",
            imei=imei,
            uai=self.uai,
            complaint_sha256=digest(f"complaint about {imei}"),
            stolen_at=self.village.moment() - timedelta(days=days_ago),
        )


class Supplier(Person):
    async def ships(self, order: OrderPlaced) -> ShipmentAnnounced:
        return await self.says(
            ShipmentAnnounced,
            "shipped_at",
            "announced_by",
            order=order.order,
            delivery_note=self.ref("NOTE"),
            supplier=self.siret,
            quantity=order.quantity,
        )

    async def presents_again(self, goods: GoodsReceived) -> GoodsPresentedAgain:
        return await self.says(
            GoodsPresentedAgain,
            "presented_at",
            "presented_by",
            order=goods.order,
            delivery_note=goods.delivery_note,
            supplier=self.siret,
        )

    async def invoices(
        self, done: ServiceCertified, price_cents: int = PRICE_CENTS, number: int = 1
    ) -> InvoiceSubmitted:
        return await self.asks_for_money(
            f"order:{done.order}",
            done.delivery_note,
            done.quantity,
            price_cents,
            VAT_RATE_BP,
            number,
        )


class Buyer(Person):
    async def signs_agreement(self, supplier: Supplier, tablet: str) -> AgreementRegistered:
        item = AgreementItem(
            item=tablet, unit_price_excl_vat_cents=PRICE_CENTS, vat_rate_bp=VAT_RATE_BP
        )
        return await self.says(
            AgreementRegistered,
            "signed_at",
            "signed_by",
            agreement=self.ref("AGREEMENT"),
            supplier=supplier.siret,
            iban=supplier.partner.iban,
            items=(item,),
        )

    async def orders(
        self,
        need: NeedDeclared,
        agreement: AgreementRegistered,
        credits: CreditsOpened,
        pieces: int = 1,
        number: int = 1,
    ) -> OrderRequested:
        return await self.says(
            OrderRequested,
            "requested_at",
            "ordered_by",
            order=self.ref(f"ORDER{number}"),
            need=need.need,
            agreement=agreement.agreement,
            budget_line=credits.budget_line,
            item=need.item,
            quantity=pieces,
        )

    async def admits(self, goods: GoodsReceived) -> GoodsAdmitted:
        return await self.says(
            GoodsAdmitted,
            "admitted_at",
            "admitted_by",
            order=goods.order,
            delivery_note=goods.delivery_note,
            admitted_by=self.colleague,
        )

    async def adjourns(self, goods: GoodsReceived, days: int) -> GoodsAdjourned:
        """So many days the supplier has to put them right."""
        return await self.says(
            GoodsAdjourned,
            "adjourned_at",
            "adjourned_by",
            order=goods.order,
            delivery_note=goods.delivery_note,
            redo_by=self.village.today + timedelta(days=days),
            adjourned_by=self.colleague,
        )

    async def reduces(self, goods: GoodsReceived, cents: int) -> GoodsReduced:
        """Takes them at a lower price."""
        return await self.says(
            GoodsReduced,
            "reduced_at",
            "reduced_by",
            order=goods.order,
            delivery_note=goods.delivery_note,
            reduction_cents=cents,
            reduced_by=self.colleague,
        )


class Purchase:
    """The people of one story of tablets, and how such stories often begin."""

    def __init__(self, village: Village, story: str) -> None:
        self.village = village
        self.ministry = Ministry(village, CAST.ministry, story)
        self.school = School(village, CAST.schools[0], story)
        self.buyer = Buyer(village, CAST.buyers[0], story)
        self.supplier = Supplier(village, CAST.suppliers[0], story)
        self.accountant = Accountant(village, CAST.accountant, story)

    async def order(self, pieces: int) -> OrderPlaced:
        """There is a need, an agreement and money; the order binds."""
        credits = await self.ministry.opens_credits(pieces * TABLET_CENTS)
        need = await self.school.needs_tablets(pieces)
        agreement = await self.buyer.signs_agreement(self.supplier, self.school.tablet)
        order = await self.buyer.orders(need, agreement, credits, pieces)
        return await self.village.seen(OrderPlaced, order=order.order)

    async def delivery(self, pieces: int) -> GoodsReceived:
        """Ordered, and in the school; nobody has looked at them yet."""
        shipment = await self.supplier.ships(await self.order(pieces))
        goods = await self.school.receives(shipment)
        await self.village.seen(ReceptionRecorded, order=goods.order)
        return goods

    async def service(self, pieces: int) -> ServiceCertified:
        """Delivered, admitted and in stock."""
        goods = await self.delivery(pieces)
        await self.buyer.admits(goods)
        for imei in goods.imeis:
            await self.village.seen(DeviceMoved, imei=imei, moved_to=DeviceState.IN_STOCK)
        return await self.village.seen(ServiceCertified, order=goods.order)
