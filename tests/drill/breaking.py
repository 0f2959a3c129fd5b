"""How each fault of the list is made to happen; whatever nobody has mended is mended at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from filrouge.monitoring.alerts import MISSED_PER_DAY
from filrouge.monitoring.programs import WATCH_JOB
from filrouge.parked import closed_keys, redrive
from filrouge.testing.releases import raising, reshaped
from filrouge_contracts.entry import AUDIT_TRAIL, BUDGET_ACCOUNTING, GATEWAY

from tests.drill.site import Site
from tests.monitoring.faults.troubles import frozen, full, killed, replace_release, throttled

Break = Callable[[Site], AbstractAsyncContextManager[None]]
A_MOMENT_SECONDS = 7
"""Longer than a proof may take."""
MANY_WORDS = 12_000
BAD_LINE = "P147-BAD"


def kill(name: str) -> Break:
    return lambda site: killed(site.handled[name])


@asynccontextmanager
async def freeze_accounts(site: Site) -> AsyncIterator[None]:
    """They take a record at a time here, so that there are as many batches as in an hour."""
    process = site.there.supervisor[BUDGET_ACCOUNTING]
    process.environment = {**process.environment, "FILROUGE_BATCH_RECORDS": "1"}
    await asyncio.to_thread(process.restart)
    await asyncio.to_thread(process.wait_ready)
    with frozen(process):
        yield


@asynccontextmanager
async def freeze_the_archiver_for_a_moment(site: Site) -> AsyncIterator[None]:
    with frozen(site.there.trail):
        await site.there.for_seconds(A_MOMENT_SECONDS)
    yield


@asynccontextmanager
async def refuse_what_is_written(site: Site) -> AsyncIterator[None]:
    async with full(site.there.stack, "budget.g1"):
        yield


@asynccontextmanager
async def run_a_bad_release(site: Site) -> AsyncIterator[None]:
    """The right one comes back with the end, and takes what was parked."""
    stack, process = site.there.stack, site.there.supervisor[BUDGET_ACCOUNTING]
    async with _release(site, "raises", raising(BAD_LINE)):
        await site.there.open_credits(BAD_LINE)
        yield
    await asyncio.to_thread(process.wait_ready)
    for key in await closed_keys(stack.kafka, stack.postgres):
        await redrive(stack.kafka, stack.postgres, key, by="drill")


@asynccontextmanager
async def go_back_over_a_new_shape(site: Site) -> AsyncIterator[None]:
    process = site.there.supervisor[BUDGET_ACCOUNTING]
    async with _release(site, "reshaped", reshaped(), stays=True):
        await asyncio.to_thread(process.wait_ready)
        await _deploy(site, BUDGET_ACCOUNTING)
        yield


@asynccontextmanager
async def _release(site: Site, module: str, text: str, stays: bool = False) -> AsyncIterator[None]:
    """The accounts in another release; `stays`: at the end it runs, and nothing else."""
    (site.work / f"{module}.py").write_text(text)
    process = site.there.supervisor[BUDGET_ACCOUNTING]
    process.environment = {**process.environment, "PYTHONPATH": str(site.work)}
    await _deploy(site, module)
    wanted = module if stays else BUDGET_ACCOUNTING
    try:
        yield
    finally:
        if process.module != wanted:
            await asyncio.to_thread(replace_release, process, wanted)


async def _deploy(site: Site, module: str) -> None:
    """Until Prometheus has seen it: that it was away for seconds is no fault of the release."""
    there = site.there
    process = there.supervisor[BUDGET_ACCOUNTING]

    def begun() -> list[float]:
        began = f'process_start_time_seconds{{job="{BUDGET_ACCOUNTING}"}}'
        return [at for _, at in there.prometheus.samples(began)]

    before = begun()
    await asyncio.to_thread(replace_release, process, module)
    await there.until(lambda: begun() not in ([], before), f"{module} answers")
    await there.is_over("FilrougeServiceDown", job=BUDGET_ACCOUNTING)


@asynccontextmanager
async def lose_a_record(site: Site) -> AsyncIterator[None]:
    await site.there.leave_a_gap()
    yield


@asynccontextmanager
async def let_a_stranger_write(site: Site) -> AsyncIterator[None]:
    await site.there.put_garbage()
    yield


@asynccontextmanager
async def stop_the_witness(site: Site) -> AsyncIterator[None]:
    witness = site.there.witness
    witness.stop()
    try:
        yield
    finally:
        if not witness.running:
            witness.start()


@asynccontextmanager
async def silence_the_ministry(site: Site) -> AsyncIterator[None]:
    site.partners.silent = True
    try:
        yield
    finally:
        site.partners.silent = False


@asynccontextmanager
async def wait_in_vain(site: Site) -> AsyncIterator[None]:
    await site.there.withdraw_from_unknown_lines(MISSED_PER_DAY + 5)
    yield


@asynccontextmanager
async def starve_the_watch(site: Site) -> AsyncIterator[None]:
    watch = site.there.watch
    await site.there.speak(times=MANY_WORDS)
    await asyncio.to_thread(watch.child.stop)
    watch.start()
    await asyncio.to_thread(watch.wait_ready)
    with throttled(watch.child) as enough:
        site.limits[WATCH_JOB] = enough
        yield


BREAKS: Mapping[str, Break] = {
    "gateway-killed": kill(GATEWAY),
    "accounts-frozen": freeze_accounts,
    "postgresql-killed": kill("postgres"),
    "kafka-killed": kill("kafka"),
    "topic-refuses": refuse_what_is_written,
    "bad-release": run_a_bad_release,
    "older-release": go_back_over_a_new_shape,
    "archiver-ended": kill(AUDIT_TRAIL),
    "archiver-froze": freeze_the_archiver_for_a_moment,
    "witness-away": stop_the_witness,
    "partner-silent": silence_the_ministry,
    "words-never-came": wait_in_vain,
    "clock-ended": kill("clock"),
    "watch-killed": kill(WATCH_JOB),
    "watch-starved": starve_the_watch,
    "record-missing": lose_a_record,
    "stranger-wrote": let_a_stranger_write,
}
LASTING = {"record-missing", "stranger-wrote"}
"""The stream keeps it for ever: whatever comes next is played in an installation of its own."""
LAST = ("older-release", "record-missing", "stranger-wrote")
"""What other releases could not go on from, and what nothing mends."""
RELEASE_BEFORE = {
    "bad-release": (BUDGET_ACCOUNTING, BUDGET_ACCOUNTING),
    "older-release": (BUDGET_ACCOUNTING, "reshaped"),
}
"""Which service can be taken back, and to what."""
