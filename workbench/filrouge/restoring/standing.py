"""What of the archive Kafka holds already, and whether the rest may be put behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from filrouge_archive.archive import Archive
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.records import Partition
from filrouge_contracts.audit import StreamRestored
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.envelope import H_TYPE
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import AUDIT

from filrouge.restoring.compared import first_difference
from filrouge.restoring.problems import RestoreRefused
from filrouge.topics import grows_with_partners

COMPARED_RECORDS = 256
"""As many of the last ones as the archiver compares when it starts."""
COORDINATOR_SECONDS = 30.0
PAUSE_SECONDS = 0.2
_RESTORED = REGISTER.by_model[StreamRestored].type.encode()


@dataclass(frozen=True, slots=True)
class Part:
    """Of a partition, what is to be put back: the offsets from `first` to `end`."""

    place: Partition
    first: int
    end: int

    @property
    def records(self) -> int:
        return self.end - self.first


async def parts_of(
    archive: Archive, log: KafkaLog, partitions: Mapping[str, int]
) -> Sequence[Part]:
    """Every archived partition, with nothing to do where all is there. Raises RestoreRefused."""
    parts = []
    places = [Partition(name, n) for name, count in partitions.items() for n in range(count)]
    bounds = await log.bounds(places)
    for place in sorted(places):
        (first, end), size = bounds[place], archive.bounds(place)[1]
        if first:
            raise _refused(place, f"begins at offset {first}: records were deleted")
        if not size and end and not await _only_tells_of_restores(log, place, end):
            raise _refused(place, f"holds {end} records, and the archive none of it")
        there = min(end, size)
        from_here = max(0, there - COMPARED_RECORDS)
        different = await first_difference(archive, log, place, from_here, there)
        if different is not None:
            raise _refused(
                place, f"has another record at offset {different} than the archive: it is not empty"
            )
        if size:
            parts.append(Part(place, there, size))
    return parts


async def _only_tells_of_restores(log: KafkaLog, place: Partition, end: int) -> bool:
    """Whoever was cut off after it had said what was done finds its own event."""
    if place.topic != AUDIT:
        return False
    said = [record async for chunk in log.read(place, 0, end) for record in chunk]
    return all(dict(record.headers).get(H_TYPE) == _RESTORED for record in said)


def check_shape(wanted: Mapping[str, int], found: Mapping[str, int]) -> None:
    """Raises RestoreRefused if a topic is missing, or has partitions that keys do not lead to."""
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        raise RestoreRefused(
            f"Kafka has no topic {', '.join(missing)}: the archive has records of it, or the installation needs"
            " it; have topics made (--make-topics does it), and run this again"
        )
    for name, count in wanted.items():
        if found[name] < count or (found[name] > count and not grows_with_partners(name)):
            raise RestoreRefused(
                f"{name} has {found[name]} partitions in Kafka, and {count} in the archive: a key would lead to"
                " another one; delete the topic and make it with as many, or say --lanes if that is the number"
                " and the last partitions never held anything"
            )


async def check_nobody_works(admin: AIOKafkaAdminClient) -> None:
    """Raises RestoreRefused if a service has its lanes from this Kafka."""
    working = [name for name in SERVICES if await _members(admin, name)]
    if working:
        raise RestoreRefused(
            f"{', '.join(working)} {'runs' if len(working) == 1 else 'run'} on this Kafka: what services write"
            " takes the offsets of what was archived; stop all of them, audit_trail and the clock too"
        )


async def _members(admin: AIOKafkaAdminClient, group: str) -> int:
    """A broker that is new makes the topic of its groups first, and refuses meanwhile."""
    why: KafkaError | None = None
    try:
        async with asyncio.timeout(COORDINATOR_SECONDS):
            while True:
                try:
                    (answer,) = await admin.describe_consumer_groups([group])
                    return sum(len(described[5]) for described in answer.groups)
                except KafkaError as error:
                    why = error
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError as error:
        raise RestoreRefused(
            f"Kafka does not say who is in the group {group} ({type(why).__name__}: {why}): whether the service"
            " runs cannot be seen; run this again when it does"
        ) from error


def _refused(place: Partition, why: str) -> RestoreRefused:
    return RestoreRefused(
        f"{place} {why}. A record must come to lie at the offset that it had; if Kafka is the one that"
        " is wrong, delete the topic, make it anew, and run this again"
    )
