"""What only the real broker can do: be frozen, be away, or lack a topic; nothing is left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from filrouge.stack import Stack
from filrouge_chassis import control_reader, kafka
from filrouge_chassis.control import ControlLog
from filrouge_chassis.control_reader import follow_control, load_control
from filrouge_chassis.errors import LogLost, PublishFailed, Transient
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.log import Log
from filrouge_chassis.records import Outgoing, Partition, Record
from filrouge_chassis.testing.log_sites import KafkaLogSite

pytestmark = pytest.mark.stack
NOWHERE = KafkaLog("127.0.0.1:1", "tests", timeout_seconds=1)


@pytest.fixture
async def site(stack: Stack) -> AsyncIterator[KafkaLogSite]:
    real = KafkaLogSite(stack.kafka)
    await real.start()
    yield real
    await real.close()


async def first_chunk(log: Log, topic: str) -> Sequence[Record]:
    return await anext(aiter(log.read(Partition(topic, 0), 0, 1)))


async def test_a_publisher_closed_while_the_broker_is_frozen_leaves_nothing_under_way(
    stack: Stack, site: KafkaLogSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "CLOSE_SECONDS", 0.3)
    topic = await site.topic()
    publisher = await KafkaLog(stack.kafka, "tests", timeout_seconds=10).publisher()
    await publisher.publish([Outgoing(topic, 0, b"", b"before", ())])
    publisher._timeout = 0.5
    before = asyncio.all_tasks()
    stack.broker.freeze()
    try:
        with pytest.raises(PublishFailed, match=f"1 records for {topic}"):
            await publisher.publish([Outgoing(topic, 0, b"", b"frozen", ())])
        await publisher.close()
        assert asyncio.all_tasks() <= before
    finally:
        stack.broker.wake()
    again = await site.log.publisher()
    (offset,) = await again.publish([Outgoing(topic, 0, b"", b"after", ())])
    await again.close()
    assert offset in (1, 2)  # what had left already may have been written


async def test_a_start_that_is_cancelled_leaves_nothing_behind(
    stack: Stack, site: KafkaLogSite
) -> None:
    topic = await site.topic()
    before = asyncio.all_tasks()
    stack.broker.freeze()
    try:
        starts = [
            asyncio.create_task(site.log.publisher()),
            asyncio.create_task(first_chunk(site.log, topic)),
        ]
        for _ in range(50):  # until they wait for the broker
            await asyncio.sleep(0)
        for start in starts:
            start.cancel()
        await asyncio.wait(starts)
        assert all(start.cancelled() for start in starts)
        assert asyncio.all_tasks() <= before
    finally:
        stack.broker.wake()


@pytest.mark.parametrize(
    "call",
    [
        lambda: NOWHERE.publisher(),
        lambda: NOWHERE.bounds([Partition("control.g1", 0)]),
        lambda: NOWHERE.partitions_of(["control.g1"]),
        lambda: first_chunk(NOWHERE, "control.g1"),
    ],
    ids=["publisher", "bounds", "partitions_of", "read"],
)
async def test_a_broker_that_is_away_is_named(call: Callable[[], Awaitable[object]]) -> None:
    with pytest.raises(Transient, match=r"127\.0\.0\.1:1.*tried again"):
        await call()


async def test_partitions_are_counted_and_a_missing_topic_is_named(
    stack: Stack, site: KafkaLogSite
) -> None:
    log = KafkaLog(stack.kafka, "tests", timeout_seconds=10)
    three, one = await site.topic(3), await site.topic()
    assert await log.partitions_of([three, one]) == {three: 3, one: 1}
    with pytest.raises(Transient, match="no topic test-nobody-made-this"):
        await log.partitions_of([three, "test-nobody-made-this"])
    hasty = KafkaLog(stack.kafka, "tests", timeout_seconds=1)
    with pytest.raises(Transient, match="test-nobody-made-this/0"):
        await hasty.bounds([Partition("test-nobody-made-this", 0)])


async def test_control_is_followed_and_what_is_missing_from_it_is_a_loss(
    stack: Stack, site: KafkaLogSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await site.topic()
    monkeypatch.setattr(control_reader, "CONTROL", topic)
    log, control, news = KafkaLog(stack.kafka, "tests", 10), ControlLog(), asyncio.Event()
    said = Outgoing(topic, 0, b"", b"{}", (("ce_type", b"of another release"),))
    publisher = await log.publisher()
    await publisher.publish([said, said])
    await load_control(log, control)
    assert control.end == 2
    following = asyncio.create_task(follow_control(log, control, news.set))
    await publisher.publish([said])
    await publisher.close()
    async with asyncio.timeout(10):
        while control.end < 3:
            news.clear()
            await news.wait()
    following.cancel()
    await asyncio.wait([following])
    control.end = 9
    with pytest.raises(LogLost, match=f"{topic}/0: offset 9 is not there"):
        await follow_control(log, control, news.set)


async def test_where_nothing_is_asked_a_reader_is_closed_as_soon_as_it_is_open(
    stack: Stack,
) -> None:
    log = KafkaLog(stack.kafka, "tests", timeout_seconds=10)
    for _ in range(3):
        assert await log.bounds([]) == {}
