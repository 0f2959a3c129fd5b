"""Writing an archive: records in, commits out. The order of writes that nothing may be lost by is here.

values beside, bundles and tiles → tail → sync → commit → manifest → its checkpoint; and for the right edges of
the logs: partial bundles and tiles → sync → the logs' checkpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filrouge_chassis.records import Partition, Record

from filrouge_archive.checkpoint import Checkpoint
from filrouge_archive.commit import log_origin, log_prefix
from filrouge_archive.committer import Committer
from filrouge_archive.entry import encode_entry
from filrouge_archive.errors import Gap, Missing
from filrouge_archive.log_writer import LogWriter, publish, write
from filrouge_archive.note import Signer
from filrouge_archive.salt import SALT_KEY_BYTES_AT_LEAST, is_salted, salt_of
from filrouge_archive.store import Store

VERIFIERS = "verifiers"


class Archiver:
    """Not safe for several threads at once. After an error that is not Transient: throw it away.

    `append` never touches the store; `write`, `flush` and `commit` do, and may be called again after
    StoreAway.
    """

    def __init__(
        self,
        store: Store,
        signer: Signer,
        salt_key: bytes,
        writer: str,
        remembered: Checkpoint | None = None,
    ) -> None:
        """The signer's name is the archive's. `writer`: random, new at each start. `remembered`: the newest
        checkpoint that this archiver, or a witness, has signed. Raises PutBack, Forked, Damaged."""
        if len(salt_key) < SALT_KEY_BYTES_AT_LEAST:
            raise ValueError(f"the salt key needs {SALT_KEY_BYTES_AT_LEAST} bytes at least")
        self._store, self._signer, self._salt_key = store, signer, salt_key
        self.committer = Committer(store, signer.name, signer, writer)
        if remembered is not None:
            self.committer.check_remembered(remembered)
        self._logs: dict[Partition, LogWriter] = {}
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
            verifiers = [self._signer.verifier]
            self._logs[place] = LogWriter.resume(self._store, log_prefix(place), origin, verifiers)
        return self._logs[place].size

    def close(self, place: Partition) -> None:
        """Somebody else archives it from now on."""
        self._logs.pop(place, None)

    def append(self, place: Partition, records: Sequence[Record]) -> None:
        """Takes records, in order and without a gap. Raises Gap, and takes none, otherwise."""
        log, salted = self._logs[place], is_salted(place.topic)
        offsets = [record.offset for record in records]
        if offsets != list(range(log.size, log.size + len(records))):
            raise Gap(
                f"{place}: {log.size} records are archived, and {offsets[0]} to {offsets[-1]} came:"
                " offsets of our topics have no gaps; find out who deleted records"
            )
        entries = []
        for record in records:
            salt = salt_of(self._salt_key, place, record.offset) if salted else None
            entry, beside = encode_entry(record, salt)
            entries.append(entry)
            if beside is not None:
                self._beside.append((beside[0].path, beside[1]))
        log.append(entries)

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


def publish_verifier(store: Store, signer: Signer) -> None:
    """Adds the archive's public key to the store, under the archive's name."""
    line = f"{signer.verifier}\n"
    try:
        found = store.get(VERIFIERS).decode()
    except Missing:
        found = ""
    if line not in found.splitlines(keepends=True):
        store.put(VERIFIERS, (found + line).encode())
