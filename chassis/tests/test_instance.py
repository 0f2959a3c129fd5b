"""What a process does besides deciding: it tells the group how far it is, and that it still polls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import OffsetAndMetadata, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from filrouge_chassis import batch as batches
from filrouge_chassis import instance as instances
from filrouge_chassis.records import Partition
from filrouge_chassis.testing import failpoints, toy
from filrouge_chassis.testing.watched import HEARD, Watched, orders, until
from filrouge_contracts.journal import BatchDecided

PLACE = TopicPartition(*HEARD)
JOURNAL = Partition("journal.equipment_orders.g1", 0)


@pytest.fixture
async def process() -> AsyncIterator[Watched]:
    watched = Watched()
    yield watched
    await watched.instance.stop_lanes()


@pytest.fixture
async def offsets(process: Watched, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Offsets are committed in the background, as fast as may be; the places that it reached."""
    monkeypatch.setattr(instances, "OFFSETS_PAUSE_SECONDS", 0)
    monkeypatch.setattr(instances, "OFFSETS_EVERY_SECONDS", 0.001)
    reached: list[str] = []

    async def note(place: str) -> None:
        if place.endswith("_offsets"):
            reached.append(place)

    failpoints.install(note)
    task = asyncio.create_task(process.instance.commit_offsets_for_ever())
    yield reached
    failpoints.install(None)
    assert not task.done()
    task.cancel()
    await asyncio.wait((task,))


async def round_of(process: Watched) -> None:
    """The background task has looked once more since now."""
    for _ in range(2):
        process.feed.idle()
        await until(lambda: not process.feed.fell_idle.is_set())


# --- offsets -------------------------------------------------------------------------------------------


async def test_without_lanes_there_is_nothing_to_commit(
    process: Watched, offsets: list[str]
) -> None:
    assert process.instance.positions() == {}
    await round_of(process)
    assert (process.consumer.offsets, offsets) == ([], [])


async def test_lanes_that_have_read_nothing_or_are_gone_commit_nothing(
    process: Watched, offsets: list[str]
) -> None:
    await process.start()
    await round_of(process)
    assert process.consumer.offsets == []
    await process.take(orders(process.world, 1))
    await until(lambda: bool(process.consumer.offsets))
    await process.instance.stop_lanes()
    await round_of(process)
    assert len(process.consumer.offsets) == 1
    assert offsets == ["before_offsets", "after_offsets"]


async def test_what_the_lanes_have_taken_is_committed_once(
    process: Watched, offsets: list[str]
) -> None:
    await process.start()
    await process.take(orders(process.world, 1, 2))
    await until(lambda: bool(process.consumer.offsets))
    await round_of(process)
    assert process.consumer.offsets == [{PLACE: OffsetAndMetadata(2, "")}]
    await process.take(orders(process.world, 3))
    await until(lambda: len(process.consumer.offsets) == 2)
    assert process.consumer.offsets[-1] == {PLACE: OffsetAndMetadata(3, "")}
    assert offsets[:4] == ["before_offsets", "after_offsets"] * 2


@pytest.mark.parametrize("refusal", [KafkaError("away"), IllegalStateError("not assigned")])
async def test_offsets_that_were_not_committed_are_committed_the_next_time(
    process: Watched, offsets: list[str], refusal: Exception
) -> None:
    await process.start()
    process.consumer.refusal = refusal
    await process.take(orders(process.world, 1))
    await until(lambda: bool(process.consumer.offsets))
    assert process.consumer.refusal is None
    assert process.consumer.offsets == [{PLACE: OffsetAndMetadata(1, "")}]
    assert offsets.count("before_offsets") == 2


async def test_before_there_is_a_consumer_nothing_is_committed(
    process: Watched, offsets: list[str]
) -> None:
    await process.start()
    process.feed.find_consumer = lambda: None
    await process.take(orders(process.world, 1))
    await round_of(process)
    assert offsets == []
    process.feed.find_consumer = lambda: process.consumer
    await until(lambda: process.consumer.offsets == [{PLACE: OffsetAndMetadata(1, "")}])


# --- polls -----------------------------------------------------------------------------------------------


async def test_every_poll_is_noted_and_goes_to_the_consumer_as_it_was_asked(
    process: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    process.instance.watch_polls()
    assert process.instance.last_poll_seconds() == 0
    now = 131.0
    assert process.instance.last_poll_seconds() == 31
    found = await process.consumer.getmany(PLACE, timeout_ms=7)
    assert found == {"places": (PLACE,), "timeout_ms": 7}
    assert process.instance.last_poll_seconds() == 0
    now = 133.5
    assert process.instance.last_poll_seconds() == 2.5


async def test_a_poll_that_waits_counts_from_when_it_was_asked(
    process: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, answer = 100.0, asyncio.Event()

    async def waits() -> None:
        await answer.wait()

    monkeypatch.setattr(process.consumer, "getmany", waits)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    process.instance.watch_polls()
    now = 110.0
    poll = asyncio.create_task(process.consumer.getmany())
    await until(lambda: process.instance.last_poll == 110)
    now = 115.0
    assert process.instance.last_poll_seconds() == 5
    answer.set()
    await poll
    assert process.instance.last_poll_seconds() == 5


# --- a batch that is full ---------------------------------------------------------------------------------


def notes(process: Watched) -> list[BatchDecided]:
    journal = process.world.broker.partitions[JOURNAL]
    return [BatchDecided.from_json(record.value or b"") for record in journal]


async def journalled(process: Watched, records: int) -> list[tuple[int, int]]:
    """Ranges that the lane read, batch by batch, when so many records are in the journal."""
    await until(lambda: sum(end - first for first, end in ranges(process)) == records)
    return ranges(process)


def ranges(process: Watched) -> list[tuple[int, int]]:
    return [(part.first, part.end) for note in notes(process) for part in note.read]


async def test_a_lane_leaves_what_comes_after_too_many_defects_for_the_next_batch(
    process: Watched,
) -> None:
    await process.start()
    limit = batches.DEFECTS_AT_MOST
    numbers = range(2 * limit + 3)
    said = [toy.order_requested(n, 1 if n % 2 else toy.POISON) for n in numbers]
    await process.take(process.world.hear(*said))
    assert await journalled(process, len(said)) == [(0, 2 * limit - 1), (2 * limit - 1, len(said))]
    assert [len(note.defects) for note in notes(process)] == [limit, 2]
    assert process.lane.stopped is None
    assert len(process.lane.progress.row.closed) == limit + 2


@pytest.mark.parametrize(
    ("events", "expected"),
    [(1, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]), (2, [(0, 2), (2, 4), (4, 5)]), (9, [(0, 5)])],
)
async def test_a_lane_leaves_what_comes_after_too_many_bytes_for_the_next_batch(
    process: Watched,
    monkeypatch: pytest.MonkeyPatch,
    events: int,
    expected: list[tuple[int, int]],
) -> None:
    heard = orders(process.world, 1, 2, 3, 4, 5)
    decided = process.world.batch(heard[0]).finish()
    assert decided is not None
    size = len(decided.events[0].value)
    monkeypatch.setattr(batches, "ROW_AT_MOST_BYTES", events * size)
    await process.start()
    await process.take(heard)
    assert await journalled(process, 5) == expected
    states = process.world.database.states.values()
    assert sorted(state.key for state in states) == [f"order:O-{number}" for number in range(1, 6)]


async def test_a_full_batch_keeps_the_order_of_what_arrives_meanwhile(
    process: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ROW_AT_MOST_BYTES", 1)
    heard = orders(process.world, 1, 2, 3, 4, 5, 6)
    await process.start()
    process.instance.deliver(heard[:4])
    await until(lambda: len(notes(process)) > 0)
    await process.take(heard[4:])
    assert await journalled(process, 6) == [(number, number + 1) for number in range(6)]
    assert process.lane.stopped is None
