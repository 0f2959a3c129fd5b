"""Named places around each durable step, where fault tests kill, freeze or delay a process."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Awaitable, Callable

Hook = Callable[[str], Awaitable[None]]
_hook: Hook | None = None

NAMES = (
    "before_commit",
    "after_commit",
    "before_journal",
    "after_journal",
    "after_publish",
    "before_replace",
    "after_replace",
    "before_offsets",
    "after_offsets",
)
STORED = ("beside", "tile", "tail", "commit", "manifest", "checkpoint", "memory", "erasure")
"""What an archiver makes durable: there is a place before and after each."""
OF_ARCHIVERS = tuple(f"{when}_stored_{what}" for what in STORED for when in ("before", "after"))
OF_RESTORES = ("after_sent", "before_finish", "before_told", "after_told")
PLACES = (*NAMES, *OF_ARCHIVERS, *OF_RESTORES)
SIGNALS = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}
_PART = re.compile(rf"({'|'.join(PLACES)})=({'|'.join(SIGNALS)})@([1-9][0-9]*)")


def install(hook: Hook | None) -> None:
    """Sets what happens at every failpoint; None: nothing, as in production."""
    global _hook
    _hook = hook


async def reach(name: str) -> None:
    """Marks a place; costs one comparison when no hook is installed."""
    if _hook is not None:
        await _hook(name)


def reach_in_thread(name: str) -> None:
    """The same where no event loop runs."""
    if _hook is not None:
        asyncio.run(_call(_hook, name))


async def _call(hook: Hook, name: str) -> None:
    await hook(name)


def install_from(plan: str) -> None:
    """Fault tests of real processes: `after_commit=kill@3,before_journal=freeze@1` sends the process
    SIGKILL, or SIGSTOP, when it reaches that place for the third, or first, time. An empty plan
    installs nothing; raises ValueError for one that cannot be read."""
    signals, reached = _signals_of(plan), Counter[str]()
    if not signals:
        return

    async def count(name: str) -> None:
        reached[name] += 1
        number = signals.get((name, reached[name]))
        if number is not None:
            os.kill(os.getpid(), number)

    install(count)


def checked(plan: str) -> str:
    """The plan itself; raises ValueError with a sentence if it is none."""
    _signals_of(plan)
    return plan


def _signals_of(plan: str) -> dict[tuple[str, int], signal.Signals]:
    """(place, time) → what is sent then."""
    signals: dict[tuple[str, int], signal.Signals] = {}
    for part in plan.split(",") if plan else ():
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(
                f"failpoint {part!r} is not PLACE=ACTION@TIME, such as after_commit=kill@3:"
                f" the place is one of {', '.join(PLACES)}, the action one of {', '.join(SIGNALS)}"
            )
        signals[found[1], int(found[3])] = SIGNALS[found[2]]
    return signals
