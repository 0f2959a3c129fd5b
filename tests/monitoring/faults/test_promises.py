"""Faults that last longer than a promise allows: the page comes, and ends with its short windows.

The ticket's windows are longer than a test may wait for its end.
"""

from __future__ import annotations

import asyncio

import pytest
from filrouge.monitoring.alerts import PAGE, TICKET
from filrouge_contracts.entry import AUDIT_TRAIL, BUDGET_ACCOUNTING, GATEWAY

from tests.monitoring.faults.troubles import frozen
from tests.monitoring.installation import Installation
from tests.monitoring.programs import needs_prometheus

pytestmark = [
    pytest.mark.stack,
    pytest.mark.faults,
    needs_prometheus,
    pytest.mark.asyncio(loop_scope="package"),
]
BOOKED_WITHIN_SECONDS, PROVEN_WITHIN_SECONDS = 30, 5
LINES = [f"P147-LATE-{n}" for n in range(30)]
ENOUGH_COMMITS = "sum(increase(filrouge_archive_delay_seconds_count[60s])) > 25"


async def test_a_gateway_that_is_killed_is_down_and_eats_the_budget(there: Installation) -> None:
    process = there.supervisor[GATEWAY]
    await asyncio.to_thread(process.kill)
    await there.fires("FilrougeServiceDown", job=GATEWAY)
    for severity in (PAGE, TICKET):
        await there.fires("FilrougeAdmissionBudgetBurning", severity=severity)
    process.start()
    await there.is_over("FilrougeServiceDown", job=GATEWAY)
    await there.is_over("FilrougeAdmissionBudgetBurning", severity=PAGE)


async def test_accounts_that_freeze_book_too_late(there: Installation) -> None:
    """They take a record at a time here, so that there are as many batches as in an hour."""
    process = there.supervisor[BUDGET_ACCOUNTING]
    process.environment = {**process.environment, "FILROUGE_BATCH_RECORDS": "1"}
    await asyncio.to_thread(process.restart)
    await asyncio.to_thread(process.wait_ready)
    with frozen(process):
        await there.open_credits(*LINES)
        await there.for_seconds(BOOKED_WITHIN_SECONDS + 1)
    for severity in (PAGE, TICKET):
        await there.fires("FilrougeBookingBudgetBurning", severity=severity)
    await there.is_over("FilrougeBookingBudgetBurning", severity=PAGE)


async def test_an_archiver_that_freezes_proves_too_late(there: Installation) -> None:
    enough = there.prometheus.samples
    await there.until(lambda: bool(enough(ENOUGH_COMMITS)), "it commits often", speaking=True)
    with frozen(there.trail):
        await there.speak()
        await there.for_seconds(PROVEN_WITHIN_SECONDS + 1)
    for severity in (PAGE, TICKET):
        await there.fires("FilrougeProofBudgetBurning", speaking=True, severity=severity)
    await there.is_over("FilrougeServiceDown", job=AUDIT_TRAIL)
    await there.is_over("FilrougeProofBudgetBurning", speaking=True, severity=PAGE)
