"""What each log of an archive is verified against, by the word of the commits and of whoever saw it before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from filrouge_archive.commit import Commit, Said, read_tail
from filrouge_archive.errors import ArchiveError
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition

from filrouge.audit.log_check import Finding, Root
from filrouge.audit.log_shares import LogTask
from filrouge.audit.manifest_check import ManifestCheck
from filrouge.audit.memory import LogSeen

NOT_SEEN = LogSeen(0, "", {})


@dataclass
class LogTasks:
    """By the logs' names: `start`, where to begin; `known`, roots that others than the commits say."""

    store: Store
    manifest: ManifestCheck
    start: Mapping[str, LogSeen] = field(default_factory=dict)
    known: Mapping[str, Sequence[Root]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _tails: dict[int, Mapping[Partition, list[bytes]]] = field(default_factory=dict)

    def of(self, wanted: Callable[[Partition], bool] = lambda _: True) -> list[LogTask]:
        heads = self.manifest.heads
        for text in sorted(self.known.keys() - {str(place) for place in heads}):
            why = f"{self.known[text][0].said_by} has it, and no commit does"
            self.findings.append(Finding(f"log/{text}", why))
        return [self._task(said) for place, said in sorted(heads.items()) if wanted(place)]

    def _task(self, said: Said) -> LogTask:
        head, place = said.head, str(said.place)
        before = self.start.get(place, NOT_SEEN)
        roots = {root.size: root for root in self.manifest.said.get(said.place, {}).values()}
        own = Root(head.size, bytes.fromhex(head.root), f"commit {said.commit.number}")
        return LogTask(
            head,
            said.commit.number,
            self._tail(said),
            [*{**roots, own.size: own}.values(), *self.known.get(place, ())],
            min(before.size, head.size),
            before.last,
        )

    def _tail(self, said: Said) -> Sequence[bytes]:
        """Read before anything else: they are deleted after a minute. A damaged one is named once."""
        if not said.head.tail_entries:
            return ()
        number = said.commit.number
        if number not in self._tails:
            self._tails[number] = self._read(said.commit)
        return self._tails[number].get(said.place, ())

    def _read(self, commit: Commit) -> Mapping[Partition, list[bytes]]:
        try:
            return read_tail(self.store, commit)
        except ArchiveError as error:
            self.findings.append(Finding.of(error, commit.tail_path))
            return {}
