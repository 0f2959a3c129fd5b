"""One suite for both logs: what a lane relies on, and that the broker of the tests is no easier."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from filrouge_chassis.errors import LogLost, PublishFailed, Transient
from filrouge_chassis.log import Log
from filrouge_chassis.records import Outgoing, Partition, Record
from filrouge_chassis.testing.log_sites import LogSite

LARGE = 200 * 1024


def outgoing(topic: str, partition: int, text: str, padding: int = 0) -> Outgoing:
    value = text.encode() + b"." * padding
    return Outgoing(topic, partition, b"key", value, (("ce_id", text.encode()),))


async def publish(log: Log, records: Sequence[Outgoing]) -> list[int]:
    publisher = await log.publisher()
    try:
        return list(await publisher.publish(records))
    finally:
        await publisher.close()


async def read(log: Log, topic: str, number: int, first: int, end: int) -> list[Record]:
    chunks = [chunk async for chunk in log.read(Partition(topic, number), first, end)]
    assert all(chunks), "a chunk is never empty"
    return [record for chunk in chunks for record in chunk]


def texts(records: Sequence[Record]) -> list[str]:
    return [dict(record.headers)["ce_id"].decode() for record in records]


async def test_records_are_read_in_the_order_in_which_they_were_published(
    log_site: LogSite,
) -> None:
    topic = await log_site.topic(2)
    publisher = await log_site.log.publisher()
    for row in range(3):
        await publisher.publish([outgoing(topic, n % 2, f"{row}-{n}") for n in range(4)])
    await publisher.close()
    for number in (0, 1):
        records = await read(log_site.log, topic, number, 0, 6)
        assert texts(records) == [f"{row}-{n}" for row in range(3) for n in (number, number + 2)]
        assert [record.offset for record in records] == list(range(6))
        assert {(record.topic, record.partition) for record in records} == {(topic, number)}
        times = [record.timestamp for record in records]
        assert times == sorted(times)


@pytest.mark.parametrize(
    ("earlier", "row", "expected"),
    [
        ([], [0], [0]),
        ([], [2, 0, 1, 0], [0, 0, 0]),
        ([0, 0, 1], [2, 1, 0], [0, 1, 2]),
        ([0, 0, 1], [1, 1, 1, 0], [1, 2]),
    ],
)
async def test_first_offsets_come_in_the_order_in_which_partitions_were_used_first(
    log_site: LogSite, earlier: list[int], row: list[int], expected: list[int]
) -> None:
    topic = await log_site.topic(3)
    await publish(log_site.log, [outgoing(topic, number, "earlier") for number in earlier])
    assert await publish(log_site.log, [outgoing(topic, n, "row") for n in row]) == expected


async def test_a_partition_that_fills_a_batch_early_does_not_change_that_order(
    log_site: LogSite,
) -> None:
    topic = await log_site.topic(2)
    await publish(log_site.log, [outgoing(topic, 0, "earlier"), outgoing(topic, 0, "earlier")])
    large = [outgoing(topic, 0, f"{number}", LARGE) for number in range(6)]
    assert await publish(log_site.log, [outgoing(topic, 1, "small"), *large]) == [0, 2]
    assert texts(await read(log_site.log, topic, 0, 2, 8)) == [f"{n}" for n in range(6)]


async def test_nothing_to_publish_is_no_mistake(log_site: LogSite) -> None:
    assert await publish(log_site.log, []) == []


async def test_many_records_go_in_several_batches_and_stay_in_order(log_site: LogSite) -> None:
    topic = await log_site.topic(2)
    row = [outgoing(topic, number % 2, f"{number}", 300) for number in range(6000)]
    assert await publish(log_site.log, row) == [0, 0]
    for number in (0, 1):
        said = [f"{n}" for n in range(number, 6000, 2)]
        assert texts(await read(log_site.log, topic, number, 0, 3000)) == said


async def test_bounds_are_the_first_offset_and_the_next_one(log_site: LogSite) -> None:
    topic = await log_site.topic(3)
    await publish(log_site.log, [outgoing(topic, number, "") for number in (0, 0, 0, 2)])
    places = [Partition(topic, number) for number in range(3)]
    expected = [(0, 3), (0, 0), (0, 1)]
    assert await log_site.log.bounds(places) == dict(zip(places, expected, strict=True))
    assert await log_site.log.bounds(places[1:2]) == {places[1]: (0, 0)}


@pytest.mark.parametrize(
    ("first", "end"), [(0, 20), (0, 1), (19, 20), (3, 17), (0, 0), (7, 7), (20, 20), (9, 4)]
)
async def test_a_range_is_read_from_its_first_offset_to_before_its_end(
    log_site: LogSite, first: int, end: int
) -> None:
    topic = await log_site.topic()
    await publish(log_site.log, [outgoing(topic, 0, f"{number}") for number in range(20)])
    records = await read(log_site.log, topic, 0, first, end)
    assert texts(records) == [f"{number}" for number in range(first, end)]


@pytest.mark.parametrize(
    ("first", "end", "error"),
    [
        (3, 10, LogLost),  # it starts after the position
        (0, 6, LogLost),
        (11, 12, LogLost),  # it ends before the position
        (8, 11, Transient),  # nobody knows whether more will come
    ],
)
async def test_what_is_not_there_is_not_skipped(
    log_site: LogSite, first: int, end: int, error: type[Exception]
) -> None:
    topic = await log_site.topic()
    await publish(log_site.log, [outgoing(topic, 0, f"{number}") for number in range(10)])
    await log_site.trim(Partition(topic, 0), 5)
    assert await log_site.log.bounds([Partition(topic, 0)]) == {Partition(topic, 0): (5, 10)}
    assert texts(await read(log_site.log, topic, 0, 5, 10)) == ["5", "6", "7", "8", "9"]
    with pytest.raises(error, match=f"{topic}/0"):
        await read(log_site.hasty, topic, 0, first, end)


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"key", b"value", (("ce_type", b"a"), ("ce_id", b"b"))),
        (b"", b"", ()),
        (None, None, ()),
        (None, b"", (("empty", b""), ("null", None))),
        (b"\x00\xff\xfe", bytes(range(256)), (("not utf-8", b"\xff\xc3\x28"),)),
        ("é".encode(), b"{}", (("b", b"1"), ("a", b"2"), ("b", b"3"), ("", b"4"), ("ü", b"5"))),
    ],
)
async def test_a_record_comes_back_as_it_was(
    log_site: LogSite,
    key: bytes | None,
    value: bytes | None,
    headers: tuple[tuple[str, bytes], ...],
) -> None:
    """Our own lanes leave nothing out; partners may."""
    topic = await log_site.topic()
    await publish(log_site.log, [Outgoing(topic, 0, key, value, headers)])  # type: ignore[arg-type]
    (record,) = await read(log_site.log, topic, 0, 0, 1)
    assert (record.key, record.value, tuple(record.headers)) == (key, value, headers)


async def test_the_largest_record_that_a_lane_may_say_is_taken(log_site: LogSite) -> None:
    topic = await log_site.topic()
    row = [outgoing(topic, 0, "before"), outgoing(topic, 0, "large", 1000 * 1024)]
    assert await publish(log_site.log, [*row, outgoing(topic, 0, "after")]) == [0]
    records = await read(log_site.log, topic, 0, 0, 3)
    assert [len(record.value or b"") for record in records] == [6, 5 + 1000 * 1024, 5]


async def test_after_a_record_that_the_broker_refuses_a_new_publisher_goes_on(
    log_site: LogSite,
) -> None:
    topic = await log_site.topic(2)
    publisher = await log_site.log.publisher()
    await publisher.publish([outgoing(topic, 0, "before")])
    row = [outgoing(topic, 0, "0"), outgoing(topic, 1, "1", 1100 * 1024), outgoing(topic, 0, "2")]
    with pytest.raises(PublishFailed):
        await publisher.publish(row)
    await publisher.close()
    (again,) = await publish(log_site.log, [row[0], row[2]])
    assert again in (1, 2, 3)  # some of the row may have been written
    assert texts(await read(log_site.log, topic, 0, 0, 1)) == ["before"]
    assert texts(await read(log_site.log, topic, 0, again, again + 2)) == ["0", "2"]
    assert (await log_site.log.bounds([Partition(topic, 1)]))[Partition(topic, 1)] == (0, 0)


async def test_a_closed_publisher_writes_nothing(log_site: LogSite) -> None:
    topic = await log_site.topic()
    publisher = await log_site.log.publisher()
    await publisher.close()
    await publisher.close()
    with pytest.raises(PublishFailed):
        await publisher.publish([outgoing(topic, 0, "late")])
    assert (await log_site.log.bounds([Partition(topic, 0)]))[Partition(topic, 0)] == (0, 0)
