"""Whether every commit of an archive was a consistent cut, be it the one that a disaster left or not."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from audit_trail.cut import Cut, LetGo
from filrouge_archive.archive import Archive
from filrouge_archive.commit import Commit, commit_path, parse_commit
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition


def commits_beyond_a_cut(store: Store, archive: Archive) -> list[int]:
    """Those that include a record without what belongs to it: all that each of them adds has to go in."""
    cut = Cut({}, {}, sys.maxsize, _patience_never_ends)
    sizes: dict[Partition, int] = {}
    beyond, read, admitted = [], 0, 0
    for commit in _commits(store, archive):
        portion = []
        for head in commit.heads:
            first = sizes.get(head.place, 0)
            if head.size > first:
                chunks = archive.read(head.place, first, head.size, with_erased=True)
                portion.append((head.place, [record for chunk in chunks for record in chunk]))
                sizes[head.place] = head.size
        read += sum(len(records) for _, records in portion)
        admitted += sum(len(records) for _, records in cut.take(portion, now=0))
        if admitted < read:
            beyond.append(commit.number)
    return beyond


def _commits(store: Store, archive: Archive) -> Iterator[Commit]:
    for number in range(archive.commits):
        yield parse_commit(store.get(commit_path(number)), number, None)


def _patience_never_ends(lost: LetGo) -> None:
    raise AssertionError(lost)
