"""The right edge of a growing tree: at each tile level, the hashes that do not fill a tile yet.

It is all that is needed to append and to know the root, and it is just what partial tiles hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from filrouge_archive.merkle import EMPTY_ROOT, root_over
from filrouge_archive.tiles import WIDTH, Tile


class Frontier:
    """Hashes that are not in a full tile, by level."""

    def __init__(self, size: int = 0, levels: Iterable[Sequence[bytes]] = ()) -> None:
        self.size = size
        self._levels = [list(level) for level in levels] or [[]]

    def append(self, leaves: Sequence[bytes]) -> Iterator[tuple[Tile, bytes]]:
        """Yields every tile that becomes full, with its bytes; go through all of them."""
        position = 0
        while position < len(leaves):
            room = WIDTH - len(self._levels[0])
            part = leaves[position : position + room]
            self._levels[0] += part
            self.size += len(part)
            position += room
            yield from self._full(0)

    def _full(self, level: int) -> Iterator[tuple[Tile, bytes]]:
        hashes = self._levels[level]
        if len(hashes) < WIDTH:
            return
        yield Tile(level, (self.size >> (8 * (level + 1))) - 1), b"".join(hashes)
        self._levels[level] = []
        if level + 1 == len(self._levels):
            self._levels.append([])
        self._levels[level + 1].append(root_over(hashes))
        yield from self._full(level + 1)

    def partial(self) -> Iterator[tuple[Tile, bytes]]:
        """The partial tiles of the present size."""
        for level, hashes in enumerate(self._levels):
            if hashes:
                index = (self.size >> (8 * level)) // WIDTH
                yield Tile(level, index, len(hashes)), b"".join(hashes)

    def root(self) -> bytes:
        if not self.size:
            return EMPTY_ROOT
        below: list[bytes] = []
        for hashes in self._levels:
            if both := [*hashes, *below]:
                below = [root_over(both)]
        return below[0]
