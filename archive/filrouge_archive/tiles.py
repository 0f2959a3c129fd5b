"""C2SP tlog-tiles: where the hashes and entries of a log lie, and how they are laid out.

A tile holds 256 hashes, or fewer at the right edge; tile hashes of level l + 1 are roots of full tiles of
level l. A bundle holds the entries of a tile of level 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct

from filrouge_archive.errors import Damaged

WIDTH = 256
HASH_BYTES = 32
ENTRY_BYTES_AT_MOST = 65_535
_length = Struct(">H")


@dataclass(frozen=True, slots=True)
class Tile:
    """Position and width of a tile; of a bundle, if `level` is None."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def base(self) -> str:
        """The path when it is full."""
        kind = "entries" if self.level is None else str(self.level)
        return f"tile/{kind}/{number_path(self.index)}"

    @property
    def path(self) -> str:
        return self.base if self.width == WIDTH else f"{self.base}.p/{self.width}"


def number_path(number: int) -> str:
    """1234067 → `x001/x234/067`: no folder has more than a thousand names."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def width_at(size: int, level: int, index: int) -> int:
    """How many hashes the tile has in a tree of this size."""
    return max(0, min(WIDTH, (size >> (8 * level)) - index * WIDTH))


def partial_tiles(size: int) -> Iterator[Tile]:
    """What the right edge of a tree consists of, the bundle first; nothing that is empty."""
    if size % WIDTH:
        yield Tile(None, size // WIDTH, size % WIDTH)
    level = 0
    while hashes := size >> (8 * level):
        if hashes % WIDTH:
            yield Tile(level, hashes // WIDTH, hashes % WIDTH)
        level += 1


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    parts: list[bytes] = []
    for entry in entries:
        parts += (_length.pack(len(entry)), entry)
    return b"".join(parts)


def decode_bundle(data: bytes, path: str) -> list[bytes]:
    """Raises Damaged with the path if the lengths do not add up."""
    entries: list[bytes] = []
    position, end = 0, len(data)
    while position + 2 <= end:
        following = position + 2 + (data[position] << 8 | data[position + 1])
        entries.append(data[position + 2 : following])
        position = following
    if position != end:
        raise Damaged(path, f"the bundle ends within entry {len(entries)}")
    return entries


def bundle_leaves(data: bytes, path: str) -> list[bytes]:
    """The leaf hashes of a bundle, in one tight loop: an auditor does this for every entry there is."""
    leaves: list[bytes] = []
    position, end = 0, len(data)
    while position + 2 <= end:
        following = position + 2 + (data[position] << 8 | data[position + 1])
        leaves.append(sha256(b"\x00" + data[position + 2 : following]).digest())
        position = following
    if position != end:
        raise Damaged(path, f"the bundle ends within entry {len(leaves)}")
    return leaves


def split_hashes(data: bytes) -> list[bytes]:
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]
