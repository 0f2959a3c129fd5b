"""The course of a soak: an installation of its own, load and changes side by side, the end, and every check."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from filrouge.archived import wait_until_archived
from filrouge.checks.ledger import FoundCheck
from filrouge.kafka_world import KafkaWorld, prepare
from filrouge.local_archive import LocalArchive
from filrouge.local_watch import start_watch
from filrouge.offline import audit
from filrouge.operator import Operator
from filrouge.quiet import NotQuiet, Quiet
from filrouge.simulator.client import Client
from filrouge.simulator.play import NEXT_YEAR, QUIET_DAYS
from filrouge.simulator.words import tick_of
from filrouge.stack import Stack
from filrouge.supervisor import Supervisor, supervised
from filrouge.verification import check_installation
from filrouge_contracts.entry import GATEWAY, SERVICES

from tests.bench.rates import pause
from tests.soak.load import Accountant, Load, passed, tick
from tests.soak.mix import DAY, Mix
from tests.soak.replicas import Fleet
from tests.soak.report import Report, Wanted
from tests.soak.sampling import Sampler
from tests.soak.surroundings import grown, machine, sizes

BEGIN_SECONDS = 20.0
"""Stories are told for so long before anything is measured: then as many end as begin."""
DRAIN_SECONDS = 300.0
STATED_AFTER_DAYS, DAYS_AT_MOST = 8, 20
"""Hours of tutoring are stated once a week."""
TELL_SECONDS, AGAIN_SECONDS = 30.0, 1.0
Say = Callable[[str], None]


@dataclass
class Course:
    """Its steps, in their order."""

    stack: Stack
    folder: Path
    wanted: Wanted
    say: Say
    mix: Mix = field(init=False)

    def __post_init__(self) -> None:
        self.mix = Mix(self.wanted.cast_scale)

    def run(self) -> Report:
        """Everything from an empty stack on; the archive is audited when all services have ended."""
        report, archive = Report(self.wanted, machine()), LocalArchive(self.folder)
        archive.forget()
        asyncio.run(self._prepare())
        settings = {
            "FILROUGE_SESSION_TIMEOUT_MS": str(self.wanted.session_timeout_ms),
            "FILROUGE_CACHED_STATES": str(self.wanted.cached_states),
        }
        with supervised(self.stack, self.wanted.lanes, settings) as supervisor:
            trail = archive.start(supervisor)
            supervisor.start_all()
            trail.wait_ready()
            start_watch(supervisor).wait_ready()
            asyncio.run(self._observe(supervisor, archive, report))
        self.say("all services have ended: the archive is audited alone")
        memory = self.folder / "auditor"
        shutil.rmtree(memory, ignore_errors=True)
        report.audited = audit(archive, memory, lambda *_: None)
        return report

    async def _prepare(self) -> None:
        await prepare(self.stack, self.wanted.lanes, self.mix.cast)
        async with Operator(self.stack.kafka, self.wanted.lanes) as operator:
            await operator.tick(tick_of(DAY))

    async def _observe(self, supervisor: Supervisor, archive: LocalArchive, report: Report) -> None:
        kafka, lanes = self.stack.kafka, self.wanted.lanes
        partners = [partner.id for partner in self.mix.cast]
        accountant = Accountant(self.mix)
        async with (
            Operator(kafka, lanes) as operator,
            Quiet(kafka, self.stack.postgres, lanes, partners) as quiet,
            Client(kafka, lanes, partners, accountant) as client,
        ):
            known = {name: len(partners) if name == GATEWAY else lanes for name in SERVICES}
            sampler = Sampler(self.stack, Fleet(supervisor), quiet, known)
            load = Load(client, accountant, self.mix, self.wanted.events_per_second)
            world = KafkaWorld(operator, quiet, client)
            await load.say(self.mix.foundations())
            await world.settle()
            await sampler.begin()
            before = await sizes(self.stack, archive)
            await self._load(load, operator, sampler, report)
            try:
                await self._drain(load, quiet, sampler, report)
                report.events_of_stories = await sampler.events()
                await self._close(load, world)
            except NotQuiet as error:
                report.not_quiet = str(error)
            report.partner_records, report.stories = load.said, load.begun
        await wait_until_archived(kafka, archive)
        report.megabytes = grown(before, await sizes(self.stack, archive))
        self.say("every record is read and checked")
        found = self.mix.play.found()
        report.stream = await check_installation(kafka, FoundCheck(found))
        report.differences = self.mix.play.differences(found)

    async def _load(self, load: Load, operator: Operator, sampler: Sampler, report: Report) -> None:
        """Measured from when as many stories end as begin until the last one begins."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(load.run(BEGIN_SECONDS + self.wanted.seconds))
            await pause(BEGIN_SECONDS)
            await sampler.measure()
            load.late_ms.clear()
            tasks.create_task(tick(operator, over))
            tasks.create_task(sampler.run(over))
            tasks.create_task(self._change(sampler))
            tasks.create_task(self._tell(sampler, over))
            await pause(self.wanted.seconds)
            over.set()
            report.late_ms = list(load.late_ms)
        report.samples, fleet = list(sampler.samples), sampler.fleet
        report.done, report.missing = fleet.done, fleet.missing

    async def _change(self, sampler: Sampler) -> None:
        """One change after the other, evenly, the first and the last well within the time."""
        changes = self.wanted.changes
        for number, change in enumerate(changes):
            due = self.wanted.seconds * (number + 0.5) / len(changes)
            await pause(due - sampler.now)
            self.say(f"{sampler.now:5.0f} s  {change}")
            await sampler.fleet.carry_out(change, sampler.now)

    async def _tell(self, sampler: Sampler, over: asyncio.Event) -> None:
        while await passed(TELL_SECONDS, over):
            now, then = sampler.samples[-1], sampler.samples[-min(len(sampler.samples), 30)]
            rate = (now.events - then.events) / max(now.at - then.at, 1)
            self.say(f"{now.at:5.0f} s  {rate:,.0f} events/s, {now.lag_records:,.0f} records wait")

    async def _drain(self, load: Load, quiet: Quiet, sampler: Sampler, report: Report) -> None:
        """Until nobody has anything to read or to pay, and every lane says so itself."""
        started = time.monotonic()
        paying = True
        while paying:
            await quiet.wait(None, DRAIN_SECONDS)
            paying = await load.pay()
        report.drain_seconds = time.monotonic() - started
        while time.monotonic() < started + DRAIN_SECONDS:
            last = await sampler.sample()
            report.lag_left = {lane: records for lane, records in last.lag.items() if records}
            report.unowned_left = last.unowned
            if not report.lag_left and not last.unowned:
                return
            await pause(AGAIN_SECONDS)

    async def _close(self, load: Load, world: KafkaWorld) -> None:
        """Hours are stated, approved and paid; then the clock jumps beyond every deadline."""
        tutoring, day = self.mix.tutoring, DAY + STATED_AFTER_DAYS
        while day == DAY + STATED_AFTER_DAYS or (tutoring.open and day < DAY + DAYS_AT_MOST):
            await world.tick(tick_of(day))
            await load.say(list(tutoring.words(day)))
            await world.settle()
            day += 1
        await world.tick(tick_of(day + QUIET_DAYS))
        await world.tick(tick_of(NEXT_YEAR))
