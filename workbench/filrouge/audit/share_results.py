"""What came of one share of a verification, as two files for whoever puts all of them together.

A line per log, written while others are still read, so that nothing waits in memory; then, when all are
there, the summary. A share that was stopped has none, and is run again.
"""

from __future__ import annotations

import operator
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import msgspec
from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint
from filrouge_archive.note import Verifier
from filrouge_chassis.records import Partition

from filrouge.audit.errors import AuditFailed
from filrouge.audit.log_check import Finding, Root
from filrouge.audit.log_numbers import Numbers
from filrouge.audit.log_shares import LogResult
from filrouge.audit.memory import LogSeen, Seen, write_whole
from filrouge.audit.share import Share, check_whole

T = TypeVar("T")


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """`note`: the signed checkpoint of the manifest that was there; `findings`: those of no log."""

    share: Share
    archive: str
    keys: tuple[str, ...]
    note: str
    commits: int
    last_commit: str
    findings: list[Finding]
    logs: int
    seconds: float


class _Packed(msgspec.Struct, frozen=True, array_like=True):
    """A lane's numbers in one log: what each is more than the one before, compressed."""

    steps: bytes
    settled: int
    late: list[tuple[int, int]]

    @classmethod
    def of(cls, numbers: Numbers) -> _Packed:
        found = numbers.sequences
        steps = array("q", map(operator.sub, found, array("q", [0]) + found))
        return cls(zlib.compress(steps.tobytes(), 1), numbers.settled, numbers.late)

    def numbers(self) -> Numbers:
        steps = array("q")
        steps.frombytes(zlib.decompress(self.steps))
        return Numbers(array("q", accumulate(steps)), self.settled, self.late)


class _Line(msgspec.Struct, frozen=True):
    """A log, and how far it was verified."""

    place: Partition
    seen: LogSeen
    findings: list[Finding]
    leaves: int
    gone: list[tuple[int, str]]
    lanes: dict[str, _Packed]


class ShareResult:
    """A share as it lies in a folder."""

    def __init__(self, path: Path) -> None:
        """`path`: of the summary. Raises AuditFailed."""
        self._path = path
        self.summary = _decoded(path, path.read_bytes(), Summary)

    @property
    def name(self) -> str:
        return str(self.summary.share)

    def checkpoint(self) -> Iterator[tuple[str, Checkpoint]]:
        if self.summary.note:
            yield self.name, claimed_checkpoint(self.summary.note)

    def logs(self) -> Iterator[tuple[LogResult, LogSeen]]:
        """One after the other: their numbers are long. Raises AuditFailed."""
        path, found = _logs_path(self._path), 0
        if not path.exists():
            raise AuditFailed(f"{path} is missing: run {self.name} again")
        with path.open("rb") as lines:
            for line in lines:
                found += 1
                one = _decoded(path, line, _Line)
                lanes = {name: packed.numbers() for name, packed in one.lanes.items()}
                result = (one.place, one.findings, one.leaves, one.gone, one.seen.last, lanes)
                yield LogResult(*result), one.seen
        if found != self.summary.logs:
            why = f"has {found} logs, and there were {self.summary.logs}"
            raise AuditFailed(f"{path} {why}: run {self.name} again")

    def root(self, seen: LogSeen) -> Root:
        return Root(seen.size, bytes.fromhex(seen.root), self.name)


def write_logs(folder: Path, share: Share, found: Iterable[tuple[LogResult, LogSeen]]) -> int:
    """How many there are. What was there of this share before is gone first."""
    summary = _summary_path(folder, share)
    folder.mkdir(parents=True, exist_ok=True)
    summary.unlink(missing_ok=True)
    number = 0
    with _logs_path(summary).open("wb") as file:
        for result, seen in found:
            lanes = {name: _Packed.of(numbers) for name, numbers in result.lanes.items()}
            line = _Line(result.place, seen, result.findings, result.leaves, result.gone, lanes)
            file.write(msgspec.json.encode(line) + b"\n")
            number += 1
    return number


def write_summary(folder: Path, summary: Summary) -> None:
    write_whole(_summary_path(folder, summary.share), msgspec.json.encode(summary))


def read_shares(folder: Path, archive: str, keys: Sequence[Verifier]) -> list[ShareResult]:
    """Of all shares. Raises AuditFailed if they are no whole, or of another archive than this."""
    found = [ShareResult(path) for path in sorted(folder.glob("share-*.json"))]
    if not found:
        raise AuditFailed(f"{folder} holds no result of a share: verify with --results first")
    check_whole([one.summary.share for one in found], f"in {folder}")
    for one in found:
        if one.summary.archive != archive or set(one.summary.keys) != set(map(str, keys)):
            raise AuditFailed(
                f"{one.name} verified {one.summary.archive} by other keys than those of {archive} that"
                " are trusted here: verify all shares with these --verifier"
            )
    return found


def start_after(shares: Sequence[ShareResult], logs: Mapping[str, LogSeen]) -> Seen:
    """Where whoever puts them together goes on: from the oldest state that a share has seen; from the first
    commit, if the manifest is damaged."""
    oldest = min((one.summary for one in shares), key=lambda one: one.commits)
    if any(one.summary.findings for one in shares):
        return Seen(dict(logs))
    return Seen(dict(logs), {}, oldest.commits, oldest.last_commit)


def _summary_path(folder: Path, share: Share) -> Path:
    return folder / f"share-{share.index:05}-of-{share.of:05}.json"


def _logs_path(summary: Path) -> Path:
    return summary.with_suffix(".logs")


def _decoded(path: Path, data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, AuditFailed) as error:
        raise AuditFailed(f"{path} is no result of a share: {error}") from error
