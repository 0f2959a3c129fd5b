"""Random schedules by the thousand: crashes, freezes, duplicates, reordering and restores at every await."""

from __future__ import annotations

import pytest

from chassis.tests.simulation.world import simulate

SCHEDULES, AT_ONCE = 1_000, 100


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
def test_nothing_is_lost_doubled_or_decided_differently(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        simulate(seed)
