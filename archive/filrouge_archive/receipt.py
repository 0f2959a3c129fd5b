"""What a partner keeps: two `.tlog-proof` files that show, offline, that a record is in the archive.

How to check them, with the archive's public key and nothing else:

1. record: the checkpoint is signed by the key under the origin `<archive>/log/<topic>/<partition>`; `extra` is
   the entry, followed by the object beside the log if the entry is a digest; the leaf hash of the entry leads,
   by the proof's hashes from `index`, to the checkpoint's root. The index is the offset.
2. commit: the checkpoint is signed by the key under `<archive>/manifest`; `extra` is the commit, its leaf hash
   leads to the root in the same way, and its number is the index.
3. A head of the commit names the topic and the partition, and has the size and root of the first checkpoint.
4. If the entry is a digest, it is the SHA-256 of the object; the record's body is the object, without the 32
   bytes of the salt where the entry says that it is salted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filrouge_chassis.records import RawRecord

from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.commit import manifest_origin, origin_place, parse_commit
from filrouge_archive.entry import Beside, decode_entry, entry_bytes
from filrouge_archive.errors import Damaged, Refused
from filrouge_archive.note import Verifier
from filrouge_archive.proof import parse_proof


@dataclass(frozen=True)
class Receipt:
    """The texts of the two files."""

    record: str
    commit: str

    def verify(self, verifiers: Sequence[Verifier]) -> RawRecord:
        """The record, with its topic, partition and offset, that is proven. Raises Refused."""
        try:
            return self._verify(verifiers)
        except Damaged as error:
            raise Refused(f"the receipt is damaged: {error}") from error

    def _verify(self, verifiers: Sequence[Verifier]) -> RawRecord:
        archive = verifiers[0].name
        proof = parse_proof(self.record)
        place = origin_place(archive, claimed_checkpoint(proof.checkpoint).origin)
        if place is None or proof.extra is None:
            raise Refused(f"the receipt is not of a record of {archive}")
        length = entry_bytes(proof.extra)
        entry, beside = proof.extra[:length], proof.extra[length:]
        log = proof.verify(entry, f"{archive}/log/{place}", verifiers)

        over = parse_proof(self.commit)
        data = over.extra or b""
        over.verify(data, manifest_origin(archive), verifiers)
        heads = parse_commit(data, over.index, None).heads
        if not any(head.place == place and head.checkpoint(archive) == log for head in heads):
            raise Refused(f"commit {over.index} does not say this size and root of {place}")

        decoded = decode_entry(entry, "the entry")
        content = decoded.content
        body = content.body(beside) if isinstance(content, Beside) else content
        return decoded.record(place, proof.index, body)
