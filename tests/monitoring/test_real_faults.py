"""Real faults under alerts with shortened windows: each is told, and is over when the fault is mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from filrouge.stack import Stack
from filrouge_contracts.entry import AUDIT_TRAIL, BUDGET_ACCOUNTING, GATEWAY

from tests.monitoring.installation import Installation, installation
from tests.monitoring.programs import needs_prometheus
from tests.monitoring.short import SHORT_RULES

pytestmark = [
    pytest.mark.stack,
    pytest.mark.faults,
    needs_prometheus,
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    async with installation(stack, tmp_path_factory.mktemp("monitored"), SHORT_RULES) as running:
        yield running


async def test_a_gateway_that_is_killed_is_down_and_eats_the_budget(there: Installation) -> None:
    process = there.supervisor[GATEWAY]
    await asyncio.to_thread(process.kill)
    await there.fires("FilrougeServiceDown", GATEWAY)
    await there.fires("FilrougeAdmissionBudgetBurning")
    process.start()
    await there.is_over("FilrougeServiceDown", GATEWAY)


async def test_without_postgresql_lanes_fail_and_are_stuck(there: Installation) -> None:
    await there.is_over("FilrougeLaneStuck", GATEWAY)
    database = there.stack.database
    await asyncio.to_thread(database.kill)
    try:
        await there.fires("FilrougeLaneFailing", GATEWAY, speaking=True)
        await there.fires("FilrougeLaneStuck", GATEWAY, speaking=True)
    finally:
        await asyncio.to_thread(database.start)
    await there.is_over("FilrougeLaneStuck", GATEWAY)
    await there.is_over("FilrougeLaneFailing", GATEWAY)


async def test_a_frozen_service_is_down(there: Installation) -> None:
    """It holds its port and answers nobody; with one instance, nobody else has its lanes."""
    process = there.supervisor[BUDGET_ACCOUNTING]
    process.freeze()
    try:
        await there.fires("FilrougeServiceDown", BUDGET_ACCOUNTING)
    finally:
        process.wake()
    await there.is_over("FilrougeServiceDown", BUDGET_ACCOUNTING)


async def test_an_archiver_that_has_ended_is_down_and_the_archive_behind(
    there: Installation,
) -> None:
    await there.is_over("FilrougeArchiveBehind")
    await asyncio.to_thread(there.trail.stop)
    await there.fires("FilrougeArchiveBehind", speaking=True)
    await there.fires("FilrougeServiceDown", AUDIT_TRAIL)
    there.trail.start()
    await there.is_over("FilrougeArchiveBehind")
    await there.is_over("FilrougeServiceDown", AUDIT_TRAIL)


async def test_a_partner_that_spoke_and_falls_silent_is_named(there: Installation) -> None:
    ministry = there.plan.cast.ministry.id
    spoke = f'changes(filrouge_partner_last_record_seconds{{partner="{ministry}"}}[35s]) >= 8'
    await there.until(
        lambda: bool(there.prometheus.samples(spoke)), "the ministry is heard", speaking=True
    )
    await there.is_over("FilrougePartnerSilent", speaking=True)
    await there.fires("FilrougePartnerSilent")
    await there.is_over("FilrougePartnerSilent", speaking=True)


async def test_a_clock_that_stands_still_is_told(there: Installation) -> None:
    """The play's clock shows 2020."""
    await there.fires("FilrougeClockNotTicking")
    await there.tick()
    await there.is_over("FilrougeClockNotTicking")
    await there.fires("FilrougeClockNotTicking")


async def test_a_lane_that_misses_a_record_stops(there: Installation) -> None:
    """The last of all: it is not mended here."""
    assert not there.prometheus.fires("FilrougeLaneStopped")
    await there.leave_a_gap()
    await there.fires("FilrougeLaneStopped")
