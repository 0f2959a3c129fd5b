"""The act of the loans: its plan has every fate in known numbers, and its books miss nothing."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from filrouge.simulator.act import Data
from filrouge.simulator.loans.act import Loans
from filrouge.simulator.loans.books import LoanBooks
from filrouge.simulator.loans.ledger import COMPARED
from filrouge.simulator.loans.plan import COUNTED, LoanFate, loan_plan_of
from filrouge.simulator.planning import plan_of
from filrouge.simulator.stage import numbers_in
from filrouge.testing.memory_world import played

STOCK = ("TABLET", "0750655E")
RECEIVED = (
    "receive",
    {"order": "O-1", "delivery_note": "B-1", "uai": STOCK[1], "imeis": ["1", "2"]},
)
ORDERED = ("order", {"order": "O-1", "item": STOCK[0]})
SIGNED, DROPPED = [{"kind": "signature"}], [{"kind": "contactless_drop"}]
PREPARED, LENT = "device.device-prepared", "loan.device-handed-over"


@pytest.mark.parametrize("scale", [0.01, 0.3])
def test_every_fate_happens_as_often_as_the_size_says(scale: float) -> None:
    plan = plan_of(scale, seed=2)
    loans = loan_plan_of(plan)
    assert loans == loan_plan_of(plan_of(scale, seed=2))
    fates, number = Counter(loans.fates.values()), plan.size.accidents
    devices = len(loans.fates)
    assert all(fates[fate] >= number for fate in LoanFate if fate not in COUNTED), fates
    assert {fate: fates[fate] for fate in COUNTED} == dict.fromkeys(COUNTED, number // 2)
    assert fates[LoanFate.LOST] + fates[LoanFate.STOLEN] >= devices * 3 // 100 - 1
    assert 0.6 < fates[LoanFate.RETURNED] / devices < 0.8
    assert sum(bool(stock.device) for stock in loans.stocks.values()) == 2 * (number // 2)


def _word(name: str, imei: str = "1", **data: Any) -> tuple[str, Data]:
    return name, {"imei": imei, "uai": STOCK[1], **data}


def _lent(
    pupil: str, evidence: Sequence[Data], at: str = "2020-05-04T10:00:00Z"
) -> tuple[str, Data]:
    return _word(LENT, pupil=pupil, evidence=evidence, handed_over_at=at)


LOST = _word("device.device-lost", lost_at="2020-05-05T10:00:00Z")
TOO_LATE = _word("loan.handover-confirmed", pupil="A", confirmed_at="2020-05-12T10:00:00Z")
COUNT = ("stock.stock-counted", {"item": STOCK[0], "uai": STOCK[1], "counted": 1})
MISSING = {"item": STOCK[0], "uai": STOCK[1], "imeis": ["2"], "direction": "missing"}
RECKONED: Sequence[tuple[str, Sequence[tuple[str, Data]], dict[str, Any]]] = (
    ("lent", [_word(PREPARED), _lent("A", SIGNED)], {"on_loan": 1, "in_stock": 1}),
    ("lent, not prepared", [_lent("A", SIGNED)], {"in_stock": 2, "refused": 1}),
    (
        "lent twice",
        [_word(PREPARED), _lent("A", SIGNED), _lent("B", SIGNED)],
        {"on_loan": 1, "in_stock": 1, "refused": 1},
    ),
    (
        "confirmed by nobody",
        [_word(PREPARED), _lent("A", DROPPED)],
        {"in_transit": 1, "in_stock": 1, "unconfirmed": 1},
    ),
    (
        "confirmed too late",
        [_word(PREPARED), _lent("A", DROPPED), TOO_LATE],
        {"on_loan": 1, "in_stock": 1, "unconfirmed": 1},
    ),
    (
        "lost on its way",
        [_word(PREPARED), _lent("A", DROPPED), LOST],
        {"lost": 1, "in_stock": 1},
    ),
    (
        "swapped",
        [_word("swap.device-swapped", new_imei="3")],
        {"returned_to_supplier": 1, "in_stock": 2, "swapped_in": 1},
    ),
    (
        "swapped for a known one",
        [_word("swap.device-swapped", new_imei="2")],
        {"in_stock": 2, "refused": 1},
    ),
    (
        "counted and explained",
        [COUNT, ("stock.stock-adjusted", MISSING)],
        {"lost": 1, "in_stock": 1},
    ),
    ("counted and not explained", [COUNT], {"in_stock": 2, "named": 1}),
)


@pytest.mark.parametrize(
    ("what", "words", "expected"), RECKONED, ids=[what for what, _, _ in RECKONED]
)
def test_the_books_reckon(
    what: str, words: Sequence[tuple[str, Data]], expected: dict[str, Any]
) -> None:
    books = LoanBooks()
    for name, data in (ORDERED, *words, RECEIVED):
        books.hear(name, data)
    found = books.expected()
    sums = {place: number for place, number in found.counts[STOCK].items() if number}
    rest = {
        "refused": found.refused.total(),
        "unconfirmed": found.unconfirmed,
        "named": found.named.total(),
    }
    assert sums | {name: number for name, number in rest.items() if number} == {
        "accepted": 2,
        **expected,
    }


def test_what_is_rejected_or_was_received_before_is_not_in_the_books() -> None:
    books = LoanBooks()
    again = RECEIVED[1] | {"delivery_note": "B-2", "imeis": ["2", "3"]}
    for name, data in (ORDERED, RECEIVED, ("receive", again), ("reject", {"delivery_note": "B-1"})):
        books.hear(name, data)
    assert set(books.expected().devices) == {"3"}


def test_the_books_notice_every_event_that_is_lost_or_counts_twice() -> None:
    play, world = asyncio.run(played(0.01, seed=8))
    (loans,) = (act for act in play.acts if isinstance(act, Loans))
    events = [
        (said.event.event_type, json.loads(said.event.to_json()))
        for said in world.said
        if said.event.event_type in COMPARED
    ]
    events = [(kind, data) for kind, data in events if not numbers_in(data)]
    for kind, times in [("", 1), *product(sorted(COMPARED), (0, 2))]:
        ledger, left = loans.ledger(), kind
        for name, data in events:
            for _ in range(times if name == left else 1):
                ledger.take(name, data)
            left = "" if name == left else left
        assert any(loans.differences(ledger)) is bool(kind), f"{kind} {times} times"
