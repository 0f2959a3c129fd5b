"""In the middle of a play PostgreSQL is dropped and made anew from the stream; then the broker's disk is wiped,
and Kafka put back from the archive. The play goes on to its end, and every check holds as if nothing had
been."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from filrouge.archived import wait_until_archived
from filrouge.local_archive import LocalArchive
from filrouge.rebuilding import MATCH, compare, states_of
from filrouge.simulator.acts import often
from filrouge.simulator.play import Play
from filrouge.simulator.words import Word
from filrouge.stack import Stack
from filrouge.stream import kafka_source
from filrouge_archive.archive import Archive
from filrouge_chassis.records import Record
from filrouge_contracts.entry import SERVICES

from tests.faults.disaster import Endangered, endangered
from tests.faults.scene import scene, verify

pytestmark = [pytest.mark.stack, pytest.mark.faults]
DEATHS = ("after_sent=kill@5", "before_told=kill@1", "after_told=kill@1")
WORDS_BEFORE = 8
"""So many times partners have spoken when it happens."""
Places = Mapping[tuple[str, int, int], tuple[object, ...]]


@dataclass
class Interrupted(Endangered):
    """It happens once, between two days."""

    happened: bool = False
    _said: int = 0

    async def say(self, words: Sequence[Word]) -> None:
        await self.world.say(words)
        self._said += bool(words)
        if self._said == WORDS_BEFORE and not self.happened:
            await self.world.settle()
            self.happened = True
            await self._disaster()

    async def _disaster(self) -> None:
        stack, lanes = self.scene.stack, self.lanes()
        await self.leave()
        before = [await states_of(stack.postgres, service) for service in SERVICES]
        await self.stop_services()
        await self.rebuilt_databases(lanes)
        assert (
            compare(before, [await states_of(stack.postgres, name) for name in SERVICES]) == MATCH
        )
        await self.stop_services()
        archived = await wait_until_archived(stack.kafka, self.archive)
        await asyncio.to_thread(self.trail.stop)
        records = await _records(stack)
        self.audited()
        await self.wipe_kafka()
        for death in DEATHS:
            assert self.restore(death).returncode == -signal.SIGKILL
        done = self.restore()
        assert done.returncode == 0, done.stderr
        again = await _records(stack)
        assert {place: again[place] for place in records} == records
        assert {topic for topic, _, _ in again.keys() - records.keys()} == {"audit.g1"}
        agreed = self.run("filrouge restore ", "--check")
        assert (agreed.returncode, f"{len(records):,} records" in agreed.stdout) == (0, True), (
            agreed
        )
        await self.rebuilt_databases(lanes)
        assert (
            compare(before, [await states_of(stack.postgres, name) for name in SERVICES]) == MATCH
        )
        await self.start_trail()
        self._is_continued(archived, await wait_until_archived(stack.kafka, self.archive))
        self.audited()
        await self.connect()

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


async def test_databases_then_kafka_are_lost_in_the_middle_of_a_play_and_nothing_is(
    stack: Stack, tmp_path: Path
) -> None:
    async with scene(stack, Random(7)) as on:
        play = Play(on.plan, 1, often(on.plan))
        archive = LocalArchive(tmp_path)
        async with endangered(Interrupted, on, play, archive, tmp_path) as world:
            await play.run(world)
            assert world.happened
            await world.world.settle()
            await verify(on, play)
