"""Other releases of a service, as modules that can be run in its place."""

from __future__ import annotations

import asyncio
from pathlib import Path

from filrouge.parked import closed_keys, redrive
from filrouge.testing.releases import raising, reshaped
from filrouge_contracts.entry import BUDGET_ACCOUNTING

from tests.faults.scene import PATIENCE_SECONDS, Scene

BAD_LINE = "P147-1"


def write_releases(folder: Path) -> dict[str, str]:
    """Makes the modules; returns the environment in which they are found."""
    (folder / "raises.py").write_text(raising(BAD_LINE))
    (folder / "reshaped.py").write_text(reshaped())
    return {"PYTHONPATH": str(folder)}


async def replace_accounts(scene: Scene, release: str) -> None:
    """The accounts run in this release from now on."""
    await asyncio.to_thread(scene.supervisor[BUDGET_ACCOUNTING].stop)
    process = scene.supervisor.start(release)
    await asyncio.to_thread(process.wait_ready)


async def is_mended_and_redriven(scene: Scene) -> None:
    """What the bad release parked on the first day is taken again before the second."""
    kafka, postgres = scene.stack.kafka, scene.stack.postgres
    scene.may_go_on.clear()
    await scene.load()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (closed := await closed_keys(kafka, postgres)):
            pass  # every look asks both servers
    await asyncio.to_thread(scene.supervisor["raises"].stop)
    await scene.restart(BUDGET_ACCOUNTING)
    for key in closed:
        await redrive(kafka, postgres, key, by="test")
    scene.parked = sum(len(key.waiting) for key in closed)
    scene.may_go_on.set()


async def changes_its_states(scene: Scene) -> None:
    """A release whose states have another shape takes over under load."""
    await scene.load()
    await replace_accounts(scene, "reshaped")
    await scene.load()
