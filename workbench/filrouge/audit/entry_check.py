"""What entries say of themselves: objects beside the log, and the numbers that lanes gave their events."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from filrouge_archive.commit import log_prefix
from filrouge_archive.entry import Beside, decode_entry
from filrouge_archive.errors import ArchiveError, Missing
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.envelope import H_PREV, H_SEQUENCE, H_SOURCE
from filrouge_contracts.topics import PARTNER_IN, PARTNER_REDRIVE

from filrouge.audit.log_check import Finding

EDGE_MS = 60_000
"""Partitions are not archived at the same instant: a number may be late by as much, and no longer."""
_NOT_OF_LANES = tuple(name.partition("{partner}")[2] for name in (PARTNER_IN, PARTNER_REDRIVE))


def is_of_lanes(place: Partition) -> bool:
    """Whether its records are events that we number, and no partner's or operator's words."""
    return not place.topic.endswith(_NOT_OF_LANES)


@dataclass
class Numbers:
    """Sequences that one lane gave in one partition, each with the broker's time."""

    sequences: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))


@dataclass
class EntryCheck:
    """`last`: lane → its last sequence in this partition, of what was verified earlier."""

    store: Store
    place: Partition
    last: dict[str, int]
    findings: list[Finding] = field(default_factory=list)
    gone: list[tuple[int, str]] = field(default_factory=list)
    """Offset and path of salted objects that are missing: erased, or lost."""
    lanes: dict[str, Numbers] = field(default_factory=dict)
    first_new: int = 0
    """Entries before this offset were looked at earlier."""
    _unread: bool = False

    def look(self, begin: int, entries: Sequence[bytes | None]) -> None:
        of_lanes = is_of_lanes(self.place)
        for offset, entry in enumerate(entries, begin):
            if offset < self.first_new:
                continue
            if entry is None:
                self._unread = True
                continue
            where = f"{log_prefix(self.place)}, offset {offset}"
            try:
                record = self._record(offset, entry, where)
            except ArchiveError as error:
                self.findings.append(Finding.of(error, where))
                self._unread = True
                continue
            if of_lanes and record is not None:
                self._number(record, where)

    def _record(self, offset: int, entry: bytes, where: str) -> RawRecord | None:
        """None if its words are gone."""
        decoded = decode_entry(entry, where)
        content = decoded.content
        if not isinstance(content, Beside):
            return decoded.record(self.place, offset, content)
        try:
            body = content.body(self.store.get(content.path))
        except Missing as error:
            if not content.salted:
                raise
            self.gone.append((offset, error.path))
            self._unread = True
            return None
        return decoded.record(self.place, offset, body)

    def _number(self, record: RawRecord, where: str) -> None:
        headers = dict(record.headers)
        try:
            source = headers[H_SOURCE].decode()
            sequence, prev = int(headers[H_SEQUENCE]), int(headers[H_PREV])
        except (KeyError, ValueError, TypeError) as error:
            self.findings.append(Finding(where, f"header {error} is missing or unreadable"))
            return
        last = self.last.get(source, 0)
        if sequence <= last:
            return  # published again, which readers skip
        if prev != last and not (self._unread and prev > last):
            why = f"{source} says that {prev} came before {sequence} here, but that was {last}"
            self.findings.append(Finding(where, why))
        self.last[source] = sequence
        numbers = self.lanes.setdefault(source, Numbers())
        numbers.sequences.append(sequence)
        numbers.times.append(record.timestamp)


@dataclass(frozen=True)
class Heard:
    """Of one lane: how far its numbers were heard, and which are still missing."""

    end: int = 0
    missing: tuple[int, ...] = ()


def lanes_heard(
    before: Mapping[str, Heard], logs: Sequence[Mapping[str, Numbers]], erased: int
) -> tuple[dict[str, Heard], list[Finding]]:
    """A lane's numbers over all partitions. One that is missing is a gap if a later one was recorded a minute
    before the end; as many as there are `erased` events of lanes are theirs."""
    found: dict[str, list[Numbers]] = {}
    for lanes in logs:
        for source, numbers in lanes.items():
            found.setdefault(source, []).append(numbers)
    newest = max((max(one.times) for parts in found.values() for one in parts), default=0)
    after, gaps = dict(before), []
    for source, parts in found.items():
        after[source] = heard = _merged(before.get(source, Heard()), parts)
        settled = max(_settled(parts, newest - EDGE_MS), before.get(source, Heard()).end)
        gaps += [(source, number) for number in heard.missing if number < settled]
    if len(gaps) > erased:
        return after, [Finding(name, f"its event {number} is nowhere") for name, number in gaps]
    for source, number in gaps:
        left = tuple(one for one in after[source].missing if one != number)
        after[source] = Heard(after[source].end, left)
    return after, []


def _settled(parts: Iterable[Numbers], until_ms: int) -> int:
    """The highest sequence that was recorded by then."""
    pairs = ((s, at) for one in parts for s, at in zip(one.sequences, one.times, strict=True))
    return max((sequence for sequence, at in pairs if at <= until_ms), default=0)


def _merged(before: Heard, parts: Iterable[Numbers]) -> Heard:
    new = {sequence for part in parts for sequence in part.sequences}
    end = max(new | {before.end})
    wanted = [*before.missing, *range(before.end + 1, end + 1)]
    return Heard(end, tuple(number for number in wanted if number not in new))
