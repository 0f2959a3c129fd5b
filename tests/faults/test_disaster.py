"""In the middle of a play PostgreSQL is dropped and made anew from the stream; then the broker's disk is wiped,
and Kafka put back from the archive. The play goes on to its end, and every check holds as if nothing had
been."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

import pytest
from filrouge.archived import wait_until_archived
from filrouge.kafka_world import KafkaWorld, kafka_world
from filrouge.local_archive import LocalArchive
from filrouge.rebuilding import MATCH, compare, drop_database, states_of, wait_for_lanes
from filrouge.services import lanes_of
from filrouge.simulator.act import Data
from filrouge.simulator.acts import often
from filrouge.simulator.play import Play
from filrouge.simulator.words import Word
from filrouge.stack import Stack
from filrouge.stream import kafka_source
from filrouge.supervisor import ServiceProcess
from filrouge_archive.archive import Archive
from filrouge_chassis.records import Record
from filrouge_contracts.entry import SERVICES

from tests.faults.scene import LANES, Scene, scene, verify

pytestmark = [pytest.mark.stack, pytest.mark.faults]
DEATHS = ("after_sent=kill@5", "before_told=kill@1", "after_told=kill@1")
PATIENCE_SECONDS = 300.0
WORDS_BEFORE = 8
"""So many times partners have spoken when it happens."""
MANUAL = Path(__file__).parents[2] / "docs/recovery.md"
COMMANDS = re.findall(r"`(filrouge [^`]+ARCHIVE[^`]*)`", MANUAL.read_text())
Done = subprocess.CompletedProcess[str]
Places = Mapping[tuple[str, int, int], tuple[object, ...]]


class Ear:
    """What partners have heard already they do not hear again when they connect anew."""

    def __init__(self, play: Play) -> None:
        self._play, self.deaf, self.wants = play, False, play.wants

    def take(self, kind: str, data: Data) -> None:
        if not self.deaf:
            self._play.take(kind, data)


@dataclass
class Interrupted:
    """The play's world. Once, between two days, everybody leaves, and comes back after the disaster."""

    scene: Scene
    ear: Ear
    trail: ServiceProcess
    archive: LocalArchive
    folder: Path
    happened: bool = False
    _said: int = 0
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def connect(self) -> None:
        self.ear.deaf = self.happened
        made = kafka_world(self.scene.stack, LANES, self.scene.plan.cast, self.ear)
        self.world: KafkaWorld = await self._open.enter_async_context(made)
        await self.world.settle()
        self.ear.deaf = False

    async def leave(self) -> None:
        await self._open.aclose()

    async def tick(self, at: datetime) -> None:
        await self.world.tick(at)

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None:
        await self.world.set_parameter(name, value, effective_at)

    async def say(self, words: Sequence[Word]) -> None:
        await self.world.say(words)
        self._said += bool(words)
        if self._said == WORDS_BEFORE and not self.happened:
            await self.world.settle()
            self.happened = True
            await self._disaster()

    # --- the disaster ----------------------------------------------------------------------------

    async def _disaster(self) -> None:
        stack, lanes = self.scene.stack, self._lanes()
        await self.leave()
        before = [await states_of(stack.postgres, service) for service in SERVICES]
        await self._stop_services()
        await self._rebuilt_databases(lanes)
        assert (
            compare(before, [await states_of(stack.postgres, name) for name in SERVICES]) == MATCH
        )
        await self._stop_services()
        archived = await wait_until_archived(stack.kafka, self.archive)
        await asyncio.to_thread(self.trail.stop)
        records = await _records(stack)
        self._audited()
        await self._wipe_kafka()
        for death in DEATHS:
            assert self._restore(death).returncode == -signal.SIGKILL
        done = self._restore()
        assert done.returncode == 0, done.stderr
        again = await _records(stack)
        assert {place: again[place] for place in records} == records
        assert {topic for topic, _, _ in again.keys() - records.keys()} == {"audit.g1"}
        agreed = self._run("filrouge restore ", "--check")
        assert (agreed.returncode, f"{len(records):,} records" in agreed.stdout) == (0, True), (
            agreed
        )
        await self._rebuilt_databases(lanes)
        assert (
            compare(before, [await states_of(stack.postgres, name) for name in SERVICES]) == MATCH
        )
        await asyncio.to_thread(self.trail.start)
        await asyncio.to_thread(self.trail.wait_ready)
        self._is_continued(archived, await wait_until_archived(stack.kafka, self.archive))
        self._audited()
        await self.connect()

    def _lanes(self) -> Mapping[str, int]:
        control = self.world.control
        return {name: len(list(lanes_of(name, LANES, control))) for name in SERVICES}

    async def _stop_services(self) -> None:
        for service in SERVICES:
            await asyncio.to_thread(self.scene.supervisor[service].stop)

    async def _rebuilt_databases(self, lanes: Mapping[str, int]) -> None:
        """They are dropped while nobody works, and the services make them anew."""
        for service in SERVICES:
            await drop_database(self.scene.stack.postgres, service)
        for service in SERVICES:
            await asyncio.to_thread(self.scene.supervisor[service].start)
        for service in SERVICES:
            await asyncio.to_thread(self.scene.supervisor[service].wait_ready, PATIENCE_SECONDS)
        await wait_for_lanes(self.scene.stack.postgres, lanes, PATIENCE_SECONDS)

    async def _wipe_kafka(self) -> None:
        """Its whole folder: topics, groups, the controller's memory, the cluster's id."""
        broker = self.scene.stack.broker
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(shutil.rmtree, broker.home)
        await asyncio.to_thread(broker.start)

    def _restore(self, failpoints: str = "") -> Done:
        return self._run("filrouge restore ", "--make-topics", failpoints)

    def _audited(self) -> None:
        """By somebody who remembers what the archive was."""
        done = self._run("filrouge audit verify ", "--verifier KEY")
        assert done.returncode == 0, done.stdout + done.stderr

    def _run(self, begins: str, ends: str, failpoints: str = "") -> Done:
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

    @staticmethod
    def _is_continued(before: Archive, after: Archive) -> None:
        """Each log begins with what it was."""
        after.verify_manifest()
        assert after.partitions.keys() >= before.partitions.keys()
        for place, head in before.partitions.items():
            assert after.reader(place).root_at(head.size).hex() == head.root


async def _records(stack: Stack) -> Places:
    source = await kafka_source(stack.kafka)
    return {(one.topic, one.partition, one.offset): _parts(one) async for one in source.records()}


def _parts(one: Record) -> tuple[object, ...]:
    return one.timestamp, one.key, one.value, tuple(one.headers)


@asynccontextmanager
async def interrupted(
    scene: Scene, play: Play, archive: LocalArchive, folder: Path
) -> AsyncIterator[Interrupted]:
    trail = archive.start(scene.supervisor)
    await asyncio.to_thread(trail.wait_ready)
    world = Interrupted(scene, Ear(play), trail, archive, folder)
    await world.connect()
    try:
        yield world
    finally:
        await world.leave()


async def test_databases_then_kafka_are_lost_in_the_middle_of_a_play_and_nothing_is(
    stack: Stack, tmp_path: Path
) -> None:
    async with scene(stack, Random(7)) as on:
        play = Play(on.plan, 1, often(on.plan))
        async with interrupted(on, play, LocalArchive(tmp_path), tmp_path) as world:
            await play.run(world)
            assert world.happened
            await world.world.settle()
            await verify(on, play)
