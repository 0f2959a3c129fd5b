"""How fast a lane is made anew from its stream, and how fast its past is decided again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from budget_accounting.app import DECIDER
from filrouge_chassis.control import ControlLog
from filrouge_chassis.control_reader import load_control
from filrouge_chassis.facts import FactReader
from filrouge_chassis.journal import Journal
from filrouge_chassis.layout import FactLayout
from filrouge_chassis.outbound import Identity
from filrouge_chassis.rebuild import rebuild
from filrouge_chassis.replay import Past, Replayed, reexecute

from tests.bench.installation import LANES, Installation


@dataclass(frozen=True, slots=True)
class PastRates:
    """Decisions are the events that the lane said, in both."""

    rebuilt_per_second: float
    reexecuted_per_second: float
    decisions: int


async def past_of(here: Installation, lane: int) -> PastRates:
    past = await _past(here, lane)
    started = time.perf_counter()
    rebuilt = await rebuild(past, Journal.of(past.log, past.identity))
    between = time.perf_counter()
    replayed = Replayed()
    async for replayed in reexecute(past):
        assert replayed.first_difference is None, replayed.first_difference
    ended = time.perf_counter()
    return PastRates(
        rebuilt.events / (between - started), rebuilt.events / (ended - between), rebuilt.events
    )


async def _past(here: Installation, lane: int) -> Past:
    control = ControlLog()
    await load_control(here.log, control)
    identity = Identity(DECIDER.service, lane, LANES, shape=DECIDER.fingerprint())
    layout = FactLayout(DECIDER.service)
    return Past(DECIDER, FactReader(DECIDER, layout.redrive_suffix), here.log, control, identity)
