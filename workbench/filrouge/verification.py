"""All that Kafka holds of an installation, read once and checked."""

from __future__ import annotations

from collections.abc import Callable

from filrouge.checks.fact import Check
from filrouge.invariants import Report, check_stream
from filrouge.stream import our_partitions, read_everything


async def check_installation(
    kafka: str, *more: Check, progress: Callable[[int, int], None] | None = None
) -> Report:
    """The invariants, and `more` checks in the same pass; `progress` hears how many records of how many."""
    partitions = await our_partitions(kafka)
    return await check_stream(read_everything(kafka, partitions, progress), partitions, *more)
