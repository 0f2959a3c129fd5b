"""Records read as facts: what a lane of ours wrote is understood, anything else is named and parked."""

from __future__ import annotations

from typing import Any

import pytest
from filrouge_chassis import parking
from filrouge_chassis.decider import Decider
from filrouge_chassis.errors import Malformed
from filrouge_chassis.facts import Fact, FactReader, Redriven, Unreadable, keys_of
from filrouge_chassis.records import RawRecord, Record
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.producer import Producer
from filrouge_contracts.budget import CommitmentAccepted
from filrouge_contracts.equipment import OrderRequested
from filrouge_contracts.parking import RecordParked, RecordRedriven
from hypothesis import given
from hypothesis import strategies as st

REDRIVE = "redrive.equipment_orders.g1"
TIMER = parking.Timer("control.g1", 4, 1_588_579_200_000_000)
READER = FactReader(toy.ORDERS, REDRIVE)
EVENT = toy.order_requested(7)
(SAID,) = Producer("partner_gateway", 3, 4, toy.START).say(EVENT)
HEADERS = dict(SAID.headers)
PLACE = {"ce_source", "ce_sequence", "ce_prev"}
"""Headers that say where in its lane's sequence a record belongs."""
Headers = dict[str, bytes | None]


def record(
    headers: Headers | None = None, key: bytes | None = SAID.key, value: bytes | None = SAID.value
) -> RawRecord:
    """The record as its lane wrote it, with some headers replaced; one given as ... is left out."""
    said: dict[str, Any] = {**HEADERS, **(headers or {})}
    kept = tuple((name, raw) for name, raw in said.items() if raw is not ...)
    return RawRecord("equipment.g1", 2, 40, 1_588_579_200_000, key, value, kept)


def fact_of(record: RawRecord) -> Fact:
    read = READER.read(record)
    assert isinstance(read, Fact)
    return read


def test_what_a_lane_wrote_is_read_as_it_meant_it() -> None:
    fact = fact_of(record({"ce_receivedms": b"1588579000000"}))
    assert (fact.key, fact.model, fact.source) == ("order:O-7", OrderRequested, "partner_gateway/3")
    assert (fact.sequence, fact.prev, fact.received_ms) == (2, 0, 1_588_579_000_000)
    assert (fact.traceparent or "").startswith("00-")
    assert fact.event() == EVENT


def test_without_the_partners_time_the_record_counts_from_its_arrival() -> None:
    for absent in (b"", b"0", ...):
        fact = fact_of(record({"ce_receivedms": absent}))  # type: ignore[dict-item]
        assert fact.received_ms == (0 if absent == b"0" else 1_588_579_200_000)


@pytest.mark.parametrize(
    ("headers", "key", "reason"),
    [
        ({"ce_type": ...}, b"order:O-7", "header ce_type is missing"),
        ({"ce_type": None}, b"order:O-7", "header ce_type is missing"),
        ({"ce_type": b""}, b"order:O-7", "header ce_type is b''"),
        ({"ce_type": b"\xff"}, b"order:O-7", None),
        ({"ce_source": None}, b"order:O-7", "header ce_source is missing"),
        ({"ce_source": b"\xff"}, b"order:O-7", "header ce_source is b'\\xff'"),
        ({"ce_sequence": ...}, b"order:O-7", "header ce_sequence is missing"),
        ({"ce_sequence": None}, b"order:O-7", "header ce_sequence is missing"),
        ({"ce_sequence": b"two"}, b"order:O-7", "header ce_sequence is b'two'"),
        ({"ce_sequence": b""}, b"order:O-7", "header ce_sequence is b''"),
        ({"ce_prev": b"1.0"}, b"order:O-7", "header ce_prev is b'1.0'"),
        ({"ce_prev": b"2"}, b"order:O-7", "ce_sequence 2 cannot follow ce_prev 2"),
        ({"ce_prev": b"-1"}, b"order:O-7", "ce_sequence 2 cannot follow ce_prev -1"),
        ({"ce_sequence": b"0"}, b"order:O-7", "ce_sequence 0 cannot follow ce_prev 0"),
        ({"ce_traceparent": b"\xff"}, b"order:O-7", "header ce_traceparent is"),
        ({"ce_receivedms": b"noon"}, b"order:O-7", "header ce_receivedms is b'noon'"),
        ({}, None, "key b'' is no aggregate's"),
        ({}, b"", "key b'' is no aggregate's"),
        ({}, b"order:\xff", "is no aggregate's"),
        ({}, b"order:\0", "is no aggregate's"),
        ({}, b"order:" + b"x" * 600, "is no aggregate's"),
    ],
)
def test_a_record_that_no_lane_wrote_is_malformed_for_a_reason_that_is_named(
    headers: Headers, key: bytes | None, reason: str | None
) -> None:
    """A type that nobody knows is not malformed: it is another service's business. Whatever else is
    wrong, a record that tells its place in its lane's sequence keeps it."""
    strange = record(headers, key)
    read = READER.read(strange)
    if reason is None:
        assert read == Fact("", None, None, "partner_gateway/3", 2, 0)
        return
    if headers.keys() & PLACE:
        assert isinstance(read, Unreadable)
        assert reason in read.reason
    else:
        assert isinstance(read, Fact)
        assert (read.model, read.source, read.sequence, read.prev) == (
            None,
            "partner_gateway/3",
            2,
            0,
        )
        with pytest.raises(Malformed) as caught:
            read.event()
        assert reason in str(caught.value)
        assert str(caught.value) == read.malformed
    assert parking.original(parking.parked("x", 0, read.key, 1, strange, None)).key == key


@pytest.mark.parametrize(
    ("type_name", "understood"),
    [
        (b"fr.filrouge.equipment.order-requested.v1", True),
        (b"fr.filrouge.equipment.order-opened.v1", True),
        (b"com.example.something", True),
        (b"fr.filrouge.equipment.order-requested.v2", False),
        (b"fr.filrouge.equipment.order-requested.v", False),
    ],
)
def test_another_version_of_what_is_heard_is_not_passed_over(
    type_name: bytes, understood: bool
) -> None:
    fact = fact_of(record({"ce_type": type_name}))
    assert (fact.sequence, fact.prev) == (2, 0)
    if understood:
        assert fact.malformed is None
        return
    assert fact.key == "order:O-7"
    with pytest.raises(Malformed, match=rf"^{type_name.decode()}: .* hears another version"):
        fact.event()


def test_what_no_rule_takes_keeps_its_number_and_needs_no_key() -> None:
    fact = READER.read(record({"ce_type": b"fr.filrouge.equipment.order-opened.v1"}, None, None))
    assert fact == Fact("", None, None, "partner_gateway/3", 2, 0)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "OrderRequested.data: "),
        (b"", "OrderRequested.data: "),
        (b"{", "OrderRequested.data: "),
        (b"[]", "OrderRequested.data: "),
        (SAID.value.replace(b'"quantity":1', b'"quantity":"1"'), "OrderRequested.quantity: "),
        (SAID.value.replace(b'"O-7"', b"7"), "OrderRequested.order: "),
    ],
)
def test_data_that_breaks_the_contract_is_named_without_being_told(
    value: bytes | None, reason: str
) -> None:
    fact = fact_of(record(value=value))
    with pytest.raises(Malformed) as caught:
        fact.event()
    assert str(caught.value).startswith(reason)
    assert "L-0" not in str(caught.value)


@given(
    st.binary(max_size=20) | st.none(),
    st.binary(max_size=20) | st.none(),
    st.lists(
        st.tuples(st.sampled_from([*HEADERS, "other"]), st.binary(max_size=20) | st.none()),
        max_size=12,
    ),
)
def test_whatever_is_on_a_topic_it_is_a_fact_or_malformed(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, Any]]
) -> None:
    strange = RawRecord("equipment.g1", 2, 40, 0, key, value, tuple(headers))
    read = READER.read(strange)
    error = None
    if isinstance(read, Unreadable):
        error = Malformed(read.reason)
    else:
        assert isinstance(read, Fact)
        assert 0 <= read.prev < read.sequence
        if read.model is None and read.malformed is None:
            return  # not ours to hear
        with pytest.raises(Malformed) as caught:
            read.event()
        error = caught.value
    assert parking.parked("x", 0, read.key, 1, strange, error).reason


def sent_back(parked: RecordParked, index: int = 1) -> RawRecord:
    said = RecordRedriven(
        service=parked.service,
        lane=parked.lane,
        key=parked.key,
        index=index,
        parked=parked,
        redriven_by="U-1",
    )
    return RawRecord(REDRIVE, 2, 0, 0, parked.key.encode(), said.to_json())


def test_the_states_that_records_need_are_named_once() -> None:
    accepted = record({"ce_type": CommitmentAccepted.event_type.encode()}, b"order:O-9")
    unheard = record({"ce_type": b"com.example"}, b"order:O-10")
    timer = parking.parked("equipment_orders", 2, "order:O-8", 1, TIMER, Malformed("why"))
    other = record(key=b"order:O-11")
    moved = parking.parked("equipment_orders", 2, "order:O-12", 1, other, Malformed("why"))
    broken = RawRecord(REDRIVE, 2, 0, 0, b"order:O-13", b"{}")
    records = [
        record(),
        record({"ce_prev": ...}),  # type: ignore[dict-item]
        accepted,
        record(),
        unheard,
        sent_back(timer),
        sent_back(moved),
        broken,
    ]
    read = [READER.read(one) for one in records]
    assert [type(one) for one in read] == [
        Fact,
        Unreadable,
        Fact,
        Fact,
        Fact,
        Redriven,
        Redriven,
        Unreadable,
    ]
    named = ["order:O-7", "order:O-9", "order:O-8", "order:O-12", "order:O-11"]
    assert list(keys_of(read)) == named


@pytest.mark.parametrize(
    ("key", "closed"),
    [
        (b"order:O-1", "order:O-1"),
        ("order:é".encode(), "order:é"),
        (None, "unreadable:equipment.g1/2/40"),
        (b"", "unreadable:equipment.g1/2/40"),
        (b"\xff", "unreadable:equipment.g1/2/40"),
        (b"a\0", "unreadable:equipment.g1/2/40"),
        (b"x" * 513, "unreadable:equipment.g1/2/40"),
    ],
)
def test_a_record_without_a_usable_key_closes_none_but_its_own_place(
    key: bytes | None, closed: str
) -> None:
    numbered, lost = READER.read(record(key=key)), READER.read(record({"ce_source": None}, key))
    assert isinstance(numbered, Fact)
    assert isinstance(lost, Unreadable)
    assert numbered.key == lost.key == closed


def test_a_record_sent_back_is_read_as_what_it_is_now() -> None:
    for original in (record(), record({"ce_prev": ...}), record({"ce_type": b""})):  # type: ignore[dict-item]
        parked = parking.parked("equipment_orders", 2, "order:O-7", 3, original, Malformed("why"))
        read = READER.read(sent_back(parked, 3))
        assert read == Redriven("order:O-7", 3, parked, READER.read(original))  # type: ignore[arg-type]
    null = parking.parked("equipment_orders", 2, "order:O-7", 1, record({"ce_type": None}), None)
    read = READER.read(sent_back(null))
    assert isinstance(read, Redriven)
    assert isinstance(read.fact, Fact)
    assert (read.fact.malformed or "").startswith("header ce_type is b''")
    timer = parking.parked("equipment_orders", 2, "order:O-7", 1, TIMER, Malformed("why"))
    assert READER.read(sent_back(timer)) == Redriven("order:O-7", 1, timer, None)


@pytest.mark.parametrize("broken", [None, b"", b'{"service":"secret"}'])
def test_a_record_of_the_redrive_topic_that_is_none_does_not_tell_what_is_in_it(
    broken: bytes | None,
) -> None:
    read = READER.read(RawRecord(REDRIVE, 2, 0, 0, b"order:O-7", broken))
    assert isinstance(read, Unreadable)
    assert (read.key, read.parks) == ("order:O-7", False)
    assert read.reason.startswith("RecordRedriven.")
    assert "secret" not in read.reason


def door(key: str) -> FactReader:
    """A service that reads partners' words itself; it raises for one of them."""

    def read(record: Record) -> tuple[str, object, str | None]:
        if record.value == b"poison":
            raise ZeroDivisionError("of the door")
        if record.value == b"not mine":
            raise Malformed("not a partner's topic")
        return key, record.value, None

    return FactReader(Decider("partner_gateway", {}, {}, {}, read=read), ".redrive.g1")


def said(value: bytes) -> RawRecord:
    return RawRecord("partners.school-075.in.g1", 0, 3, 17, None, value)


def test_partners_words_are_read_by_their_door() -> None:
    fact = door("said:1").read(said(b"word"))
    assert fact == Fact("said:1", bytes, b"word", received_ms=17)
    assert isinstance(fact, Fact)
    assert fact.event() == b"word"


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("said:1", b"poison", "the door raised ZeroDivisionError: of the door"),
        ("said:1", b"not mine", "not a partner's topic"),
        ("said:\0", b"word", "the door made a key that no aggregate can have: 'said:\\x00'"),
        ("", b"word", "the door made a key that no aggregate can have: ''"),
    ],
)
def test_a_door_that_raises_costs_one_record_and_not_the_lane(
    key: str, value: bytes, reason: str
) -> None:
    place = "unreadable:partners.school-075.in.g1/0/3"
    assert door(key).read(said(value)) == Unreadable(place, reason)
