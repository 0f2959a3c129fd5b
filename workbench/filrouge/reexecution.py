"""Every decision that was ever journalled, made again by the same rules, and compared to the byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from filrouge_chassis.errors import FilrougeError
from filrouge_chassis.replay import reexecute

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
    kafka: str, lanes: int, progress: Progress = lambda *_: None
) -> Reexecuted:
    """Lane after lane; a lane that cannot be read any more is a difference too."""
    pasts, done = await Pasts.read(kafka, lanes), Reexecuted()
    every = all_lanes(lanes, pasts.control)
    for lane in every:
        await _reexecute(pasts, lane, done)
        done.lanes += 1
        progress(lane, done.lanes, len(every))
    return done


async def _reexecute(pasts: Pasts, lane: LaneOf, done: Reexecuted) -> None:
    batches = decisions = 0
    try:
        async for replayed in reexecute(pasts.of(lane)):
            batches, decisions = replayed.batches, replayed.decisions
            if replayed.first_difference:
                done.differences.append(f"{lane}: {replayed.first_difference}")
    except FilrougeError as error:
        done.differences.append(f"{lane}: {type(error).__name__}: {error}")
    done.batches += batches
    done.decisions += decisions
