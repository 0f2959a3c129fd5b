"""Which traces are kept: asked for every decision and every event, so in as few steps as there can be."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

from filrouge_chassis.records import Outgoing
from filrouge_chassis.trace_context import PLACE, TraceContext, read, traceparent_of

_FLAGGED = "13579bdf"


class Sampling:
    """A trace is kept if its partner keeps it, or if its id is in our share: every service says the same
    without asking another, and so does any OpenTelemetry SDK with this ratio."""

    def __init__(self, ratio: float) -> None:
        bound = TraceIdRatioBased(ratio).bound
        self._below = f"{bound:016x}" if bound < 1 << 64 else "g"
        self._below_bytes = self._below.encode()

    def keeps(self, traceparent: str) -> bool:
        return traceparent[19:35] < self._below or traceparent[-1:] in _FLAGGED

    def kept(self, events: Sequence[Outgoing]) -> list[tuple[Outgoing, TraceContext]]:
        """Those whose trace is kept; of a row that another release wrote perhaps not all."""
        below, flagged = self._below_bytes, _FLAGGED.encode()
        return [
            (event, found)
            for event in events
            if ((header := event.headers[PLACE][1])[19:35] < below or header[-1:] in flagged)
            and (found := read(traceparent_of(event)))
        ]
