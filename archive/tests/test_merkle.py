"""Roots and proofs are those of the definitions, and verification takes nothing else."""

from __future__ import annotations

import pytest
from filrouge_archive.errors import Refused
from filrouge_archive.frontier import Frontier
from filrouge_archive.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    root_at,
    root_over,
    verify_consistency,
    verify_inclusion,
)
from hypothesis import given
from hypothesis import strategies as st

from archive.tests import naive

SIZES = st.integers(1, 80)
CHANGES = st.sampled_from(["flip", "drop", "add", "swap"])


def changed(proof: list[bytes], how: str, at: int) -> list[bytes]:
    """A proof that is not this one."""
    at = at % len(proof) if proof else 0
    if how == "add" or not proof:
        return [*proof[:at], bytes(32), *proof[at:]]
    if how == "drop":
        return proof[:at] + proof[at + 1 :]
    if how == "swap" and len(proof) > 1:
        return [*proof[1:], proof[0]]
    return [*proof[:at], bytes(31) + b"!", *proof[at + 1 :]]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == root_over([]) == EMPTY_ROOT == naive.tree_hash([])


@given(SIZES)
def test_every_way_to_a_root_gives_the_defined_one(size: int) -> None:
    leaves = naive.leaves_of(size)
    frontier = Frontier()
    assert not list(frontier.append(leaves))
    defined = naive.tree_hash(leaves)
    assert frontier.root() == defined
    assert root_over(leaves) == defined
    assert root_at(size, naive.hashes_of(leaves)) == defined


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000])
def test_a_frontier_over_many_tiles_has_the_defined_root(size: int) -> None:
    leaves = naive.leaves_of(size)
    frontier = Frontier()
    for _ in frontier.append(leaves):
        pass
    assert frontier.root() == naive.tree_hash(leaves)


@given(SIZES, st.data())
def test_an_inclusion_proof_is_the_defined_one_and_holds_for_its_leaf_only(
    size: int, data: st.DataObject
) -> None:
    leaves = naive.leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, naive.hashes_of(leaves))
    assert proof == naive.path(index, leaves)
    root = naive.tree_hash(leaves)
    verify_inclusion(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, size + 1).filter(lambda number: number != index))
    with pytest.raises(Refused):
        verify_inclusion(leaves[index], other, size, proof, root)
    with pytest.raises(Refused):
        verify_inclusion(bytes(32), index, size, proof, root)
    with pytest.raises(Refused):
        verify_inclusion(leaves[index], index, size, proof, bytes(32))
    worse = changed(proof, data.draw(CHANGES), data.draw(st.integers(0, 9)))
    with pytest.raises(Refused):
        verify_inclusion(leaves[index], index, size, worse, root)


@given(SIZES, st.data())
def test_a_proof_for_a_tree_of_another_shape_is_refused(size: int, data: st.DataObject) -> None:
    leaves = naive.leaves_of(size)
    proof = inclusion_proof(0, size, naive.hashes_of(leaves))
    other = data.draw(st.integers(1, 200))
    if (other - 1).bit_length() == (size - 1).bit_length():
        return  # leaf 0 has a path of the same shape in both: only the root tells them apart
    with pytest.raises(Refused):
        verify_inclusion(leaves[0], 0, other, proof, naive.tree_hash(leaves))


@given(SIZES, st.data())
def test_a_consistency_proof_is_the_defined_one_and_holds_for_its_trees_only(
    size: int, data: st.DataObject
) -> None:
    leaves = naive.leaves_of(size)
    old = data.draw(st.integers(0, size))
    proof = consistency_proof(old, size, naive.hashes_of(leaves))
    assert proof == (naive.proof(old, leaves) if old else [])
    old_root, root = naive.tree_hash(leaves[:old]), naive.tree_hash(leaves)
    verify_consistency(old, old_root, size, root, proof)
    with pytest.raises(Refused):
        verify_consistency(old, bytes(32), size, root, proof)
    worse = changed(proof, data.draw(CHANGES), data.draw(st.integers(0, 9)))
    with pytest.raises(Refused):
        verify_consistency(old, old_root, size, root, worse)
    if old:
        with pytest.raises(Refused):
            verify_consistency(old, old_root, size, bytes(32), proof)
        with pytest.raises(Refused):
            verify_consistency(size + 1, old_root, size, root, proof)


@given(st.integers(2, 80), st.data())
def test_a_rewritten_tree_is_not_consistent(size: int, data: st.DataObject) -> None:
    leaves = naive.leaves_of(size)
    old = data.draw(st.integers(1, size - 1))
    old_root = naive.tree_hash(leaves[:old])
    leaves[data.draw(st.integers(0, old - 1))] = bytes(32)
    proof = consistency_proof(old, size, naive.hashes_of(leaves))
    with pytest.raises(Refused):
        verify_consistency(old, old_root, size, naive.tree_hash(leaves), proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_is_made_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        inclusion_proof(index, size, naive.hashes_of(naive.leaves_of(size)))


def test_no_proof_is_made_of_a_tree_that_shrinks() -> None:
    with pytest.raises(ValueError, match="beginning"):
        consistency_proof(4, 3, naive.hashes_of(naive.leaves_of(3)))
