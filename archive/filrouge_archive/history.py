"""Finding the newest commit, and with it every head: each is said again within 256 commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from filrouge_chassis.records import Partition

from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.commit import Commit, Said, commit_path, fold, parse_commit
from filrouge_archive.errors import Missing, PutBack, Refused
from filrouge_archive.note import Verifier
from filrouge_archive.store import Store

SAID_WITHIN_COMMITS = 256
MANIFEST_CHECKPOINT = "manifest/checkpoint"
_COSIGNED = "manifest/cosigned"


@dataclass(frozen=True)
class History:
    """The end of the manifest: as many commits as say every head. `last`: the bytes of the newest one."""

    commits: tuple[Commit, ...]
    heads: Mapping[Partition, Said]
    last: bytes

    @property
    def size(self) -> int:
        return self.commits[-1].number + 1 if self.commits else 0


def cosigned_path(witness: Verifier) -> str:
    """Where the newest checkpoint of the manifest lies that a witness has cosigned."""
    return f"{_COSIGNED}/{witness.id.hex()}"


def read_history(store: Store) -> History:
    """Raises Damaged, Forked, or PutBack if the checkpoint is ahead of the commits."""
    size = newest_size(store)
    first = max(0, size - SAID_WITHIN_COMMITS)
    commits: list[Commit] = []
    heads: dict[Partition, Said] = {}
    previous: bytes | None = None if first else b""
    data = b""
    numbers = range(first, size)
    for number, data in zip(numbers, store.get_many(map(commit_path, numbers)), strict=True):
        commit = parse_commit(data, number, previous)
        fold(heads, commit)
        commits.append(commit)
        previous = data
    return History(tuple(commits), heads, data)


def newest_size(store: Store) -> int:
    """Number of commits: those have no gaps, so a few questions find the end."""
    known = claimed_size(store)
    if known and not store.exists(commit_path(known - 1)):
        raise PutBack(
            f"{MANIFEST_CHECKPOINT} says {known} commits, and {commit_path(known - 1)} is not there:"
            " the store was put back to an older state, or commits were deleted"
        )
    step = 1
    while store.exists(commit_path(known + step - 1)):
        known, step = known + step, step * 2
    while step > 1:
        step //= 2
        if store.exists(commit_path(known + step - 1)):
            known += step
    return known


def claimed_size(store: Store, path: str = MANIFEST_CHECKPOINT) -> int:
    """What a checkpoint of the manifest says; 0 if it says nothing that can be read: it is a hint."""
    try:
        note = store.get(path).decode(errors="replace")
        return claimed_checkpoint(note).size
    except (Missing, Refused):
        return 0
