"""Records survive the outbox, and parking loses nothing."""

from __future__ import annotations

from filrouge_chassis import parking
from filrouge_chassis.errors import Malformed
from filrouge_chassis.records import Outgoing, RawRecord, decode_outgoing, encode_outgoing
from filrouge_contracts.parking import RecordParked
from hypothesis import given
from hypothesis import strategies as st

small = st.binary(max_size=40)
headers = st.lists(st.tuples(st.text(max_size=10), small), max_size=4).map(tuple)


@given(st.builds(Outgoing, st.text(), st.integers(0, 9), small, small, headers))
def test_a_row_of_the_outbox_comes_back_as_it_was(record: Outgoing) -> None:
    assert decode_outgoing(encode_outgoing([record, record])) == [record, record]


@given(st.one_of(st.none(), small), st.one_of(st.none(), small), headers)
def test_a_parked_record_comes_back_byte_for_byte(
    key: bytes | None, value: bytes | None, said: tuple[tuple[str, bytes], ...]
) -> None:
    record = RawRecord("equipment.g1", 2, 7, 1000, key, value, said)
    event = parking.parked("budget_accounting", 2, "order:O-1", 1, record, Malformed("no type"))
    read_again = RecordParked.from_json(event.to_json())
    assert parking.original(read_again) == record
    assert (read_again.error, read_again.behind) == ("Malformed", False)
