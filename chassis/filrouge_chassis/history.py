"""A lane's own past as Kafka tells it: each journalled batch with the events it said, in order."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace

from filrouge_contracts.envelope import H_SEQUENCE, H_SOURCE
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.register import REGISTER

from filrouge_chassis.errors import LogLost
from filrouge_chassis.journal import Journal
from filrouge_chassis.log import Log
from filrouge_chassis.outbound import Identity
from filrouge_chassis.records import Outgoing, Partition, Record, encode_outgoing
from filrouge_chassis.tape import following


@dataclass(frozen=True, slots=True)
class PastBatch:
    """A journalled batch; `events` is None if Kafka does not hold them all (only ever the last one)."""

    note: BatchDecided
    events: Sequence[Outgoing] | None


def written_partitions(identity: Identity, partner: str | None) -> list[Partition]:
    """Every partition, the journal's aside, to which this lane may have written."""
    partitions = []
    for entry in REGISTER:
        if identity.service not in entry.written_by or entry.topic.startswith("journal."):
            continue
        name = entry.topic.format(service=identity.service, partner=partner)
        numbers = {"lane": [identity.lane], "single": [0]}.get(
            entry.spread, range(identity.partitions)
        )
        partitions += [Partition(name, number) for number in numbers]
    return list(dict.fromkeys(partitions))


async def history(
    log: Log, identity: Identity, journal: Journal, partner: str | None = None
) -> AsyncIterator[PastBatch]:
    """All batches of the lane's journal from where `journal` stands; bounded memory.

    Raises LogLost if an event is missing anywhere but in the last batch, or if the bytes in Kafka
    are not those whose digest the journal holds.
    """
    events = _in_sequence(log, identity, written_partitions(identity, partner))
    waiting: BatchDecided | None = None
    async for note in journal.follow():
        if waiting is not None:
            yield PastBatch(waiting, await _events_of(events, waiting, last=False))
        waiting = note
    if waiting is not None:
        yield PastBatch(waiting, await _events_of(events, waiting, last=True))
    await events.aclose()


async def _events_of(
    events: AsyncIterator[tuple[int, Outgoing]], note: BatchDecided, last: bool
) -> list[Outgoing] | None:
    found: list[Outgoing] = []
    for sequence in range(note.first_sequence + 1, note.last_sequence + 1):
        got, event = await following(events, (0, None))
        if got != sequence or event is None:
            if last:
                return None
            raise LogLost(
                f"{note.service}/{note.lane}: event {sequence} is not in Kafka, and batch {note.batch}"
                " is not the last one: restore the topic before this lane goes on"
            )
        found.append(event)
    if hashlib.sha256(encode_outgoing(found)).hexdigest() != note.events_sha256:
        raise LogLost(
            f"{note.service}/{note.lane}: events {note.first_sequence + 1} to {note.last_sequence}"
            " are not those that the journal describes: find out who wrote or changed them"
        )
    return found


async def _in_sequence(
    log: Log, identity: Identity, partitions: Sequence[Partition]
) -> AsyncGenerator[tuple[int, Outgoing], None]:
    """The lane's own records of all partitions merged by sequence, each once."""
    bounds = await log.bounds(partitions)
    streams = []
    for partition, (first, end) in bounds.items():
        streams.append(_own(log, identity, partition, first, end))
    heads = []
    for number, stream in enumerate(streams):
        head = await following(stream, None)
        if head is not None:
            heads.append((head[0], number, head[1]))
    heapify(heads)
    taken = 0
    while heads:
        sequence, number, event = heads[0]
        if sequence > taken:
            taken = sequence
            yield sequence, event
        next_head = await following(streams[number], None)
        if next_head is None:
            heappop(heads)
        else:
            heapreplace(heads, (next_head[0], number, next_head[1]))


async def _own(
    log: Log, identity: Identity, partition: Partition, first: int, end: int
) -> AsyncIterator[tuple[int, Outgoing]]:
    mine = (H_SOURCE, identity.source.encode())
    async for chunk in log.read(partition, first, end, said_by=identity.source):
        for record in chunk:
            if mine in record.headers and (headers := dict(record.headers))[H_SOURCE] == mine[1]:
                yield int(headers[H_SEQUENCE]), as_published(record)


def as_published(record: Record) -> Outgoing:
    """The record as its lane encoded it."""
    return Outgoing(
        record.topic,
        record.partition,
        record.key or b"",
        record.value or b"",
        tuple(record.headers),
    )
