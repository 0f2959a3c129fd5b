"""The broker is killed and its disk wiped while every service works. No lane has a loose end in the archive, so
Kafka is put back from it, partners say again what has no verdict, and the play goes on to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import pytest
from filrouge.archived import wait_until_archived
from filrouge.local_archive import LocalArchive
from filrouge.restoring.loose_ends import loose_ends
from filrouge.simulator.acts import often
from filrouge.simulator.play import Found, Play
from filrouge.simulator.words import Word
from filrouge.stack import Stack
from filrouge.stack.waiting import wait_until
from filrouge_archive.archive import Archive
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topics import PARTNER_IN, VERDICTS

from tests.faults.cuts import commits_beyond_a_cut
from tests.faults.disaster import Endangered, endangered
from tests.faults.scene import PATIENCE_SECONDS, scene, verify

pytestmark = [pytest.mark.stack, pytest.mark.faults]
STRUCK_ON = (4, 9)
"""Days on which partners speak, counted from the first one."""
TIMES = 20
"""So often everybody says everything on such a day: that keeps all at work while the archive commits."""
REPEATABLE = ("duplicate", "conflict", "refused")


@dataclass
class Struck(Endangered):
    """It happens while partners speak."""

    without_verdict: list[int] = field(default_factory=list)
    """How many words the archive had each time, to which it had no answer."""
    _said: int = 0

    async def say(self, words: Sequence[Word]) -> None:
        self._said += bool(words)
        if words and self._said in STRUCK_ON:
            await self._strike(words, kill_trail=self._said == STRUCK_ON[0])
        await self.world.say(words)

    async def _strike(self, words: Sequence[Word], kill_trail: bool) -> None:
        stack, lanes = self.scene.stack, self.lanes()
        before = await wait_until_archived(stack.kafka, self.archive)  # partners remember all of it
        await self.world.say_soon([word for _ in range(TIMES) for word in words])
        await self.leave()
        await asyncio.to_thread(self._until_answered, before, words)
        stack.broker.kill()
        await asyncio.to_thread(self.trail.kill if kill_trail else self.trail.stop)
        for service in SERVICES:
            self.scene.supervisor[service].kill()
        lost = self._opened()
        assert loose_ends(lost) == []
        assert commits_beyond_a_cut(Store(self.archive.url), lost) == []
        self.without_verdict.append(_words(lost, words) - _verdicts(lost, words))
        await self.wipe_kafka()
        done = self.restore()
        assert done.returncode == 0, done.stderr
        await self.rebuilt_databases(lanes)
        await self.start_trail()
        await self.connect()

    def _until_answered(self, before: Archive, words: Sequence[Word]) -> None:
        """A commit covers the first answers to what is being said."""
        wait_until(
            lambda: _verdicts(self._opened(), words) > _verdicts(before, words),
            PATIENCE_SECONDS,
            lambda why: AssertionError(f"no verdict is archived: {why}"),
        )

    def _opened(self) -> Archive:
        return Archive.open(self.archive.url, self.archive.verifiers())


def _words(archive: Archive, words: Sequence[Word]) -> int:
    return _size(archive, PARTNER_IN, words)


def _verdicts(archive: Archive, words: Sequence[Word]) -> int:
    return _size(archive, VERDICTS, words)


def _size(archive: Archive, template: str, words: Sequence[Word]) -> int:
    partners = {word.partner.id for word in words}
    places = (Partition(template.format(partner=partner), 0) for partner in partners)
    return sum(archive.bounds(place)[1] for place in places)


async def test_kafka_is_lost_under_load_and_no_lane_has_a_loose_end(
    stack: Stack, tmp_path: Path
) -> None:
    async with scene(stack, Random(7)) as on:
        play, archive = Play(on.plan, 1, often(on.plan)), LocalArchive(tmp_path)
        async with endangered(Struck, on, play, archive, tmp_path) as world:
            await play.run(world)
            assert len(world.without_verdict) == len(STRUCK_ON)
            assert any(world.without_verdict), "it was quiet every time"
            await world.world.settle()
            world.audited()
            await verify(on, play, partial(_differences, play))


def _differences(play: Play, found: Found) -> list[str]:
    """Words are accepted as often as the books say; what was said more often has been answered more often."""
    lines = [line for line in play.differences(found) if not line.startswith("verdicts ")]
    expected = play.books.verdicts
    for verdict in sorted(expected.keys() | found.verdicts.keys()):
        wanted, got = expected[verdict], found.verdicts[verdict]
        if got < wanted or (got > wanted and verdict[0] not in REPEATABLE):
            lines.append(f"verdicts {verdict}: {wanted} expected, {got} found")
    return lines
