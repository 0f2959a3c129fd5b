"""Sending a part of the past to a broker that is nobody's: on topics of other names, with its provenance.

Production is out of reach twice: a cluster that holds any topic of ours is refused, and what is written has
another name than anything that our services read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from aiokafka.errors import KafkaError
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_chassis.log import Publisher
from filrouge_chassis.records import Outgoing
from filrouge_contracts.topic_specs import MAX_RECORD_BYTES, TopicSpec
from filrouge_contracts.topics import GENERATION

from filrouge.audit.errors import AuditFailed
from filrouge.audit.replay import Chosen, Replayed
from filrouge.topics import ensure_topics

PREFIX = "replay."
AT_ONCE = 500
_CONFIG = {"retention.ms": "-1", "max.message.bytes": str(MAX_RECORD_BYTES)}


@dataclass(slots=True)
class Pace:
    """`speed` times as fast as it happened; 0: at once."""

    speed: float = 0.0
    clock: Callable[[], float] = monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _started: tuple[float, int] | None = field(default=None, init=False)

    def waits(self, recorded_ms: int) -> float:
        """Seconds until a record of that moment is due."""
        if not self.speed:
            return 0.0
        if self._started is None:
            self._started = (self.clock(), recorded_ms)
        begun, first_ms = self._started
        return begun + (recorded_ms - first_ms) / 1000 / self.speed - self.clock()


async def check_sandbox(kafka: str) -> None:
    """Raises AuditFailed if anything of ours lives there, or nobody answers."""
    try:
        async with kafka_admin(kafka) as admin:
            names = await admin.list_topics()
    except (KafkaError, OSError) as error:
        raise AuditFailed(f"no broker answers at {kafka}: {type(error).__name__}") from error
    ours = sorted(n for n in names if n.endswith(f".{GENERATION}") and not n.startswith(PREFIX))
    if ours:
        raise AuditFailed(
            f"{kafka} holds {len(ours)} topics of an installation, such as {ours[0]}: replay to a"
            " broker of its own"
        )


async def send(
    chosen: Chosen,
    kafka: str,
    pace: Pace,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Returns how many records the sandbox has taken; the topics have as many partitions as here."""
    await check_sandbox(kafka)
    partitions = chosen.source.partitions
    specs = [TopicSpec(PREFIX + name, partitions[name], _CONFIG) for name in chosen.topics]
    await ensure_topics(kafka, specs)
    publisher = await KafkaLog(kafka, "replay").publisher()
    try:
        return await publish(chosen.records(), publisher, pace, progress)
    finally:
        await publisher.close()


async def publish(
    records: AsyncIterator[Replayed],
    publisher: Publisher,
    pace: Pace,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """In the order of the records; what is due together goes together."""
    waiting: list[Outgoing] = []
    sent = 0
    async for replayed in records:
        seconds = pace.waits(replayed.told.recorded_ms)
        if waiting and (seconds > 0 or len(waiting) >= AT_ONCE):
            await publisher.publish(waiting)
            sent += len(waiting)
            progress(sent)
            waiting = []
        if seconds > 0:
            await pace.sleep(seconds)
        waiting.append(marked(replayed))
    if waiting:
        await publisher.publish(waiting)
    return sent + len(waiting)


def marked(replayed: Replayed) -> Outgoing:
    """The same bytes under another topic, and where they are from."""
    record = replayed.record
    provenance = (
        ("replay_topic", record.topic.encode()),
        ("replay_partition", b"%d" % record.partition),
        ("replay_offset", b"%d" % record.offset),
        ("replay_recordedms", b"%d" % record.timestamp),
    )
    return Outgoing(
        PREFIX + record.topic,
        record.partition,
        record.key,  # type: ignore[arg-type] # a partner's may be null, and stays so
        record.value,  # type: ignore[arg-type]
        (*record.headers, *provenance),
    )
