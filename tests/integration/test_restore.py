"""Kafka is put back from an archive, or it is said why not; nothing that was there is written over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from filrouge.archived import wait_until_archived
from filrouge.restoring.check import check
from filrouge.restoring.problems import RestoreRefused
from filrouge.restoring.restore import Restored, Restoring
from filrouge.stack import Stack
from filrouge.stream import kafka_source
from filrouge.testing.emptied import empty
from filrouge.topics import ensure_topics
from filrouge_archive.archive import Archive
from filrouge_archive.errors import Damaged
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.records import Record

from tests.faults.archivers import FACTS, PARTNER, Archivers, archivers

pytestmark = pytest.mark.stack
RECORDS = 3000


@asynccontextmanager
async def lost(stack: Stack, folder: Path) -> AsyncIterator[Archivers]:
    """All was archived, then the topics were made anew, and are empty."""
    async with archivers(stack, folder) as on:
        process = await on.ready()
        await on.write(range(RECORDS))
        await wait_until_archived(stack.kafka, on.archive)
        await asyncio.to_thread(process.stop)
        await on.make_topics_anew()
        yield on


def opened(on: Archivers) -> Archive:
    return Archive.open(on.archive.url, on.archive.verifiers())


async def restored(on: Archivers) -> Restored:
    return await Restoring(opened(on), on.stack.kafka, "test").run()


async def records_of(stack: Stack) -> dict[tuple[str, int, int], Record]:
    source = await kafka_source(stack.kafka)
    return {(one.topic, one.partition, one.offset): one async for one in source.records()}


def parts(record: Record) -> tuple[object, ...]:
    return record.timestamp, record.key, record.value, tuple(record.headers)


async def test_records_come_back_where_and_as_they_were_and_the_archiver_goes_on(
    stack: Stack, tmp_path: Path
) -> None:
    async with archivers(stack, tmp_path) as on:
        process = await on.ready()
        await on.write(range(RECORDS))
        await on.erase(7)
        before = await records_of(stack)
        await wait_until_archived(stack.kafka, on.archive)
        await asyncio.to_thread(process.stop)  # with its last commit it erases
        await on.make_topics_anew()
        done = await restored(on)
        assert (done.records, done.put_back, done.erased) == (len(before), len(before), 1)
        after = await records_of(stack)
        words, said = (PARTNER, 0, 7), after.keys() - before.keys()
        assert {place: parts(after[place]) for place in before.keys() - {words}} == {
            place: parts(before[place]) for place in before.keys() - {words}
        }
        assert (after[words].value, after[words].timestamp) == (None, before[words].timestamp)
        assert [after[place].topic for place in said] == ["audit.g1"]
        assert (await restored(on)).put_back == 0
        assert await check(opened(on), stack.kafka, lambda *_: None) == len(before)
        await ensure_topics(stack.kafka, on.specs)  # they are as the contracts say
        process = await on.ready()
        await on.write(range(300), "and then")
        await wait_until_archived(stack.kafka, on.archive)
        archive = opened(on)
        archive.verify_manifest()
        for place in archive.partitions:
            archive.verify(place)
        assert await check(archive, stack.kafka, lambda *_: None) == len(before) + 601


async def _tampered(on: Archivers) -> None:
    path = Path(on.archive.url) / f"log/{FACTS}/1/tile/entries/001"
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)


async def _gap(on: Archivers) -> None:
    (Path(on.archive.url) / f"log/{FACTS}/1/tile/entries/001").unlink()


async def _words_lost(on: Archivers) -> None:
    beside = [path for path in (Path(on.archive.url) / "beside").rglob("*") if path.is_file()]
    beside[0].unlink()


async def _written_to(on: Archivers) -> None:
    await on.write(range(3), "too early")


async def _wrong_partitions(on: Archivers) -> None:
    specs = [replace(spec, partitions=3) if spec.name == FACTS else spec for spec in on.specs]
    await replace(on, specs=specs).make_topics_anew()


async def _missing(on: Archivers) -> None:
    specs = [spec for spec in on.specs if spec.name != FACTS]
    await empty(on.stack)
    await ensure_topics(on.stack.kafka, specs)


async def _unknown_records(on: Archivers) -> None:
    other = replace(on.specs[0], name="other.g1", partitions=1)
    await ensure_topics(on.stack.kafka, [other])
    async with AIOKafkaProducer(**client_options(on.stack.kafka)) as producer:
        await producer.send_and_wait("other.g1", b"something", partition=0)


REFUSALS = [
    (_tampered, Damaged, r"budget\.g1/1/tile/entries/001"),
    (_gap, Damaged, r"budget\.g1/1/tile/entries/001: is missing"),
    (_words_lost, RestoreRefused, "no erasure names them"),
    (_written_to, RestoreRefused, "another record at offset 0 than the archive"),
    (_wrong_partitions, RestoreRefused, r"budget\.g1 has 3 partitions in Kafka, and 2"),
    (_missing, RestoreRefused, r"Kafka has no topic budget\.g1"),
    (_unknown_records, RestoreRefused, r"other\.g1/0 holds 1 records, and the archive none"),
]


@pytest.mark.parametrize(
    ("happens", "error", "why"), REFUSALS, ids=[one[0].__name__.strip("_") for one in REFUSALS]
)
async def test_it_is_refused_and_said_why(
    stack: Stack,
    tmp_path: Path,
    happens: Callable[[Archivers], Awaitable[None]],
    error: type[Exception],
    why: str,
) -> None:
    async with lost(stack, tmp_path) as on:
        await happens(on)
        with pytest.RaisesGroup(
            pytest.RaisesExc(error, match=why), allow_unwrapped=True, flatten_subgroups=True
        ):
            await restored(on)
