"""What waits for a lane: in the order of each partition, and never across a tick."""

from __future__ import annotations

import hypothesis.strategies as st
from filrouge_chassis.inbox import Inbox
from filrouge_chassis.records import Partition, RawRecord
from hypothesis import given

A, B = Partition("a", 0), Partition("b", 0)


def _record(place: Partition, offset: int, written_ms: int) -> RawRecord:
    return RawRecord(place.topic, place.number, offset, written_ms, b"k", b"v", ())


def test_without_a_tick_everything_is_taken_as_it_came() -> None:
    inbox = Inbox()
    inbox.put([_record(A, 0, 5), _record(B, 0, 1), _record(A, 1, 9)])
    assert [record.timestamp for record in inbox.take(2, None)] == [5, 1]
    assert [record.timestamp for record in inbox.take(2, None)] == [9]
    assert not inbox


def test_what_was_written_after_the_tick_waits_for_it() -> None:
    inbox = Inbox()
    inbox.put([_record(A, 0, 5), _record(A, 1, 10), _record(B, 0, 9), _record(B, 1, 11)])
    assert [record.timestamp for record in inbox.take(9, 10)] == [5, 9]
    assert inbox.waiting(10) == {A, B}
    assert [record.timestamp for record in inbox.take(9, None)] == [10, 11]


def test_a_partition_is_not_overtaken_by_a_record_with_an_earlier_time() -> None:
    """A broker's clock may be set back."""
    inbox = Inbox()
    inbox.put([_record(A, 0, 12), _record(A, 1, 3)])
    assert inbox.take(9, 10) == []
    assert inbox.waiting(10) == {A}


@given(
    st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, 9)), max_size=30),
    st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(0, 9), st.booleans())),
)
def test_every_partition_keeps_its_order(
    written: list[tuple[Partition, int]], takes: list[tuple[int, int | None, bool]]
) -> None:
    inbox = Inbox()
    inbox.put([_record(place, n, ms) for n, (place, ms) in enumerate(written)])
    got = []
    for at_most, before_ms, undone in takes:
        taken = inbox.take(at_most, before_ms)
        assert len(taken) <= at_most
        if undone:
            inbox.put_back(taken)
        else:
            got += taken
    got += inbox.take(len(inbox), None)
    for place in (A, B):
        offsets = [record.offset for record in got if record.topic == place.topic]
        assert offsets == [n for n, (where, _) in enumerate(written) if where == place]
