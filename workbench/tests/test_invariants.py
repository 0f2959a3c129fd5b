"""Each invariant holds over a good play, and is breached by the very thing it forbids."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from filrouge.invariants import HOLDS, Invariants, Report, sentence
from filrouge.simulator.stage import numbers_in
from filrouge.testing.memory_world import played
from filrouge.testing.stream import PARTITIONS, stream_of
from filrouge_chassis.records import RawRecord
from filrouge_chassis.testing.conversation import Said
from filrouge_contracts.budget import (
    CommitmentAccepted,
    CreditsRecorded,
)
from filrouge_contracts.cash import CashGranted
from filrouge_contracts.certification import (
    ServiceCertified,
)
from filrouge_contracts.delivery import (
    ReceptionRecorded,
    SerialClaimed,
)
from filrouge_contracts.engagement import ServiceRecorded
from filrouge_contracts.equipment import OrderPlaced, OrderRefused
from filrouge_contracts.event import Event
from filrouge_contracts.invoicing import InvoiceMatched
from filrouge_contracts.ledger import (
    Posting,
)
from filrouge_contracts.payment import PaymentMade, PaymentOrdered, PaymentRecorded
from filrouge_contracts.verdicts import VerdictGiven
from filrouge_contracts.verification import AdmissionRecorded
from msgspec.structs import replace

Doctor = Callable[[list[Said]], object]


@dataclass(frozen=True)
class Play:
    partners: Sequence[RawRecord]
    said: Sequence[Said]


@pytest.fixture(scope="module")
def good() -> Play:
    _, world = asyncio.run(played(0.002, seed=11))
    return Play(world.records, world.said)


def report(records: Sequence[RawRecord]) -> Report:
    invariants = Invariants(PARTITIONS)
    for record in records:
        invariants.take(record)
    return invariants.close()


def breached(found: Report) -> set[str]:
    return {breach.rule for breach in found.breaches}


def test_everything_holds_over_a_good_play_and_what_is_not_there_does_not_hold(good: Play) -> None:
    found = report(stream_of(good.partners, good.said))
    assert found.breaches == []
    statuses = {rule: finding.status for rule, finding in found.findings.items()}
    assert set(statuses.values()) == {HOLDS}, statuses
    assert {f"I{number}" for number in range(1, 15)} <= set(statuses)
    assert found.partner_records == len(good.partners)
    assert found.outcomes["refused"] > 100
    assert all(sentence(rule) for rule in statuses)


def test_over_an_empty_stream_nothing_is_said_to_hold() -> None:
    statuses = {finding.status for finding in report([]).findings.values()}
    assert HOLDS not in statuses


# --- what is doctored is the decisions; they are numbered afterwards ------------------------------


def change(model: type[Event], make: Callable[[Any], dict[str, Any]]) -> Doctor:
    """The first event of a type with other data."""

    def doctor(said: list[Said]) -> None:
        index = first(said, model)
        event = said[index].event
        said[index] = said[index]._replace(event=event.model_copy(update=make(event)))

    return doctor


def drop(model: type[Event]) -> Doctor:
    return lambda said: said.pop(first(said, model))


def repeat(model: type[Event], times: int = 1) -> Doctor:
    """Decided again, not only published again."""
    return lambda said: said.extend([said[first(said, model)]] * times)


def first(said: list[Said], model: type[Event]) -> int:
    """Of the purchases: the stories have lines that are never full, and mishaps of their own."""
    return next(
        index
        for index, one in enumerate(said)
        if isinstance(one.event, model) and not numbers_in(one.event.model_dump())
    )


def unbalanced(event: CommitmentAccepted) -> dict[str, Any]:
    one, other = event.postings
    return {"postings": (one, Posting(account=other.account, amount_cents=other.amount_cents - 1))}


def twice_the_amount(event: Any) -> dict[str, Any]:
    postings = [
        Posting(account=posting.account, amount_cents=2 * posting.amount_cents)
        for posting in event.postings
    ]
    return {"amount_cents": 2 * event.amount_cents, "postings": tuple(postings)}


def certify_a_faulty_device(said: list[Said]) -> None:
    index = first(said, AdmissionRecorded)
    admission = said[index].event
    assert isinstance(admission, AdmissionRecorded)
    certified = next(
        one.event
        for one in said
        if isinstance(one.event, ServiceCertified)
        and one.event.delivery_note == admission.delivery_note
    )
    faulty = admission.model_copy(update={"faulty_imeis": certified.imeis[:1]})
    said[index] = said[index]._replace(event=faulty)


DOCTORED: Sequence[tuple[str, str, Doctor]] = (
    ("I1", "credits that were never recorded", drop(CreditsRecorded)),
    ("I1", "cash granted ten times", repeat(CashGranted, times=10)),
    ("I1", "a payment without granted cash", drop(CashGranted)),
    ("I2", "an order engaged for nothing", drop(CommitmentAccepted)),
    ("I2", "a liquidation without service fait", drop(ServiceRecorded)),
    (
        "I3",
        "an order placed before it was engaged",
        change(OrderPlaced, lambda e: {"placed_at": e.committed_at - timedelta(seconds=1)}),
    ),
    (
        "I3",
        "a payment before its order to pay",
        change(PaymentRecorded, lambda e: {"paid_at": e.paid_at - timedelta(days=30)}),
    ),
    ("I4", "a device claimed twice", repeat(SerialClaimed)),
    ("I4", "a delivery certified twice", repeat(ServiceCertified)),
    ("I4", "a delivery certified and never received", drop(ReceptionRecorded)),
    ("I4", "a faulty device certified", certify_a_faulty_device),
    ("I5", "twice the price liquidated", change(InvoiceMatched, twice_the_amount)),
    (
        "I6",
        "paid by who certified",
        change(PaymentRecorded, lambda e: {"paid_by": "U-BUYER-1-2", "engagement": e.engagement}),
    ),
    ("I7", "an order to pay twice", repeat(PaymentOrdered)),
    (
        "I7",
        "a payment to somebody else",
        change(PaymentRecorded, lambda e: {"iban": "FR1420041010050500013M02606"}),
    ),
    ("I8", "a payment without its order to pay", drop(PaymentOrdered)),
    ("I8", "a payment that the accountant never made", drop(PaymentMade)),
    ("I12", "an engagement made twice", repeat(CommitmentAccepted)),
    (
        "D2",
        "another amount booked than granted",
        change(CashGranted, lambda e: {"amount_cents": e.amount_cents - 1}),
    ),
    ("A1", "a record without a verdict", drop(VerdictGiven)),
    ("A2", "a fact that nobody accepted", drop(VerdictGiven)),
    ("A2", "a fact that got lost behind the door", drop(PaymentMade)),
    (
        "A2",
        "a fact with other words",
        change(PaymentMade, lambda e: {"amount_cents": e.amount_cents + 1}),
    ),
    ("A3", "a verdict given twice", repeat(VerdictGiven)),
)


@pytest.mark.parametrize(
    ("rule", "what", "doctor"), DOCTORED, ids=[f"{rule}-{what}" for rule, what, _ in DOCTORED]
)
def test_is_breached_by(good: Play, rule: str, what: str, doctor: Doctor) -> None:
    said = list(good.said)
    doctor(said)
    found = report(stream_of(good.partners, said))
    assert rule in breached(found), what
    assert any(breach.events for breach in found.breaches if breach.rule == rule)


# --- and here the records themselves ---------------------------------------------------------------


def test_a_lost_record_is_a_gap_in_offsets_sequence_and_prev(good: Play) -> None:
    records = stream_of(good.partners, good.said)
    lost = next(n for n, r in enumerate(records) if r.topic.startswith("delivery"))
    assert {"N1", "N2", "N3"} <= breached(report(records[:lost] + records[lost + 1 :]))


def test_a_record_published_again_is_no_breach_if_it_is_the_same(good: Play) -> None:
    records = stream_of(good.partners, good.said)
    last = records[-1]
    again = replace(last, offset=last.offset + 1)
    found = report([*records, again])
    assert (found.breaches, found.republished) == ([], 1)
    other = replace(again, value=b"{}")
    assert breached(report([*records, other])) == {"N4"}


@pytest.mark.parametrize(
    ("header", "value", "rule"),
    [
        ("ce_type", b"fr.filrouge.budget.never-heard.v1", "N5"),
        ("ce_source", b"budget_accounting/0", "N5"),
        ("ce_sequence", b"none", "N5"),
        ("ce_prev", b"1", "N3"),
    ],
)
def test_a_record_that_is_not_as_the_register_says(
    good: Play, header: str, value: bytes, rule: str
) -> None:
    records = stream_of(good.partners, good.said)
    place = next(n for n, r in enumerate(records) if r.topic.startswith("equipment"))
    wrong = tuple((n, value if n == header else v) for n, v in records[place].headers)
    record = records[place]
    records[place] = replace(record, headers=wrong)
    assert rule in breached(report(records))


def test_unbalanced_postings_do_not_even_conform_to_the_contract(good: Play) -> None:
    said = list(good.said)
    change(CommitmentAccepted, unbalanced)(said)
    assert "N5" in breached(report(stream_of(good.partners, said)))


def test_a_refused_order_may_not_keep_its_money(good: Play) -> None:
    said = list(good.said)
    index = first(said, OrderPlaced)
    placed = said[index].event
    assert isinstance(placed, OrderPlaced)
    refusal = next(one.event for one in said if isinstance(one.event, OrderRefused))
    said[index] = said[index]._replace(event=refusal.model_copy(update={"order": placed.order}))
    assert "I12" in breached(report(stream_of(good.partners, said)))
