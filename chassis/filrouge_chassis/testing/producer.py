"""A lane that only speaks: how tests put facts on a topic with sequences, as a real lane would."""

from __future__ import annotations

from datetime import datetime

from filrouge_contracts.event import Event

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
        out = Outbound(self._identity, self._row)
        out.set_time(self._now)
        for event in events:
            self._said += 1
            cause = f"{self._identity.source}/test/{self._said}"
            out.add("test:producer", out.prepare([event]), cause, root_of(cause))
        self._row.sequence = out.sequence
        return out.events
