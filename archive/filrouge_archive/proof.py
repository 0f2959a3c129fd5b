"""C2SP `.tlog-proof` files: an entry's way to a signed root, checked without anything else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from filrouge_archive.checkpoint import Checkpoint, open_checkpoint
from filrouge_archive.errors import Refused
from filrouge_archive.merkle import leaf_hash, verify_inclusion
from filrouge_archive.note import Verifier, decoded

HEADER = "c2sp.org/tlog-proof@v1"
HASHES_AT_MOST = 64


@dataclass(frozen=True)
class Proof:
    """That a log has an entry at an index. `extra` is whatever the reader needs to find the entry again."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def text(self) -> str:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [b64encode(one).decode() for one in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    def verify(self, entry: bytes, origin: str, verifiers: Iterable[Verifier]) -> Checkpoint:
        """The checkpoint that the entry is under. Raises Refused."""
        checkpoint = open_checkpoint(self.checkpoint, origin, verifiers)
        leaf = leaf_hash(entry)
        verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


def parse_proof(text: str) -> Proof:
    """Raises Refused."""
    head, blank, checkpoint = text.partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER or not blank:
        raise Refused(f"a proof begins with {HEADER} and has a checkpoint after a blank line")
    extra: bytes | None = None
    if lines and lines[0].startswith("extra "):
        extra = decoded(lines.pop(0).removeprefix("extra "))
    index = re.fullmatch(r"index (0|[1-9][0-9]{0,18})", lines[0] if lines else "")
    if index is None:
        raise Refused("the index of the proof is missing or malformed")
    hashes = tuple(decoded(line) for line in lines[1:])
    if len(hashes) > HASHES_AT_MOST or any(len(one) != 32 for one in hashes):
        raise Refused("the hashes of the proof are not SHA-256, or too many")
    return Proof(int(index[1]), hashes, checkpoint, extra)
