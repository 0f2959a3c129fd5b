"""C2SP checkpoints: which log, how many leaves, which root; signed as a note."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import NamedTuple

from filrouge_archive.errors import Refused
from filrouge_archive.note import Signer, Verifier, decoded, open_note, split_note


class Checkpoint(NamedTuple):
    """What is signed."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    def signed(self, signer: Signer) -> str:
        """Under the origin's name; the same bytes whoever signs with this key, and whenever."""
        text = self.text()
        return f"{text}\n{signer.named(self.origin).sign(text)}"


def parse_checkpoint(text: str) -> Checkpoint:
    """Of the text of a note. Raises Refused."""
    *lines, rest = text.split("\n")
    if rest or len(lines) != 3 or not lines[0] or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise Refused("a checkpoint is three lines: origin, size, root")
    root = decoded(lines[2])
    if len(root) != 32:
        raise Refused("the root in the checkpoint does not have 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def claimed_checkpoint(note: str) -> Checkpoint:
    """What a note says, whoever signed it: a hint. Raises Refused if it is not a checkpoint."""
    return parse_checkpoint(split_note(note)[0])


def open_checkpoint(note: str, origin: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Of this log, signed by one of these keys under the log's name. Raises Refused."""
    text, _ = open_note(note, [verifier.named(origin) for verifier in verifiers])
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin != origin:
        raise Refused(f"the checkpoint is of the log {checkpoint.origin}, not of {origin}")
    return checkpoint
