"""Archivers on a Kafka with a few topics of ours, to which somebody writes meanwhile; no service is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
from aiokafka import AIOKafkaProducer
from filrouge.archived import wait_until_archived
from filrouge.local_archive import LocalArchive
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge.stream import kafka_source
from filrouge.supervisor import ServiceProcess, Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge.topics import ensure_topics
from filrouge_archive.archive import Archive
from filrouge_archive.entry import encode_entry
from filrouge_archive.salt import is_salted, salt_of
from filrouge_archive.store import Store
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.records import Partition
from filrouge_chassis.voice import Voice
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.entry import AUDIT_TRAIL
from filrouge_contracts.topic_specs import TopicSpec, all_topics
from filrouge_contracts.topics import AUDIT

PARTNER, FACTS = "partners.school-1.in.g1", "budget.g1"
LANES = 2
PATIENCE_SECONDS = 60.0


@dataclass
class Archivers:
    """One archive, and whoever writes it."""

    stack: Stack
    supervisor: Supervisor
    archive: LocalArchive
    specs: list[TopicSpec]

    # --- processes -------------------------------------------------------------------------------

    async def start(self, instance: int = 1, failpoints: str = "") -> ServiceProcess:
        """It is not waited for: it may die before it is ready."""
        environment = {
            **self.archive.environment(),
            "FILROUGE_FAILPOINTS": failpoints,
            "FILROUGE_ARCHIVE_MEMORY": str(self.archive.folder / f"memory-{instance}"),
        }
        return await asyncio.to_thread(self.supervisor.start, AUDIT_TRAIL, instance, environment)

    async def ready(self, instance: int = 1) -> ServiceProcess:
        process = await self.start(instance)
        return await asyncio.to_thread(process.wait_ready)

    async def until(self, condition: Callable[[], bool], process: ServiceProcess) -> None:
        await asyncio.to_thread(
            wait_until, condition, PATIENCE_SECONDS, lambda why: process.child.explained(why)
        )

    async def stopped_because(self, process: ServiceProcess) -> str:
        """What a process says that stops by itself; it has exit status 1."""
        await self.until(lambda: not process.running, process)
        assert process.child.exit_status == 1
        return process.child.log.read_text().rpartition("audit_trail has stopped: ")[2]

    # --- checks ----------------------------------------------------------------------------------

    async def everything_is_archived(self) -> None:
        """Every leaf is what Kafka has, and every root follows from the leaves."""
        kafka = self.stack.kafka
        archive = await wait_until_archived(kafka, self.archive)
        archive.verify_manifest()
        leaves = {place: _leaves(archive, place) for place in archive.partitions}
        salt_key = (self.archive.folder / "archiver" / "salt").read_text().strip().encode()
        async for record in (await kafka_source(kafka)).records():
            place = Partition(record.topic, record.partition)
            salted = is_salted(place.topic)
            salt = salt_of(salt_key, place, record.offset) if salted else None
            assert leaves[place][record.offset] == encode_entry(record, salt)[0]

    async def a_second_archive_is_the_same(self) -> None:
        """From scratch, by an archiver of its own; the first ones are at rest. Right edges that are behind
        are not looked at: where an archiver stopped for a moment, its partial tiles stay."""
        other = replace(self.archive, given_url=str(self.archive.folder / "second"))
        second = replace(self, archive=other)
        process = await second.ready(9)
        await wait_until_archived(self.stack.kafka, other)
        await asyncio.to_thread(process.stop)
        ours, theirs = Store(self.archive.url), Store(other.url)
        whole = [path for path in theirs.list("log") if ".p/" not in path]
        assert whole == [path for path in ours.list("log") if ".p/" not in path]
        assert [path for path in whole if ours.get(path) != theirs.get(path)] == []
        assert theirs.list("beside") == ours.list("beside")

    # --- records ---------------------------------------------------------------------------------

    async def write(self, numbers: Iterable[int], said: str = "as usual") -> None:
        async with AIOKafkaProducer(**client_options(self.stack.kafka), acks="all") as producer:
            for number in numbers:
                await _send(producer, number, said)
            await producer.flush()

    async def write_until(self, condition: Callable[[], bool], process: ServiceProcess) -> None:
        """Somebody goes on writing meanwhile, so that there is always something to archive."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    await self.write(range(2), "meanwhile")
        except TimeoutError as error:
            raise process.child.explained(f"not so within {PATIENCE_SECONDS:g} seconds") from error

    async def erase(self, offset: int) -> None:
        voice, now = Voice(KafkaLog(self.stack.kafka, "test"), "operator"), datetime.now(UTC)
        erasure = RecordErased(
            erased_by="test",
            ground="test",
            topic=PARTNER,
            partition=0,
            offset=offset,
            erased_at=now,
        )
        await voice.say(erasure, now)
        await voice.close()

    async def make_topics_anew(self) -> None:
        names = {spec.name for spec in self.specs}
        async with kafka_admin(self.stack.kafka) as admin:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while there := names.intersection(await admin.list_topics()):
                    await admin.delete_topics(list(there))
        await ensure_topics(self.stack.kafka, self.specs)


def is_frozen(process: ServiceProcess) -> bool:
    return bool(psutil.Process(process.child.pid).status() == psutil.STATUS_STOPPED)


def _leaves(archive: Archive, place: Partition) -> list[bytes]:
    archive.verify(place)
    return [leaf for _, chunk in archive.raw(place, *archive.bounds(place)) for leaf in chunk]


async def _send(producer: AIOKafkaProducer, number: int, said: str) -> None:
    for topic, partitions in ((PARTNER, 1), (FACTS, LANES)):
        value, partition = f'{{"{said}":{number}}}'.encode(), number % partitions
        headers = [("ce_type", b"test"), ("ce_type", b""), ("ce_id", b"%d" % number)]
        await producer.send(topic, value, key=b"", partition=partition, headers=headers)


@asynccontextmanager
async def archivers(stack: Stack, folder: Path) -> AsyncIterator[Archivers]:
    """Nobody archives yet, and there are some records; whoever was started is ended afterwards."""
    await empty(stack)
    named = {PARTNER, FACTS, AUDIT}
    specs = [spec for spec in all_topics(LANES, (), ("school-1",)) if spec.name in named]
    await ensure_topics(stack.kafka, specs)
    with supervised(stack, LANES) as supervisor:
        made = Archivers(stack, supervisor, LocalArchive(folder), specs)
        await made.write(range(600))
        yield made
        await asyncio.to_thread(supervisor.stop_all)
    await empty(stack)
