"""What was fetched for a lane and is not decided yet.

A tick stands between the records that were written before it and those that were written after: whoever
comes late does not decide what was said yesterday evening by the clock of yesterday morning.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from filrouge_chassis.records import Partition, Record


class Inbox:
    """Keeps the order of each partition. Times are Kafka's own, in ms since 1970."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()

    def __len__(self) -> int:
        return len(self._records)

    def clear(self) -> None:
        self._records.clear()

    def put(self, records: Sequence[Record]) -> None:
        self._records.extend(records)

    def put_back(self, records: Sequence[Record]) -> None:
        """Those that were taken last, and not decided after all."""
        self._records.extendleft(reversed(records))

    def take(self, at_most: int, written_before_ms: int | None) -> list[Record]:
        """The next records; of each partition none after the first that was written later."""
        if written_before_ms is None:
            return [self._records.popleft() for _ in range(min(len(self._records), at_most))]
        taken: list[Record] = []
        left: list[Record] = []
        waiting: set[Partition] = set()
        while self._records and len(taken) < at_most:
            record = self._records.popleft()
            place = _place(record)
            if place in waiting or record.timestamp >= written_before_ms:
                waiting.add(place)
                left.append(record)
            else:
                taken.append(record)
        self.put_back(left)
        return taken

    def waiting(self, written_before_ms: int) -> set[Partition]:
        """Partitions whose next record was written then or later."""
        first: dict[Partition, Record] = {}
        for record in self._records:
            first.setdefault(_place(record), record)
        return {place for place, record in first.items() if record.timestamp >= written_before_ms}


def _place(record: Record) -> Partition:
    return Partition(record.topic, record.partition)
