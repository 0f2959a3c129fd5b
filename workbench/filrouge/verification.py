"""All that was recorded of an installation, read once and checked."""

from __future__ import annotations

from filrouge.checks.fact import Check
from filrouge.invariants import Report, check_stream
from filrouge.stream import Progress, Source, kafka_source


async def check_source(
    source: Source, *more: Check, progress: Progress = lambda *_: None
) -> Report:
    """The invariants, and `more` checks in the same pass."""
    return await check_stream(source.records(progress=progress), source.partitions, *more)


async def check_installation(
    kafka: str, *more: Check, progress: Progress = lambda *_: None
) -> Report:
    """The same of what Kafka holds by now."""
    return await check_source(await kafka_source(kafka), *more, progress=progress)
