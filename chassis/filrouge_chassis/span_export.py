"""Hands spans to a collector beside the work: nobody waits for it, and it takes a bounded share.

Once a second a thread exports what has gathered, at most so many spans; what does not fit, or is not
taken, is counted and gone. That bounds what traces cost, whatever partners and ratios ask for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from filrouge_chassis import logs

EXPORT_EVERY_SECONDS = 1.0
EXPORT_SECONDS = 5.0
REQUEST_SPANS = 1000
Count = Callable[[int, int], None]  # spans exported, spans dropped


def collector_at(address: str) -> SpanExporter:
    """OTLP over HTTP; headers and certificates as OpenTelemetry's own variables say."""
    # here, because most processes have no collector and do without the weight
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # we say it, and once
    return OTLPSpanExporter(f"{address.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)


class SpanExport:
    """Waiting spans and the task that exports them."""

    def __init__(self, exporter: SpanExporter, spans_per_second: int, count: Count) -> None:
        self._exporter, self._count = exporter, count
        self._at_most = int(spans_per_second * EXPORT_EVERY_SECONDS)
        self._waiting: list[ReadableSpan] = []
        self._answers = True
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def room(self) -> int:
        """How many spans more would be exported with the next ones."""
        return self._at_most - len(self._waiting)

    def put(self, spans: Sequence[ReadableSpan], dropped: int = 0) -> None:
        """`dropped`: how many more there were, which nobody made because there is no room."""
        kept = spans[: self.room]
        self._waiting += kept
        dropped += len(spans) - len(kept)
        if dropped:
            self._count(0, dropped)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="spans")

    async def close(self) -> None:
        """Exports what waits, within a bound."""
        self._closing.set()
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=EXPORT_SECONDS)
        self._exporter.shutdown()

    async def _run(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(EXPORT_EVERY_SECONDS):
                    await self._closing.wait()
            await self.export()
        await self.export()

    async def export(self) -> None:
        """Exports what waits."""
        spans, self._waiting = self._waiting, []
        for first in range(0, len(spans), REQUEST_SPANS):
            part = spans[first : first + REQUEST_SPANS]
            answers = await asyncio.to_thread(self._export, part)
            self._count(*((len(part), 0) if answers else (0, len(part))))
            self._say(answers)

    def _say(self, answers: bool) -> None:
        """Once, when it changes."""
        if answers != self._answers:
            self._answers = answers
            if answers:
                logs.COLLECTOR_BACK.say()
            else:
                logs.COLLECTOR_AWAY.say()

    def _export(self, spans: Sequence[ReadableSpan]) -> bool:
        try:
            return self._exporter.export(spans) is SpanExportResult.SUCCESS
        except Exception:  # noqa: BLE001 # whatever an exporter does, the lanes go on
            return False
