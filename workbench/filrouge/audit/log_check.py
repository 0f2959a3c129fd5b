"""One log, computed anew from its bytes: entries → tiles → root, and what each entry says.

What is wrong is named, and the rest is looked at all the same. Where entries and their tile differ, whatever
lies above decides which of the two is wrong; an entry is then known by its offset.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from filrouge_archive.errors import ArchiveError, Damaged
from filrouge_archive.frontier import Frontier
from filrouge_archive.log_reader import LogReader
from filrouge_archive.merkle import leaf_hash, root_over
from filrouge_archive.tiles import HASH_BYTES, WIDTH, Tile, split_hashes

T = TypeVar("T")
NAMED = 5
"""Offsets of changed entries that are named, of one bundle."""
Look = Callable[[int, Sequence[bytes | None]], None]
"""Told the entries, None for those that are lost or changed, and the offset of the first."""


class Finding(NamedTuple):
    """An object of the archive, and what is wrong with it."""

    path: str
    why: str

    @classmethod
    def of(cls, error: ArchiveError, path: str) -> Finding:
        where = error.path if isinstance(error, Damaged) else path
        return cls(where, str(error).removeprefix(f"{where}: "))

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


class Root(NamedTuple):
    """What somebody said that the first `size` entries hash to."""

    size: int
    root: bytes
    said_by: str


@dataclass
class LogCheck:
    """Looks at the entries from `first` on; what lies before is held to the root that was verified earlier."""

    reader: LogReader
    prefix: str
    roots: Sequence[Root]
    """Of any sizes; that of the whole log is one of them."""
    first: int = 0
    look: Look = lambda *_: None
    findings: list[Finding] = field(default_factory=list)
    leaves: int = 0

    def run(self) -> None:
        """Finds everything; never raises an ArchiveError."""
        start = min(self.first, self.reader.size) // WIDTH * WIDTH
        try:
            frontier = self.reader.frontier_at(start)
        except Damaged as error:
            self.findings.append(Finding.of(error, self.prefix))
            start, frontier = 0, Frontier()
        for index in range(start // WIDTH, -(-self.reader.size // WIDTH)):
            self._bundle(frontier, index)
        for tile, hashes in frontier.partial():
            if tile.level:
                self._compare(tile, hashes)
        self._check_roots(frontier.root())

    def _bundle(self, frontier: Frontier, index: int) -> None:
        tile = self._try(lambda: self.reader.tile(0, index), 0, index)
        entries = self._try(lambda: self.reader.bundle(index), None, index)
        held = [] if tile is None else split_hashes(tile)
        leaves = held
        if entries is None:
            self.look(index * WIDTH, [None])
        else:
            self.leaves += len(entries)
            leaves, sound = [leaf_hash(entry) for entry in entries], list[bytes | None](entries)
            if tile is not None and leaves != held:
                sound, leaves = self._judge(index, entries, leaves, held)
            self.look(index * WIDTH, sound)
        for full, hashes in frontier.append(leaves):
            if full.level:
                self._compare(full, hashes)

    def _judge(
        self, index: int, entries: list[bytes], leaves: list[bytes], held: list[bytes]
    ) -> tuple[list[bytes | None], list[bytes]]:
        """Says which of both is wrong; returns what is left of the entries, and the hashes to go on with."""
        if self._is_said(index, leaves):
            why = "its hashes are not those of its bundle, which has the root"
            self._note(0, index, why)
            return list(entries), leaves
        left = [e if a == b else None for e, a, b in zip(entries, leaves, held, strict=True)]
        wrong = [index * WIDTH + number for number, entry in enumerate(left) if entry is None]
        more = "" if len(wrong) <= NAMED else f" and {len(wrong) - NAMED} more"
        offsets = ", ".join(map(str, wrong[:NAMED]))
        self._note(None, index, f"not what was committed to: entry {offsets}{more}")
        return left, held

    def _is_said(self, index: int, leaves: list[bytes]) -> bool:
        """Whether what lies above the tile has these leaves."""
        try:
            if len(leaves) == WIDTH and self.reader.size >> 8 > index:
                return self.reader.hash_at(8, index) == root_over(leaves)
            frontier = self.reader.frontier_at(index * WIDTH)
        except Damaged:
            return False
        for _ in frontier.append(leaves):
            pass
        return any(r.size == self.reader.size and r.root == frontier.root() for r in self.roots)

    def _compare(self, tile: Tile, hashes: bytes) -> None:
        assert tile.level
        level = tile.level
        held = self._try(lambda: self.reader.tile(level, tile.index), level, tile.index)
        if held is None or held == hashes:
            return
        pairs = zip(split_hashes(held), split_hashes(hashes), strict=False)
        child = next((n for n, (a, b) in enumerate(pairs) if a != b), len(held) // HASH_BYTES)
        below = Tile(level - 1, tile.index * WIDTH + child).base
        why = f"its hash of {self.prefix}/{below} is not the one computed from below"
        self._note(level, tile.index, why)

    def _check_roots(self, computed: bytes) -> None:
        """Of the whole as computed; of what was said earlier, from the tiles that were just compared."""
        for said in self.roots:
            if said.size > self.reader.size:
                why = f"{said.said_by} says {said.size} entries, and there are {self.reader.size}"
                self.findings.append(Finding(self.prefix, why))
                continue
            whole = said.size == self.reader.size
            try:
                root = computed if whole else self.reader.root_at(said.size)
            except Damaged as error:
                self.findings.append(Finding.of(error, self.prefix))
                return
            if root != said.root:
                why = f"the first {said.size} entries do not have the root that {said.said_by} says"
                self.findings.append(Finding(self.prefix, why))

    def _try(self, read: Callable[[], T], level: int | None, index: int) -> T | None:
        try:
            return read()
        except ArchiveError as error:
            finding = Finding.of(error, self.reader.path_of(level, index))
            if finding not in self.findings:
                self.findings.append(finding)
            return None

    def _note(self, level: int | None, index: int, why: str) -> None:
        self.findings.append(Finding(self.reader.path_of(level, index), why))
