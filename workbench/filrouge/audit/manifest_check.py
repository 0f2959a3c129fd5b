"""The manifest from its bytes: every commit follows the one before it and is the leaf that was signed.

A commit that is damaged is named, and the leaf of the manifest is taken for it: so the logs are checked too.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from filrouge_archive.checkpoint import claimed_checkpoint, open_checkpoint
from filrouge_archive.commit import (
    Commit,
    Said,
    commit_path,
    digest_of,
    fold,
    manifest_origin,
    parse_commit,
)
from filrouge_archive.errors import ArchiveError, Forked, PutBack
from filrouge_archive.history import (
    MANIFEST_CHECKPOINT,
    SAID_WITHIN_COMMITS,
    newest_size,
    read_history,
)
from filrouge_archive.log_reader import LogReader
from filrouge_archive.note import Verifier
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition

from filrouge.audit.log_check import Finding, LogCheck, Root


@dataclass
class ManifestCheck:
    """`first`: commits before it were verified earlier, the last of them with the digest `previous`."""

    store: Store
    verifiers: Sequence[Verifier]
    roots: Sequence[Root]
    first: int = 0
    previous: str = ""
    findings: list[Finding] = field(default_factory=list)
    heads: dict[Partition, Said] = field(default_factory=dict)
    said: dict[Partition, dict[int, Root]] = field(default_factory=dict)
    """Every root that one of these commits says of a log."""
    note: str = ""
    """The checkpoint of the manifest, if it is signed."""
    commits: int = 0
    """How many there are."""
    leaves: int = 0
    _next: int = 0

    def run(self) -> None:
        """Finds everything; StoreAway is all that it raises."""
        self._read_heads()
        if self.first > self.commits:
            why = f"{self.first} commits were verified earlier, and there are {self.commits}"
            self.findings.append(Finding("manifest", why))
        self._next = self.first
        signed = self._signed()
        if signed is not None:
            reader = LogReader(self.store, "manifest", signed.size, signed.size)
            log = LogCheck(reader, "manifest", [signed, *self.roots], self.first, self._look)
            log.run()
            self.leaves = log.leaves
            self.findings += log.findings
        for number in range(self._next, self.commits):
            self._take(number, None)

    def _read_heads(self) -> None:
        """From the end of the manifest; if that is damaged, from the first commit on."""
        try:
            history = read_history(self.store)
            self.heads, self.commits = dict(history.heads), history.size
        except ArchiveError:  # what it is about will be named by the commit
            self.first, self.previous = 0, ""
            with suppress(PutBack):
                self.commits = newest_size(self.store)

    def _signed(self) -> Root | None:
        try:
            note = self.store.get(MANIFEST_CHECKPOINT).decode(errors="replace")
            claimed = claimed_checkpoint(note)
        except ArchiveError as error:
            self.findings.append(Finding.of(error, MANIFEST_CHECKPOINT))
            return None
        try:
            open_checkpoint(note, manifest_origin(self.verifiers[0].name), self.verifiers)
            self.note = note
        except ArchiveError as error:
            self.findings.append(Finding.of(error, MANIFEST_CHECKPOINT))
        self.commits = max(self.commits, claimed.size)
        return Root(claimed.size, claimed.root, MANIFEST_CHECKPOINT)

    def _look(self, begin: int, leaves: Sequence[bytes | None]) -> None:
        for number, leaf in enumerate(leaves, begin):
            if number >= self.first:
                for passed in range(self._next, number):
                    self._take(passed, None)
                self._take(number, leaf)

    def _take(self, number: int, leaf: bytes | None) -> None:
        path = commit_path(number)
        self._next = number + 1
        data = b""
        try:
            data = self.store.get(path)
            if leaf is not None and data != leaf:
                self.findings.append(Finding(path, "is not the commit that the manifest has"))
        except ArchiveError as error:
            self.findings.append(Finding.of(error, path))
        trusted = data if leaf is None else leaf
        if not trusted:
            self.previous = ""
            return
        try:
            commit = parse_commit(trusted, number, None)
            if commit.previous != self.previous and (self.previous or not number):
                raise Forked(f"{path}: does not follow the commit before it")
            self._fold(commit)
        except ArchiveError as error:
            self.findings.append(Finding.of(error, path))
        self.previous = digest_of(trusted)

    def _fold(self, commit: Commit) -> None:
        for head in commit.heads:
            root = Root(head.size, bytes.fromhex(head.root), f"commit {commit.number}")
            self.said.setdefault(head.place, {}).setdefault(head.size, root)
        if commit.number >= self.commits - SAID_WITHIN_COMMITS or not self.first:
            fold(self.heads, commit)
