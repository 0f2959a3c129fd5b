"""The lanes of an installation, decided again in processes of their own: all of them, or one of n shares.

A process has one lane in memory at a time. A cluster runs share i of n in pod i of an indexed Job; the parts
are added up afterwards, and nothing may be missing or there twice.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from filrouge_chassis.memory import collect_seldom
from filrouge_contracts.entry import SERVICES

from filrouge.audit.again import MATCH, LaneResult, decide_again
from filrouge.audit.beside import decide_beside
from filrouge.audit.errors import AuditFailed
from filrouge.audit.share import WHOLE, Share, check_whole
from filrouge.audit.source import Opener
from filrouge.services import LaneOf, Pasts, all_lanes

Progress = Callable[[int, int], None]
"""Told how many lanes of how many are done."""


@dataclass(slots=True)
class Part:
    """What came of one share."""

    share: Share
    lanes: int
    """Of the whole installation."""
    rules: str = ""
    """Folder of the rules that were asked beside the past; empty: it was decided again as it was."""
    results: list[LaneResult] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(result.result for result in self.results))

    @property
    def good(self) -> bool:
        return all(result.result == MATCH for result in self.results)

    @property
    def batches(self) -> int:
        return sum(result.batches for result in self.results)

    @property
    def decisions(self) -> int:
        return sum(result.decisions for result in self.results)

    @property
    def rules_compared(self) -> dict[str, tuple[int, int]]:
        """`service kind/Event` → decisions compared, of these different."""
        found: dict[str, tuple[int, int]] = {}
        for result in self.results:
            for rule, (compared, different) in result.rules.items():
                name = f"{result.service} {rule}"
                before = found.get(name, (0, 0))
                found[name] = (before[0] + compared, before[1] + different)
        return dict(sorted(found.items()))

    def to_json(self) -> str:
        said = {
            "share": [self.share.index, self.share.of],
            "lanes": self.lanes,
            "rules": self.rules,
            "counts": self.counts,
            "batches": self.batches,
            "decisions": self.decisions,
            "rules_compared": self.rules_compared,
            "results": [result.as_json() for result in self.results],
        }
        return json.dumps(said, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, path: Path) -> Part:
        try:
            said: dict[str, Any] = json.loads(path.read_text())
            results = [LaneResult.from_json(result) for result in said["results"]]
            return cls(Share(*said["share"]), said["lanes"], said["rules"], results)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AuditFailed(f"{path} is no part of a re-execution: {error}") from error


def merge(parts: Sequence[Part]) -> Part:
    """The whole; raises AuditFailed if the parts are not exactly the shares of one."""
    if not parts:
        raise AuditFailed("there is nothing to add up: name the files of all parts")
    first = parts[0]
    same = "all of the same record and rules"
    check_whole([part.share for part in parts], same)
    if len({(part.lanes, part.rules) for part in parts}) > 1:
        raise AuditFailed(f"the parts are no whole: they have to be {same}")
    results = sorted(
        (result for part in parts for result in part.results),
        key=lambda result: (SERVICES.index(result.service), result.lane),
    )
    lanes = {(result.service, result.lane) for result in results}
    if not len(lanes) == len(results) == first.lanes:
        raise AuditFailed(
            f"{len(results)} results are no {first.lanes} lanes: run the shares again"
        )
    return Part(WHOLE, first.lanes, first.rules, results)


def re_execute(
    opener: Opener,
    share: Share = WHOLE,
    rules: Path | None = None,
    processes: int | None = None,
    progress: Progress = lambda *_: None,
) -> Part:
    """One share, a lane per process at a time; `rules` come first wherever a service is imported."""
    if rules is not None:
        _check_rules(rules)
    every = asyncio.run(_lanes(opener))
    mine = every[share.index :: share.of]
    part = Part(share, len(every), "" if rules is None else str(rules))
    workers = max(1, min(len(mine), processes or os.cpu_count() or 1))
    context = get_context("spawn")  # a fork would share connections and locks
    with ProcessPoolExecutor(workers, context, _begin, (opener, rules)) as pool:
        for done in as_completed([pool.submit(_decide, lane) for lane in mine]):
            part.results.append(done.result())
            progress(len(part.results), len(mine))
    part.results.sort(key=lambda result: (SERVICES.index(result.service), result.lane))
    return part


async def _lanes(opener: Opener) -> list[LaneOf]:
    source = await opener()
    pasts = await Pasts.read(source.log, source.lanes)
    return all_lanes(source.lanes, pasts.control)


def _check_rules(rules: Path) -> None:
    if not any((rules / service / "app.py").is_file() for service in SERVICES):
        raise AuditFailed(
            f"{rules} holds no rules: copy a service's package into it, such as"
            f" {SERVICES[-1]}/ with its app.py, and change the copy"
        )


# --- in a process of its own ----------------------------------------------------------------------

_work: _Work | None = None


class _Work:
    """What one process needs for all its lanes."""

    def __init__(self, opener: Opener, rules: Path | None) -> None:
        self._opener, self._rules = opener, rules
        self._pasts: Pasts | None = None

    def decide(self, lane: LaneOf) -> LaneResult:
        if self._pasts is None:
            if self._rules is not None:
                _import_from(self._rules)
            self._pasts = asyncio.run(self._open())
        past = self._pasts.of(lane)
        return asyncio.run(decide_again(past) if self._rules is None else decide_beside(past))

    async def _open(self) -> Pasts:
        source = await self._opener()
        return await Pasts.read(source.log, source.lanes)


def _import_from(rules: Path) -> None:
    """Nothing has imported a service yet in this process: what is in `rules` is found first."""
    sys.path.insert(0, str(rules.resolve()))
    for service in SERVICES:
        if not (rules / service).is_dir():
            continue
        try:
            found = Path(import_module(f"{service}.app").__file__ or "").resolve()
        except Exception as error:
            raise AuditFailed(f"{service} of {rules} cannot be imported: {error!r}") from error
        if not found.is_relative_to(rules.resolve()):
            raise AuditFailed(f"{service} was taken from {found.parent}, not from {rules}")


def _begin(opener: Opener, rules: Path | None) -> None:
    global _work
    collect_seldom()
    _work = _Work(opener, rules)


def _decide(lane: LaneOf) -> LaneResult:
    assert _work is not None
    return _work.decide(lane)


def summary(part: Part) -> Iterable[str]:
    """Lines for people: counts, then whatever is no match."""
    counts = ", ".join(f"{number} {result}" for result, number in sorted(part.counts.items()))
    yield f"{len(part.results)} of {part.lanes} lanes: {counts or 'none'}"
    yield f"{part.batches:,} batches, {part.decisions:,} records and timers decided again"
    for rule, (compared, different) in part.rules_compared.items():
        if different:
            yield f"{rule}: {different:,} of {compared:,} decisions would have been others"
    yield from (str(result) for result in part.results if result.result != MATCH)
