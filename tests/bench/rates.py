"""How fast something wrote: by the broker's own append times, and by the processor time it used."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil
from aiokafka import TopicPartition
from filrouge.stack.child import Child

from tests.bench.installation import Ends, Installation

WARM_SHARE = 0.1
"""The first tenth of the output is not measured: start, connections, empty caches."""
ASK_EVERY_SECONDS = 0.1
GIVE_UP_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one contestant."""

    events_per_second: float  # by the wall clock, whatever else the machine does
    events_per_cpu_second: float  # of the measured process; Kafka and PostgreSQL have their own


@dataclass(frozen=True, slots=True)
class _Sample:
    written: int
    cpu_seconds: float


async def measure(here: Installation, before: Ends, count: int, writer: Child) -> Measured:
    """Waits until `count` records lie behind `before`, all written by `writer`."""
    samples = await _watch(here, before, count, writer)
    warm = next(sample for sample in samples if sample.written >= WARM_SHARE * count)
    cpu_seconds = samples[-1].cpu_seconds - warm.cpu_seconds
    return Measured(
        await _append_rate(here, before, count),
        (samples[-1].written - warm.written) / cpu_seconds if cpu_seconds else 0.0,
    )


async def _watch(here: Installation, before: Ends, count: int, writer: Child) -> list[_Sample]:
    process = psutil.Process(writer.pid)
    places = {TopicPartition(*partition): end for partition, end in before.items()}
    deadline = time.monotonic() + GIVE_UP_SECONDS
    samples: list[_Sample] = []
    async with here.log.reader() as consumer:
        while not samples or samples[-1].written < count:
            if samples:
                await pause(ASK_EVERY_SECONDS)
            ends = await consumer.end_offsets(list(places))
            times = process.cpu_times()
            written = sum(end - places[place] for place, end in ends.items())
            samples.append(_Sample(written, times.user + times.system))
            ended = process.status() == psutil.STATUS_ZOMBIE and written < count
            if ended or time.monotonic() > deadline:
                raise writer.explained(f"{writer.name} wrote {written} of {count} records")
    return samples


async def pause(seconds: float) -> None:
    """Between two questions that have no better way to be answered than to be asked again."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


async def _append_rate(here: Installation, before: Ends, count: int) -> float:
    """Records a second between the append of the one that ends the warm share and the last append."""
    times_ms: list[int] = []
    for place, first in before.items():
        end = (await here.ends([place]))[place]
        async for chunk in here.log.read(place, first, end):
            times_ms += [record.timestamp for record in chunk]
    times_ms.sort()
    warm_ms = times_ms[int(WARM_SHARE * count)]
    measured = sum(at > warm_ms for at in times_ms)
    return measured / max(times_ms[-1] - warm_ms, 1) * 1000


def summary(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most of the rounds."""
    return {
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
    }


def percentiles(values_ms: Sequence[float]) -> dict[str, float]:
    """What so many in a hundred did not exceed, and the worst."""
    ordered = sorted(values_ms)
    found = {f"p{p}": round(ordered[len(ordered) * p // 100], 1) for p in (50, 90, 99)}
    return {**found, "max": round(ordered[-1], 1), "events": len(ordered)}
