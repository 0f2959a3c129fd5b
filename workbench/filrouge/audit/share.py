"""One of n shares of a long work, as pod i of an indexed Job takes it; and whether shares make a whole."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from zlib import crc32

from filrouge_chassis.records import Partition

from filrouge.audit.errors import AuditFailed


@dataclass(frozen=True, slots=True)
class Share:
    """The i-th of n, counted from 0."""

    index: int = 0
    of: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.of:
            raise AuditFailed(f"there is no share {self.index} of {self.of}: count from 0")

    def has(self, place: Partition) -> bool:
        """Partitions of a topic go round, and stay where they are when a topic is added between two shares."""
        return (crc32(place.topic.encode()) + place.number) % self.of == self.index

    def __str__(self) -> str:
        return f"share {self.index} of {self.of}"


WHOLE = Share()


def check_whole(shares: Collection[Share], same: str) -> None:
    """Raises AuditFailed unless each is there once. `same`: what else they have to agree on."""
    ofs = sorted({share.of for share in shares})
    indexes = sorted(share.index for share in shares)
    if len(ofs) != 1 or indexes != list(range(ofs[0])):
        raise AuditFailed(
            f"shares {', '.join(map(str, indexes))} of {' and '.join(map(str, ofs))} are no whole:"
            f" each is needed once, {same}"
        )
