"""Named places around each durable step, where fault tests kill, freeze or delay a process."""

from __future__ import annotations

import os
import random
import re
import signal
from collections.abc import Awaitable, Callable

Hook = Callable[[str], Awaitable[None]]
_hook: Hook | None = None

NAMES = (
    "before_commit",
    "after_commit",
    "before_journal",
    "after_journal",
    "after_publish",
    "before_offsets",
    "after_offsets",
)
_PART = re.compile(r"(?P<name>\w+)=kill(:(?P<chance>\d+(\.\d*)?|\.\d+))?")


def install(hook: Hook | None) -> None:
    """Sets what happens at every failpoint; None: nothing, as in production."""
    global _hook
    _hook = hook


async def reach(name: str) -> None:
    """Marks a place; costs one comparison when no hook is installed."""
    if _hook is not None:
        await _hook(name)


def install_from(plan: str) -> None:
    """Fault tests of real processes: `after_commit=kill:0.01,before_journal=kill:0.05` kills the
    process with SIGKILL at that place with that probability; an empty plan installs nothing."""
    chances = _chances_of(plan)
    if not chances:
        return

    async def kill(name: str) -> None:
        if random.random() < chances.get(name, 0):
            os.kill(os.getpid(), signal.SIGKILL)

    install(kill)


def checked(plan: str) -> str:
    """The plan itself; raises ValueError with a sentence if it is none."""
    _chances_of(plan)
    return plan


def _chances_of(plan: str) -> dict[str, float]:
    chances: dict[str, float] = {}
    for part in plan.split(",") if plan else ():
        found = _PART.fullmatch(part)
        if found is None or found["name"] not in NAMES or float(found["chance"] or 1) > 1:
            raise ValueError(
                f"failpoint {part!r} must be one of {', '.join(NAMES)}, then =kill:PROBABILITY"
            )
        chances[found["name"]] = float(found["chance"] or 1)
    return chances
