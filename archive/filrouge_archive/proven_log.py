"""A log's entries, each held to the root that was signed before anybody gets it: in one pass, from anywhere.

The right edge's tiles have the root; a full tile has the hash that the tile above says, and a bundle's entries
have the hashes of their tile. One tile a level is remembered: whoever reads on needs no other.
"""

from __future__ import annotations

from collections.abc import Iterator

from filrouge_archive.errors import Damaged
from filrouge_archive.log_reader import LogReader
from filrouge_archive.merkle import leaf_hash, root_over
from filrouge_archive.tiles import HASH_BYTES, WIDTH, split_hashes, width_at


class ProvenLog:
    """What is read of it is what was signed."""

    def __init__(self, reader: LogReader, root: bytes, prefix: str) -> None:
        """Raises Damaged, naming the log, if its tiles do not have the root."""
        self._reader, self.size = reader, reader.size
        self._edge = {level: self._reader.tile(level, index) for level, index in self._partial()}
        if reader.root_at(reader.size) != root:
            raise Damaged(prefix, f"its tiles do not have the root signed for {self.size} entries")
        self._tiles: dict[int, tuple[int, bytes]] = {}

    def bundles(self, first: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
        """As LogReader.bundles. Raises Damaged, before it gives what does not verify."""
        whole = first - first % WIDTH
        up_to = min(self.size, -(-end // WIDTH) * WIDTH)
        for begin, entries in self._reader.bundles(whole, up_to) if first < end else ():
            index = begin // WIDTH
            if b"".join(map(leaf_hash, entries)) != self._tile(0, index):
                raise Damaged(
                    self._reader.path_of(None, index),
                    "its entries do not lead to the root that was signed",
                )
            cut = max(first - begin, 0)
            yield begin + cut, entries[cut : end - begin]

    def _tile(self, level: int, index: int) -> bytes:
        if width_at(self.size, level, index) < WIDTH:
            return self._edge[level]
        known = self._tiles.get(level)
        if known is not None and known[0] == index:
            return known[1]
        hashes = self._reader.tile(level, index)
        above, position = divmod(index, WIDTH)
        start = position * HASH_BYTES
        said = self._tile(level + 1, above)[start : start + HASH_BYTES]
        if root_over(split_hashes(hashes)) != said:
            path = self._reader.path_of(level, index)
            raise Damaged(path, "its hashes do not lead to the root that was signed")
        self._tiles[level] = (index, hashes)
        return hashes

    def _partial(self) -> Iterator[tuple[int, int]]:
        """Tiles of the right edge that are not full."""
        level = 0
        while hashes := self.size >> (8 * level):
            if hashes % WIDTH:
                yield level, hashes // WIDTH
            level += 1
