"""Writing an archive: records in, commits out. The order of writes that nothing may be lost by is here.

values beside, bundles and tiles → tail → sync → commit → manifest → its checkpoint; and for the right edges of
the logs: partial bundles and tiles → sync → the logs' checkpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filrouge_chassis.records import Partition, Record

from filrouge_archive.checkpoint import Checkpoint
from filrouge_archive.commit import head_reader, log_origin, log_prefix
from filrouge_archive.committer import Committer
from filrouge_archive.entry import Beside, decode_entry, encode_entry
from filrouge_archive.errors import Forked, Gap, Missing
from filrouge_archive.log_reader import LogReader
from filrouge_archive.log_writer import LogWriter, publish, write
from filrouge_archive.note import Signer, Verifier
from filrouge_archive.put_back import same_but_for_the_mark, stands_for
from filrouge_archive.salt import SALT_KEY_BYTES_AT_LEAST, is_salted, salt_of
from filrouge_archive.store import Store

VERIFIERS = "verifiers"


class Archiver:
    """Not safe for several threads at once. After an error that is not Transient: throw it away.

    `append` only reads the store; `write`, `flush` and `commit` write to it. All may be called again after
    StoreAway.
    """

    def __init__(
        self,
        store: Store,
        signer: Signer,
        salt_key: bytes,
        writer: str,
        remembered: Checkpoint | None = None,
        former: Sequence[Verifier] = (),
    ) -> None:
        """The signer's name is the archive's. `writer`: random, new at each start. `remembered`: the newest
        checkpoint that this archiver, or a witness, has signed. `former`: of keys that signed before this
        one, and whose logs are continued. Raises PutBack, Forked, Damaged, Refused."""
        if len(salt_key) < SALT_KEY_BYTES_AT_LEAST:
            raise ValueError(f"the salt key needs {SALT_KEY_BYTES_AT_LEAST} bytes at least")
        self._store, self._signer, self._salt_key = store, signer, salt_key
        self._verifiers = [signer.verifier, *former]
        self.committer = Committer(store, signer, writer, self._verifiers)
        if remembered is not None:
            self.committer.check_remembered(remembered)
        self._logs: dict[Partition, LogWriter] = {}
        self._ahead: dict[Partition, LogReader] = {}
        """What was committed to beyond the size from which a log is continued."""
        self._beside: list[tuple[str, bytes]] = []
        publish_verifier(store, signer)

    @property
    def logs(self) -> Mapping[Partition, LogWriter]:
        return self._logs

    def open(self, place: Partition) -> int:
        """Takes up a partition; returns the offset from which its records are wanted. What is archived beyond
        (see `committer.heads`) is read again, and compared, before anything new is committed to."""
        if place not in self._logs:
            origin = log_origin(self._signer.name, place)
            prefix = log_prefix(place)
            log = LogWriter.resume(self._store, prefix, origin, self._verifiers)
            said = self.committer.heads.get(place)
            if said is not None and said.head.size > log.size:
                self._ahead[place] = head_reader(self._store, said)
            self._logs[place] = log
        return self._logs[place].size

    def end(self, place: Partition) -> int:
        """How much of an open partition is archived; Kafka has to hold as much."""
        return max(self._logs[place].size, self._known(place).size)

    def compare(self, place: Partition, records: Sequence[Record]) -> None:
        """Raises Forked if records that are archived already are others than those in the archive; what is
        not archived yet is not looked at. All that was appended has to be written."""
        self._compared(place, records)

    def close(self, place: Partition) -> None:
        """Somebody else archives it from now on."""
        self._logs.pop(place, None)
        self._ahead.pop(place, None)

    def append(self, place: Partition, records: Sequence[Record]) -> None:
        """Takes records, in order and without a gap. Raises Gap, and takes none, otherwise. What was committed
        to before is compared, and stays the leaf that it is. Raises Forked."""
        log = self._logs[place]
        offsets = [record.offset for record in records]
        if offsets != list(range(log.size, log.size + len(records))):
            raise Gap(
                f"{place}: {log.size} records are archived, and {offsets[0]} to {offsets[-1]} came:"
                " offsets of our topics have no gaps; find out who deleted records"
            )
        entries = self._compared(place, records) if place in self._ahead else []
        for record in records[len(entries) :]:
            entry, beside = self._encode(place, record)
            entries.append(entry)
            if beside is not None:
                self._beside.append((beside[0].path, beside[1]))
        log.append(entries)
        if place in self._ahead and log.size >= self._ahead[place].size:
            del self._ahead[place]

    def write(self) -> None:
        """Stores what became full, and everything that lies beside the logs."""
        self._store.put_many(self._beside)
        self._beside = []
        write(self._store, list(self._logs.values()))

    def flush(self) -> None:
        """Stores the right edges too, and signs the logs: every 10 seconds, and at the end."""
        for log in self._logs.values():
            log.queue_partial()
        self.write()
        if any(log.unsigned for log in self._logs.values()):
            self._store.sync()
            publish(self._store, list(self._logs.values()), self._signer)

    def commit(self, at_ms: int) -> str | None:
        """Commits to all that was appended; returns the manifest's new checkpoint, to be remembered and
        cosigned, or None if there was nothing new."""
        self.write()
        self.committer.commit(at_ms, self._logs)
        return self.committer.sign() if self.committer.unsigned else None

    def erase(self, place: Partition, offset: int) -> bool:
        """Deletes the words of a record of an open partition, which is written; safe to repeat. False: they
        lie in the log itself, or were too long for it, and are nobody's to erase."""
        ((_, (entry,)),) = self._logs[place].reader().bundles(offset, offset + 1)
        content = decode_entry(entry, f"{log_prefix(place)}, offset {offset}").content
        if not isinstance(content, Beside) or not content.salted:
            return False
        self._store.delete([content.path])
        return True

    def _compared(self, place: Partition, records: Sequence[Record]) -> list[bytes]:
        """The leaves of those that are archived already. Raises Forked if one is of another record."""
        reader, first = self._known(place), records[0].offset
        end = min(records[-1].offset + 1, reader.size)
        leaves = [
            leaf for _, part in (reader.bundles(first, end) if first < end else ()) for leaf in part
        ]
        for record, leaf in zip(records, leaves, strict=False):
            if not self._is(place, record, leaf):
                raise Forked(
                    f"{place}: offset {record.offset} in Kafka is another record than the one that is"
                    " archived: the topic was made anew, or put back; nothing is signed until a"
                    " person has found out which of the two is right"
                )
        return leaves

    def _is(self, place: Partition, record: Record, leaf: bytes) -> bool:
        """Whether Kafka has what is archived; a stream that was put back from here is the same."""
        ours = self._encode(place, record)[0]
        if ours == leaf or same_but_for_the_mark(ours, leaf):
            return True
        if not stands_for(record, leaf):
            return False
        content = decode_entry(leaf, f"{log_prefix(place)}, offset {record.offset}").content
        return isinstance(content, Beside) and not self._store.exists(content.path)

    def _known(self, place: Partition) -> LogReader:
        return self._ahead.get(place) or self._logs[place].reader()

    def _encode(
        self, place: Partition, record: Record
    ) -> tuple[bytes, tuple[Beside, bytes] | None]:
        salted = is_salted(place.topic)
        salt = salt_of(self._salt_key, place, record.offset) if salted else None
        return encode_entry(record, salt)


def publish_verifier(store: Store, signer: Signer) -> None:
    """Adds the archive's public key to the store, under the archive's name."""
    line = f"{signer.verifier}\n"
    try:
        found = store.get(VERIFIERS).decode()
    except Missing:
        found = ""
    if line not in found.splitlines(keepends=True):
        store.put(VERIFIERS, (found + line).encode())
