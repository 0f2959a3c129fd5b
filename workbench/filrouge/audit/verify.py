"""Everything that an archive says of itself, computed anew from its bytes and held to what was seen before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filrouge_archive.archive import Archive, read_verifiers
from filrouge_archive.archiver import VERIFIERS
from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint, open_checkpoint
from filrouge_archive.commit import manifest_origin, origin_place
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
from filrouge.audit.log_shares import LogResult, Progress, check_logs
from filrouge.audit.log_tasks import LogTasks
from filrouge.audit.manifest_check import ManifestCheck
from filrouge.audit.memory import LaneSeen, LogSeen, Memory, Seen
from filrouge.audit.share_results import ShareResult, read_shares, start_after

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
    shares: Sequence[ShareResult] = ()
    """Goes on where these ended, and not where the last run did."""
    _results: list[LogResult] = field(default_factory=list)

    def run(self) -> None:
        seen = self.memory.seen()
        known = self._known_roots(seen)
        start = Seen() if self.everything or self.shares else seen
        lanes = LanesHeard({name: Heard(one.end, one.missing) for name, one in start.lanes.items()})
        if self.shares:
            start = start_after(self.shares, self._take_shares(lanes, known))
        manifest = self._manifest(start)
        asked = LogTasks(self.store, manifest, start.logs, known)
        tasks = asked.of()
        self.done.findings += asked.findings
        for result in check_logs(self.url, self.verifiers, tasks, self.processes, self.progress):
            self._take(result, lanes)
        for result in sorted(self._results, key=lambda result: result.place):
            self.done.findings += result.findings
            self.done.leaves += result.leaves
        self._judge_gone()
        heard = self._judge_lanes(lanes)
        self.done.findings = list(dict.fromkeys(self.done.findings))
        if manifest.note:
            self.memory.remember(manifest.note)
        if self.done.good:
            self.memory.trust(self.verifiers)
            self.memory.verified(_seen(manifest, self._results, heard))

    def _take_shares(
        self, lanes: LanesHeard, known: dict[str, list[Root]]
    ) -> Mapping[str, LogSeen]:
        """How far each log was found sound; one in which a share has found anything is read again."""
        logs = {}
        for share in self.shares:
            self.done.findings += share.summary.findings
            for result, seen in share.logs():
                if result.findings:
                    self.done.findings += result.findings
                    continue
                known.setdefault(str(result.place), []).append(share.root(seen))
                logs[str(result.place)] = seen
                self._take(result, lanes)
        return logs

    def _take(self, result: LogResult, lanes: LanesHeard) -> None:
        lanes.add(result.lanes)
        result.lanes.clear()  # eight bytes a record, of all logs
        self._results.append(result)

    def _judge_lanes(self, lanes: LanesHeard) -> Mapping[str, Heard]:
        """Where a log is damaged, numbers are missing that nobody left out."""
        erased = sum(len(one.gone) for one in self._results if is_of_lanes(one.place))
        heard, gaps = lanes.judge(erased)
        if self.done.good:
            self.done.findings += gaps
        return heard

    def _manifest(self, start: Seen) -> ManifestCheck:
        origin = manifest_origin(self.done.archive)
        cosigned = [(one.path, one.checkpoint) for one in self.done.cosigned]
        of_shares = [found for share in self.shares for found in share.checkpoint()]
        known = [*self.memory.checkpoints(), *self.against, *cosigned, *of_shares]
        roots = [Root(one.size, one.root, name) for name, one in known if one.origin == origin]
        check = ManifestCheck(self.store, self.verifiers, roots, start.commits, start.last_commit)
        check.run()
        self.done.findings += check.findings
        self.done.commits, self.done.leaves = check.commits, check.leaves
        self.done.logs = len(check.heads)
        self.done.records = sum(said.head.size for said in check.heads.values())
        return check

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

    def _judge_gone(self) -> None:
        """An object that an erasure names is erased; any other is lost."""
        gone = [(result.place, *one) for result in self._results for one in result.gone]
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
    shares: Path | None = None,
) -> Verified:
    """`folder`: the auditor's memory; `against`: files of signed checkpoints; `witnesses`: who has to have
    cosigned the manifest; `shares`: the folder with the results of all shares, which are put together and
    followed from where they ended. Raises AuditFailed where there is nothing to verify, or to hold against."""
    started = time.perf_counter()
    store = Store(url)
    own = own_verifiers(store)
    memory = Memory(folder, (verifiers or own)[0].name)
    done, trusted = trust(own, verifiers, memory.verifiers())
    found = read_shares(shares, done.archive, trusted) if shares is not None else ()
    checkpoints = [(str(path), _opened(path, trusted)) for path in against]
    done.cosigned, missing = cosigned_by(store, trusted, witnesses)
    done.findings += missing
    _Run(
        url, store, trusted, memory, checkpoints, everything, processes, progress, done, found
    ).run()
    done.seconds = time.perf_counter() - started
    done.seconds += max((one.summary.seconds for one in found), default=0.0)
    return done


def own_verifiers(store: Store) -> list[Verifier]:
    """The archive's word for its keys. Raises AuditFailed where there is none."""
    try:
        return read_verifiers(store)
    except Missing as error:
        raise AuditFailed(f"{store.url} holds no archive: {error}") from error


def trust(
    own: Sequence[Verifier], given: Sequence[Verifier], remembered: Sequence[Verifier]
) -> tuple[Verified, list[Verifier]]:
    """Whose word is taken, and what begins with that."""
    trusted = list(given or remembered or own)
    how = "given" if given else "those of earlier runs" if remembered else TAKEN_FROM_IT
    done = Verified(trusted[0].name, how)
    if strange := [str(one) for one in own if one not in trusted]:
        why = f"names a key that is not trusted: {', '.join(strange)}; if it is, give --verifier"
        done.findings.append(Finding(VERIFIERS, why))
    return done, trusted


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
