"""The definitions of RFC 6962, word by word and slow: what the fast code is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from filrouge_archive.merkle import Hashes, leaf_hash


def entries(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), tree_hash(leaves[k:])]
    return [*path(index - k, leaves[k:]), tree_hash(leaves[:k])]


def proof(old: int, leaves: Sequence[bytes], complete: bool = True) -> list[bytes]:
    if old == len(leaves):
        return [] if complete else [tree_hash(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*proof(old, leaves[:k], complete), tree_hash(leaves[k:])]
    return [*proof(old - k, leaves[k:], False), tree_hash(leaves[:k])]


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def hashes_of(leaves: Sequence[bytes]) -> Hashes:
    return lambda level, index: tree_hash(leaves[index << level : (index + 1) << level])


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(entry) for entry in entries(count)]
