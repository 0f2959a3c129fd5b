"""Everything that an archive says of itself, computed anew from its bytes and held to what was seen before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filrouge_archive.archive import Archive, read_verifiers
from filrouge_archive.archiver import VERIFIERS
from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint, open_checkpoint
from filrouge_archive.commit import Commit, Said, manifest_origin, origin_place, read_tail
from filrouge_archive.errors import ArchiveError, Missing
from filrouge_archive.note import Verifier
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, Record
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.envelope import H_TYPE
from filrouge_contracts.topics import AUDIT

from filrouge.audit.cosigned import Cosigned, cosigned_by
from filrouge.audit.entry_check import is_of_lanes
from filrouge.audit.errors import AuditFailed
from filrouge.audit.lanes_heard import Heard, LanesHeard
from filrouge.audit.log_check import Finding, Root
from filrouge.audit.log_shares import LogResult, LogTask, Progress, check_logs
from filrouge.audit.manifest_check import ManifestCheck
from filrouge.audit.memory import LaneSeen, LogSeen, Memory, Seen

MEMORY_SAYS = "this auditor's memory"
TAKEN_FROM_IT = "the archive's own word; give --verifier to prove who signed"


@dataclass
class Verified:
    """What was found. `trusted`: why these keys are trusted."""

    archive: str
    trusted: str
    commits: int = 0
    logs: int = 0
    records: int = 0
    """Committed to."""
    leaves: int = 0
    """Read in this run."""
    erased: int = 0
    seconds: float = 0.0
    cosigned: list[Cosigned] = field(default_factory=list)
    """By each witness that the auditor trusts."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.findings

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.archive}: {self.commits:,} commits, {self.logs} logs, {self.records:,} records"
        yield f"keys: {self.trusted}"
        yield from (one.line(self.commits) for one in self.cosigned)
        rate = self.leaves / self.seconds if self.seconds else 0.0
        yield f"{self.leaves:,} leaves in {self.seconds:.1f} seconds, {rate:,.0f} leaves per second"
        if self.erased:
            yield f"ERASED: {self.erased:,} records, as events on {AUDIT} say; their proofs stand"
        yield from (f"DAMAGED {finding}" for finding in self.findings)
        yield "everything holds" if self.good else f"{len(self.findings)} findings"


@dataclass
class _Run:
    """One verification: what is asked, and what came of it so far."""

    url: str
    store: Store
    verifiers: Sequence[Verifier]
    memory: Memory
    against: Sequence[tuple[str, Checkpoint]]
    everything: bool
    processes: int | None
    progress: Progress
    done: Verified

    def run(self) -> None:
        seen = self.memory.seen()
        start = Seen(logs=seen.logs) if self.everything else seen
        manifest = self._manifest(start)
        tasks = list(self._tasks(manifest, seen))
        results = []
        lanes = LanesHeard({name: Heard(one.end, one.missing) for name, one in start.lanes.items()})
        for result in check_logs(self.url, self.verifiers, tasks, self.processes, self.progress):
            lanes.add(result.lanes)
            result.lanes.clear()  # eight bytes a record, of all logs
            results.append(result)
        for result in sorted(results, key=lambda result: result.place):
            self.done.findings += result.findings
            self.done.leaves += result.leaves
        self._judge_gone(results)
        heard = self._judge_lanes(lanes, results)
        if manifest.note:
            self.memory.remember(manifest.note)
        if self.done.good:
            self.memory.trust(self.verifiers)
            self.memory.verified(_seen(manifest, results, heard))

    def _judge_lanes(self, lanes: LanesHeard, results: Sequence[LogResult]) -> Mapping[str, Heard]:
        """Where a log is damaged, numbers are missing that nobody left out."""
        erased = sum(len(one.gone) for one in results if is_of_lanes(one.place))
        heard, gaps = lanes.judge(erased)
        if self.done.good:
            self.done.findings += gaps
        return heard

    def _manifest(self, start: Seen) -> ManifestCheck:
        origin = manifest_origin(self.done.archive)
        cosigned = [(one.path, one.checkpoint) for one in self.done.cosigned]
        known = [*self.memory.checkpoints(), *self.against, *cosigned]
        roots = [Root(one.size, one.root, name) for name, one in known if one.origin == origin]
        check = ManifestCheck(self.store, self.verifiers, roots, start.commits, start.last_commit)
        check.run()
        self.done.findings += check.findings
        self.done.commits, self.done.leaves = check.commits, check.leaves
        self.done.logs = len(check.heads)
        self.done.records = sum(said.head.size for said in check.heads.values())
        return check

    def _tasks(self, manifest: ManifestCheck, seen: Seen) -> Iterator[LogTask]:
        tails: dict[int, dict[Partition, list[bytes]]] = {}
        known = self._known_roots(seen)
        for text in sorted(known.keys() - {str(place) for place in manifest.heads}):
            why = f"{known[text][0].said_by} has it, and no commit does"
            self.done.findings.append(Finding(f"log/{text}", why))
        for place, said in sorted(manifest.heads.items()):
            before = LogSeen(0, "", {})
            if not self.everything:
                before = seen.logs.get(str(place), before)
            own = Root(
                said.head.size, bytes.fromhex(said.head.root), f"commit {said.commit.number}"
            )
            roots = {root.size: root for root in manifest.said.get(place, {}).values()}
            roots[own.size] = own
            yield LogTask(
                said.head,
                said.commit.number,
                self._tail(said, tails),
                [*roots.values(), *known.get(str(place), ())],
                min(before.size, said.head.size),
                before.last,
            )

    def _known_roots(self, seen: Seen) -> dict[str, list[Root]]:
        """Of logs: from the last run, and from checkpoints that the auditor was given."""
        known = {
            place: [Root(log.size, bytes.fromhex(log.root), MEMORY_SAYS)]
            for place, log in seen.logs.items()
        }
        for name, one in self.against:
            place = origin_place(self.done.archive, one.origin)
            if place is not None:
                known.setdefault(str(place), []).append(Root(one.size, one.root, name))
        return known

    def _tail(self, said: Said, tails: dict[int, dict[Partition, list[bytes]]]) -> Sequence[bytes]:
        """Read before anything else: they are deleted after a minute. A damaged one is named once."""
        if not said.head.tail_entries:
            return ()
        number = said.commit.number
        if number not in tails:
            tails[number] = self._tails(said.commit)
        return tails[number].get(said.place, ())

    def _tails(self, commit: Commit) -> dict[Partition, list[bytes]]:
        try:
            return dict(read_tail(self.store, commit))
        except ArchiveError as error:
            self.done.findings.append(Finding.of(error, commit.tail_path))
            return {}

    def _judge_gone(self, results: Sequence[LogResult]) -> None:
        """An object that an erasure names is erased; any other is lost."""
        gone = [(result.place, *one) for result in results for one in result.gone]
        erased = self._erased() if gone else frozenset()
        for place, offset, path in gone:
            if (place, offset) in erased:
                self.done.erased += 1
            else:
                why = f"is missing, and no erasure names it ({place}/{offset})"
                self.done.findings.append(Finding(path, why))

    def _erased(self) -> frozenset[tuple[Partition, int]]:
        """As far as the events that say so can be read."""
        found: set[tuple[Partition, int]] = set()
        place = Partition(AUDIT, 0)
        try:
            archive = Archive(self.store, self.verifiers)
            for chunk in archive.read(place, *archive.bounds(place)):
                found.update(_erased_places(chunk))
        except ArchiveError as error:
            self.done.findings.append(Finding.of(error, f"log/{place}"))
        return frozenset(found)


def _erased_places(records: Sequence[Record]) -> Iterator[tuple[Partition, int]]:
    for record in records:
        if dict(record.headers).get(H_TYPE) == RecordErased.event_type.encode():
            said = RecordErased.from_json(record.value or b"")
            yield Partition(said.topic, said.partition), said.offset
            for copy in said.copies:
                yield Partition(copy.topic, copy.partition), copy.offset


def verify(
    url: str,
    folder: Path,
    verifiers: Sequence[Verifier] = (),
    against: Sequence[Path] = (),
    everything: bool = False,
    processes: int | None = None,
    progress: Progress = lambda *_: None,
    witnesses: Sequence[Verifier] = (),
) -> Verified:
    """`folder`: the auditor's memory; `against`: files of signed checkpoints; `witnesses`: who has to have
    cosigned the manifest. Raises AuditFailed where there is nothing to verify, or to hold against."""
    started = time.perf_counter()
    store = Store(url)
    try:
        own = read_verifiers(store)
    except Missing as error:
        raise AuditFailed(f"{url} holds no archive: {error}") from error
    memory = Memory(folder, (verifiers or own)[0].name)
    remembered = memory.verifiers()
    trusted = list(verifiers) or remembered or own
    how = "given" if verifiers else "those of earlier runs" if remembered else TAKEN_FROM_IT
    done = Verified(trusted[0].name, how)
    if strange := [str(one) for one in own if one not in trusted]:
        why = f"names a key that is not trusted: {', '.join(strange)}; if it is, give --verifier"
        done.findings.append(Finding(VERIFIERS, why))
    checkpoints = [(str(path), _opened(path, trusted)) for path in against]
    done.cosigned, missing = cosigned_by(store, trusted, witnesses)
    done.findings += missing
    _Run(url, store, trusted, memory, checkpoints, everything, processes, progress, done).run()
    done.seconds = time.perf_counter() - started
    return done


def _opened(path: Path, verifiers: Sequence[Verifier]) -> Checkpoint:
    try:
        note = path.read_text()
        return open_checkpoint(note, claimed_checkpoint(note).origin, verifiers)
    except (OSError, ArchiveError) as error:
        raise AuditFailed(f"{path} is no checkpoint of this archive: {error}") from error


def _seen(
    manifest: ManifestCheck, results: Sequence[LogResult], heard: Mapping[str, Heard]
) -> Seen:
    logs = {}
    for result in results:
        head = manifest.heads[result.place].head
        logs[str(result.place)] = LogSeen(head.size, head.root, result.last)
    lanes = {name: LaneSeen(lane.end, lane.missing) for name, lane in heard.items()}
    return Seen(logs, lanes, manifest.commits, manifest.previous)
