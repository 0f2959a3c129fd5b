"""What entries say of themselves: objects beside the log, and the numbers that lanes gave their events."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from filrouge_archive.commit import log_prefix
from filrouge_archive.entry import Beside, decode_entry, own_numbers_of
from filrouge_archive.errors import ArchiveError, Missing
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.envelope import H_PREV, H_SEQUENCE, H_SOURCE
from filrouge_contracts.topics import PARTNER_IN, PARTNER_REDRIVE

from filrouge.audit.log_check import Finding
from filrouge.audit.log_numbers import LogNumbers, written, written_time

_NOT_OF_LANES = tuple(name.partition("{partner}")[2] for name in (PARTNER_IN, PARTNER_REDRIVE))


def is_of_lanes(place: Partition) -> bool:
    """Whether its records are events that we number, and no partner's or operator's words."""
    return not place.topic.endswith(_NOT_OF_LANES)


@dataclass
class EntryCheck:
    """`before`: lane → its last sequence in this partition, of what was verified earlier."""

    store: Store
    place: Partition
    before: Mapping[str, int]
    first_new: int = 0
    """Entries before this offset were looked at earlier."""
    findings: list[Finding] = field(default_factory=list)
    gone: list[tuple[int, str]] = field(default_factory=list)
    """Offset and path of salted objects that are missing: erased, or lost."""
    numbers: LogNumbers = field(default_factory=LogNumbers)
    _unread: bool = False

    def look(self, begin: int, entries: Sequence[bytes | None]) -> None:
        """Quickly if all are events that follow one another; else each is decoded, and named if it is wrong."""
        if self._quickly(entries):
            return
        for offset, entry in enumerate(entries, begin):
            if offset >= self.first_new:
                self._decode(offset, entry)

    def _quickly(self, entries: Sequence[bytes | None]) -> bool:
        """No lane is known before its first new event was decoded, so that nothing old is taken for new."""
        read, rows, rests = own_numbers_of(), [], []
        for entry in entries:
            if entry is None or (found := read(entry)) is None:
                return False
            rows.append(found.groups())
            rests.append(len(entry) - found.end())
        times, lanes, sequences, prevs, sizes = zip(*rows, strict=True)
        if b"".join(sizes) != struct.pack(f">{len(rests)}i", *rests):
            return False
        return self.numbers.follow(times, lanes, sequences, prevs)

    def _decode(self, offset: int, entry: bytes | None) -> None:
        where = f"{log_prefix(self.place)}, offset {offset}"
        record = None
        try:
            record = None if entry is None else self._record(offset, entry, where)
        except ArchiveError as error:
            self.findings.append(Finding.of(error, where))
        if record is None:
            self._unread = True
        elif is_of_lanes(self.place):
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
            return None
        return decoded.record(self.place, offset, body)

    def _number(self, record: RawRecord, where: str) -> None:
        headers = dict(record.headers)
        try:
            source = headers[H_SOURCE].decode()
            sequence, prev = int(headers[H_SEQUENCE]), int(headers[H_PREV])
        except (AttributeError, KeyError, ValueError, TypeError) as error:  # it may be null
            self.findings.append(Finding(where, f"header {error} is missing or unreadable"))
            return
        lane = written(headers[H_SOURCE])
        last = self.numbers.last(lane)
        if last is None:
            last = self.before.get(source, 0)
        if sequence <= last:
            return  # published again, which readers skip
        if prev != last and not (self._unread and prev > last):
            why = f"{source} says that {prev} came before {sequence} here, but that was {last}"
            self.findings.append(Finding(where, why))
        self.numbers.add(written_time(record.timestamp), lane, written(headers[H_SEQUENCE]))
