"""What a soak has found: figures of all samples, and whether anything is wrong."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from filrouge.invariants import Report as Stream
from filrouge.offline import Audited
from filrouge_contracts.entry import SERVICES

from tests.bench.rates import percentiles
from tests.soak.arithmetic import quantile, slope_per_hour
from tests.soak.replicas import Change
from tests.soak.sampling import Sample

SERVERS = ("kafka", "postgresql")
"""Their memory is shown, and theirs to justify."""
SETTLED_SECONDS = 120.0
"""For so long a process fills its caches before its memory is judged, and must be seen afterwards."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a soak."""

    events_per_second: float
    seconds: float
    lanes: int
    changes: Sequence[Change]
    cast_scale: float
    session_timeout_ms: int
    cached_states: int
    """Per lane."""
    megabytes_per_hour: float
    """No process of ours may grow faster."""


@dataclass(slots=True)
class Report:
    """Filled on the way; `as_json` is what is kept and shown."""

    wanted: Wanted
    machine: str = ""
    samples: Sequence[Sample] = ()
    """While the load was spoken."""
    done: Sequence[tuple[float, Change]] = ()
    missing: Sequence[str] = ()
    stories: int = 0
    """How many were begun in all."""
    events_of_stories: int = 0
    """Appended by the time when all of them were told, the foundations aside."""
    partner_records: int = 0
    late_ms: Sequence[float] = ()
    """How late words were handed to Kafka's client."""
    not_quiet: str = ""
    drain_seconds: float = 0.0
    lag_left: dict[str, float] = field(default_factory=dict)
    """Lane → records that it still had to read when all was quiet."""
    unowned_left: int = 0
    """Lanes that no instance told of then."""
    stream: Stream = field(default_factory=lambda: Stream({}))
    differences: Sequence[str] = ()
    audited: Audited | None = None
    megabytes: Mapping[str, float] = field(default_factory=dict)
    """By how much Kafka, PostgreSQL and the archive have grown."""

    def problems(self) -> Iterator[str]:
        """Each in a sentence; none of a good run."""
        if self.not_quiet:
            yield f"lag did not return to zero: {self.not_quiet}"
        for lane, records in sorted(self.lag_left.items()):
            yield f"{lane} still has {records:g} records to read"
        if self.unowned_left:
            yield f"{self.unowned_left} lanes have no instance"
        for name in self.missing:
            yield f"{name} ended by itself"
        if len(self.done) != len(self.wanted.changes):
            yield f"{len(self.done)} of {len(self.wanted.changes)} changes of replicas were begun"
        for name, found in self.memory().items():
            slope, most = found["megabytes_per_hour"], self.wanted.megabytes_per_hour
            if slope is not None and slope > most and not name.startswith(SERVERS):
                yield f"{name} grows by {slope:g} MB an hour, {most:g} are allowed"
        yield from self._wrong_in_the_record()

    def _wrong_in_the_record(self) -> Iterator[str]:
        yield from map(str, self.stream.breaches)
        yield from self.differences
        if self.stream.parked:
            yield f"{self.stream.parked} records were parked"
        answered = sum(self.stream.outcomes.values())
        if answered != self.partner_records:
            yield f"{self.partner_records} records were said, and {answered} got a verdict"
        if self.audited is None:
            yield "the archive was not audited"
        elif not self.audited.good:
            yield f"the archive does not hold: {self.audited.as_json()}"

    # --- figures ---------------------------------------------------------------------------------

    def throughput(self) -> dict[str, float]:
        """Events a second, by seconds; the mean is of the whole."""
        pairs = zip(self.samples, self.samples[1:], strict=False)
        rates = [(now.events - then.events) / (now.at - then.at) for then, now in pairs]
        first, last = self.samples[0], self.samples[-1]
        mean = (last.events - first.events) / (last.at - first.at)
        return {"mean": round(mean, 1), "median": round(statistics.median(rates), 1)}

    def booked_seconds(self) -> dict[str, float | None]:
        """From a partner's word to its booking, the oldest of each batch, by the services' own histogram."""
        ages: Counter[float] = sum((sample.ages for sample in self.samples), Counter())
        shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
        found = {name: quantile(share, ages) for name, share in shares.items()}
        return {name: None if age is None else round(age, 3) for name, age in found.items()}

    def lag(self) -> dict[str, float]:
        """Over all lanes of the services."""
        return percentiles([sample.lag_records for sample in self.samples])

    def changes(self) -> list[dict[str, Any]]:
        """Until the next change: how much waited, and when all lanes worked and less than a second's waited."""
        until = [at for at, _ in self.done[1:]] + [float("inf")]
        found = []
        for (at, change), end in zip(self.done, until, strict=True):
            after = [sample for sample in self.samples if at <= sample.at < end]
            bad = [sample.at for sample in after if not self._is_well(sample)]
            back = next((s.at for s in after if not bad or s.at > bad[-1]), None)
            found.append(
                {
                    "at": round(at),
                    "change": str(change),
                    "lag_records": max((sample.lag_records for sample in after), default=0),
                    "back_after_seconds": None
                    if back is None
                    else round(back - at, 1)
                    if bad
                    else 0,
                }
            )
        return found

    def _is_well(self, sample: Sample) -> bool:
        return not sample.unowned and sample.lag_records <= self.wanted.events_per_second

    def memory(self) -> dict[str, dict[str, float | None]]:
        """Of each process: as it began, as it ended, and its slope once it had settled."""
        points: defaultdict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
        for sample in self.samples:
            for process, megabytes in sample.memory_mb.items():
                points[process].append((sample.at, megabytes))
        return {f"{name} ({pid})": _memory(of) for (name, pid), of in sorted(points.items())}

    def processors(self) -> dict[str, dict[str, float]]:
        """Of each program: how many processors it kept busy, and what it did in a second of one."""
        names = {name for sample in self.samples for name in sample.cpu_seconds}
        cpu = {n: sum(s.cpu_seconds.get(n, 0.0) for s in self.samples[1:]) for n in names}
        taken = sum((sample.taken for sample in self.samples[1:]), Counter())
        decided = sum((sample.decided for sample in self.samples[1:]), Counter())
        seconds = self.samples[-1].at - self.samples[0].at
        events = self.samples[-1].events - self.samples[0].events
        found = {}
        for name, used in sorted(cpu.items()):
            found[name] = {
                "processors": round(used / seconds, 3),
                "events_per_processor_second": round(events / used) if used else 0,
            }
            if name in SERVICES:
                found[name]["taken_per_second"] = round(taken[name] / seconds, 1)
                found[name]["decided_per_second"] = round(decided[name] / seconds, 1)
        return found

    def as_json(self) -> dict[str, Any]:
        wanted, problems = asdict(self.wanted), list(self.problems())
        wanted["changes"] = len(self.wanted.changes)
        return {
            "good": not problems,
            "problems": problems[:100],
            "machine": self.machine,
            "wanted": wanted,
            "seconds": round(self.samples[-1].at, 1),
            "events": self.samples[-1].events - self.samples[0].events,
            "events_per_second": self.throughput(),
            "stories": self.stories,
            "events_per_story": round(self.events_of_stories / max(self.stories, 1), 2),
            "partner_records": self.partner_records,
            "outcomes": self.stream.outcomes,
            "events_in_all": self.stream.partner_records + self.stream.events,
            "records_in_all": self.stream.records,
            "republished": self.stream.republished,
            "booked_seconds": self.booked_seconds(),
            "said_late_ms": percentiles(self.late_ms),
            "lag_records": self.lag(),
            "drain_seconds": round(self.drain_seconds, 1),
            "changes": self.changes(),
            "memory_mb": self.memory(),
            "processors": self.processors(),
            "megabytes": dict(self.megabytes),
            "audit": None if self.audited is None else self.audited.as_json(),
        }


def _memory(points: Sequence[tuple[float, float]]) -> dict[str, float | None]:
    first = points[0][0]
    settles = max(SETTLED_SECONDS, (points[-1][0] - first) / 2)
    settled = [(at, value) for at, value in points if at >= first + settles]
    long_enough = settled and settled[-1][0] - settled[0][0] >= SETTLED_SECONDS
    slope = slope_per_hour(settled) if long_enough else None
    return {
        "seconds": round(points[-1][0] - first),
        "first": round(points[0][1], 1),
        "last": round(points[-1][1], 1),
        "most": round(max(value for _, value in points), 1),
        "megabytes_per_hour": None if slope is None else round(slope, 1),
    }
