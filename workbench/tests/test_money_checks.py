"""Each rule about money holds over every story, and is breached by the very thing it forbids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from filrouge.checks.bookings import BOOKED
from filrouge.simulator.told import STORIES
from filrouge_chassis.testing.conversation import Said
from filrouge_contracts.event import Event
from filrouge_contracts.payment import Purpose
from filrouge_contracts.register import REGISTER

from workbench.tests.doctors import (
    Doctor,
    buyer,
    change,
    drop,
    first_line,
    more,
    named,
    put,
    repeat,
    report,
    said_by,
    shifted,
    withdraw,
)

RULES = {"I1", "I2", "I5", "I6", "I7", "I8", "I11", "I12", "I13", "I14", "D1", "D2"}
ACCOUNTANT = "U-ACCOUNTANT-1"

DISPUTED = "invoices that do not agree are disputed"
RECOVERED, CLAIMED = "an advance is paid and recovered", "an advance is claimed back"
LAPSED, PENALTIES = "an advance lapses", "penalties are withheld or claimed"
LOWER, NOTES = "goods are taken at a lower price", "credit notes come before and after payment"
ASKED_BACK, REJECTED = "money is asked back", "an order to pay is rejected"
CAME_BACK, LATE = "a payment comes back", "payments come late"
OPEN, DONE = "what is open is listed at the end of the year", "what is done is not listed"
RESUBMITTED, WITHDRAWN = "a rejected payment is resubmitted late", "credits are withdrawn"


def breached(said: Sequence[Said]) -> set[str]:
    return {breach.rule for breach in report(said).breaches} & RULES


@pytest.mark.parametrize("name", STORIES)
def test_every_rule_holds_over(stories: Mapping[str, Sequence[Said]], name: str) -> None:
    found = [str(b) for b in report(stories[name]).breaches if b.rule in RULES]
    assert found == []


DOCTORED: Sequence[tuple[str, str, str, Doctor]] = (
    ("I1", WITHDRAWN, "credits that were withdrawn twice", repeat("credits-withdrawal-recorded")),
    ("I1", CAME_BACK, "money that never came back", drop("payment-rejection-recorded")),
    ("I1", DONE, "a payment made twice", repeat("payment-recorded")),
    ("I2", DONE, "more paid than is owed", more("payment-recorded", "amount_cents")),
    ("I2", DONE, "an invoice without service fait", drop("service-recorded")),
    ("I2", DONE, "money without an order", drop("order-placed")),
    (
        "I2",
        CLAIMED,
        "an advance that is no advance",
        put("payment-recorded", purpose=Purpose.INVOICE),
    ),
    ("I2", CLAIMED, "more engaged than committed", more("engagement-adjusted", "amount_cents")),
    ("I2", LOWER, "a remainder given back by nobody", drop("engagement-settled")),
    ("I2", ASKED_BACK, "more back than was due", repeat("repayment-recorded", times=9)),
    ("I5", DONE, "another price engaged", more("engagement-recorded", "unit_price_excl_vat_cents")),
    ("I5", DONE, "another amount engaged", more("engagement-recorded", "amount_cents")),
    ("I5", DONE, "another worth booked", more("service-recorded", "amount_cents")),
    ("I5", DONE, "a service fait that nobody certified", drop("service-certified")),
    ("I5", DONE, "another invoice than was submitted", more("invoice-submitted", "amount_cents")),
    (
        "I5",
        DONE,
        "an invoice at another price",
        change("invoice-submitted", lambda e: first_line(e, unit_price_excl_vat_cents=1)),
    ),
    ("I5", DONE, "more ordered to be paid", more("payment-ordered", "amount_cents")),
    ("I5", LOWER, "réfaction forgotten", put("invoice-matched", reduction_cents=0)),
    ("I5", LOWER, "réfaction invented", more("service-recorded", "reduction_cents")),
    (
        "I5",
        LOWER,
        "réfaction on the wrong pieces",
        change("invoice-matched", lambda e: first_line(e, reduction_cents=3_000)),
    ),
    ("I5", PENALTIES, "a penalty forgotten", put("invoice-matched", penalty_cents=0)),
    ("I5", PENALTIES, "a penalty nobody decided", drop("penalty-recorded")),
    ("I5", PENALTIES, "a larger claim than penalty", more("repayment-due", "amount_cents")),
    ("I5", RECOVERED, "an advance not recovered", put("invoice-matched", recovered_cents=0)),
    ("I5", RECOVERED, "a larger advance than allowed", more("advance-recorded", "amount_cents")),
    ("I5", NOTES, "a credit note forgotten", drop("credit-note-recorded")),
    ("I5", NOTES, "a payment lowered too late", put("credit-note-recorded", 1, lowered_cents=1)),
    ("I5", LATE, "no interest", drop("late-interest-recorded")),
    ("I5", LATE, "interest twice", repeat("late-interest-recorded")),
    ("I5", LATE, "the rate of before", put("late-interest-recorded", 1, rate_bp=800)),
    ("I5", LATE, "the rate of later", put("late-interest-recorded", 0, rate_bp=850)),
    ("I5", LATE, "a cent too much", more("late-interest-recorded", "interest_cents")),
    ("I5", LATE, "another flat cost", more("late-interest-recorded", "recovery_cents")),
    ("I5", LATE, "a rate that control never set", drop("parameter-set", -1)),
    (
        "I5",
        CAME_BACK,
        "a shorter time to pay",
        change("payment-ordered", lambda e: {"pay_by": e.pay_by - timedelta(days=1)}, 1),
    ),
    (
        "I5",
        REJECTED,
        "a time to pay that begins again",
        change("payment-ordered", lambda e: {"pay_by": e.pay_by + timedelta(days=1)}, 1),
    ),
    ("I6", DONE, "certified by who ordered", buyer("service-certified", "certified_by", 1)),
    ("I6", DONE, "paid by who certified", buyer("payment-recorded", "paid_by")),
    ("I6", REJECTED, "rejected by who ordered", buyer("payment-rejection-recorded", "rejected_by")),
    ("I6", ASKED_BACK, "received by who certified", buyer("repayment-recorded", "received_by")),
    *(
        ("I6", story, f"{name} by who pays", said_by(name, field, ACCOUNTANT))
        for story, name, field in (
            (CLAIMED, "order-cancelled", "cancelled_by"),
            (CLAIMED, "engagement-adjusted", "adjusted_by"),
            (PENALTIES, "penalty-recorded", "decided_by"),
            (REJECTED, "payment-resubmission-recorded", "resubmitted_by"),
            (ASKED_BACK, "repayment-due", "ordered_by"),
        )
    ),
    ("I7", DONE, "one order paid twice", repeat("payment-recorded")),
    ("I7", DONE, "ordered to be paid twice", repeat("payment-ordered")),
    ("I7", DONE, "another amount than ordered", more("payment-recorded", "amount_cents")),
    ("I7", DONE, "an attempt that was never ordered", put("payment-recorded", attempt=2)),
    ("I7", DONE, "another account", put("payment-recorded", iban="FR1420041010050500013M02606")),
    ("I7", DONE, "another creditor", put("payment-ordered", supplier="35600000009075")),
    ("I7", REJECTED, "a second order, no rejection", drop("payment-rejection-recorded")),
    ("I7", REJECTED, "a second order, unasked", drop("payment-resubmission-recorded")),
    *(
        ("I8", DONE, f"a payment without {name}", drop(name))
        for name in (
            "commitment-accepted",
            "order-placed",
            "engagement-recorded",
            "goods-received",
            "service-certified",
            "service-recorded",
            "invoice-submitted",
            "invoice-matched",
            "cash-granted",
            "payment-ordered",
            "payment-made",
        )
    ),
    ("I8", DONE, "a delivery that no document proves", put("goods-received", evidence=())),
    ("I8", DONE, "a payment at another time", put("payment-made", paid_by="U-ACCOUNTANT-2")),
    ("I8", CAME_BACK, "a second payment without words", drop("payment-made", -1)),
    ("I8", CLAIMED, "an advance nobody asked for", drop("advance-requested")),
    ("I8", CLAIMED, "an advance nobody recorded", drop("advance-recorded")),
    ("I11", DONE, "devices booked twice", repeat("service-recorded")),
    ("I11", DISPUTED, "devices invoiced twice", repeat("invoice-matched")),
    ("I11", LOWER, "pieces invoiced twice", repeat("invoice-matched")),
    ("I12", DONE, "a service fait withdrawn in part", withdraw(missing_cents=1)),
    ("I12", WITHDRAWN, "a commitment released twice", repeat("commitment-released")),
    ("I12", DONE, "an order engaged twice", repeat("commitment-accepted")),
    ("I12", LAPSED, "an advance that lapsed and never was", drop("advance-recorded")),
    ("I12", CAME_BACK, "a rejection of half of it", put("payment-rejection-recorded", attempt=2)),
    ("I12", ASKED_BACK, "cash returned ten times", repeat("cash-returned", times=9)),
    ("I12", ASKED_BACK, "cash that stays away", drop("cash-returned")),
    ("I12", ASKED_BACK, "money back that nobody owed", drop("repayment-due")),
    ("I12", ASKED_BACK, "a claim made twice", repeat("repayment-due")),
    ("I12", ASKED_BACK, "another claim than ordered", more("repayment-ordered", "amount_cents", 2)),
    ("I12", NOTES, "a claim without credit note", drop("credit-note-recorded", -1)),
    ("I12", RESUBMITTED, "a rejection of nothing", drop("payment-ordered")),
    (
        "I13",
        DONE,
        "a claim of 2020 paid in 2025",
        put("payment-recorded", paid_at=datetime(2025, 1, 1, tzinfo=UTC)),
    ),
    (
        "I13",
        CLAIMED,
        "an advance of 2020 paid in 2025",
        put("payment-recorded", paid_at=datetime(2025, 1, 1, tzinfo=UTC)),
    ),
    ("I14", OPEN, "no list", drop("year-end-listed")),
    ("I14", OPEN, "a list twice", repeat("year-end-listed")),
    ("I14", OPEN, "a line without accounts", drop("ledger-posted", 0)),
    ("I14", OPEN, "an engagement without accounts", drop("ledger-posted", -1)),
    ("I14", OPEN, "nothing carried over", drop("credits-carried-over")),
    ("I14", OPEN, "more carried over", more("credits-carried-over", "cp_granted_cents")),
    ("I14", OPEN, "another certificate", more("service-recorded", "amount_cents", 1)),
    ("I14", OPEN, "accounts of other bookings", change("ledger-posted", shifted, -1)),
    ("I14", OPEN, "a line's accounts of other bookings", change("ledger-posted", shifted)),
    *(
        ("I14", OPEN, f"another {field}", more("year-end-listed", field))
        for field in (
            "engaged_cents",
            "liquidated_cents",
            "paid_cents",
            "unpaid_cents",
            "received_uninvoiced_cents",
            "unrecovered_advances_cents",
            "repayments_due_cents",
        )
    ),
    ("I14", LATE, "interest owed and not listed", drop("year-end-listed")),
)


@pytest.mark.parametrize(
    ("rule", "story", "what", "doctor"),
    DOCTORED,
    ids=[f"{rule}-{what}" for rule, _, what, _ in DOCTORED],
)
def test_is_breached_by(
    stories: Mapping[str, Sequence[Said]], rule: str, story: str, what: str, doctor: Doctor
) -> None:
    said = list(stories[story])
    doctor(said)
    assert rule in breached(said), what


def test_what_is_done_may_not_be_on_the_list(stories: Mapping[str, Sequence[Said]]) -> None:
    said = list(stories[DONE])
    place = next(n for n in named(said, "ledger-posted") if "order:" in said[n].subject)
    listed = stories[OPEN][named(stories[OPEN], "year-end-listed")[0]]
    said.insert(place, listed._replace(subject=said[place].subject))
    assert "I14" in breached(said)


def test_a_claim_of_2020_may_be_paid_until_the_end_of_2024(
    stories: Mapping[str, Sequence[Said]],
) -> None:
    said = list(stories[DONE])
    put("payment-recorded", paid_at=datetime(2024, 12, 31, 23, tzinfo=UTC))(said)
    assert "I13" not in breached(said)


def _amount(event: Event) -> str:
    return next(name for name in type(event).model_fields if name.endswith("_cents"))


@pytest.mark.parametrize("name", sorted(BOOKED))
def test_every_step_books_its_own_amount(stories: Mapping[str, Sequence[Said]], name: str) -> None:
    model = next(entry.model for entry in REGISTER if entry.type.split(".")[-2] == name)
    said = list(next((s for s in stories.values() if named(s, name)), stories[DONE]))
    if not named(said, name):
        withdraw()(said)
        assert not breached(said) & {"D1", "D2", "I12"}
    first = said[named(said, name)[0]].event
    assert isinstance(first, model)
    field = "lowered_cents" if name == "credit-note-recorded" else _amount(first)
    field = "payable_cents" if name == "invoice-matched" else field
    change(name, lambda event: {field: abs(getattr(event, field) - 1)})(said)
    assert "D2" in breached(said)
