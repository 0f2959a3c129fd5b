"""Reading an archive: as it is when it is opened, from the store alone, without any secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.envelope import H_SOURCE

from filrouge_archive.archiver import VERIFIERS
from filrouge_archive.checkpoint import Checkpoint, open_checkpoint
from filrouge_archive.commit import Head, commit_path, head_reader, log_prefix, parse_commit
from filrouge_archive.entry import Beside, Entry, decode_entry, may_have_header
from filrouge_archive.errors import Damaged, Erased, Missing, NotYet, Refused
from filrouge_archive.history import MANIFEST_CHECKPOINT, read_history
from filrouge_archive.log_reader import LogReader
from filrouge_archive.merkle import EMPTY_ROOT
from filrouge_archive.note import Verifier
from filrouge_archive.proof import Proof
from filrouge_archive.proven_log import ProvenLog
from filrouge_archive.put_back import placeholder
from filrouge_archive.receipt import Receipt
from filrouge_archive.store import Store


class ErasedRecord(RawRecord, frozen=True):
    """A record whose words are gone; its place and its time are left, and the proof that it was there."""


class Archive:
    """A moment of an archive. To see what came since, open it again."""

    def __init__(self, store: Store, verifiers: Sequence[Verifier]) -> None:
        """`verifiers`: whom to trust, under the archive's name. Raises Damaged, Forked, PutBack, Refused."""
        self._store, self.verifiers = store, verifiers
        self.name = verifiers[0].name
        self._history = read_history(store)
        self._readers: dict[Partition, LogReader] = {}

    @classmethod
    def open(cls, url: str, verifiers: Sequence[Verifier] = ()) -> Archive:
        """Without `verifiers`, the archive's own word for its keys is taken: to look, not to prove."""
        store = Store(url)
        return cls(store, verifiers or read_verifiers(store))

    @property
    def partitions(self) -> dict[Partition, Head]:
        """What is committed to."""
        return {place: said.head for place, said in self._history.heads.items()}

    @property
    def ends(self) -> dict[Partition, int]:
        """How many records of each partition are committed to."""
        return {place: said.head.size for place, said in self._history.heads.items()}

    @property
    def commits(self) -> int:
        return self._history.size

    def bounds(self, place: Partition) -> tuple[int, int]:
        said = self._history.heads.get(place)
        return 0, said.head.size if said else 0

    def reader(self, place: Partition) -> LogReader:
        """Entries and hashes of a partition's log."""
        if place not in self._readers:
            said = self._history.heads.get(place)
            if said is None:
                raise NotYet(f"{place} is not in the archive")
            self._readers[place] = head_reader(self._store, said)
        return self._readers[place]

    def raw(self, place: Partition, first: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
        """Entries as they lie in the log, in chunks, each with the offset of its first one."""
        if end > self.bounds(place)[1] or first < 0:
            raise NotYet(f"{place}: offsets {first} to {end} are not archived yet")
        return self.reader(place).bundles(first, end) if first < end else iter(())

    def read(
        self,
        place: Partition,
        first: int,
        end: int,
        with_erased: bool = False,
        said_by: str | None = None,
    ) -> Iterator[list[RawRecord]]:
        """Records in chunks. Where the words of one are gone, there is an ErasedRecord if they are wanted, or
        Erased is raised; `raw` still has its leaf. `said_by`: what another source has certainly said is left
        out, so that chunks may be empty."""
        for begin, entries in self.raw(place, first, end):
            offsets: Sequence[int] = range(begin, begin + len(entries))
            if said_by is not None:
                maybe = may_have_header(H_SOURCE, said_by.encode())
                offsets = [n for n, entry in zip(offsets, entries, strict=True) if maybe(entry)]
                entries = [entries[offset - begin] for offset in offsets]
            where = f"{log_prefix(place)}, offsets from {begin}"
            yield self._records(place, offsets, entries, where, with_erased)

    def put_back(self, place: Partition, first: int, end: int) -> Iterator[list[RawRecord]]:
        """Records in chunks as Kafka is given them again: each led to the signed root before it is handed out,
        and a Placeholder where words are erased. Keeps nothing. Raises Damaged and Refused."""
        root = self._signed_checkpoint(place).root
        reader = head_reader(self._store, self._history.heads[place])
        log = ProvenLog(reader, root, log_prefix(place))
        for begin, entries in log.bundles(first, end):
            offsets = range(begin, begin + len(entries))
            where = f"{log_prefix(place)}, offsets from {begin}"
            chunk = self._records(place, offsets, entries, where, with_erased=True)
            yield [
                placeholder(place, record.offset, leaf)
                if isinstance(record, ErasedRecord)
                else record
                for record, leaf in zip(chunk, entries, strict=True)
            ]

    def receipt(self, place: Partition, offset: int) -> Receipt:
        """Proof that a record is in its log, and that log in the signed manifest. Raises NotYet until the
        next second's commit is signed, and Erased."""
        note, manifest = self.signed_manifest()
        head, number = self._signed_head(place, offset, manifest.size)
        reader = self.reader(place)
        ((_, (entry,)),) = reader.bundles(offset, offset + 1)
        content = decode_entry(entry, f"{log_prefix(place)}, offset {offset}").content
        beside = self._object(content) if isinstance(content, Beside) else b""
        record = Proof(
            offset,
            tuple(reader.inclusion(offset, head.size)),
            head.note(self.name),
            entry + beside,
        )
        commit = self._store.get(commit_path(number))
        hashes = tuple(manifest.inclusion(number, manifest.size))
        return Receipt(record.text(), Proof(number, hashes, note, commit).text())

    def signed_manifest(self) -> tuple[str, LogReader]:
        """The manifest's checkpoint and the manifest up to it. Raises Refused if it is not signed."""
        try:
            note = self._store.get(MANIFEST_CHECKPOINT).decode(errors="replace")
        except Missing as error:
            raise NotYet("no checkpoint of the manifest is signed yet") from error
        size = open_checkpoint(note, f"{self.name}/manifest", self.verifiers).size
        return note, LogReader(self._store, "manifest", size, size)

    def verify(self, place: Partition) -> None:
        """Computes a partition's log anew from its entries, up to the signed head. Raises Damaged, Refused."""
        self.reader(place).verify(self._signed_checkpoint(place).root)

    def verify_manifest(self) -> None:
        """The commits follow each other, and the signed checkpoint is over just these. Raises Damaged, Forked,
        Refused."""
        note, manifest = self.signed_manifest()
        checkpoint = open_checkpoint(note, f"{self.name}/manifest", self.verifiers)
        if manifest.size:
            manifest.verify(checkpoint.root)
        elif checkpoint.root != EMPTY_ROOT:
            raise Damaged(MANIFEST_CHECKPOINT, "the root of no commits is another one")
        previous = b""
        numbers = range(self._history.size)
        signed = (one for _, chunk in manifest.bundles(0, manifest.size) for one in chunk)
        for number, data in zip(
            numbers, self._store.get_many(map(commit_path, numbers)), strict=True
        ):
            parse_commit(data, number, previous)
            if next(signed, data) != data:
                raise Damaged(commit_path(number), "is not the commit that the manifest has signed")
            previous = data

    def _signed_checkpoint(self, place: Partition) -> Checkpoint:
        head = self._history.heads[place].head
        checkpoint = head.checkpoint(self.name)
        return open_checkpoint(head.note(self.name), checkpoint.origin, self.verifiers)

    def _signed_head(self, place: Partition, offset: int, signed: int) -> tuple[Head, int]:
        """The newest head that holds the record and is under the manifest's checkpoint."""
        for commit in reversed(self._history.commits):
            for head in commit.heads if commit.number < signed else ():
                if head.place == place and head.size > offset:
                    return head, commit.number
        raise NotYet(
            f"{place}: offset {offset} is under no signed commit yet; ask again in a second"
        )

    def _records(
        self,
        place: Partition,
        offsets: Sequence[int],
        entries: Sequence[bytes],
        where: str,
        with_erased: bool,
    ) -> list[RawRecord]:
        decoded = [decode_entry(entry, where) for entry in entries]
        beside = self._beside(decoded, with_erased)
        return [
            self._record(entry, place, offset, beside, with_erased)
            for offset, entry in zip(offsets, decoded, strict=True)
        ]

    def _beside(self, entries: Sequence[Entry], with_erased: bool) -> Iterator[bytes]:
        paths = [entry.content.path for entry in entries if isinstance(entry.content, Beside)]
        # a generator ends with the first object that is missing, `map` does not
        return map(self._store.get, paths) if with_erased else self._store.get_many(paths)

    def _object(self, content: Beside) -> bytes:
        try:
            return self._store.get(content.path)
        except Missing as error:
            if content.salted:
                raise Erased(content.digest.hex()) from error
            raise

    def _record(
        self,
        entry: Entry,
        place: Partition,
        offset: int,
        beside: Iterator[bytes],
        with_erased: bool,
    ) -> RawRecord:
        try:
            return entry.record(place, offset, self._body(entry, beside))
        except Erased:
            if not with_erased:
                raise
        return ErasedRecord(*place, offset, entry.timestamp, None, None)

    @staticmethod
    def _body(entry: Entry, objects: Iterator[bytes]) -> bytes:
        if not isinstance(entry.content, Beside):
            return entry.content
        try:
            return entry.content.body(next(objects))
        except Missing as error:
            if entry.content.salted:
                raise Erased(entry.content.digest.hex()) from error
            raise


def read_verifiers(store: Store) -> list[Verifier]:
    """The keys that the archive says are its own."""
    verifiers = [Verifier.parse(line) for line in store.get(VERIFIERS).decode().splitlines()]
    if len({verifier.name for verifier in verifiers}) != 1:
        raise Refused(f"{VERIFIERS} does not name one archive")
    return verifiers
