"""A commit of the manifest: to which sizes and roots the partition logs have grown. Canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from hashlib import sha256
from typing import NamedTuple

import msgspec
from filrouge_chassis.records import Partition

from filrouge_archive.checkpoint import Checkpoint
from filrouge_archive.errors import Damaged, Forked
from filrouge_archive.log_reader import LogReader, tail_first
from filrouge_archive.note import Signer
from filrouge_archive.store import Store
from filrouge_archive.tiles import decode_bundle, number_path

COMMIT_BYTES_AT_MOST = 60_000


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a partition's log has grown. `stored`: up to which size its partial bundle and tiles lie in the
    store; `signature`: that of the log's checkpoint of this size, as it stands in the note."""

    topic: str
    partition: int
    size: int
    root: str
    stored: int
    signature: str

    @classmethod
    def of(cls, place: Partition, checkpoint: Checkpoint, stored: int, signer: Signer) -> Head:
        line = checkpoint.signed(signer).rstrip().rpartition(" ")[2]
        return cls(*place, checkpoint.size, checkpoint.root.hex(), stored, line)

    @property
    def place(self) -> Partition:
        return Partition(self.topic, self.partition)

    @property
    def tail_entries(self) -> int:
        return self.size - tail_first(self.size, self.stored)

    def checkpoint(self, archive: str) -> Checkpoint:
        return Checkpoint(log_origin(archive, self.place), self.size, bytes.fromhex(self.root))

    def note(self, archive: str) -> str:
        """The log's signed checkpoint."""
        checkpoint = self.checkpoint(archive)
        return f"{checkpoint.text()}\n— {checkpoint.origin} {self.signature}\n"


class Commit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`previous`: SHA-256 of the commit before; `tail`: that of the object with what no bundle holds yet."""

    number: int
    at_ms: int
    writer: str
    previous: str
    heads: tuple[Head, ...]
    tail: str

    @property
    def tail_path(self) -> str:
        """Named by the digest too: an attempt whose fate is unknown is never overwritten by the next one."""
        return f"tail/{self.number}-{self.tail}"


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Commit)


def log_prefix(place: Partition) -> str:
    return f"log/{place}"


def log_origin(archive: str, place: Partition) -> str:
    return f"{archive}/log/{place}"


def manifest_origin(archive: str) -> str:
    return f"{archive}/manifest"


def commit_path(number: int) -> str:
    return f"manifest/commit/{number_path(number)}"


def encode_commit(commit: Commit) -> bytes:
    return _encoder.encode(commit)


def encoded_bytes(head: Head) -> int:
    """What a head adds to a commit."""
    return len(_encoder.encode(head)) + 1


def parse_commit(data: bytes, number: int, previous: bytes | None) -> Commit:
    """Raises Damaged, or Forked if it does not follow `previous`, which nobody asks for if it is None."""
    path = commit_path(number)
    try:
        commit = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(path, f"is not a commit: {error}") from error
    if encode_commit(commit) != data or commit.number != number:
        raise Damaged(path, f"is not commit {number}, written canonically")
    if previous is not None and commit.previous != digest_of(previous):
        raise Forked(f"{path} does not follow the commit before it: two histories of the manifest")
    return commit


def digest_of(commit: bytes) -> str:
    """What the next commit says of it; b"": there is none before."""
    return sha256(commit).hexdigest() if commit else ""


class Said(NamedTuple):
    """A head, and the commit that says it."""

    head: Head
    commit: Commit

    @property
    def place(self) -> Partition:
        return self.head.place


def fold(heads: MutableMapping[Partition, Said], commit: Commit) -> None:
    """Takes the heads of a commit over those known; one that falls behind is passed over. Raises Forked."""
    for head in commit.heads:
        known = heads.get(head.place)
        if known is not None and known.head.size == head.size and known.head.root != head.root:
            raise Forked(
                f"commits {known.commit.number} and {commit.number} have different roots for"
                f" {head.place} of {head.size} records"
            )
        if known is None or (head.size, head.stored) >= (known.head.size, known.head.stored):
            heads[head.place] = Said(head, commit)


def read_tail(store: Store, commit: Commit) -> Mapping[Partition, list[bytes]]:
    """The entries of each head that no bundle holds. Raises Damaged, Missing."""
    if not commit.tail:
        return {head.place: [] for head in commit.heads}
    data = store.get(commit.tail_path)
    if sha256(data).hexdigest() != commit.tail:
        raise Damaged(commit.tail_path, f"is not the tail of commit {commit.number}")
    entries = decode_bundle(data, commit.tail_path)
    if len(entries) != sum(head.tail_entries for head in commit.heads):
        raise Damaged(commit.tail_path, "does not have as many entries as the heads say")
    tails, position = {}, 0
    for head in commit.heads:
        tails[head.place] = entries[position : position + head.tail_entries]
        position += head.tail_entries
    return tails


def head_reader(store: Store, said: Said) -> LogReader:
    """A partition's log as far as a head says. Raises Damaged, Missing."""
    head = said.head
    tail = read_tail(store, said.commit)[head.place] if head.tail_entries else []
    return LogReader(store, log_prefix(head.place), head.size, head.stored, tail)


def origin_place(archive: str, origin: str) -> Partition | None:
    """The partition whose log has this origin."""
    prefix = f"{archive}/log/"
    topic, _, number = origin.removeprefix(prefix).rpartition("/")
    known = origin.startswith(prefix) and topic and number.isdecimal()
    return Partition(topic, int(number)) if known else None
