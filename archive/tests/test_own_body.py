"""The quick way through a body finds what the slow one does, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from filrouge_archive.entry import _decode_body, encode_entry, own_numbers_of
from filrouge_archive.own_body import decode_own_body
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.outbound import Identity, Outbound
from filrouge_chassis.records import Outgoing, RawRecord
from filrouge_chassis.testing.examples import example
from filrouge_chassis.trace_context import root_of
from filrouge_contracts.budget import CommitmentRequested
from filrouge_contracts.envelope import H_PREV, H_SEQUENCE, H_SOURCE, H_SUBJECT
from hypothesis import given
from hypothesis import strategies as st

PREFIX_BYTES = 11


def said(sequence: int = 41) -> Outgoing:
    """As a lane says it."""
    out = Outbound(Identity("equipment_orders", 3, 8), LaneRow(sequence=sequence))
    out.set_time(datetime(2020, 5, 4, 8, tzinfo=UTC))
    cause = "equipment_orders/equipment.g1/0/7"
    prepared = out.prepare([example(CommitmentRequested)])
    out.add("order:O-1", prepared, cause, root_of(cause), 1_588_579_200_000)
    return out.events[0]


def with_header(name: str, value: bytes | None) -> Outgoing:
    event = said()
    headers = tuple((n, value if n == name else v) for n, v in event.headers)
    return Outgoing(event.topic, event.partition, event.key, event.value, headers)  # type: ignore[arg-type]


def entry_of(event: Outgoing) -> bytes:
    record = RawRecord(event.topic, event.partition, 0, 7, event.key, event.value, event.headers)
    return encode_entry(record, None)[0]


def body_of(event: Outgoing) -> bytes:
    return entry_of(event)[PREFIX_BYTES:]


def test_what_lanes_say_is_recognised() -> None:
    event = said()
    assert decode_own_body(body_of(event)) == (event.key, event.value, event.headers)


def test_the_numbers_stand_behind_their_lengths() -> None:
    found = own_numbers_of()(entry_of(said()))
    assert found is not None
    size = len(said().value).to_bytes(4)
    assert found.groups() == (
        bytes(7) + b"\x07",
        b"\x12equipment_orders/3",
        b"\x0243",
        b"\x010",
        size,
    )
    assert found.end() + len(said().value) == len(entry_of(said()))


@pytest.mark.parametrize(
    "event",
    [
        with_header(H_SEQUENCE, b"043"),
        with_header(H_PREV, b"-1"),
        with_header(H_PREV, None),
        with_header(H_SUBJECT, b"s" * 161),
        with_header(H_SOURCE, None),
        Outgoing("t", 0, b"key", b"value", said().headers[1:]),
        Outgoing("t", 0, b"key", b"value", (*said().headers, ("more", b""))),
        Outgoing("t", 0, b"key", b"value", tuple(reversed(said().headers))),
        Outgoing("t", 0, b"key", None, said().headers),  # type: ignore[arg-type]
    ],
    ids=lambda event: str(event.headers[-1:]),
)
def test_what_is_laid_out_otherwise_is_left_to_the_slow_way(event: Outgoing) -> None:
    body = body_of(event)
    assert decode_own_body(body) is None
    assert _decode_body(body) == (event.key, event.value, event.headers)


@given(st.integers(0, 10**17), st.binary(max_size=40), st.data())
def test_no_bytes_are_taken_for_others(sequence: int, inside: bytes, data: st.DataObject) -> None:
    """Texts that look like headers, lengths that lie, bytes put in and left out."""
    body = body_of(said(sequence))
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 8)))
    other = body[:start] + (inside or body[end : end + 30]) + body[end:]
    found = decode_own_body(other)
    assert found is None or found == _decode_body(other)


@given(st.binary(max_size=160), st.binary(max_size=160))
def test_content_cannot_imitate_headers(key: bytes, source: bytes) -> None:
    imitation = body_of(said())[: len(key)] + source
    for text in (key, source, imitation[:160]):
        event = with_header(H_SOURCE, text)
        event = Outgoing(event.topic, event.partition, text, imitation, event.headers)
        assert decode_own_body(body_of(event)) == (text, imitation, event.headers)
