"""Stocks and loans are recomputed from each device's moves, and breached by what the moves do not give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from delivery_confirmations.app import DECIDER
from filrouge.invariants import HOLDS, Finding, Invariants
from filrouge.testing.stream import PARTITIONS, stream_of
from filrouge_chassis.testing.conversation import Conversation, Said
from filrouge_chassis.testing.examples import example
from filrouge_contracts.delivery import SerialClaimRequested
from filrouge_contracts.device import DeviceAccepted, DeviceMoved, DevicePrepared, DeviceState
from filrouge_contracts.event import Event
from filrouge_contracts.loan import (
    DeviceHandedOver,
    DeviceReturned,
    EvidenceKind,
    HandoverConfirmed,
    HandoverEvidence,
)
from filrouge_contracts.stock import StockCounts, StockMoved
from filrouge_contracts.swap import DeviceSwapped, SwapAccepted

Doctor = Callable[[list[Said]], object]
NO_DELIVERIES = replace(
    DECIDER, rules={row: r for row, r in DECIDER.rules.items() if row[0] in ("imei", "stock")}
)
DAYS = [datetime(2020, 5, day, 8, tzinfo=UTC) for day in range(14, 20)]
BEFORE = datetime(2020, 4, 1, tzinfo=UTC)
DROP = HandoverEvidence(kind=EvidenceKind.CONTACTLESS_DROP, sha256="0" * 64)
SOMEBODY = "00000000-0000-4000-8000-000000000000"
IN_STOCK, IN_TRANSIT, ON_LOAN = DeviceState.IN_STOCK, DeviceState.IN_TRANSIT, DeviceState.ON_LOAN
PREPARED = DeviceState.PREPARED
WORDS = (
    example(SerialClaimRequested),
    example(DeviceAccepted),
    example(DevicePrepared, prepared_at=DAYS[0]),
    example(DeviceHandedOver, evidence=(DROP,), handed_over_at=DAYS[1]),
    example(HandoverConfirmed, confirmed_at=DAYS[2]),
    example(DeviceReturned, returned_at=DAYS[3]),
    example(DeviceSwapped, swapped_at=DAYS[4]),
    example(DevicePrepared, imei=example(DeviceSwapped).new_imei, prepared_at=DAYS[5]),
)


@pytest.fixture(scope="module")
def told() -> Sequence[Said]:
    """A device is dropped, confirmed, returned and swapped for another, which is prepared."""
    talk = Conversation(NO_DELIVERIES)
    words: list[Said] = []
    for word in WORDS:
        talk.say(word)
        talk.settle()
        service = (
            "delivery_confirmations" if isinstance(word, DeviceAccepted) else "partner_gateway"
        )
        words.append(Said(service, f"word {len(words)}", word, talk.context.now))
    return [*words, *talk.said]


def _finding(rule: str, said: Sequence[Said]) -> Finding:
    invariants = Invariants(PARTITIONS)
    for record in stream_of((), said):
        invariants.take(record)
    return invariants.close().findings[rule]


@pytest.mark.parametrize("rule", ["I9", "I10", "L1", "L2", "L3"])
def test_stocks_and_loans_hold(told: Sequence[Said], rule: str) -> None:
    finding = _finding(rule, told)
    assert (finding.status, finding.breaches) == (HOLDS, [])


# --- what is doctored is the decisions; they are numbered afterwards ------------------------------


def drop(model: type[Event]) -> Doctor:
    return lambda said: said.pop(_first(said, lambda event: isinstance(event, model)))


def repeat(model: type[Event]) -> Doctor:
    """Decided again, not only published again."""
    return lambda said: said.append(said[_first(said, lambda event: isinstance(event, model))])


def move(leaves: DeviceState, to: DeviceState, **other: Any) -> Doctor:
    """A device's move with other data."""

    def is_it(event: Event) -> bool:
        return (
            isinstance(event, DeviceMoved) and event.moved_from is leaves and event.moved_to is to
        )

    return lambda said: _change(said, _first(said, is_it), other)


def count(**other: Any) -> Doctor:
    """The stock's first count with other data."""
    return lambda said: _change(said, _first(said, lambda e: isinstance(e, StockMoved)), other)


def leave_uncounted(said: list[Said]) -> None:
    said.remove([one for one in said if isinstance(one.event, StockMoved)][-1])


def _first(said: list[Said], is_it: Callable[[Event], bool]) -> int:
    return next(index for index, one in enumerate(said) if is_it(one.event))


def _change(said: list[Said], index: int, other: dict[str, Any]) -> None:
    said[index] = said[index]._replace(event=said[index].event.model_copy(update=other))


TWO_IN_STOCK = StockCounts(accepted=2, in_stock=2)
HANDED_OVER = DeviceHandedOver.event_type
DOCTORED: Sequence[tuple[str, str, Doctor]] = (
    ("I9", "a move that its stock does not count", leave_uncounted),
    ("I9", "a move that its stock counts twice", repeat(StockMoved)),
    ("I9", "a move that no device made", drop(DeviceMoved)),
    ("I9", "a count of more than came", count(counts=TWO_IN_STOCK)),
    ("I9", "a count of another move", count(moved_to=DeviceState.STOLEN)),
    ("I10", "a loan of which nobody said anything", drop(DeviceHandedOver)),
    ("I10", "a loan for another neighbourhood", move(PREPARED, IN_TRANSIT, qpv="QP093028")),
    ("I10", "a loan for no neighbourhood", move(PREPARED, IN_TRANSIT, qpv=None)),
    ("I10", "a loan to another pupil than was said", move(PREPARED, IN_TRANSIT, pupil=SOMEBODY)),
    ("L1", "a device that leaves where it is not", move(ON_LOAN, IN_STOCK, moved_from=IN_TRANSIT)),
    ("L1", "a device in two schools", move(ON_LOAN, IN_STOCK, uai="0750654D")),
    ("L1", "a device of two models", move(ON_LOAN, IN_STOCK, item="KEY4G")),
    ("L2", "a device that another pupil brings back", move(ON_LOAN, IN_STOCK, pupil=SOMEBODY)),
    ("L2", "a device on its way to nobody", move(PREPARED, IN_TRANSIT, pupil=None)),
    ("L2", "a device handed over twice", move(IN_TRANSIT, ON_LOAN, said_type=HANDED_OVER)),
    ("L3", "a device that nobody admitted", drop(DeviceAccepted)),
    ("L3", "a device admitted twice", repeat(DeviceAccepted)),
    ("L3", "a device for another one, and nobody agreed", drop(SwapAccepted)),
    ("L3", "a device that was never in stock", drop(DeviceMoved)),
    ("L3", "a device prepared before it came", move(IN_STOCK, PREPARED, moved_at=BEFORE)),
)


@pytest.mark.parametrize(
    ("rule", "what", "doctor"), DOCTORED, ids=[f"{rule}-{what}" for rule, what, _ in DOCTORED]
)
def test_is_breached_by(told: Sequence[Said], rule: str, what: str, doctor: Doctor) -> None:
    said = list(told)
    doctor(said)
    finding = _finding(rule, said)
    assert finding.breaches, what
    assert all(breach.events for breach in finding.breaches)
