"""Asks every process for its metrics once a second, as a Prometheus would, and the broker for what it holds."""

from __future__ import annotations

import asyncio
import http.client
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil
from audit_trail.metrics import LAG_RECORDS as ARCHIVE_LAG
from filrouge.quiet import Quiet
from filrouge.stack import Stack
from filrouge.supervisor import ServiceProcess
from filrouge.watch.metrics import LAG as WATCH_LAG
from filrouge_chassis.metrics import AGE_SECONDS, DECIDED, LAG_RECORDS, TAKEN
from filrouge_contracts.entry import BUDGET_ACCOUNTING, SERVICES

from tests.bench.rates import pause
from tests.soak.arithmetic import growth
from tests.soak.replicas import Fleet

SAMPLE_SECONDS = 1.0
ANSWER_SECONDS = 5.0
MEGABYTE = 1024 * 1024
RESIDENT, PROCESSOR = "process_resident_memory_bytes", "process_cpu_seconds_total"
AGES = f"{AGE_SECONDS.exported_name}_bucket"
_LINE = re.compile(r'^(\w+)(?:\{(?:(\w+)="([^"]*)")?.*\})? (\S+)', re.MULTILINE)
_ASKED = frozenset(
    {RESIDENT, PROCESSOR, AGES}
    | {metric.exported_name for metric in (LAG_RECORDS, TAKEN, DECIDED, WATCH_LAG, ARCHIVE_LAG)}
)
Told = Mapping[str, Mapping[str, float]]
"""Name of a metric → value of its first label → value."""


@dataclass(slots=True)
class Sample:
    """One second of the installation."""

    at: float
    events: int
    """Appended since the beginning."""
    lag: dict[str, float] = field(default_factory=dict)
    """service/lane → records; of the archiver and the watch, all theirs."""
    unowned: int = 0
    """Lanes that no instance has told of."""
    memory_mb: dict[tuple[str, int], float] = field(default_factory=dict)
    """(process, pid) → resident."""
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    """Service or server → used since the sample before."""
    ages: Counter[float] = field(default_factory=Counter)
    """Of what was booked since the sample before: upper bound → how many."""
    taken: Counter[str] = field(default_factory=Counter)
    """Service → records since the sample before."""
    decided: Counter[str] = field(default_factory=Counter)

    @property
    def lag_records(self) -> float:
        return sum(records for lane, records in self.lag.items() if "/" in lane)


@dataclass
class Sampler:
    """Holds every sample; `begun` is when the load begins."""

    stack: Stack
    fleet: Fleet
    quiet: Quiet
    lanes: Mapping[str, int]
    """Service → how many it has."""
    samples: list[Sample] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)
    _before: dict[tuple[int, str], Mapping[float, float]] = field(default_factory=dict)
    _used: dict[str, float] = field(default_factory=dict)
    """Server → processor seconds; less for a moment when a backend has ended and its parent has not noticed."""
    _events: int = 0

    async def begin(self) -> None:
        """What is there by now is not counted."""
        self._events = sum((await self.quiet.ends()).values())

    async def events(self) -> int:
        """Appended since then, for some service to read."""
        return sum((await self.quiet.ends()).values()) - self._events

    async def measure(self) -> None:
        """From now on; what counters have grown by until now is of before."""
        await self.sample()
        self.samples.clear()
        self.begun = time.monotonic()

    @property
    def now(self) -> float:
        return time.monotonic() - self.begun

    async def run(self, over: asyncio.Event) -> None:
        """What is late is not made up for."""
        while not over.is_set():
            next_at = time.monotonic() + SAMPLE_SECONDS
            await self.sample()
            await pause(max(0.0, next_at - time.monotonic()))

    async def sample(self) -> Sample:
        self.fleet.look()
        processes = self.fleet.running()
        events = await self.events()
        answers = await asyncio.gather(
            *(asyncio.to_thread(ask, process.http_port) for process, _ in processes)
        )
        sample = Sample(self.now, events)
        for (process, pid), told in zip(processes, answers, strict=True):
            if told:
                self._take(sample, process, pid, told)
        known = Counter(lane.partition("/")[0] for lane in sample.lag)
        sample.unowned = sum(max(0, self.lanes[name] - known[name]) for name in SERVICES)
        self._take_servers(sample)
        self.samples.append(sample)
        return sample

    def _take(self, sample: Sample, process: ServiceProcess, pid: int, told: Told) -> None:
        name = process.name
        sample.memory_mb[process.child.name, pid] = sum(told[RESIDENT].values()) / MEGABYTE
        used = sample.cpu_seconds.get(name, 0.0)
        sample.cpu_seconds[name] = used + self._more(pid, told, PROCESSOR)
        for lane, records in told.get(LAG_RECORDS.exported_name, {}).items():
            # of two that believe to have it, the one that has not noticed is behind
            place = f"{name}/{lane}"
            sample.lag[place] = max(records, sample.lag.get(place, 0))
        for metric in (WATCH_LAG, ARCHIVE_LAG):
            if metric.exported_name in told:
                sample.lag[name] = sum(told[metric.exported_name].values())
        if name in SERVICES:
            sample.taken[name] += int(self._more(pid, told, TAKEN.exported_name))
            sample.decided[name] += int(self._more(pid, told, DECIDED.exported_name))
        if name == BUDGET_ACCOUNTING:
            ages = {float(bound): many for bound, many in told.get(AGES, {}).items()}
            sample.ages.update(self._growth(pid, AGES, ages))

    def _more(self, pid: int, told: Told, name: str) -> float:
        """How much a counter has grown, over all its labels."""
        return self._growth(pid, name, {0.0: sum(told.get(name, {}).values())})[0.0]

    def _growth(self, pid: int, name: str, now: Mapping[float, float]) -> Counter[float]:
        before = self._before.get((pid, name), {})
        self._before[pid, name] = now
        return growth(before, now)

    def _take_servers(self, sample: Sample) -> None:
        """Servers of our own tell nothing themselves."""
        for name, server in (
            ("kafka", self.stack.own_broker),
            ("postgresql", self.stack.own_database),
        ):
            if server is None:
                continue
            used, resident = family(server.child.pid)
            sample.memory_mb[name, server.child.pid] = resident / MEGABYTE
            sample.cpu_seconds[name] = max(0.0, used - self._used.get(name, used))
            self._used[name] = used


def family(pid: int) -> tuple[float, float]:
    """Processor seconds of a process with all that it has started, also of what has ended; and the memory
    that is theirs alone."""
    used = resident = 0.0
    parent = psutil.Process(pid)
    for process in (parent, *parent.children(recursive=True)):
        try:
            times, memory = process.cpu_times(), process.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        used += times.user + times.system
        resident += memory.uss
        if process is parent:
            used += times.children_user + times.children_system
    return used, resident


def ask(port: int) -> Told:
    """What a process tells, as far as it is asked here; nothing if it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return {}
    finally:
        connection.close()
    return told_in(text)


def told_in(text: str) -> Told:
    """Of the text format of Prometheus; labels but the first are passed over."""
    found: dict[str, dict[str, float]] = {}
    for name, _, label, value in _LINE.findall(text):
        if name in _ASKED:
            found.setdefault(name, {})[label] = float(value)
    return found
