"""Whose words are to be deleted: known from the audit topic, and deleted again by whoever writes them again.

A restarted archiver writes the last seconds anew, what was erased in them too; so it hears of every erasure
there ever was, and carries out each for which the record is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from filrouge_chassis.records import Partition, Record
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.envelope import H_TYPE
from filrouge_contracts.verdicts import Position
from pydantic import ValidationError

from audit_trail import log_events


class Erasures:
    """Those that are not carried out yet."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Partition, int], None] = {}

    def hear(self, records: Iterable[Record]) -> None:
        """Records of the audit topic; others than erasures are passed over."""
        for record in records:
            if dict(record.headers).get(H_TYPE) != RecordErased.event_type.encode():
                continue
            try:
                said = RecordErased.from_json(record.value or b"")
            except ValidationError:
                where = f"{record.topic}/{record.partition}/{record.offset}"
                log_events.ERASURE_INVALID.say(place=where)
                continue
            original = Position(topic=said.topic, partition=said.partition, offset=said.offset)
            for one in (original, *said.copies):
                self._waiting[Partition(one.topic, one.partition), one.offset] = None

    def carry_out(
        self, sizes: Mapping[Partition, int], erase: Callable[[Partition, int], bool]
    ) -> int:
        """Erases what this instance has archived, and says how many that were; the others wait."""
        due = [place for place in self._waiting if place[1] < sizes.get(place[0], 0)]
        for place, offset in due:
            if not erase(place, offset):
                log_events.ERASURE_IN_VAIN.say(place=f"{place}/{offset}")
            del self._waiting[place, offset]
        return len(due)
