"""Whose words an archive has been told to forget: only there may a placeholder stand for a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filrouge_archive.archive import Archive
from filrouge_archive.put_back import Placeholder
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.envelope import H_TYPE
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import AUDIT
from filrouge_contracts.verdicts import Position

from filrouge.restoring.problems import RestoreRefused

_TYPE = REGISTER.by_model[RecordErased].type.encode()


class Erasures:
    """Those that the archive itself holds."""

    def __init__(self, archive: Archive) -> None:
        """Raises Damaged and Refused."""
        place = Partition(AUDIT, 0)
        size = archive.bounds(place)[1]
        chunks = archive.put_back(place, 0, size) if size else iter(())
        self._said = {one for chunk in chunks for record in chunk for one in _named_by(record)}
        self.met = 0
        """How many placeholders were passed on."""

    def checked(self, chunks: Iterator[list[RawRecord]]) -> Iterator[Sequence[RawRecord]]:
        """The same; raises RestoreRefused where words are missing and no erasure names them."""
        for chunk in chunks:
            for record in chunk:
                if isinstance(record, Placeholder):
                    self._expect(record)
            yield chunk

    def _expect(self, record: Placeholder) -> None:
        if (record.topic, record.partition, record.offset) not in self._said:
            raise RestoreRefused(
                f"{record.topic}/{record.partition}, offset {record.offset}: its words are not in the archive,"
                " and no erasure names them: they are lost; put the objects below beside/ back from a copy of"
                " the archive, and run this again"
            )
        self.met += 1


def _named_by(record: RawRecord) -> Iterator[tuple[str, int, int]]:
    if (H_TYPE, _TYPE) not in record.headers:
        return
    said = RecordErased.from_json(record.value or b"")
    original = Position(topic=said.topic, partition=said.partition, offset=said.offset)
    for one in (original, *said.copies):
        yield one.topic, one.partition, one.offset
