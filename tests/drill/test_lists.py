"""What a drill plays is every alert's fault; what it says of the past is what Prometheus says."""

from __future__ import annotations

import time
from itertools import pairwise

from filrouge.monitoring.faults import FAULTS

from tests.drill.__main__ import in_order
from tests.drill.breaking import BREAKS, LAST, LASTING, RELEASE_BEFORE
from tests.drill.pager import fired
from tests.monitoring.prometheus import Prometheus, Sample
from tests.monitoring.test_every_alert_is_real import NAMES, NOT_HERE


def test_every_fault_that_is_told_can_be_made_to_happen() -> None:
    assert FAULTS.keys() == BREAKS.keys()
    assert LASTING <= set(LAST) <= BREAKS.keys() >= RELEASE_BEFORE.keys()


def test_every_alert_can_be_drilled_or_it_is_said_why_not() -> None:
    called = {alert for fault in FAULTS.values() for alert in fault.alerts}
    assert called == NAMES - NOT_HERE.keys()


def test_a_seed_chooses_the_order_and_what_cannot_be_undone_comes_last() -> None:
    orders = [in_order(seed) for seed in range(5)]
    assert in_order(0) == orders[0]
    for one, next_one in pairwise(orders):
        assert one != next_one
        assert sorted(one) == sorted(BREAKS)
        assert one[-len(LAST) :] == list(LAST)


class Remembering(Prometheus):
    """Two alerts: one fired before and is over, one began ten seconds after it broke."""

    def __init__(self, since: float, now: float) -> None:
        self._old = {"alertname": "Old", "alertstate": "firing"}
        self._new = {"alertname": "New", "alertstate": "firing", "job": "watch"}
        self._first = [(self._old, since - 2), (self._new, since + 10)]
        self._last = [(self._old, since + 5), (self._new, now)]

    def samples(self, expression: str) -> list[Sample]:
        return [*(self._first if expression.startswith("min_over_time") else self._last)]


def test_the_pager_tells_what_began_when_and_what_is_over() -> None:
    now = time.time()
    old, new = fired(Remembering(now - 60, now), now - 60)
    assert (old.before, new.before) == (True, False)
    assert old.line() == "Old  before, over after 5 s  "
    assert new.line() == "New  after 10 s, fires  job=watch"
