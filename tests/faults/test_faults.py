"""Nothing is lost and nothing happens twice, whatever happens: a play under each fault, then every check."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from filrouge.stack import Stack

from tests.faults import faults, releases
from tests.faults.proxy import BadLine
from tests.faults.scene import Fault, play_under, scene, verify

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    "fault",
    [
        faults.each_service_dies_at_each_step,
        faults.each_service_becomes_a_zombie,
        faults.the_broker_dies,
        faults.postgresql_dies,
        faults.connections_are_ended,
        faults.replicas_come_and_go,
        faults.group_offsets_are_deleted,
        faults.databases_are_dropped,
        faults.an_older_backup_is_restored,
    ],
    ids=lambda fault: fault.__name__,
)
async def test_nothing_is_lost_or_doubled_when(stack: Stack, fault: Fault) -> None:
    async with scene(stack, Random(fault.__name__)) as on:
        await verify(on, await play_under(on, fault))


async def test_nothing_is_lost_or_doubled_when_connections_are_cut_at_commit(stack: Stack) -> None:
    chance = Random(1)
    async with (
        BadLine(stack.postgres, chance, rate=0.05).listening() as line,
        scene(stack, chance, {"FILROUGE_POSTGRES": line.url}) as on,
    ):
        await verify(on, await play_under(on, faults.nothing_else))
    assert min(line.cut_before, line.cut_after) >= 5


async def test_nothing_is_doubled_when_partners_send_everything_ten_times(stack: Stack) -> None:
    async with scene(stack, Random(2), times=10) as on:
        await verify(on, await play_under(on, faults.nothing_else))


async def test_nothing_is_lost_or_doubled_when_a_release_raises_for_one_key(
    stack: Stack, tmp_path: Path
) -> None:
    async with scene(stack, Random(3), releases.write_releases(tmp_path)) as on:
        await releases.replace_accounts(on, "raises")
        played = await play_under(on, releases.is_mended_and_redriven)
        assert on.parked > 0
        await verify(on, played)


async def test_nothing_is_lost_or_doubled_when_a_release_changes_its_states(
    stack: Stack, tmp_path: Path
) -> None:
    async with scene(stack, Random(4), releases.write_releases(tmp_path)) as on:
        await verify(on, await play_under(on, releases.changes_its_states))
