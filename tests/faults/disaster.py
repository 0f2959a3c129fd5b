"""An installation that may lose its Kafka: partners who know what they heard, and what an operator does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from filrouge.kafka_world import KafkaWorld, kafka_world
from filrouge.local_archive import LocalArchive
from filrouge.rebuilding import drop_database, wait_for_lanes
from filrouge.services import lanes_of
from filrouge.simulator.act import Data
from filrouge.simulator.play import Play
from filrouge.simulator.words import Word
from filrouge.supervisor import ServiceProcess
from filrouge_contracts.entry import SERVICES

from tests.faults.scene import LANES, Scene

PATIENCE_SECONDS = 300.0
MANUAL = Path(__file__).parents[2] / "docs/recovery.md"
COMMANDS = re.findall(r"`(filrouge [^`]+ARCHIVE[^`]*)`", MANUAL.read_text())
Done = subprocess.CompletedProcess[str]


class Ear:
    """What partners have heard already they do not hear again when they connect anew."""

    def __init__(self, play: Play) -> None:
        self._play, self.wants = play, play.wants
        self._heard: Counter[tuple[str, str]] = Counter()
        self._known: Counter[tuple[str, str]] = Counter()

    def connected_anew(self) -> None:
        self._known = self._heard.copy()

    def take(self, kind: str, data: Data) -> None:
        one = (kind, json.dumps(data, sort_keys=True))
        if self._known[one]:
            self._known[one] -= 1
            return
        self._heard[one] += 1
        self._play.take(kind, data)


@dataclass
class Endangered:
    """The play's world. Everybody leaves it, and comes back after the disaster."""

    scene: Scene
    ear: Ear
    trail: ServiceProcess
    archive: LocalArchive
    folder: Path
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def connect(self) -> None:
        self.ear.connected_anew()
        made = kafka_world(self.scene.stack, LANES, self.scene.plan.cast, self.ear)
        self.world: KafkaWorld = await self._open.enter_async_context(made)
        await self.world.settle()

    async def leave(self) -> None:
        await self._open.aclose()

    async def tick(self, at: datetime) -> None:
        await self.world.tick(at)

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None:
        await self.world.set_parameter(name, value, effective_at)

    async def say(self, words: Sequence[Word]) -> None:
        await self.world.say(words)

    # --- what an operator does -------------------------------------------------------------------

    def lanes(self) -> Mapping[str, int]:
        control = self.world.control
        return {name: len(list(lanes_of(name, LANES, control))) for name in SERVICES}

    async def stop_services(self) -> None:
        for service in SERVICES:
            await asyncio.to_thread(self.scene.supervisor[service].stop)

    async def rebuilt_databases(self, lanes: Mapping[str, int]) -> None:
        """They are dropped while nobody works, and the services make them anew."""
        for service in SERVICES:
            await drop_database(self.scene.stack.postgres, service)
        for service in SERVICES:
            await asyncio.to_thread(self.scene.supervisor[service].start)
        for service in SERVICES:
            await asyncio.to_thread(self.scene.supervisor[service].wait_ready, PATIENCE_SECONDS)
        await wait_for_lanes(self.scene.stack.postgres, lanes, PATIENCE_SECONDS)

    async def wipe_kafka(self) -> None:
        """Its whole folder: topics, groups, the controller's memory, the cluster's id."""
        broker = self.scene.stack.broker
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(shutil.rmtree, broker.home)
        await asyncio.to_thread(broker.start)

    async def start_trail(self) -> None:
        await asyncio.to_thread(self.trail.start)
        await asyncio.to_thread(self.trail.wait_ready)

    def restore(self, failpoints: str = "") -> Done:
        return self.run("filrouge restore ", "--make-topics", failpoints)

    def audited(self) -> None:
        """By somebody who remembers what the archive was."""
        done = self.run("filrouge audit verify ", "--verifier KEY")
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, begins: str, ends: str, failpoints: str = "") -> Done:
        """The command of the manual that is meant, as it stands there."""
        (command,) = {one for one in COMMANDS if one.startswith(begins) and one.endswith(ends)}
        values = {
            "ARCHIVE": self.archive.url,
            "KAFKA": self.scene.stack.kafka,
            "KEY": str(self.archive.verifiers()[0]),
        }
        _, *arguments = (values.get(word, word) for word in command.split())
        program = str(Path(sys.executable).with_name("filrouge"))
        memory = str(self.folder / "seen")
        said = {"FILROUGE_FAILPOINTS": failpoints, "FILROUGE_MEMORY": memory}
        return subprocess.run(
            [program, *arguments],
            env={**os.environ, **said},
            capture_output=True,
            text=True,
            check=False,
        )


World = TypeVar("World", bound=Endangered)


@asynccontextmanager
async def endangered(
    kind: type[World], scene: Scene, play: Play, archive: LocalArchive, folder: Path
) -> AsyncIterator[World]:
    trail = archive.start(scene.supervisor)
    await asyncio.to_thread(trail.wait_ready)
    world = kind(scene, Ear(play), trail, archive, folder)
    await world.connect()
    try:
        yield world
    finally:
        await world.leave()
