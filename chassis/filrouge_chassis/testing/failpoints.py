"""Named places around each durable step, where fault tests kill, freeze or delay a process."""

from __future__ import annotations

import os
import random
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
    if not plan:
        return
    chances: dict[str, float] = {}
    for part in plan.split(","):
        name, _, action = part.partition("=")
        verb, _, probability = action.partition(":")
        if name not in NAMES or verb != "kill":
            raise ValueError(
                f"failpoint {part!r}: one of {', '.join(NAMES)}, then =kill:PROBABILITY"
            )
        chances[name] = float(probability or 1)

    async def kill(name: str) -> None:
        if random.random() < chances.get(name, 0):
            os.kill(os.getpid(), signal.SIGKILL)

    install(kill)
