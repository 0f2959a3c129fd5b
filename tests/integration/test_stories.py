"""Stories from beginning to end, on the real servers, with every service as a process of its own.

All happen in one village, each with references of its own; at the end every invariant holds over all
that was said, and every decision comes out the same to the byte when it is made again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest
import pytest_asyncio
from filrouge.stack import Stack
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CommitmentRefused,
    CreditsRecorded,
    CreditsRefusal,
    CreditsRefused,
    CreditsWithdrawalRecorded,
)
from filrouge_contracts.certification import ServiceCertified
from filrouge_contracts.delivery import ReceptionRecorded
from filrouge_contracts.device import DeviceMoved, DeviceState
from filrouge_contracts.engagement import ServiceRecorded
from filrouge_contracts.entry import BUDGET_ACCOUNTING, ORDERS
from filrouge_contracts.equipment import (
    NeedOpened,
    OrderPlaced,
    OrderRefusal,
    OrderRefused,
)
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceDispute, InvoiceDisputed, InvoiceMatched
from filrouge_contracts.payment import (
    PaymentOrdered,
    PaymentRecorded,
    PaymentRefusal,
    PaymentRefused,
)
from filrouge_contracts.programme import HoursCertified, HoursStated, MinutesCounted
from filrouge_contracts.session import SessionRefusal, SessionRefused
from filrouge_contracts.stock import StockCountRecorded, StockMoved
from filrouge_contracts.verification import AdjournmentRecorded, PresentationRecorded

from tests.integration.buying import PRICE_CENTS, TABLET_CENTS, Purchase
from tests.integration.person import CAST
from tests.integration.tutoring import PUPIL, RATE_CENTS, Tutoring
from tests.integration.village import Village, a_village, in_a_lane_of

pytestmark = [pytest.mark.stack, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def village(stack: Stack) -> AsyncIterator[Village]:
    async with a_village(stack, CAST) as started:
        yield started
        await started.check()


async def test_a_need_becomes_a_tablet_in_a_pupils_hands_and_a_payment_that_leads_back_to_it(
    village: Village,
) -> None:
    people = Purchase(village, "NEED")
    # given a school whose pupils lack tablets, an agreement and money
    need = await people.school.needs_tablets(2)
    agreement = await people.buyer.signs_agreement(people.supplier, people.school.tablet)
    credits = await people.ministry.opens_credits(2 * TABLET_CENTS)
    opened = await village.seen(NeedOpened, need=need.need)
    # when they are ordered, delivered and admitted
    order = await people.buyer.orders(need, agreement, credits, pieces=2)
    placed = await village.seen(OrderPlaced, order=order.order)
    goods = await people.school.receives(await people.supplier.ships(placed))
    received = await village.seen(ReceptionRecorded, order=order.order)
    await people.buyer.admits(goods)
    certified = await village.seen(ServiceCertified, order=order.order)
    recorded = await village.seen(ServiceRecorded, delivery_note=certified.delivery_note)
    # and invoiced and paid
    invoice = await people.supplier.invoices(certified)
    to_pay = await village.seen(PaymentOrdered, invoice=invoice.invoice)
    await people.accountant.pays(to_pay)
    paid = await village.seen(PaymentRecorded, invoice=invoice.invoice)
    # and one of them goes to a pupil
    tablet, _ = goods.imeis
    await people.school.prepares(tablet)
    await people.school.hands_over(tablet, PUPIL)
    # then the pupil has it, and it was paid for once
    handed_over = await village.seen(DeviceMoved, imei=tablet, moved_to=DeviceState.ON_LOAN)
    assert handed_over.pupil == PUPIL
    assert paid.amount_cents == 2 * TABLET_CENTS
    # and the ids alone lead from every step to who spoke first
    assert [village.way_back(step) for step in (paid, to_pay, recorded, received)] == [
        ["PaymentRecorded", "PaymentMade", "accountant"],
        ["PaymentOrdered", "CashGranted", "CashRequested", "InvoiceSubmitted", "supplier"],
        ["ServiceRecorded", "ServiceCertified", "GoodsAdmitted", "buyer"],
        [
            *("ReceptionRecorded", "SerialClaimed", "SerialClaimRequested"),
            *("GoodsReceived", "school"),
        ],
    ]
    assert village.way_back(placed) == [
        *("OrderPlaced", "CommitmentAccepted", "CommitmentRequested"),
        *("ReservationAccepted", "ReservationRequested", "OrderRequested", "buyer"),
    ]
    assert village.way_back(opened) == ["NeedOpened", "NeedDeclared", "school"]
    # as the references do, from the payment to the need
    assert (paid.engagement, placed.need) == (f"order:{placed.order}", need.need)


async def test_an_adjourned_delivery_is_presented_again_and_paid_for_at_a_lower_price(
    village: Village,
) -> None:
    people = Purchase(village, "ADJOURNED")
    goods = await people.delivery(3)
    # when the buyer gives the supplier ten days to put the tablets right
    await people.buyer.adjourns(goods, days=10)
    await village.seen(AdjournmentRecorded, order=goods.order)
    # and they come back after five, not quite as ordered
    await village.days_pass(5)
    await people.supplier.presents_again(goods)
    await village.seen(PresentationRecorded, order=goods.order)
    await people.buyer.reduces(goods, cents=60_00)
    certified = await village.seen(ServiceCertified, order=goods.order)
    # then the supplier invoices the full price, and gets what is left of it
    invoice = await people.supplier.invoices(certified)
    matched = await village.seen(InvoiceMatched, invoice=invoice.invoice)
    assert (matched.amount_cents, matched.reduction_cents) == (3 * TABLET_CENTS, 60_00)
    await people.accountant.pays(await village.seen(PaymentOrdered, invoice=invoice.invoice))
    paid = await village.seen(PaymentRecorded, invoice=invoice.invoice)
    assert paid.amount_cents == matched.payable_cents == 3 * TABLET_CENTS - 60_00


async def test_a_stolen_tablet_is_missing_in_the_count_until_the_complaint_explains_it(
    village: Village,
) -> None:
    people = Purchase(village, "THEFT")
    certified = await people.service(3)
    await village.days_pass(2)
    # when two of three tablets are counted
    await people.school.counts(2)
    counted = await village.seen(StockCountRecorded, item=people.school.tablet)
    assert (counted.expected, counted.difference) == (3, -1)
    # and the complaint says that one was stolen the day before
    stolen = certified.imeis[0]
    await people.school.shows_complaint(stolen, days_ago=1)
    # then nothing is left to be explained, and every tablet is somewhere
    moved = await village.seen(StockMoved, imei=stolen, moved_to=DeviceState.STOLEN)
    assert moved.unexplained == 0
    assert (moved.counts.accepted, moved.counts.in_stock, moved.counts.stolen) == (3, 2, 1)
    # and another count agrees
    await people.school.counts(2)
    again = await village.seen(StockCountRecorded, item=people.school.tablet, counted=2, times=2)
    assert (again.expected, again.difference) == (2, 0)


async def test_a_disputed_invoice_is_corrected_and_paid_once(village: Village) -> None:
    people = Purchase(village, "DISPUTE")
    certified = await people.service(2)
    # when the supplier asks for more than was agreed, it is not paid
    wrong = await people.supplier.invoices(certified, price_cents=PRICE_CENTS + 5_00, number=1)
    disputed = await village.seen(InvoiceDisputed, invoice=wrong.invoice)
    assert disputed.reason is InvoiceDispute.OTHER_PRICE
    # and once it is corrected, it is
    right = await people.supplier.invoices(certified, number=2)
    to_pay = await village.seen(PaymentOrdered, invoice=right.invoice)
    await people.accountant.pays(to_pay, "TRANSFER1")
    paid = await village.seen(PaymentRecorded, invoice=right.invoice)
    # but the same goods under another number are not, nor the same invoice by another transfer
    third = await people.supplier.invoices(certified, number=3)
    again = await village.seen(InvoiceDisputed, invoice=third.invoice)
    assert again.reason is InvoiceDispute.MORE_THAN_CERTIFIED
    await people.accountant.pays(to_pay, "TRANSFER2")
    refused = await village.seen(PaymentRefused, invoice=right.invoice)
    assert refused.reason is PaymentRefusal.ALREADY_PAID
    # then, whatever may still come, there is one payment, of what was owed
    await village.quiet()
    assert village.told(PaymentRecorded, engagement=paid.engagement) == [paid]
    assert paid.amount_cents == 2 * TABLET_CENTS


async def test_sessions_count_as_long_as_the_mentors_check_is_valid_and_their_hours_are_paid(
    village: Village,
) -> None:
    people = Tutoring(village, "TUTORING")
    association = people.association
    # given a funded programme, and a pair whose mentor was checked for ten days
    credits = await people.ministry.opens_credits(10 * RATE_CENTS)
    programme = await association.registers_programme(credits, hours=10)
    mentor = await association.registers_mentor(checked_for_days=10)
    pair = await association.forms_pair(mentor, await association.enrols_pupil(programme))
    # when they meet the day before the check expires, it counts
    await village.days_pass(9)
    before = await association.holds_session(pair, minutes=120, number=1)
    await village.seen(MinutesCounted, session=before.session, difference_minutes=120)
    # and two days later it does not, for nobody shows a new check in time
    await village.days_pass(2)
    after = await association.holds_session(pair, minutes=120, number=2)
    await village.days_pass(4)
    refused = await village.seen(SessionRefused, session=after.session)
    assert refused.reason is SessionRefusal.NO_VALID_CHECK
    # and with a new check it counts again
    await association.checks_again(mentor, days=365)
    renewed = await association.holds_session(pair, minutes=90, number=3)
    counted = await village.seen(MinutesCounted, session=renewed.session)
    assert counted.validated_minutes == 120 + 90
    # then three whole hours are stated, approved and paid, and half an hour is left
    await village.days_pass(3)
    stated = await village.seen(HoursStated, programme=programme.programme)
    assert (stated.hours, stated.carried_minutes) == (3, 30)
    await people.state.approves(stated)
    certified = await village.seen(HoursCertified, programme=programme.programme)
    invoice = await association.invoices(certified)
    await people.accountant.pays(await village.seen(PaymentOrdered, invoice=invoice.invoice))
    paid = await village.seen(PaymentRecorded, invoice=invoice.invoice)
    assert paid.amount_cents == 3 * RATE_CENTS
    assert village.told(MinutesCounted, session=after.session) == []


async def test_credits_are_withdrawn_while_orders_ask_for_them_and_are_never_overdrawn(
    village: Village,
) -> None:
    people = Purchase(village, "RACE")
    # given money for thirty tablets
    credits = await people.ministry.opens_credits(30 * TABLET_CENTS)
    need = await people.school.needs_tablets(1000)
    agreement = await people.buyer.signs_agreement(people.supplier, people.school.tablet)
    await village.seen(CreditsRecorded, budget_line=credits.budget_line)
    # when orders of one to three tablets ask for it, and withdrawals of one to four while they do
    orders = [people.buyer.orders(need, agreement, credits, n % 3 + 1, n) for n in range(24)]
    withdrawals = [
        people.ministry.withdraws(credits, (n % 4 + 1) * TABLET_CENTS, n) for n in range(12)
    ]
    await asyncio.gather(*orders[:12])
    await village.seen(CommitmentAccepted, budget_line=credits.budget_line)
    await asyncio.gather(*withdrawals, *orders[12:])
    await village.quiet()
    # then each has its answer
    answers = village.in_order(
        *(CreditsRecorded, CommitmentAccepted, CommitmentRefused),
        *(CreditsWithdrawalRecorded, CreditsRefused),
        budget_line=credits.budget_line,
    )
    assert len(answers) == 1 + 24 + 12
    assert len(village.told(OrderPlaced, need=need.need)) == sum(
        isinstance(answer, CommitmentAccepted) for answer in answers
    )
    # and at every moment what was asked for was given if it was there, and refused if it was not
    left_cents = 0
    for answer in answers:
        left_cents = _left_after(answer, left_cents)
    assert left_cents < 4 * TABLET_CENTS


def _left_after(answer: Event, left_cents: int) -> int:
    """What can still be committed."""
    match answer:
        case CreditsRecorded():
            return left_cents + answer.ae_cents
        case CommitmentAccepted():
            assert answer.amount_cents <= left_cents
            return left_cents - answer.amount_cents
        case CreditsWithdrawalRecorded():
            assert answer.ae_cents <= left_cents
            return left_cents - answer.ae_cents
        case CommitmentRefused():
            assert answer.amount_cents > left_cents
        case CreditsRefused():
            assert answer.reason is CreditsRefusal.NOT_ENOUGH_AVAILABLE
            assert answer.ae_cents > left_cents
    return left_cents


async def test_the_last_euro_is_asked_for_by_fifty_orders_at_once_while_replicas_die(
    village: Village,
) -> None:
    people = Purchase(village, "EURO")
    # given two of each service; the seconds will die with work in their hands
    accounts = await village.second(BUDGET_ACCOUNTING, "after_commit=kill@2")
    orders = await village.second(ORDERS, "before_journal=kill@3")
    # and, on a line that the dying one keeps, a cent less than eighteen orders cost
    lines = (f"LINE{number}" for number in count())
    line = in_a_lane_of(accounts, lambda name: f"line:{people.ministry.ref(name)}", lines)
    credits = await people.ministry.opens_credits(18 * TABLET_CENTS - 1, line)
    need = await people.school.needs_tablets(50)
    agreement = await people.buyer.signs_agreement(people.supplier, people.school.tablet)
    await village.seen(CreditsRecorded, budget_line=credits.budget_line)
    assert accounts.running
    assert orders.running
    # when fifty orders of one tablet each are asked for at once
    await asyncio.gather(
        *(people.buyer.orders(need, agreement, credits, number=n) for n in range(50))
    )
    await village.until(lambda: not (accounts.running or orders.running), "both seconds die")
    # then seventeen are placed and the others are told why not
    await village.quiet()
    placed = village.told(OrderPlaced, need=need.need)
    refused = [o for o in village.told(OrderRefused) if o.order.startswith(people.buyer.ref(""))]
    assert (len(placed), len(refused)) == (17, 33)
    assert {order.reason for order in refused} == {OrderRefusal.COMMITMENT_REFUSED}
    assert {o.order for o in placed}.isdisjoint(o.order for o in refused)
