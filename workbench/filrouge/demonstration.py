"""The plan in small from a partner's word to a paid invoice, and everything that can be proved about it."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from filrouge_chassis.control import Control
from filrouge_chassis.kafka import KafkaLog
from filrouge_contracts.entry import SERVICES

from filrouge import archived, rebuilding
from filrouge.checks.figures import Figures
from filrouge.checks.ledger import FoundCheck
from filrouge.checks.variety import Variety
from filrouge.invariants import HOLDS, Report
from filrouge.kafka_world import KafkaWorld, kafka_world, prepare
from filrouge.local_archive import LocalArchive
from filrouge.local_watch import start_watch
from filrouge.offline import Audited, audit
from filrouge.reexecution import MATCH, Reexecuted, reexecute_everything
from filrouge.services import lanes_of
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.stack import Stack, local_stack
from filrouge.supervisor import supervised
from filrouge.verification import check_installation

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and of how much."""
ONE_HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Outcome:
    """What a demo found out; everything that the report says."""

    scale: float
    seed: int
    lanes: int
    partner_events: int = 0
    play_seconds: float = 0.0
    differences: list[str] = field(default_factory=list)
    stream: Report = field(default_factory=lambda: Report({}))
    figures: Figures = field(default_factory=Figures)
    variety: Variety = field(default_factory=Variety)
    archive: str = ""
    archived_records: int = 0
    rebuild: str = "not done"
    rebuild_seconds: float = 0.0
    reexecuted: Reexecuted = field(default_factory=Reexecuted)
    audited: Audited | None = None
    """From the archive alone, after everything else was stopped."""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether nothing differs, nothing is breached, and nothing was left out."""
        found = self.stream.findings
        return (
            not self.differences
            and not self.stream.breaches
            and any(finding.status == HOLDS for finding in found.values())
            and self.rebuild == MATCH
            and self.reexecuted.result == MATCH
            and self.reexecuted.decisions > 0
            and self.stream.parked == 0
            and self.archived_records > 0
            and self.audited is not None
            and self.audited.good
        )

    def as_json(self) -> dict[str, Any]:
        outcomes = self.stream.outcomes
        per_second = (self.partner_events + self.stream.events) / max(self.play_seconds, 0.001)
        return {
            "good": self.good,
            "scale": self.scale,
            "seed": self.seed,
            "lanes": self.lanes,
            "partner_events": self.partner_events,
            "events": self.stream.events,
            "seconds": round(self.seconds, 1),
            "play_seconds": round(self.play_seconds, 1),
            "events_per_second": round(per_second, 1),
            "parked": self.stream.parked,
            "republished": self.stream.republished,
            "accepted": outcomes.get("accepted", 0),
            "duplicates": outcomes.get("duplicate", 0),
            "conflicts": outcomes.get("conflict", 0),
            "refused": outcomes.get("refused", 0),
            "books_match": not self.differences,
            "book_differences": self.differences[:100],
            "invariants": {
                rule: {
                    "status": finding.status,
                    "checked": finding.checked,
                    "breaches": [str(breach) for breach in finding.breaches],
                }
                for rule, finding in self.stream.findings.items()
            },
            "figures": self.figures.as_json(),
            "event_types_unseen": self.variety.unseen_types,
            "reasons_unseen": self.variety.unseen_reasons,
            "archive": self.archive,
            "archived_records": self.archived_records,
            "audit": None if self.audited is None else self.audited.as_json(),
            "rebuild": self.rebuild,
            "rebuild_seconds": round(self.rebuild_seconds, 1),
            "re_execution": self.reexecuted.result,
            "re_executed_decisions": self.reexecuted.decisions,
        }


def demonstrate(
    scale: float, seed: int, lanes: int, folder: Path, url: str | None, progress: Progress
) -> Outcome:
    """Everything from an empty folder on; the services run until all was checked. `url`: of another place
    for the archive."""
    outcome, play = Outcome(scale, seed, lanes), Play(plan_of(scale, seed))
    with _timed() as whole:
        progress("start", 0, 3)
        with local_stack(folder, fresh=True) as stack:
            archive = LocalArchive(stack.folder, url)
            archive.forget()
            progress("start", 1, 3)
            asyncio.run(prepare(stack, lanes, play.plan.cast))
            progress("start", 2, 3)
            with supervised(stack, lanes) as supervisor:
                trail = archive.start(supervisor)  # the first to start is the last to stop
                supervisor.start_all()
                start_watch(supervisor).wait_ready()
                port = trail.wait_ready().http_port
                progress("start", 3, 3)
                asyncio.run(_Demonstration(stack, archive, port, play, outcome, progress).run())
        memory = stack.folder / "auditor"
        shutil.rmtree(memory, ignore_errors=True)
        outcome.audited = audit(archive, memory, lambda done, all_: progress("audit", done, all_))
    outcome.seconds = whole()
    return outcome


class _Demonstration:
    """The steps on a running installation, in their order."""

    def __init__(
        self,
        stack: Stack,
        archive: LocalArchive,
        port: int,
        play: Play,
        outcome: Outcome,
        progress: Progress,
    ) -> None:
        """`port`: where audit_trail listens."""
        self._stack, self._play, self._outcome = stack, play, outcome
        self._archive, self._port, self._progress = archive, port, progress
        self._lanes = outcome.lanes

    async def run(self) -> None:
        cast = self._play.plan.cast
        async with kafka_world(self._stack, self._lanes, cast, self._play) as world:
            await self._speak(world)
            await self._ask_the_archive(world)
            await self._check()
            await self._rebuild(world)
        await self._reexecute()
        await self._wait_for_the_archive()

    async def _speak(self, world: KafkaWorld) -> None:
        stories = self._play.stories
        with _timed() as clock:
            self._outcome.partner_events = await self._play.run(
                world,
                lambda _day, _words, left: self._progress("play", stories - left, stories),
            )
        self._outcome.play_seconds = clock()

    async def _ask_the_archive(self, world: KafkaWorld) -> None:
        """A partner's receipt, which has to hold; and the words of a record, all invented, are erased."""
        archive = await archived.wait_until_archived(self._stack.kafka, self._archive)
        self._progress("archive", 1, 3)
        said = {verdict.outcome: verdict for verdict in archived.verdicts(archive)}
        kept = said["accepted"]
        receipt = await asyncio.to_thread(
            archived.ask, self._port, kept.event_source, kept.event_id
        )
        record = receipt.verify(self._archive.verifiers())
        assert sha256(record.value or b"").hexdigest() == kept.payload_sha256
        self._progress("archive", 2, 3)
        await archived.erase(world.erase, self._archive, said["refused"].position)
        self._progress("archive", 3, 3)

    async def _wait_for_the_archive(self) -> None:
        archive = await archived.wait_until_archived(self._stack.kafka, self._archive)
        self._outcome.archive = self._archive.url
        ends = (archive.bounds(place)[1] for place in archive.partitions)
        self._outcome.archived_records = sum(ends)

    async def _check(self) -> None:
        """One pass over the stream, for the invariants and for the books."""
        found = self._play.found()
        self._outcome.stream = await check_installation(
            self._stack.kafka,
            FoundCheck(found),
            self._outcome.figures,
            self._outcome.variety,
            progress=lambda done, all_: self._progress("check", done, all_),
        )
        self._outcome.differences = self._play.differences(found)

    async def _rebuild(self, world: KafkaWorld) -> None:
        """A tick tells idle lanes, which ask their database, that it is gone."""
        postgres, steps = self._stack.postgres, len(SERVICES) + 2
        before = [await rebuilding.states_of(postgres, service) for service in SERVICES]
        published = await world.published()
        with _timed() as clock:
            for number, service in enumerate(SERVICES, 1):
                await rebuilding.drop_database(postgres, service)
                self._progress("rebuild", number, steps)
            await world.tick_soon(ONE_HOUR)
            await rebuilding.wait_for_lanes(postgres, _lane_counts(self._lanes, world.control))
            self._progress("rebuild", steps - 1, steps)
            await world.settle()
        self._outcome.rebuild_seconds = clock()
        after = [await rebuilding.states_of(postgres, service) for service in SERVICES]
        found = rebuilding.compare(before, after)
        if found == MATCH and (now := await world.published()) != published:
            found = f"{sum(now.values()) - sum(published.values())} records were published by it"
        self._outcome.rebuild = found
        self._progress("rebuild", steps, steps)

    async def _reexecute(self) -> None:
        self._outcome.reexecuted = await reexecute_everything(
            KafkaLog(self._stack.kafka, "workbench"),
            self._lanes,
            lambda _lane, done, all_: self._progress("re-execute", done, all_),
        )


def _lane_counts(lanes: int, control: Control) -> dict[str, int]:
    return {service: len(list(lanes_of(service, lanes, control))) for service in SERVICES}


@contextmanager
def _timed() -> Iterator[Callable[[], float]]:
    """Call what it yields for the seconds since the beginning."""
    started = time.monotonic()
    yield lambda: time.monotonic() - started
