"""Nothing is missing, nothing is there twice, and everything is where the register says.

N1 offsets of a partition are contiguous from 0
N2 a lane's sequence has no gap, over all partitions it writes
N3 `prev` names the lane's previous record in that very partition
N4 ids are unique; what was published again is the same to the byte
N5 type, topic, key, partition and writer are those of the register, the data those of the contract
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from aiokafka.partitioner import murmur2
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER, Entry
from pydantic import ValidationError

from filrouge.checks.fact import Breach, Fact
from filrouge.checks.said import Said

RULES = ("N1", "N2", "N3", "N4", "N5")


class Numbering:
    """Reads the records of our own lanes, and tells which of them are there for the first time."""

    def __init__(self, partitions: Mapping[str, int], newest: int | None = None) -> None:
        """`newest`: so many are remembered of each lane's numbers, and of ids, where a stream never ends."""
        self.checked = dict.fromkeys(RULES, 0)
        self.republished = 0
        self._partitions = partitions
        self._next_offset: dict[tuple[str, int], int] = {}
        self._last: dict[tuple[str, str, int], int] = {}
        self._passed: set[tuple[str, int]] = set()
        """Partitions whose last record is without its words."""
        self.said = Said(newest)

    def offset(self, record: Any) -> Iterator[Breach]:
        """N1, for every record of every topic."""
        place = (record.topic, record.partition)
        expected = self._next_offset.get(place, 0)
        self.checked["N1"] += 1
        if record.offset != expected:
            yield Breach("N1", f"{place[0]}/{place[1]}: {record.offset} follows {expected - 1}")
        self._next_offset[place] = record.offset + 1

    def read(self, record: Any, wants: frozenset[str], found: list[Breach]) -> Fact | None:
        """The record as a fact; None if it is not to be looked at, since it is wrong or a repetition."""
        headers = dict(record.headers)
        try:
            kind = headers["ce_type"].decode()
            identity, source = headers["ce_id"].decode(), headers["ce_source"].decode()
            sequence, prev = int(headers["ce_sequence"]), int(headers["ce_prev"])
            subject = headers["ce_subject"].decode()
            at = datetime.fromisoformat(headers["ce_time"].decode())
        except (KeyError, ValueError) as error:
            place = f"{record.topic}/{record.partition}/{record.offset}"
            found.append(Breach("N5", f"{place}: header {error} is missing or unreadable"))
            return None
        if not self._is_new(record, source, sequence, prev, identity, found):
            self.republished += 1
            return None
        event = self._conforming(record, kind, source, identity, found)
        name = kind.split(".")[-2]
        if event is None:
            return None
        data = event.model_dump() if name in wants else {}
        return Fact(identity, source, sequence, subject, kind, name, data, record.value, at)

    def pass_over(self, record: Any) -> None:
        """Its words are gone: it had a number, which the next one in its partition tells."""
        self._passed.add((record.topic, record.partition))

    def close(self, erased: Mapping[str, int]) -> Iterator[Breach]:
        """N2, when everything was read. As many numbers of a lane as were erased are nobody's to miss."""
        for source, last, missing in self.said.numbers():
            self.checked["N2"] += last
            if len(missing) > erased.get(source, 0):
                for sequence in missing:
                    yield Breach("N2", f"{source} has no event {sequence}")

    def _is_new(
        self, record: Any, source: str, sequence: int, prev: int, identity: str, found: list[Breach]
    ) -> bool:
        place = (source, record.topic, record.partition)
        last, digest = self._last.get(place, 0), _digest(record)
        before = self.said.digest(source, sequence)
        if sequence <= last:
            # a later journal record for the same sequences is void, and may say something else
            differs = before not in (None, digest)
            if differs and not record.topic.startswith("journal."):
                found.append(Breach("N4", f"{source} said {sequence} in two ways", (identity,)))
            return False
        self.checked["N3"] += 1
        self.checked["N4"] += 1
        if prev != last and not (prev > last and place[1:] in self._passed):
            sentence = f"{record.topic}/{record.partition}: prev is {prev}, the last was {last}"
            found.append(Breach("N3", sentence, (identity,)))
        if before or self.said.has(identity):
            found.append(
                Breach("N4", f"{source}: {sequence} or its id is there twice", (identity,))
            )
        self.said.note(source, sequence, digest, identity)
        self._last[place] = sequence
        self._passed.discard(place[1:])
        return True

    def _conforming(
        self, record: Any, kind: str, source: str, identity: str, found: list[Breach]
    ) -> Event | None:
        """N5; None if the data are not what the contract says."""
        self.checked["N5"] += 1
        entry = REGISTER.by_type.get(kind)
        try:
            event = entry.model.from_json(record.value or b"") if entry else None
        except ValidationError as error:
            found.append(Breach("N5", f"{kind}: {error.errors()[0]['msg']}", (identity,)))
            return None
        if entry is None or event is None:
            found.append(Breach("N5", f"{kind} is not in the register", (identity,)))
            return None
        for what, wanted, got in self._place(entry, event, record, source):
            if wanted != got:
                sentence = f"{kind}: its {what} is {got}, the register says {wanted}"
                found.append(Breach("N5", sentence, (identity,)))
        return event

    def _place(
        self, entry: Entry, event: Event, record: Any, source: str
    ) -> Iterator[tuple[str, object, object]]:
        service, _, lane = source.partition("/")
        key = entry.key_of(event)
        yield "key", key, (record.key or b"").decode(errors="replace")
        yield "writer", True, service in entry.written_by
        topic = entry.topic.format(service=service, partner=getattr(event, "partner", ""))
        yield "topic", topic, record.topic
        if entry.spread == "lane":
            yield "partition", int(lane), record.partition
        elif entry.spread == "single":
            yield "partition", 0, record.partition
        else:
            hashed = (murmur2(key.encode()) & 0x7FFFFFFF) % self._partitions[record.topic]
            yield "partition", hashed, record.partition


def _digest(record: Any) -> int:
    """Of key, value and headers; never 0."""
    digest = blake2b(digest_size=8)
    for part in (record.key or b"", record.value or b"", repr(record.headers).encode()):
        digest.update(len(part).to_bytes(4) + part)
    return int.from_bytes(digest.digest(), signed=True) or 1
