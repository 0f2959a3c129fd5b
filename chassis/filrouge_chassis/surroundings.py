"""What the lanes of one process share, and the bounds that each of them keeps."""

from __future__ import annotations

from dataclasses import dataclass

from filrouge_chassis.control import ControlLog
from filrouge_chassis.decider import Decider
from filrouge_chassis.facts import FactReader
from filrouge_chassis.log import Feed, Log
from filrouge_chassis.progress import Counts
from filrouge_chassis.tracing import Traces


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one lane's memory and patience."""

    batch_records: int = 4000
    inbox_records: int = 8000  # above this the lane's partitions are paused
    cached_states: int = 100_000
    wakes_per_batch: int = 500
    unjournalled_records: int = 50_000  # ignored records after which a batch is noted anyway
    unjournalled_ranges: int = 1000  # ranges of them: they all go into one journal record
    backoff_seconds: float = 0.05
    backoff_at_most_seconds: float = 5.0
    drain_seconds: float = 10.0


class Observer:
    """What a lane tells about itself; the metrics override it, tests too."""

    def loaded(self, lane: int, rebuilt: bool) -> None: ...

    def decided(self, lane: int, counts: Counts, seconds: float, committed: bool) -> None: ...

    def failed(self, lane: int, error: Exception) -> None: ...


@dataclass(frozen=True)
class Surroundings:
    """What all lanes of an instance share."""

    decider: Decider
    reader: FactReader
    log: Log
    control: ControlLog
    feed: Feed
    observer: Observer
    limits: Limits
    traces: Traces | None = None
