"""What the tests of auditors' commands look up in a recorded play."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filrouge.audit import source as sources
from filrouge.audit.errors import AuditFailed
from filrouge.audit.told import Told, told
from filrouge.cli import filrouge
from filrouge.stream import Source
from filrouge.testing.recorded_world import open_recorded
from filrouge_contracts.event import Event


async def all_told(source: Source, *models: type[Event]) -> list[Told]:
    """Our events of these types (none named: of all), as they were recorded."""
    types = {model.event_type for model in models}
    found = [told(record) async for record in source.records()]
    ours = [one for one in found if one.ours and (not types or one.type in types)]
    return sorted(ours, key=lambda one: one.recorded_ms)


async def open_url(url: str) -> Source:
    return await open_recorded(url.removeprefix("recorded://"))


class Auditor:
    """Runs commands on a recorded play."""

    def __init__(self, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sources, "KINDS", {"recorded": open_url})
        self._url = f"recorded://{recorded}"

    async def run(self, *arguments: str) -> str:
        """What it prints; raises what it raises."""
        done = await self.invoke(*arguments)
        if done.exception is not None:
            raise done.exception
        return done.stdout

    async def refuses(self, *arguments: str) -> str:
        """The sentence in which it does."""
        with pytest.raises(AuditFailed) as told_why:
            await self.run(*arguments)
        return str(told_why.value)

    async def invoke(self, *arguments: str, typed: str = "") -> Result:
        """With what somebody types when asked; in a thread, since commands have loops of their own."""
        environment = {"FILROUGE_SOURCE": self._url}
        run = partial(CliRunner().invoke, filrouge, ["audit", *arguments])
        return await asyncio.to_thread(run, input=typed, env=environment)
