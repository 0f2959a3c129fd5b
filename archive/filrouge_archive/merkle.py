"""The Merkle tree of RFC 6962: hashes, roots, proofs and their verification.

Proofs are made from a `Hashes`: a function (level, index) → hash of the perfect subtree over the leaves
`index << level` to `(index + 1) << level`. Where the hashes come from is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from filrouge_archive.errors import Refused

EMPTY_ROOT = sha256(b"").digest()
Hashes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_over(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of one level: pairs, again and again; an odd last one goes up as it is."""
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) % 2 else ()
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        hashes.extend(odd)
    return hashes[0]


def root_at(size: int, hashes: Hashes) -> bytes:
    return _subtree(0, size, hashes) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """From the leaf's sibling up to the child of the root."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    proof: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            proof.append(_subtree(middle, end, hashes))
            end = middle
        else:
            proof.append(_subtree(first, middle, hashes))
            first = middle
    return proof[::-1]


def consistency_proof(old: int, size: int, hashes: Hashes) -> list[bytes]:
    """That the tree of `size` leaves begins with the tree of `old`; empty for nothing, or the same."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} leaves has no beginning of {old}")
    if old in (0, size):
        return []
    proof: list[bytes] = []
    first, end = 0, size
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            proof.append(_subtree(middle, end, hashes))
            end = middle
        else:
            proof.append(_subtree(first, middle, hashes))
            first = middle
    if first:  # else the verifier has this one: it is the old root
        proof.append(_subtree(first, end, hashes))
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """RFC 9162, 2.1.3.2. Raises Refused."""
    if not 0 <= index < size:
        raise Refused(f"a tree of {size} leaves has no leaf {index}")
    computed = leaf
    for sibling, is_left in _with_sides(index, size - 1, proof):
        computed = node_hash(sibling, computed) if is_left else node_hash(computed, sibling)
    if computed != root:
        raise Refused(f"the inclusion proof does not lead from leaf {index} to the root")


def verify_consistency(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """RFC 9162, 2.1.4.2. Raises Refused."""
    if not 0 <= old <= size:
        raise Refused(f"a tree of {size} leaves does not begin with one of {old}")
    if old in (0, size):
        if proof or old_root != (EMPTY_ROOT if old == 0 else root):
            raise Refused(f"two trees of {old} leaves differ, or their proof is not empty")
        return
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    path = list(proof) if node else [old_root, *proof]
    if not path:
        raise Refused("the consistency proof is empty")
    old_computed = new_computed = path[0]
    for sibling, is_left in _with_sides(node, last, path[1:]):
        if is_left:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
        else:
            new_computed = node_hash(new_computed, sibling)
    if old_computed != old_root or new_computed != root:
        raise Refused(f"the tree of {size} leaves does not begin with the one of {old}")


def _with_sides(node: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each hash of a proof, and whether it is the left one: up from `node` of a level that ends with `last`."""
    for sibling in proof:
        if last == 0:
            raise Refused("the proof is too long for the size of the tree")
        is_left = bool(node & 1) or node == last
        yield sibling, is_left
        while is_left and node and not node & 1:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    if last:
        raise Refused("the proof is too short for the size of the tree")


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(first: int, end: int, hashes: Hashes) -> bytes:
    """The hash over leaves `first` to `end`, where `first` is a multiple of the power of two below."""
    parts: list[bytes] = []
    while first < end:
        level = (end - first).bit_length() - 1
        parts.append(hashes(level, first >> level))
        first += 1 << level
    computed = parts.pop()
    while parts:
        computed = node_hash(parts.pop(), computed)
    return computed
