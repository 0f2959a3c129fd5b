"""`make chaos`: faults in random order, by a seed that is printed and can be given again."""

from __future__ import annotations

import os
import sys
from random import Random

import pytest
from filrouge.stack import Stack

from tests.faults import faults
from tests.faults.proxy import BadLine
from tests.faults.scene import Fault, Scene, play_under, scene, verify

pytestmark = [pytest.mark.stack, pytest.mark.chaos]
ROUNDS = int(os.environ.get("FILROUGE_CHAOS_ROUNDS", "3"))
FAULTS_AT_ONCE = 3
EVERY_FAULT: tuple[Fault, ...] = (
    faults.each_service_dies_at_each_step,
    faults.each_service_becomes_a_zombie,
    faults.the_broker_dies,
    faults.postgresql_dies,
    faults.connections_are_ended,
    faults.replicas_come_and_go,
    faults.group_offsets_are_deleted,
    faults.databases_are_dropped,
    faults.an_older_backup_is_restored,
)


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_nothing_is_lost_or_doubled_whatever_happens(
    stack: Stack, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = os.environ.get("FILROUGE_CHAOS_SEED") or str(Random().randrange(10**9))
    chance = Random(f"{seed}/{number}")
    chosen = chance.sample(EVERY_FAULT, FAULTS_AT_ONCE)
    with capsys.disabled():
        names = ", then ".join(fault.__name__ for fault in chosen)
        sys.stdout.write(f"\nFILROUGE_CHAOS_SEED={seed} round {number}: {names}\n")

    async def one_after_the_other(on: Scene) -> None:
        for fault in chosen:
            await fault(on)

    async with (
        BadLine(stack.postgres, chance, rate=0.01).listening() as line,
        scene(stack, chance, {"FILROUGE_POSTGRES": line.url}) as on,
    ):
        await verify(on, await play_under(on, one_after_the_other, all_under_load=False))
