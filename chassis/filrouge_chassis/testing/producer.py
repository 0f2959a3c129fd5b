"""A lane that only speaks: how tests put facts on a topic with sequences, as a real lane would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from filrouge_contracts.event import Event
from filrouge_contracts.journal import BatchDecided

from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.outbound import Identity, Outbound
from filrouge_chassis.records import Outgoing
from filrouge_chassis.trace_context import root_of


class Producer:
    """Numbers events as lane `lane` of `service`."""

    def __init__(self, service: str, lane: int, partitions: int, now: datetime) -> None:
        self._identity = Identity(service, lane, partitions)
        self._row = LaneRow()
        self._now = now
        self._said = 0

    def say(self, *events: Event) -> list[Outgoing]:
        """The records of the events, to be published in this order."""
        return self._numbered(events).events

    def decide(self, *events: Event) -> tuple[Outgoing, list[Outgoing]]:
        """The note of a batch, and its events: they are published when Kafka has the note."""
        out = self._numbered(events)
        self._row.batch += 1
        note = BatchDecided(
            service=self._identity.service,
            lane=self._identity.lane,
            batch=self._row.batch,
            release=self._identity.release,
            shape=self._identity.shape,
            first_sequence=out.journal_sequence,
            last_sequence=out.sequence,
            control_end=0,
            events_sha256="",
        )
        return out.journal(note), out.events

    def _numbered(self, events: Sequence[Event]) -> Outbound:
        out = Outbound(self._identity, self._row)
        out.set_time(self._now)
        for event in events:
            self._said += 1
            cause = f"{self._identity.source}/test/{self._said}"
            out.add("test:producer", out.prepare([event]), cause, root_of(cause))
        self._row.sequence = out.sequence
        return out
