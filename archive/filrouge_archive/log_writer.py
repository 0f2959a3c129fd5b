"""Writing one log: what is written is a function of the entries alone, so that two writers agree to the byte.

Appending is pure; `write` puts what has to be stored, and may be tried again after an error. Nothing is signed
here before it is stored and on the disk: `write`, `Store.sync`, `publish`, in this order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from filrouge_archive.checkpoint import Checkpoint, open_checkpoint
from filrouge_archive.errors import Damaged, Missing
from filrouge_archive.frontier import Frontier
from filrouge_archive.log_reader import LogReader, tail_first
from filrouge_archive.merkle import leaf_hash
from filrouge_archive.note import Signer, Verifier
from filrouge_archive.store import Store
from filrouge_archive.tiles import WIDTH, Tile, encode_bundle, partial_tiles, split_hashes


class LogWriter:
    """A log that grows. `stored`: up to which size the partial bundle and tiles lie in the store."""

    def __init__(self, store: Store, prefix: str, origin: str) -> None:
        self._store, self.prefix, self.origin = store, prefix, origin
        self.stored = 0
        self._frontier = Frontier()
        self._bundle: list[bytes] = []
        """Entries behind the last full bundle."""
        self._queue: list[tuple[str, bytes]] = []
        self._queued_size = 0
        self._signed_size = 0
        self._partial_bases: set[str] = set()
        """Tiles of which partial ones may lie in the store."""
        self._replaced: set[str] = set()
        """Those of them that are full now."""

    @classmethod
    def resume(
        cls, store: Store, prefix: str, origin: str, verifiers: Iterable[Verifier]
    ) -> LogWriter:
        """Goes on from the checkpoint in the store, or begins. Raises Damaged, or Refused."""
        log = cls(store, prefix, origin)
        try:
            note = store.get(f"{prefix}/checkpoint").decode(errors="replace")
        except Missing:
            return log
        checkpoint = open_checkpoint(note, origin, verifiers)
        log._go_on(checkpoint)
        if log.root() != checkpoint.root:
            why = f"the tiles of size {checkpoint.size} do not have the signed root"
            raise Damaged(f"{prefix}/checkpoint", why)
        return log

    def _go_on(self, checkpoint: Checkpoint) -> None:
        size = checkpoint.size
        reader = LogReader(self._store, self.prefix, size, size)
        levels: list[list[bytes]] = [[] for _ in range(max(1, -(-size.bit_length() // 8)))]
        for tile in partial_tiles(size):
            self._partial_bases.add(tile.base)
            if tile.level is not None:
                levels[tile.level] = split_hashes(reader.tile(tile.level, tile.index))
        if size % WIDTH:
            self._bundle = reader.bundle(size // WIDTH)
            if [leaf_hash(entry) for entry in self._bundle] != levels[0]:
                path = f"{self.prefix}/{Tile(None, size // WIDTH, size % WIDTH).path}"
                raise Damaged(
                    path, "its entries are not those that the tile beside it has hashes of"
                )
        self._frontier = Frontier(size, levels)
        self.stored = self._signed_size = size

    @property
    def size(self) -> int:
        return self._frontier.size

    def root(self) -> bytes:
        return self._frontier.root()

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(self.origin, self.size, self.root())

    def append(self, entries: Sequence[bytes]) -> None:
        """Nothing is stored yet; full bundles and tiles wait for `write`."""
        position = 0
        while position < len(entries):
            part = entries[position : position + WIDTH - len(self._bundle)]
            position += len(part)
            self._bundle += part
            if len(self._bundle) == WIDTH:
                self._queue_full(Tile(None, self.size // WIDTH), encode_bundle(self._bundle))
                self._bundle = []
            for tile, hashes in self._frontier.append([leaf_hash(entry) for entry in part]):
                self._queue_full(tile, hashes)

    def queue_partial(self) -> None:
        """The right edge, as it is now, waits for `write` as well."""
        if self.size in (self.stored, self._queued_size):
            return
        edge = {tile.base: data for tile, data in self._frontier.partial()}
        for tile in partial_tiles(self.size):
            self._partial_bases.add(tile.base)
            data = encode_bundle(self._bundle) if tile.level is None else edge[tile.base]
            self._queue.append((f"{self.prefix}/{tile.path}", data))
        self._queued_size = self.size

    def tail(self) -> list[bytes]:
        """Entries that no bundle holds yet."""
        return self._bundle[tail_first(self.size, self.stored) - self.size + len(self._bundle) :]

    def reader(self) -> LogReader:
        """Reads the log as it is now; everything but the right edge has to be written."""
        return LogReader(self._store, self.prefix, self.size, self.stored, self.tail())

    @property
    def unsigned(self) -> bool:
        """The stored edge is newer than the checkpoint."""
        return self.stored > self._signed_size

    def queued(self) -> Sequence[tuple[str, bytes]]:
        return self._queue

    def written(self) -> None:
        """All that was queued is stored."""
        self._queue = []
        self.stored = max(self.stored, self._queued_size)

    def published(self) -> None:
        """The checkpoint of the stored edge is there: partial tiles that full ones have replaced may go."""
        self._signed_size = self.stored
        for base in sorted(self._replaced):
            self._store.delete(self._store.list(f"{self.prefix}/{base}.p"))
            self._replaced.discard(base)

    def _queue_full(self, tile: Tile, data: bytes) -> None:
        self._queue.append((f"{self.prefix}/{tile.path}", data))
        if tile.base in self._partial_bases:
            self._partial_bases.discard(tile.base)
            self._replaced.add(tile.base)


def write(store: Store, logs: Sequence[LogWriter]) -> None:
    """Stores what waits in these logs, all together."""
    store.put_many(one for log in logs for one in log.queued())
    for log in logs:
        log.written()


def publish(store: Store, logs: Sequence[LogWriter], signer: Signer) -> None:
    """Signs the logs whose whole size is stored, and on the disk."""
    ready = [log for log in logs if log.unsigned and log.stored == log.size]
    signed = [(f"{log.prefix}/checkpoint", log.checkpoint().signed(signer)) for log in ready]
    store.put_many((path, note.encode()) for path, note in signed)
    for log in ready:
        log.published()
