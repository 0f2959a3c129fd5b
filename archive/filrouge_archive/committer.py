"""Committing: the next number is created if it is absent. Whoever loses takes over what won, and goes on.

So it does not matter whether our own commit's acknowledgement was lost, or how many archivers there are: what
lies under a number is the truth of it, and everything else is derived from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from filrouge_chassis.records import Partition

from filrouge_archive.checkpoint import Checkpoint, claimed_checkpoint
from filrouge_archive.commit import (
    COMMIT_BYTES_AT_MOST,
    Commit,
    Head,
    Said,
    commit_path,
    digest_of,
    encode_commit,
    encoded_bytes,
    fold,
    manifest_origin,
    parse_commit,
    read_tail,
)
from filrouge_archive.errors import Forked, Missing, PutBack, Refused
from filrouge_archive.history import (
    MANIFEST_CHECKPOINT,
    SAID_WITHIN_COMMITS,
    claimed_size,
    cosigned_path,
    read_history,
)
from filrouge_archive.log_reader import LogReader
from filrouge_archive.log_writer import LogWriter, publish, write
from filrouge_archive.note import Signer, Verifier
from filrouge_archive.store import Store
from filrouge_archive.tiles import encode_bundle

REPEATED_AFTER_COMMITS = SAID_WITHIN_COMMITS // 2
TAILS_KEPT_COMMITS = 64
"""Readers that have opened the archive a moment ago still find their tails."""
_ROOM_BYTES = COMMIT_BYTES_AT_MOST - 1000
_ROOM_FOR_REPEATED_BYTES = _ROOM_BYTES // 2


class Committer:
    """One archiver's hand on the manifest. An error that is not Transient ends it."""

    def __init__(
        self, store: Store, signer: Signer, writer: str, verifiers: Iterable[Verifier]
    ) -> None:
        """`writer`: random, new at each start; `verifiers`: of this signer and of those before it. Raises
        Damaged, Forked, PutBack, Refused."""
        self._store, self._signer, self._writer = store, signer, writer
        history = read_history(store)
        self.heads: dict[Partition, Said] = dict(history.heads)
        self._number, self._last = history.size, history.last
        origin = manifest_origin(signer.name)
        self._manifest = LogWriter.resume(store, "manifest", origin, verifiers)
        self._signed = self._manifest.size
        self._agreed: dict[Partition, int] = {}
        """Sizes that others committed to, and of which we have the same root."""
        if self._manifest.size > self._number:
            raise PutBack(
                f"{MANIFEST_CHECKPOINT} is ahead of the commits: the store was put back, or is damaged"
            )
        missing = range(self._manifest.size, self._number)
        self._manifest.append(list(store.get_many(map(commit_path, missing))))

    @property
    def number(self) -> int:
        """Of the next commit."""
        return self._number

    def check_remembered(self, remembered: Checkpoint) -> None:
        """Raises PutBack if the manifest does not begin with what was signed, or cosigned, earlier."""
        if remembered.origin != manifest_origin(self._signer.name):
            raise PutBack(f"the remembered checkpoint is of another manifest: {remembered.origin}")
        write(self._store, [self._manifest])
        size = remembered.size
        if size > self._number or self.manifest().root_at(size) != remembered.root:
            raise PutBack(
                f"the manifest of {self._number} commits does not begin with the {size} that were signed"
                " before: the store was put back or rewritten; nothing is signed until a person has looked"
            )

    @property
    def unsigned(self) -> bool:
        """There are commits that the checkpoint does not cover."""
        return self._signed < self._number

    def manifest(self) -> LogReader:
        """The manifest as far as this archiver knows it; see `sign` for when it is stored."""
        return self._manifest.reader()

    def commit(self, at_ms: int, logs: Mapping[Partition, LogWriter]) -> None:
        """Commits to what these logs, which are written, have grown to; several times if it is a lot.

        Raises Forked or PutBack, and StoreAway: then it may be called again, whatever became of it.
        """
        while heads := self._news(logs):
            self._check_last()
            tail = encode_bundle(self._tail(heads, logs))
            digest = sha256(tail).hexdigest() if tail else ""
            commit = Commit(
                self._number, at_ms, self._writer, digest_of(self._last), tuple(heads), digest
            )
            if tail:
                self._store.put(commit.tail_path, tail)
            data, path = encode_commit(commit), commit_path(self._number)
            won = self._store.put_if_absent(path, data)
            self._take(data if won else self._store.get(path))

    def sign(self) -> str:
        """Derives the manifest's bundles, tiles and checkpoint from the commits; returns the checkpoint."""
        self._manifest.queue_partial()
        write(self._store, [self._manifest])
        self._store.sync()
        ours = self._manifest.checkpoint()
        published = self._published()
        if published is None or published.size < ours.size:
            publish(self._store, [self._manifest], self._signer)
        elif published.size == ours.size and published.root != ours.root:
            raise Forked(
                f"{MANIFEST_CHECKPOINT} has another root for {ours.size} commits than ours"
            )
        self._signed = ours.size
        return ours.signed(self._signer)

    def publish_cosigned(self, note: str) -> None:
        """The checkpoint with witnesses' signatures takes the place of the bare one, if that still stands."""
        if self._published() == claimed_checkpoint(note):
            self._store.put(MANIFEST_CHECKPOINT, note.encode())

    def keep_cosigned(self, witness: Verifier, note: str) -> None:
        """Beside the checkpoint lies the newest one that a witness has cosigned, whatever was signed since:
        one that takes longer than a commit would never be heard of otherwise."""
        path = cosigned_path(witness)
        if claimed_size(self._store, path) < claimed_checkpoint(note).size:
            self._store.put(path, note.encode())

    def sweep_tails(self) -> None:
        """Deletes tails that no head needs, and that no reader has opened a moment ago."""
        needed = {one.commit.tail_path for one in self.heads.values() if one.head.tail_entries}
        old = self._number - TAILS_KEPT_COMMITS
        for path in self._store.list("tail"):
            number = path.rpartition("/")[2].partition("-")[0]
            if path not in needed and number.isdecimal() and int(number) < old:
                self._store.delete([path])

    def _news(self, logs: Mapping[Partition, LogWriter]) -> list[Head]:
        """Heads for the next commit, as many as fit; none if nothing has changed."""
        changed = [place for place in sorted(logs) if self._has_changed(place, logs[place])]
        if not changed:
            return []
        aged = (one for one in self.heads.values() if one.place not in changed)
        repeated = (one.head for one in sorted(aged, key=lambda one: one.commit.number)
                    if self._number - one.commit.number >= REPEATED_AFTER_COMMITS)  # fmt: skip
        heads, room = [], _ROOM_BYTES
        for head in _fitting(repeated, _ROOM_FOR_REPEATED_BYTES):
            heads.append(head)
            room -= encoded_bytes(head)
        news = (
            Head.of(place, logs[place].checkpoint(), logs[place].stored, self._signer)
            for place in changed
        )
        heads += _fitting(news, room)
        return sorted(heads, key=lambda head: head.place)

    def _has_changed(self, place: Partition, log: LogWriter) -> bool:
        """Whether there is something to say; a log that is behind what was said catches up first."""
        if place not in self.heads:
            return log.size > 0
        known, commit = self.heads[place]
        if log.size < known.size:
            return False
        if commit.writer != self._writer and self._agreed.get(place) != known.size:
            if log.reader().root_at(known.size).hex() != known.root:
                raise Forked(
                    f"{place}: commit {commit.number} has another root for {known.size} records than"
                    " what Kafka gave us: the topic was made anew, or somebody archives another one"
                )
            self._agreed[place] = known.size
        return log.size > known.size or log.stored > known.stored

    def _tail(self, heads: Sequence[Head], logs: Mapping[Partition, LogWriter]) -> Iterator[bytes]:
        """What no bundle holds; of a head that is only repeated, from where it was said."""
        for head in heads:
            log, known = logs.get(head.place), self.heads.get(head.place)
            if known is not None and known.head == head:
                yield from (
                    read_tail(self._store, known.commit)[head.place] if head.tail_entries else ()
                )
            else:
                assert log is not None
                yield from log.tail()

    def _check_last(self) -> None:
        """Raises PutBack if the commit before ours is not the one that we know."""
        if not self._last:
            return
        path = commit_path(self._number - 1)
        try:
            found = self._store.get(path)
        except Missing as error:
            raise PutBack(f"{path} was there and is not: the store was put back") from error
        if found != self._last:
            raise PutBack(f"{path} is another one than it was: the store was put back or rewritten")

    def _take(self, data: bytes) -> None:
        """This is the next commit, whoever wrote it."""
        commit = parse_commit(data, self._number, self._last)
        fold(self.heads, commit)
        self._manifest.append([data])
        self._number, self._last = self._number + 1, data

    def _published(self) -> Checkpoint | None:
        try:
            return claimed_checkpoint(self._store.get(MANIFEST_CHECKPOINT).decode(errors="replace"))
        except (Missing, Refused):
            return None


def _fitting(heads: Iterable[Head], room: int) -> Iterator[Head]:
    for head in heads:
        room -= encoded_bytes(head)
        if room < 0:
            return
        yield head
