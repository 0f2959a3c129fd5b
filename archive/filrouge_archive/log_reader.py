"""Reading one log up to a size: from bundles and tiles as far as they are stored, then from a tail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from filrouge_archive import merkle
from filrouge_archive.errors import Damaged, Missing
from filrouge_archive.frontier import Frontier
from filrouge_archive.store import Store
from filrouge_archive.tiles import (
    HASH_BYTES,
    WIDTH,
    Tile,
    bundle_leaves,
    decode_bundle,
    split_hashes,
    width_at,
)

TILES_REMEMBERED = 512


def tail_first(size: int, stored: int) -> int:
    """The first entry that no bundle holds: full ones are stored at once, the partial one at `stored`."""
    return max(stored, size - size % WIDTH)


class LogReader:
    """Entries, hashes and proofs of a log of `size` entries. Reading may raise Damaged, naming the object."""

    def __init__(
        self, store: Store, prefix: str, size: int, stored: int, tail: Sequence[bytes] = ()
    ) -> None:
        """Partial bundles and tiles are those of the size `stored`; `tail` has the entries behind them."""
        self._store, self._prefix = store, prefix
        self.size, self._stored, self._tail = size, stored, tail
        self._tail_first = tail_first(size, stored)
        if stored > size or len(tail) != size - self._tail_first:
            raise Damaged(prefix, f"the tail does not lead from {stored} entries to {size}")
        self.tile = lru_cache(TILES_REMEMBERED)(self._tile)

    def bundle(self, index: int) -> list[bytes]:
        """The entries of a bundle, up to the size of the log."""
        stored = self._stored_width(index)
        entries: list[bytes] = []
        if stored:
            tile = Tile(None, index, stored)
            data, path = self._get(tile)
            entries = decode_bundle(data, path)
            _expect(path, len(entries), stored, whole=path == self._path(tile))
        return entries[:stored] + self._tail_of(index, stored)

    def bundles(self, first: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
        """The entries from `first` to `end`, a bundle at a time, each with the index of its first one."""
        numbers = range(first // WIDTH, -(-end // WIDTH))
        full = [number for number in numbers if self._stored_width(number) == WIDTH]
        paths = [self._path(Tile(None, number)) for number in full]
        for number, path, data in zip(full, paths, self._store.get_many(paths), strict=True):
            entries = decode_bundle(data, path)
            _expect(path, len(entries), WIDTH, whole=True)
            yield _cut(number, entries, first, end)
        for number in numbers[len(full) :]:
            yield _cut(number, self.bundle(number), first, end)

    def hash_at(self, level: int, index: int) -> bytes:
        """Of a perfect subtree; this is what proofs are made from."""
        tile_level, within = divmod(level, 8)
        number, position = divmod(index << within, WIDTH)
        start = position * HASH_BYTES
        part = self.tile(tile_level, number)[start : start + (HASH_BYTES << within)]
        return merkle.root_over(split_hashes(part))

    def root_at(self, size: int) -> bytes:
        return merkle.root_at(size, self.hash_at)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return merkle.inclusion_proof(index, size, self.hash_at)

    def consistency(self, old: int, size: int) -> list[bytes]:
        return merkle.consistency_proof(old, size, self.hash_at)

    def frontier_at(self, size: int) -> Frontier:
        """The right edge of the log's first `size` entries, whole bundles of them, from tiles alone."""
        assert size % WIDTH == 0
        levels: list[list[bytes]] = [[]]
        level = 1
        while above := size >> (8 * level):
            tile, width = divmod(above, WIDTH)
            held = self.tile(level, tile)[: width * HASH_BYTES] if width else b""
            levels.append(split_hashes(held))
            level += 1
        return Frontier(size, levels)

    def verify(self, root: bytes) -> None:
        """Computes everything anew from the entries. Raises Damaged, naming the object that is wrong."""
        frontier = Frontier()
        numbers = range(self.size // WIDTH)
        paths = [self._path(Tile(None, number)) for number in numbers]
        for path, data in zip(paths, self._store.get_many(paths), strict=True):
            leaves = bundle_leaves(data, path)
            _expect(path, len(leaves), WIDTH, whole=True)
            for tile, hashes in frontier.append(leaves):
                self._compare(tile, hashes)
        if self.size % WIDTH:
            last = self.bundle(len(numbers))
            for _ in frontier.append([merkle.leaf_hash(entry) for entry in last]):
                pass
        for tile, hashes in frontier.partial():
            self._compare(tile, hashes)
        if frontier.root() != root:
            why = f"the {self.size} entries and their tiles do not have the root that was committed to"
            raise Damaged(self._prefix, why)

    def _compare(self, tile: Tile, hashes: bytes) -> None:
        assert tile.level is not None
        if self._tile(tile.level, tile.index) != hashes:
            below = Tile(tile.level - 1 if tile.level else None, tile.index).base
            why = f"its hashes are not those of what lies below it (from {self._prefix}/{below})"
            raise Damaged(self._path(tile), why)

    def _tile(self, level: int, index: int) -> bytes:
        width = width_at(self.size, level, index)
        stored = self._stored_width(index) if level == 0 else self._stored_above(level, index)
        data = b""
        if stored:
            tile = Tile(level, index, stored)
            data, path = self._get(tile)
            hashes, rest = divmod(len(data), HASH_BYTES)
            _expect(path, hashes if not rest else -1, stored, whole=path == self._path(tile))
            data = data[: stored * HASH_BYTES]
        if level == 0:
            return data + b"".join(map(merkle.leaf_hash, self._tail_of(index, stored)))
        children = range(index * WIDTH + stored, index * WIDTH + width)
        roots = (merkle.root_over(split_hashes(self.tile(level - 1, child))) for child in children)
        return data + b"".join(roots)

    def _stored_width(self, index: int) -> int:
        """How many entries of a bundle, and hashes of a tile of level 0, are stored."""
        return max(0, min(WIDTH, self._tail_first - index * WIDTH))

    def _stored_above(self, level: int, index: int) -> int:
        """A full tile is stored at once; what has come to a partial one since is computed."""
        if width_at(self.size, level, index) == WIDTH:
            return WIDTH
        return width_at(self._stored, level, index)

    def _tail_of(self, index: int, stored: int) -> list[bytes]:
        first = index * WIDTH + stored - self._tail_first
        return list(self._tail[first : first + WIDTH - stored]) if first >= 0 else []

    def _get(self, tile: Tile) -> tuple[bytes, str]:
        """The object, or the full one that has replaced a partial one."""
        try:
            return self._store.get(self._path(tile)), self._path(tile)
        except Missing:
            full = f"{self._prefix}/{tile.base}"
            if tile.width == WIDTH or not self._store.exists(full):
                raise
            return self._store.get(full), full

    def path_of(self, level: int | None, index: int) -> str:
        """Where a bundle (level None) or tile lies, as far as it is stored."""
        above = level is not None and level > 0
        stored = self._stored_above(level or 0, index) if above else self._stored_width(index)
        return self._path(Tile(level, index, stored or WIDTH))

    def _path(self, tile: Tile) -> str:
        return f"{self._prefix}/{tile.path}"


def _expect(path: str, found: int, width: int, whole: bool) -> None:
    """A partial object has just its width; the full one that replaced it has all."""
    if found != (width if whole else WIDTH):
        raise Damaged(path, f"does not hold {width if whole else WIDTH} whole entries or hashes")


def _cut(number: int, entries: list[bytes], first: int, end: int) -> tuple[int, list[bytes]]:
    start = number * WIDTH
    begin = max(first, start)
    return begin, entries[begin - start : end - start]
