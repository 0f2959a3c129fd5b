"""What lanes have said under which number and which id, to be compared with what they say later."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator

NOTHING = 0


class Said:
    """Remembers all of it, or of what never ends the newest: at least `newest` numbers of each lane, and ids
    of all lanes, at most twice as many. What is forgotten is not known to be there.
    """

    def __init__(self, newest: int | None = None) -> None:
        self._newest = newest
        self._digests: dict[str, array[int]] = defaultdict(lambda: array("q", [NOTHING]))
        self._forgotten: dict[str, int] = defaultdict(int)
        """Lane → its first numbers that are not remembered any more; number 0 is nobody's."""
        self._ids: set[int] = set()
        self._older_ids: set[int] = set()

    def digest(self, source: str, sequence: int) -> int | None:
        """NOTHING if nothing was said under this number; None if that is forgotten."""
        place, digests = sequence - self._forgotten[source], self._digests[source]
        if place < 0:
            return None
        return digests[place] if place < len(digests) else NOTHING

    def has(self, identity: str) -> bool:
        """By a hash of eight bytes."""
        return hash(identity) in self._ids or hash(identity) in self._older_ids

    def note(self, source: str, sequence: int, digest: int, identity: str) -> None:
        digests, place = self._digests[source], sequence - self._forgotten[source]
        digests.extend([NOTHING] * (place + 1 - len(digests)))
        if place >= 0:  # or its partition is read so late that what was said around it is forgotten
            digests[place] = digest
        self._ids.add(hash(identity))
        if self._newest is not None:
            self._forget(source, digests, self._newest)

    def _forget(self, source: str, digests: array[int], newest: int) -> None:
        if len(digests) > 2 * newest:
            self._forgotten[source] += len(digests) - newest
            del digests[:-newest]
        if len(self._ids) > newest:
            self._older_ids, self._ids = self._ids, set()

    def numbers(self) -> Iterator[tuple[str, int, list[int]]]:
        """Of a stream that was remembered from its beginning: lane, its last number, those it left out."""
        for source, digests in self._digests.items():
            missing = [n for n in range(1, len(digests)) if digests[n] == NOTHING]
            yield source, len(digests) - 1, missing

    def __len__(self) -> int:
        """How many numbers and ids are in memory."""
        ids = len(self._ids) + len(self._older_ids)
        return ids + sum(len(digests) for digests in self._digests.values())
