"""An auditor's tools over what the stage has said: everything verified, and every decision made again.

Beside them, in turns: aiokafka reading the very same records and doing nothing with them. One process each,
which is this one; and once more on all cores, with the time that further processes take to start.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from filrouge.audit.again import MATCH, decide_again
from filrouge.audit.shares import re_execute
from filrouge.audit.source import Opener, opener_of
from filrouge.audit.verify import verify
from filrouge.services import Pasts, all_lanes
from filrouge.stream import Source
from filrouge.testing.archived import SIGNER, archive
from filrouge_chassis.kafka_address import client_options

from tests.bench.contestants import stage
from tests.bench.floor import BATCH_RECORDS, FETCHED_AT_ONCE_BYTES
from tests.bench.installation import Installation
from tests.bench.rates import summary

CORES = os.cpu_count() or 1
Contestant = Callable[[], Awaitable[int]]
"""Says how many records, leaves or decisions that were."""


async def archive_figures(
    here: Installation, records: int, rounds: int
) -> Mapping[str, Mapping[str, float]]:
    """Rates a second, and their ratios to the plain read of the same round."""
    await stage(here, await here.prepare())
    await stage(here, await here.ask(records))
    folder = here.stack.folder / "bench-archive"
    source = await opener_of(f"kafka://{here.stack.kafka}")()
    await archive(source, folder)
    contestants: dict[str, Contestant] = {
        "plain_read": partial(_read, here, source),
        "verify_leaves": partial(_verify, folder, 1),
        f"verify_leaves_{CORES}_processes": partial(_verify, folder, CORES),
        "re_executed": partial(_re_execute, opener_of(str(folder))),
        f"re_executed_{CORES}_processes": partial(_re_execute_all, opener_of(str(folder))),
    }
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            started = time.perf_counter()
            count = await run()
            rates[name].append(count / (time.perf_counter() - started))
    plain = rates["plain_read"]
    return {f"{name}_per_second": summary(found) for name, found in rates.items()} | {
        f"ratio_{name}_to_plain_read": summary(
            [one / other for one, other in zip(found, plain, strict=True)]
        )
        for name, found in rates.items()
        if found is not plain
    }


async def _read(here: Installation, source: Source) -> int:
    ends = {TopicPartition(*place): end for place, (_, end) in source.bounds.items() if end}
    consumer = AIOKafkaConsumer(
        **client_options(here.stack.kafka),
        group_id=None,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCHED_AT_ONCE_BYTES,
    )
    count, total = 0, sum(ends.values())
    await consumer.start()
    consumer.assign(list(ends))
    while count < total:
        fetched = await consumer.getmany(timeout_ms=1000, max_records=BATCH_RECORDS)
        count += sum(map(len, fetched.values()))
    await consumer.stop()
    return count


async def _verify(folder: Path, processes: int) -> int:
    done = await asyncio.to_thread(
        verify, str(folder), folder / "memory", [SIGNER.verifier], (), True, processes
    )
    assert done.good, done.findings[0]
    return done.leaves


async def _re_execute(opener: Opener) -> int:
    source = await opener()
    pasts, decisions = await Pasts.read(source.log, source.lanes), 0
    for lane in all_lanes(source.lanes, pasts.control):
        result = await decide_again(pasts.of(lane))
        assert result.result == MATCH, result
        decisions += result.decisions
    return decisions


async def _re_execute_all(opener: Opener) -> int:
    part = await asyncio.to_thread(re_execute, opener)
    assert part.good, next(one for one in part.results if one.result != MATCH)
    return part.decisions
