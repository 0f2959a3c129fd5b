"""The logs of an archive, each checked by one process: what a process is given, and what it found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from filrouge_archive.checkpoint import open_checkpoint
from filrouge_archive.commit import Head, commit_path, log_origin, log_prefix
from filrouge_archive.errors import ArchiveError, Missing
from filrouge_archive.log_reader import LogReader
from filrouge_archive.note import Verifier
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition

from filrouge.audit.entry_check import EntryCheck
from filrouge.audit.log_check import Finding, LogCheck, Root
from filrouge.audit.log_numbers import Numbers

LEAVES_WORTH_A_PROCESS = 500_000
"""As many are read in the time that a further process takes to import what it needs."""
Progress = Callable[[int, int], None]
"""Told how many leaves of how many were read."""


@dataclass(frozen=True)
class LogTask:
    """A partition's log up to a head of commit `number`, with the tail that was there when it was said."""

    head: Head
    number: int
    tail: Sequence[bytes]
    roots: Sequence[Root]
    first: int
    last: dict[str, int]

    @property
    def new(self) -> int:
        return max(0, self.head.size - self.first)


@dataclass(frozen=True)
class LogResult:
    """`gone`: salted objects that are missing; `last`: of each lane; `lanes`: what they numbered."""

    place: Partition
    findings: list[Finding]
    leaves: int
    gone: list[tuple[int, str]]
    last: dict[str, int]
    lanes: dict[str, Numbers]


def check_logs(
    url: str,
    verifiers: Sequence[Verifier],
    tasks: Sequence[LogTask],
    processes: int | None,
    progress: Progress,
) -> Iterator[LogResult]:
    """The longest first. `processes`: None for as many as are worth it, at most one per core; a single one is
    this one."""
    tasks = sorted(tasks, key=lambda task: task.new, reverse=True)
    total, done = sum(task.new for task in tasks), 0
    worth = min(os.cpu_count() or 1, total // LEAVES_WORTH_A_PROCESS)
    workers = min(len(tasks), processes or worth)
    if workers <= 1:
        store = Store(url)
        for task in tasks:
            result = check_log(store, verifiers, task)
            done += task.new
            progress(done, total)
            yield result
        return
    context = get_context("spawn")  # a fork would share the store's threads
    with ProcessPoolExecutor(workers, context, _begin, (url, verifiers)) as pool:
        news = {pool.submit(_check, task): task.new for task in tasks}
        for future in as_completed(news):
            done += news[future]
            progress(done, total)
            yield future.result()


def check_log(store: Store, verifiers: Sequence[Verifier], task: LogTask) -> LogResult:
    head, archive = task.head, verifiers[0].name
    prefix, findings = log_prefix(head.place), []
    try:
        open_checkpoint(head.note(archive), log_origin(archive, head.place), verifiers)
    except ArchiveError as error:
        findings.append(Finding.of(error, f"{commit_path(task.number)}, head of {head.place}"))
    said, found = _checkpoint(store, verifiers, head)
    entries = EntryCheck(store, head.place, task.last, task.first)
    try:
        reader = LogReader(store, prefix, head.size, head.stored, task.tail)
    except ArchiveError as error:
        findings.append(Finding.of(error, prefix))
        return LogResult(head.place, findings + found, 0, [], {}, {})
    log = LogCheck(reader, prefix, [*task.roots, *said], task.first, entries.look)
    log.run()
    findings += [*found, *log.findings, *entries.findings]
    lanes = entries.numbers.of_lanes()
    last = {**task.last, **{lane: numbers.sequences[-1] for lane, numbers in lanes.items()}}
    return LogResult(head.place, findings, log.leaves, entries.gone, last, lanes)


def _checkpoint(
    store: Store, verifiers: Sequence[Verifier], head: Head
) -> tuple[list[Root], list[Finding]]:
    """What the log's own checkpoint says. It may be ahead of the commits for a moment."""
    path = f"{log_prefix(head.place)}/checkpoint"
    origin = log_origin(verifiers[0].name, head.place)
    try:
        note = store.get(path).decode(errors="replace")
        checkpoint = open_checkpoint(note, origin, verifiers)
    except Missing as error:
        return [], [Finding.of(error, path)] if head.stored else []
    except ArchiveError as error:
        return [], [Finding.of(error, path)]
    if checkpoint.size < head.stored:
        why = f"is of {checkpoint.size} entries, and a commit says that {head.stored} are stored"
        return [], [Finding(path, why)]
    if checkpoint.size > head.size:
        return [], []
    return [Root(checkpoint.size, checkpoint.root, path)], []


# --- in a process of its own ----------------------------------------------------------------------

_store: Store | None = None
_verifiers: Sequence[Verifier] = ()


def _begin(url: str, verifiers: Sequence[Verifier]) -> None:
    global _store, _verifiers
    _store, _verifiers = Store(url), verifiers


def _check(task: LogTask) -> LogResult:
    assert _store is not None
    return check_log(_store, _verifiers, task)
