"""A tape reads many small ranges as the log would, and opens a reader only where it must."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from filrouge_chassis.errors import LogLost
from filrouge_chassis.records import Outgoing, Partition, Record
from filrouge_chassis.tape import Tape, following
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from hypothesis import given
from hypothesis import strategies as st

HERE, THERE = Partition("budget.g1", 0), Partition("budget.g1", 1)
Range = tuple[Partition, int, int]


class CountingLog(FakeLog):
    """Counts the readers that were opened."""

    def __init__(self, broker: FakeBroker) -> None:
        super().__init__(broker)
        self.opened = 0

    async def read(
        self, partition: Partition, first: int, end: int, said_by: str | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        self.opened += 1
        async for chunk in super().read(partition, first, end):
            yield chunk


def broker_with(records: int) -> FakeBroker:
    broker = FakeBroker()
    for place in (HERE, THERE):
        write(broker, place, records)
    return broker


def write(broker: FakeBroker, place: Partition, records: int) -> None:
    for _ in range(records):
        broker.append(Outgoing(*place, b"", b"", ()))


async def offsets(tape: Tape, place: Partition, first: int, end: int) -> list[int]:
    found = [record async for chunk in tape.read(place, first, end) for record in _of(place, chunk)]
    return [record.offset for record in found]


def _of(place: Partition, chunk: Sequence[Record]) -> Sequence[Record]:
    assert chunk, "a chunk is never empty"
    assert {(record.topic, record.partition) for record in chunk} == {place}
    return chunk


@given(
    st.lists(
        st.tuples(st.sampled_from([HERE, THERE]), st.integers(0, 30), st.integers(0, 30)),
        max_size=12,
    )
)
async def test_any_ranges_in_any_order_are_read_as_the_log_holds_them(ranges: list[Range]) -> None:
    tape = Tape(FakeLog(broker_with(30)))
    for place, first, end in ranges:
        assert await offsets(tape, place, first, end) == list(range(first, end))


@given(st.lists(st.tuples(st.sampled_from([HERE, THERE]), st.integers(0, 9)), max_size=12))
async def test_ranges_that_follow_one_another_need_one_reader_a_partition(
    steps: list[tuple[Partition, int]],
) -> None:
    log = CountingLog(broker_with(120))
    tape, ends = Tape(log), dict.fromkeys((HERE, THERE), 0)
    for place, count in steps:
        first, ends[place] = ends[place], ends[place] + count
        assert await offsets(tape, place, first, ends[place]) == list(range(first, ends[place]))
    assert log.opened <= 2


async def test_what_was_written_after_the_reader_was_opened_is_read_too() -> None:
    broker = broker_with(5)
    tape = Tape(FakeLog(broker))
    assert await offsets(tape, HERE, 0, 5) == [0, 1, 2, 3, 4]
    write(broker, HERE, 3)
    assert await offsets(tape, HERE, 5, 8) == [5, 6, 7]
    write(broker, HERE, 2)
    assert await offsets(tape, HERE, 8, 10) == [8, 9]


async def test_what_is_not_there_is_not_passed_over() -> None:
    broker = broker_with(5)
    with pytest.raises(LogLost, match=r"budget\.g1/0 holds 0 to 5, 3 to 7 had been read"):
        await offsets(Tape(FakeLog(broker)), HERE, 3, 7)
    broker.trim(HERE, 2)
    with pytest.raises(LogLost, match=r"budget\.g1/0 holds 2 to 5, 0 to 5 had been read"):
        await offsets(Tape(FakeLog(broker)), HERE, 0, 5)


async def test_a_reader_that_ends_early_is_an_error_and_no_end() -> None:
    class Short(FakeLog):
        async def read(
            self, partition: Partition, first: int, end: int, said_by: str | None = None
        ) -> AsyncIterator[Sequence[Record]]:
            async for chunk in super().read(partition, first, end - 1):
                yield chunk

    with pytest.raises(LogLost, match="ended before offset 4"):
        await offsets(Tape(Short(broker_with(5))), HERE, 0, 5)


async def test_the_end_of_a_stream_is_the_default() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        yield 2

    stream = numbers()
    assert [await following(stream, None) for _ in range(4)] == [1, 2, None, None]
