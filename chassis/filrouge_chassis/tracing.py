"""What a process tells about traces, after it is durable; docs/decisions/0008-traces.md has the model.

Nothing here is asked what to decide. A process without a collector has no `Traces`, and re-execution
never has any.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

from filrouge_chassis.batch import Batch, Decided
from filrouge_chassis.records import Outgoing
from filrouge_chassis.sampling import Sampling
from filrouge_chassis.span_export import SpanExport
from filrouge_chassis.span_names import COMMIT, FOLD, PUBLISH, READ
from filrouge_chassis.spans import KAFKA, POSTGRESQL, Spans, Times, Whole
from filrouge_chassis.trace_context import read

LINKS_AT_MOST = 128
BATCH_SPANS = 4


class Phases(NamedTuple):
    """When the phases of a batch began, by the loop's clock."""

    read: float
    fold: float
    commit: float


class Traces:
    """The traces that one process keeps. Every call returns at once."""

    def __init__(self, spans: Spans, sampling: Sampling, export: SpanExport) -> None:
        self.sampling, self.export = sampling, export
        self._spans = spans

    def committed(self, lane: int, batch: Batch, decided: Decided, phases: Phases) -> None:
        """The batch's decisions are durable now."""
        kept = [(one, found) for one in batch.kept if (found := read(one.traceparent))]
        if not kept:
            return
        reading, folding, committing, now = _wall_ns(phases)
        whole, times = Whole.of(lane, decided.journal), Times(reading, now)
        room = max(0, self.export.room - BATCH_SPANS)
        make = self._spans
        decisions = [make.decision(one, found, whole, times) for one, found in kept[:room]]
        attributes = {
            "filrouge.batch": decided.note.batch,
            "filrouge.events_said": len(decided.events),
            "messaging.batch.message_count": batch.counts.taken,
        }
        self.export.put(
            [
                make.batch(whole, times, attributes, decisions[:LINKS_AT_MOST]),
                make.phase(READ.name, whole, Times(reading, folding), KAFKA),
                make.phase(FOLD.name, whole, Times(folding, committing)),
                make.phase(COMMIT.name, whole, Times(committing, now), POSTGRESQL),
                *decisions,
            ],
            dropped=len(kept) - len(decisions),
        )

    def published(
        self, lane: int, journal: Outgoing, events: Sequence[Outgoing], at: float
    ) -> None:
        """Kafka holds the row that was taken up at the loop's time `at`. After a crash a row may come
        again, and its spans: the same ones, only later."""
        kept = self.sampling.kept(events)
        if not kept:
            return
        whole, times = Whole.of(lane, journal), Times(*_wall_ns((at,)))
        room = max(0, self.export.room - 1)
        make = self._spans
        said = [make.event(event, found, whole, times) for event, found in kept[:room]]
        publish = make.phase(PUBLISH.name, whole, times, KAFKA)
        self.export.put([publish, *said], dropped=len(kept) - len(said))


def _wall_ns(instants: Sequence[float]) -> list[int]:
    """Unix time of instants of the loop's clock, and of now."""
    now, now_ns = asyncio.get_running_loop().time(), time.time_ns()
    return [now_ns - int((now - instant) * 1e9) for instant in (*instants, now)]
