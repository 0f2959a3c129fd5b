"""Having a person's words erased from the archive: where they stand, and who has the right to it.

What somebody said stands in several places: in the record itself, in each one that repeats it under the same
id, and, if a defect of ours held it up, where it was parked and where it was re-driven.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from filrouge_archive.archive import Archive, ErasedRecord
from filrouge_archive.errors import NotYet
from filrouge_archive.salt import is_salted
from filrouge_chassis.records import Partition, Record
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.envelope import H_ID, H_TYPE
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.topics import AUDIT, PARTNER_IN
from filrouge_contracts.verdicts import Position
from pydantic import ValidationError

from filrouge.operator import OperatorRefuses
from filrouge.stream import Source

PAUSE_SECONDS = 0.2
_QUOTING = (RecordParked.event_type, RecordRedriven.event_type)


@dataclass(frozen=True, slots=True)
class Words:
    """Every place where they stand; the first one is what was asked for."""

    places: tuple[Position, ...]

    def erasure(self, by: str, ground: str) -> RecordErased:
        """Raises OperatorRefuses if it does not say who, or by what right."""
        first, *copies = self.places
        try:
            return RecordErased(
                erased_by=by,
                ground=ground,
                **first.model_dump(),
                copies=tuple(copies),
                erased_at=datetime.now(UTC),
            )
        except ValidationError as error:
            wrong = error.errors()[0]
            raise OperatorRefuses(
                f"{wrong['loc'][0]}: {wrong['msg']}; say who erases and on which legal ground"
            ) from error


def shown(place: Position) -> str:
    return f"{place.topic}/{place.partition}/{place.offset}"


async def words_at(source: Source, place: Position) -> Words:
    """Raises OperatorRefuses if no such record is there, or none that can be erased."""
    if not is_salted(place.topic):
        raise OperatorRefuses(
            f"{shown(place)} cannot be erased: records of {place.topic} hold no words of a person, and"
            " what was decided stays provable; name the partner's record that the words came in"
        )
    record = await _record(source, place)
    identity = _identity(record) if _is_partners(place.topic) else None
    if identity is None:
        return await _what_is_left(source, (place,))
    said = await _said(source, Partition(place.topic, place.partition), identity)
    return await _what_is_left(source, (place, *(one for one in said if one != place)))


async def words_of(source: Source, partner: str, event_id: str) -> Words:
    """What a partner said under an id. Raises OperatorRefuses if it said nothing under it."""
    on = Partition(PARTNER_IN.format(partner=partner), 0)
    if on not in source.bounds:
        raise OperatorRefuses(f"{partner} is no partner of this installation: {on} is not in Kafka")
    said = await _said(source, on, event_id.encode())
    if not said:
        raise OperatorRefuses(
            f"{partner} has said nothing under the id {event_id!r}: look for it with filrouge audit"
            f" replay --partner {partner}, or name its place, as {on}/0"
        )
    return await _what_is_left(source, said)


async def _what_is_left(source: Source, said: tuple[Position, ...]) -> Words:
    """Without what was erased already. Raises OperatorRefuses if nothing is left."""
    erased = {one async for one in _erased(source)}
    quoting = [one async for one in _copies(source, frozenset(said)) if one not in said]
    left = tuple(one for one in (*said, *quoting) if one not in erased)
    if not left:
        raise OperatorRefuses(
            f"{shown(said[0])} was erased already, with its copies: an event on {AUDIT} says by whom"
        )
    return Words(left)


async def _record(source: Source, place: Position) -> Record:
    on = Partition(place.topic, place.partition)
    if place.offset >= source.bounds.get(on, (0, 0))[1]:
        raise OperatorRefuses(
            f"{shown(place)} is not in Kafka: name a record that is there, as topic/partition/offset"
        )
    chunks = [chunk async for chunk in source.log.read(on, place.offset, place.offset + 1)]
    return chunks[0][0]


async def _said(source: Source, on: Partition, identity: bytes) -> tuple[Position, ...]:
    found = [one async for one in source.records([on]) if _identity(one) == identity]
    return tuple(map(_position, found))


async def _copies(source: Source, said: frozenset[Position]) -> AsyncIterator[Position]:
    """Parked and re-driven records that quote one of these."""
    places = [on for on in source.bounds if is_salted(on.topic) and not _is_partners(on.topic)]
    async for record in source.records(places):
        kind = (dict(record.headers).get(H_TYPE) or b"").decode(errors="replace")
        if kind not in _QUOTING:
            continue
        quoted = (
            RecordParked.from_json(record.value or b"")
            if kind == RecordParked.event_type
            else RecordRedriven.from_json(record.value or b"").parked
        )
        if _position(quoted) in said:
            yield _position(record)


async def _erased(source: Source) -> AsyncIterator[Position]:
    async for record in source.records([on for on in source.bounds if on.topic == AUDIT]):
        if dict(record.headers).get(H_TYPE) == RecordErased.event_type.encode():
            said = RecordErased.from_json(record.value or b"")
            yield _position(said)
            for copy in said.copies:
                yield copy


def _position(of: Record | RecordParked | RecordErased) -> Position:
    return Position(topic=of.topic, partition=of.partition, offset=of.offset)


def _identity(record: Record) -> bytes | None:
    return dict(record.headers).get(H_ID)


def _is_partners(name: str) -> bool:
    """Whether it is a partner's own topic, of which every record is its word."""
    before, _, after = PARTNER_IN.partition("{partner}")
    return name.startswith(before) and name.endswith(after)


async def wait_until_gone(url: str, erasure: RecordErased, seconds: float) -> None:
    """Returns when the archive has deleted them. Raises OperatorRefuses after so long."""
    places = (_position(erasure), *erasure.copies)
    try:
        async with asyncio.timeout(seconds):
            while True:
                if await asyncio.to_thread(_are_gone, url, places):
                    return
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        raise OperatorRefuses(
            f"the erasure is said, and after {seconds:g} seconds the words are still in {url}:"
            " does audit_trail run? It deletes them as soon as it archives the event"
        ) from None


def _are_gone(url: str, places: tuple[Position, ...]) -> bool:
    archive = Archive.open(url)
    try:
        return all(
            isinstance(record, ErasedRecord)
            for one in places
            for chunk in archive.read(
                Partition(one.topic, one.partition), one.offset, one.offset + 1, with_erased=True
            )
            for record in chunk
        )
    except NotYet:
        return False
