"""A leaf is the whole record: nothing of it is lost, and no two records are the same leaf."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import pytest
from filrouge_archive.entry import (
    ENTRY_BYTES_AT_MOST,
    REFERENCE_BYTES,
    Beside,
    decode_entry,
    encode_entry,
)
from filrouge_archive.errors import Damaged
from filrouge_archive.salt import is_salted, salt_of
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import all_topics
from hypothesis import given
from hypothesis import strategies as st

PLACE = Partition("budget.g1", 3)
BYTES = st.none() | st.binary(max_size=20)
RECORDS = st.builds(
    RawRecord,
    st.just(PLACE.topic),
    st.just(PLACE.number),
    st.just(7),
    st.integers(-1, 2**62),
    BYTES,
    BYTES,
    st.lists(st.tuples(st.text(max_size=5), BYTES), max_size=4).map(tuple),
)


def decoded(entry: bytes, beside: tuple[Beside, bytes] | None) -> RawRecord:
    read = decode_entry(entry, "here")
    if isinstance(read.content, bytes):
        assert beside is None
        return read.record(PLACE, 7, read.content)
    assert beside is not None
    assert beside[0] == read.content
    return read.record(PLACE, 7, read.content.body(beside[1]))


def with_value(value: bytes | None) -> RawRecord:
    return RawRecord(*PLACE, 7, 1, b"key", value)


@given(RECORDS, st.sampled_from([None, bytes(32), b"s" * 32]))
def test_a_record_comes_back_as_it_was(record: RawRecord, salt: bytes | None) -> None:
    assert decoded(*encode_entry(record, salt)) == record


@given(RECORDS, RECORDS)
def test_different_records_are_different_entries(one: RawRecord, other: RawRecord) -> None:
    assert (encode_entry(one, None) == encode_entry(other, None)) == (one == other)


@pytest.mark.parametrize(
    "record",
    [
        RawRecord(*PLACE, 7, 1, None, b"", ()),
        RawRecord(*PLACE, 7, 1, b"", None, ()),
        RawRecord(*PLACE, 7, 1, b"", b"", (("a", b""),)),
        RawRecord(*PLACE, 7, 1, b"", b"", (("a", None),)),  # type: ignore[arg-type]
        RawRecord(*PLACE, 7, 1, b"", b"", (("", b"a"),)),
        RawRecord(*PLACE, 7, 1, b"", b"", (("b", b"1"), ("a", b"2"), ("b", b"3"))),
        RawRecord(*PLACE, 7, 1, b"", b"", (("b", b"3"), ("a", b"2"), ("b", b"1"))),
    ],
)
def test_null_empty_repeated_and_reordered_are_told_apart(record: RawRecord) -> None:
    assert decoded(*encode_entry(record, None)) == record


def test_the_layout_is_the_documented_one() -> None:
    record = RawRecord(*PLACE, 7, 258, b"k", None, (("é", b""),))
    entry, beside = encode_entry(record, None)
    assert beside is None
    assert entry == (
        b"\x01\x01\x01" + bytes(6) + b"\x01\x02"
        b"\x00\x00\x00\x01k\x00\x00\x00\x01\x00\x00\x00\x02\xc3\xa9\x00\x00\x00\x00\xff\xff\xff\xff"
    )


def test_the_type_of_the_timestamp_is_kept_when_the_record_says_it() -> None:
    @dataclass
    class Said:
        timestamp_type: int
        topic: str = PLACE.topic
        partition: int = PLACE.number
        offset: int = 7
        timestamp: int = 1
        key: bytes | None = b"k"
        value: bytes | None = b"v"
        headers: tuple[tuple[str, bytes], ...] = ()

    for kind in (0, 1):
        assert decode_entry(encode_entry(Said(kind), None)[0], "here").timestamp_type == kind


@pytest.mark.parametrize(
    "bytes_of_entry", [59_999, 60_000, 60_001, 65_534, 65_535, 65_536, 65_537, 1_000_000]
)
def test_what_would_be_too_large_lies_beside_the_log(bytes_of_entry: int) -> None:
    without, _ = encode_entry(with_value(b""), None)
    record = with_value(b"v" * (bytes_of_entry - len(without)))
    entry, beside = encode_entry(record, None)
    if bytes_of_entry <= ENTRY_BYTES_AT_MOST:
        assert len(entry) == bytes_of_entry
        assert beside is None
    else:
        assert len(entry) == REFERENCE_BYTES
        assert beside is not None
        assert beside[0].digest == sha256(beside[1]).digest()
        assert not beside[0].salted
    assert decoded(entry, beside) == record


def test_headers_too_large_for_a_leaf_lie_beside_it_as_well() -> None:
    record = RawRecord(*PLACE, 7, 1, b"k" * 40_000, b"", (("a", b"h" * 40_000),))
    entry, beside = encode_entry(record, None)
    assert len(entry) == REFERENCE_BYTES
    assert decoded(entry, beside) == record


def test_a_salted_entry_tells_nothing_of_key_headers_or_value() -> None:
    secret = RawRecord(*PLACE, 7, 1, b"Dupont", b"Dupont", (("name", b"Dupont"),))
    entry, beside = encode_entry(secret, b"s" * 32)
    assert b"Dupont" not in entry
    assert len(entry) == REFERENCE_BYTES
    assert beside is not None
    assert beside[1].startswith(b"s" * 32)
    assert beside[0].path == f"beside/{beside[0].digest.hex()[:2]}/{beside[0].digest.hex()}"


def test_another_object_in_its_place_is_damaged() -> None:
    _, beside = encode_entry(with_value(b"v"), b"s" * 32)
    assert beside is not None
    for wrong in (beside[1][:-1], beside[1] + b"!", b"", b"S" + beside[1][1:]):
        with pytest.raises(Damaged, match=beside[0].path):
            beside[0].body(wrong)


@given(RECORDS, st.data())
def test_a_damaged_entry_is_never_read_as_a_record(record: RawRecord, data: st.DataObject) -> None:
    entry, _ = encode_entry(record, None)
    cut = entry[: data.draw(st.integers(0, len(entry) - 1))]
    for wrong in (cut, b"\x02" + entry[1:], entry[:1] + b"\x07" + entry[2:], entry + b"!"):
        with pytest.raises(Damaged):
            decoded(wrong, None)


@pytest.mark.parametrize("length", [b"\xff\xff\xff\xfe", b"\x7f\xff\xff\xff"])
def test_impossible_lengths_are_damage(length: bytes) -> None:
    entry, _ = encode_entry(with_value(b"v"), None)
    with pytest.raises(Damaged, match="offset 7"):
        decoded(entry[:-5] + length + entry[-1:], None)


def test_partners_topics_redrives_and_parked_records_are_salted_and_nothing_else() -> None:
    names = {spec.name for spec in all_topics(4, SERVICES, ("school-1", "b"))}
    assert {name for name in names if is_salted(name)} == {
        *(
            f"partners.{partner}.{kind}.g1"
            for partner in ("school-1", "b")
            for kind in ("in", "redrive")
        ),
        *(f"{kind}.{service}.g1" for service in SERVICES for kind in ("parked", "redrive")),
    }
    assert not is_salted("partners.a.b.in.g1")


def test_a_salt_is_that_of_one_position_under_one_key() -> None:
    key = b"k" * 32
    salts = {
        salt_of(key, PLACE, 7),
        salt_of(key, PLACE, 8),
        salt_of(key, Partition("budget.g1", 37), 7),
        salt_of(key, Partition("budget.g1", 3), 77),
        salt_of(b"K" * 32, PLACE, 7),
    }
    assert len(salts) == 5
    assert salt_of(key, PLACE, 7) == salt_of(key, PLACE, 7)
