"""What a lane carries from batch to batch, and what a batch tells about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from filrouge_chassis.control import Control
from filrouge_chassis.lane_row import LaneRow


@dataclass(slots=True)
class Progress:
    """Batches that decided nothing are noted with the next one: until then they are only here."""

    row: LaneRow
    control: Control
    read: list[list[Any]] = field(default_factory=list)
    """[partition, first, end] of what is not journalled yet."""
    defects_in_a_row: int = 0

    def copy(self) -> Progress:
        read = [list(part) for part in self.read]
        return Progress(self.row.copy(), self.control, read, self.defects_in_a_row)

    @property
    def unjournalled_records(self) -> int:
        return sum(end - first for _, first, end in self.read)


@dataclass(slots=True)
class Counts:
    """What a batch did, for the metrics."""

    taken: int = 0
    ignored: int = 0
    duplicates: int = 0
    parked: int = 0
    woken: int = 0
    oldest_ms: int | None = None  # arrival of the oldest partner's record behind a decision
    oldest_trace: str | None = None  # its trace, if that is kept
    decided: dict[str, int] = field(default_factory=dict)  # event type → number

    def waited(self, received_ms: int, kept_traceparent: str | None) -> None:
        """A partner's record that came then has led to a decision."""
        if self.oldest_ms is None or received_ms < self.oldest_ms:
            self.oldest_ms = received_ms
            self.oldest_trace = kept_traceparent and kept_traceparent[3:35]


class Decision(NamedTuple):
    """One decision of a batch whose trace is kept."""

    name: str
    key: str
    cause: str
    traceparent: str  # of the event that led to it
    said: int  # events
    error: str | None = None  # why the record was parked instead
