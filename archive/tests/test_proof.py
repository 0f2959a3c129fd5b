"""`.tlog-proof` files are those of C2SP, and nothing malformed is taken."""

from __future__ import annotations

import pytest
from filrouge_archive.checkpoint import Checkpoint
from filrouge_archive.errors import Refused
from filrouge_archive.merkle import inclusion_proof
from filrouge_archive.proof import Proof, parse_proof
from hypothesis import given
from hypothesis import strategies as st

from archive.tests import naive
from archive.tests.scene import SIGNER

ORIGIN = "localhost/test"


def proof_of(index: int, size: int, extra: bytes | None = None) -> Proof:
    leaves = naive.leaves_of(size)
    checkpoint = Checkpoint(ORIGIN, size, naive.tree_hash(leaves)).signed(SIGNER)
    return Proof(
        index, tuple(inclusion_proof(index, size, naive.hashes_of(leaves))), checkpoint, extra
    )


@given(st.integers(1, 40), st.data(), st.none() | st.binary(max_size=50))
def test_a_proof_is_read_as_it_was_written_and_holds(
    size: int, data: st.DataObject, extra: bytes | None
) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = proof_of(index, size, extra)
    read = parse_proof(proof.text())
    assert read == proof
    assert read.verify(b"entry %d" % index, ORIGIN, [SIGNER.verifier]).size == size
    with pytest.raises(Refused):
        read.verify(b"another", ORIGIN, [SIGNER.verifier])
    with pytest.raises(Refused):
        read.verify(b"entry %d" % index, "localhost/other", [SIGNER.verifier])


def test_the_text_is_the_documented_one() -> None:
    lines = proof_of(1, 2, b"extra").text().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZXh0cmE=", "index 1"]
    assert len(lines[3]) == 44
    assert lines[4:7] == ["", "localhost/test", "2"]
    assert lines[9].startswith("— localhost/test ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("extra ", "extra !"),
        ("index 1", "index 01"),
        ("index 1", "index -1"),
        ("index 1\n", ""),
        ("index 1\n", "index 1\nAAAA\n"),
        ("index 1\n", "index 1\n" + ("A" * 43 + "=\n") * 65),
        ("\n\n", "\n"),
    ],
)
def test_a_malformed_proof_is_refused(old: str, new: str) -> None:
    text = proof_of(1, 2, b"extra").text()
    changed = text.replace(old, new)
    assert changed != text
    with pytest.raises(Refused):
        parse_proof(changed).verify(b"entry 1", ORIGIN, [SIGNER.verifier])
