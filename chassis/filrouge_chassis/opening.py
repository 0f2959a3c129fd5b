"""Opening a lane: is what the database says still what Kafka says? If not, Kafka is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filrouge_contracts.journal import BatchDecided

from filrouge_chassis import logs
from filrouge_chassis.errors import LogLost, PublishFailed, UnknownShape
from filrouge_chassis.journal import Journal
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.rebuild import rebuild
from filrouge_chassis.records import Partition, decode_outgoing
from filrouge_chassis.relay import Relay
from filrouge_chassis.replay import Past
from filrouge_chassis.states import stored_states
from filrouge_chassis.store import LaneStore, Loaded, OutboxRow
from filrouge_chassis.testing.failpoints import reach

DRAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Opened:
    """A lane that may go on: its row and version, what is still to publish, its journal's end."""

    version: str
    row: LaneRow
    outbox: Sequence[OutboxRow]
    journal: Journal
    rebuilt: bool = False


async def open_lane(past: Past, partitions: Sequence[Partition], store: LaneStore) -> Opened:
    """Loads the lane; rebuilds it from the stream if the journal holds batches that the database
    does not (it was dropped, or restored from an older copy), or if its states have an older shape.

    Raises UnknownShape if a newer release owns the lane, LogLost if Kafka holds less than was read.
    """
    loaded = await store.load()
    if loaded.version is not None and loaded.shape != past.identity.shape:
        await _take_over_shape(past, loaded)
        return await _rebuild(past, partitions, store, loaded.version)
    journal = await _follow_unless_behind(past, loaded)
    if journal is None:
        return await _rebuild(past, partitions, store, loaded.version)
    await _check_bounds(past, partitions, loaded.row)
    version = loaded.version or await store.replace(None, LaneRow(), [], [])
    return Opened(version, loaded.row, loaded.outbox, journal)


async def _follow_unless_behind(past: Past, loaded: Loaded) -> Journal | None:
    """The journal followed to its end, or None if it tells more, or other things, than the database."""
    unsent = {row.first_sequence: note_of(row) for row in loaded.outbox}
    journal = Journal.of(past.log, past.identity)
    journal.end, journal.sequence = loaded.row.journal_offset, loaded.row.journal_sequence
    end = (await past.log.bounds([journal.partition]))[journal.partition][1]
    if end < journal.end:
        raise LogLost(
            f"{journal.partition} ends at {end}, {journal.end} was acknowledged: Kafka has lost records;"
            " restore the topic before this lane goes on"
        )
    async for note in journal.follow():
        # a row that was deleted from the outbox had been found to be the one that counts
        if note.last_sequence > loaded.row.sequence:
            return None
        if unsent.get(note.first_sequence, note) != note:
            return None
    return journal


async def _rebuild(
    past: Past, partitions: Sequence[Partition], store: LaneStore, version: str | None
) -> Opened:
    logs.REBUILDING.say(lane=past.identity.source)
    journal = Journal.of(past.log, past.identity)
    rebuilt = await rebuild(past, journal)
    await _check_bounds(past, partitions, rebuilt.row)
    await reach("before_replace")
    new = await store.replace(version, rebuilt.row, stored_states(rebuilt.states), rebuilt.outbox)
    await reach("after_replace")
    return Opened(new, rebuilt.row, rebuilt.outbox, journal, rebuilt=True)


async def _take_over_shape(past: Past, loaded: Loaded) -> None:
    """Publishes what the older release had committed, so that the stream is whole."""
    if _number_of(loaded.shape) >= _number_of(past.identity.shape):
        raise UnknownShape(
            f"{past.identity.source}: its states have shape {loaded.shape}, this release reads"
            f" {past.identity.shape}; deploy the newer release, or raise `shape` if this is it"
        )
    journal = await _follow_unless_behind(past, loaded)
    if journal is None or not loaded.outbox:
        return
    relay = Relay(past.log, journal, lambda: None)
    relay.start(loaded.outbox)
    try:
        await relay.drain(DRAIN_SECONDS)
        relay.raise_failure()
        if not relay.idle:
            raise PublishFailed(
                f"{past.identity.source}: what release of shape {loaded.shape} had committed was not"
                f" published within {DRAIN_SECONDS} s; the lane is loaded again"
            )
    finally:
        await relay.stop()


async def _check_bounds(past: Past, partitions: Sequence[Partition], row: LaneRow) -> None:
    bounds = await past.log.bounds(partitions)
    for partition in partitions:
        first, end = bounds[partition]
        position = row.positions.get(str(partition), 0)
        if not first <= position <= end:
            raise LogLost(
                f"{partition} holds {first} to {end}, {past.identity.source} has read up to {position}:"
                " records were deleted or the topic was made anew; restore it before this lane goes on"
            )


def _number_of(shape: str) -> float:
    """The shape's number, which every release raises that changes it; of a strange one none is newer."""
    number = shape.partition("_")[0]
    return int(number) if number.isdecimal() else float("inf")


def note_of(row: OutboxRow) -> BatchDecided:
    """The journal record of an outbox row."""
    (record,) = decode_outgoing(row.journal)
    return BatchDecided.from_json(record.value)
