"""Every decision that an installation has journalled, made again by the same rules, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from filrouge_chassis.log import Log

from filrouge.audit.again import MATCH as MATCHES
from filrouge.audit.again import decide_again
from filrouge.services import LaneOf, Pasts, all_lanes

MATCH = "match"
Progress = Callable[[LaneOf, int, int], None]
"""Told the lane that was done, how many are done, and of how many."""


@dataclass(slots=True)
class Reexecuted:
    """What came of it."""

    lanes: int = 0
    batches: int = 0
    decisions: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def result(self) -> str:
        return self.differences[0] if self.differences else MATCH


async def reexecute_everything(
    log: Log, lanes: int, progress: Progress = lambda *_: None
) -> Reexecuted:
    """Lane after lane; a lane that cannot be read any more is a difference too."""
    pasts, done = await Pasts.read(log, lanes), Reexecuted()
    every = all_lanes(lanes, pasts.control)
    for lane in every:
        result = await decide_again(pasts.of(lane))
        done.batches += result.batches
        done.decisions += result.decisions
        if result.result != MATCHES:
            done.differences.append(str(result))
        done.lanes += 1
        progress(lane, done.lanes, len(every))
    return done
