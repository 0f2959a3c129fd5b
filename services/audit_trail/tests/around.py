"""What an archiver has around it: a Kafka of lists, a store that may be away, and a way to let it work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from audit_trail.cut import Cut, LetGo, cut_of
from audit_trail.inbox import Inbox
from audit_trail.memory import Memory
from audit_trail.metrics import TrailMetrics
from audit_trail.reading import Reading
from audit_trail.trail import Trail
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.errors import StoreAway
from filrouge_archive.note import Signer, Verifier
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import AUDIT
from prometheus_client import CollectorRegistry

SIGNER = Signer("localhost/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SALT = b"a salt key of the tests, no secret"
PARTNER, FACTS = Partition("partners.school-1.in.g1", 0), Partition("budget.g1", 0)
AUDITED = Partition(AUDIT, 0)
PATIENCE_SECONDS = 30.0


class Kafka:
    """Records by partition, and who leads it; also the consumer and the log that read them."""

    def __init__(self) -> None:
        self.records: dict[Partition, list[RawRecord]] = {}
        self.first: dict[Partition, int] = {}
        self.leaders: dict[Partition, int] = {}
        self.failures: list[Exception] = []
        """Raised by the next polls."""
        self.looks = 0
        self.asked: list[tuple[TopicPartition, ...]] = []
        """Which partitions each poll was for; all: an empty one."""
        self.sought: list[tuple[Partition, int]] = []
        self._next: dict[Partition, int] = {}

    def say(self, place: Partition, *values: bytes) -> None:
        records = self.records.setdefault(place, [])
        self.leaders.setdefault(place, 1)
        for value in values:
            records.append(RawRecord(*place, len(records), 1_587_340_800_000, b"key", value))

    def said_by(self, lane: str, sequence: int, place: Partition) -> None:
        """An event of a lane, as it lies behind a note of it."""
        records = self.records.setdefault(place, [])
        self.leaders.setdefault(place, 1)
        headers = (("ce_source", lane.encode()), ("ce_sequence", b"%d" % sequence))
        at_ms = 1_587_340_800_000
        records.append(RawRecord(*place, len(records), at_ms, b"key", b"said", headers))

    def tell(self, event: Event) -> None:
        """An event on its topic, as the audit topic has them."""
        place = Partition(REGISTER.by_model[type(event)].topic, 0)
        records = self.records.setdefault(place, [])
        self.leaders.setdefault(place, 1)
        headers = (("ce_type", event.event_type.encode()),)
        records.append(RawRecord(*place, len(records), 0, b"key", event.to_json(), headers))

    # --- as KafkaLog -----------------------------------------------------------------------------

    async def bounds(self, places: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
        return {place: (self.first.get(place, 0), len(self.records[place])) for place in places}

    async def read(
        self, place: Partition, first: int, end: int, said_by: str | None = None
    ) -> AsyncIterator[Sequence[RawRecord]]:
        if first < end:
            yield self.records[place][first:end]

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[Kafka]:
        self._next = {}
        yield self

    # --- as a consumer ---------------------------------------------------------------------------

    def assign(self, places: Iterable[TopicPartition]) -> None:
        self._next = {Partition(*place): -1 for place in places}

    def seek(self, place: TopicPartition, offset: int) -> None:
        self._next[Partition(*place)] = offset
        self.sought.append((Partition(*place), offset))

    async def getmany(
        self, *wanted: TopicPartition, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[RawRecord]]:
        await asyncio.sleep(0)
        self.asked.append(wanted)
        if self.failures:
            raise self.failures.pop(0)
        found = {}
        for place, offset in self._next.items():
            if wanted and TopicPartition(*place) not in wanted:
                continue
            assert offset >= 0, f"{place} was never sought"
            records = self.records[place][offset:][:max_records]
            max_records -= len(records)
            found[TopicPartition(*place)] = records
            self._next[place] += len(records)
        return found

    def highwater(self, place: TopicPartition) -> int:
        return len(self.records[Partition(*place)])


class Topics:
    """The watch over a Kafka's partitions."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka

    async def __aenter__(self) -> Topics:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    async def leaders(self) -> dict[Partition, int]:
        self._kafka.looks += 1
        return dict(self._kafka.leaders)


class MoodyStore(Store):
    """Away for as many puts as it is told."""

    away = 0

    def put(self, path: str, data: bytes) -> None:
        if self.away:
            self.away -= 1
            raise StoreAway(f"{path}: no answer")
        super().put(path, data)


class Instance:
    """One audit trail without HTTP; it works while `at_work` lasts."""

    def __init__(
        self,
        kafka: Kafka,
        store: Store,
        folder: Path,
        has: Callable[[Partition], bool] = lambda _: True,
        signer: Signer = SIGNER,
        former: Sequence[Verifier] = (),
    ) -> None:
        self._signer, self._former = signer, former
        self.kafka, self.store = kafka, store
        self.registry, self.notes = CollectorRegistry(), list[str]()
        self.memory = Memory(folder / "memory")
        inbox = self.inbox = Inbox(1_000_000)
        metrics = TrailMetrics(self.registry)
        self.trail = Trail(self._archiver, inbox, self.memory, metrics, self._signed)
        log, topics = cast(Any, kafka), cast(Any, Topics(kafka))
        self.lost: list[LetGo] = []
        self.reading = Reading(log, lambda: topics, has, self.trail, inbox, self._cut)

    def _cut(self) -> Cut:
        return cut_of(self.archive, 1_000_000, self.lost.append)

    def _archiver(self) -> Archiver:
        writer = f"writer-{id(self)}"
        return Archiver(self.store, self._signer, SALT, writer, self.memory.recall(), self._former)

    async def _signed(self, note: str) -> None:
        self.notes.append(note)

    def archive(self) -> Archive:
        return Archive(self.store, [self._signer.verifier, *self._former])

    def ends(self) -> dict[Partition, int]:
        return self.archive().ends

    def metric(self, name: str) -> float | None:
        return self.registry.get_sample_value(f"filrouge_{name}")

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Instance]:
        """Ends as on SIGTERM; what it raises while it works is raised here."""
        reading = asyncio.create_task(self.reading.run())
        trail = asyncio.create_task(self.trail.run())
        self._tasks = (reading, trail)
        try:
            yield self
            reading.cancel()
            if not trail.done():
                self.trail.end()
                await trail
        finally:
            for task in self._tasks:
                task.cancel()

    @asynccontextmanager
    async def stopped_by(self, error: type[Exception], words: str) -> AsyncIterator[Instance]:
        """What is done to it here makes it stop, and say why."""
        async with self.at_work():
            yield self
            with pytest.raises(error, match=words):
                await self.until(lambda: False)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                for task in self._tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0)

    async def all_archived(self) -> None:
        wanted = {place: len(found) for place, found in self.kafka.records.items() if found}
        await self.until(lambda: self.ends() == wanted)

    async def looked(self, times: int) -> None:
        goal = self.kafka.looks + times
        await self.until(lambda: self.kafka.looks >= goal)


def erasure_of(place: Partition, offset: int, **more: Any) -> RecordErased:
    said = {"erased_by": "office", "ground": "law", "erased_at": "2026-01-01T00:00:00Z", **more}
    said |= {"topic": place.topic, "partition": place.number, "offset": offset}
    return RecordErased.model_validate_json(json.dumps(said))
