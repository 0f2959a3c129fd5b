"""Faults of the archive and of its witness: each is told, and is over when it is mended."""

from __future__ import annotations

import asyncio

import pytest
from filrouge_contracts.entry import AUDIT_TRAIL

from tests.monitoring.installation import Installation
from tests.monitoring.programs import needs_prometheus
from tests.monitoring.witness import NAME

pytestmark = [
    pytest.mark.stack,
    pytest.mark.faults,
    needs_prometheus,
    pytest.mark.asyncio(loop_scope="package"),
]


async def test_an_archiver_that_has_ended_is_down_and_the_archive_behind(
    there: Installation,
) -> None:
    await there.is_over("FilrougeArchiveBehind")
    await asyncio.to_thread(there.trail.stop)
    await there.fires("FilrougeArchiveBehind", speaking=True)
    await there.fires("FilrougeServiceDown", job=AUDIT_TRAIL)
    there.trail.start()
    await there.is_over("FilrougeArchiveBehind")
    await there.is_over("FilrougeServiceDown", job=AUDIT_TRAIL)


async def test_a_witness_that_no_longer_answers_is_named(there: Installation) -> None:
    await there.is_over("FilrougeWitnessSilent", speaking=True)
    there.witness.stop()
    await there.fires("FilrougeWitnessSilent", speaking=True, witness=NAME)
    there.witness.start()
    await there.is_over("FilrougeWitnessSilent", speaking=True, witness=NAME)
