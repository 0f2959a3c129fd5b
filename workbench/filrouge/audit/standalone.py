"""Check every event of a packed case: python verify.py [FOLDER] [--key NAME+ID+BASE64]

Needs Python 3.11 and the package `cryptography`, and nothing of Filrouge. Without --key the keys in the folder
are believed: this shows that nothing was changed since, and not who signed.

For each event: its file says what the entry says; the entry's hash leads to the root of its log, which is
signed; a commit says that root; the commit's hash leads to the signed root of the manifest.
"""

from __future__ import annotations

import json
import re
import struct
import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Heads = set[tuple[str, int, str]]
"""Origin, size and root of logs, as commits say them."""


class Wrong(Exception):
    """Something does not hold; the message says what."""


@dataclass(frozen=True)
class Proof:
    """A C2SP .tlog-proof file."""

    extra: bytes
    index: int
    hashes: list[bytes]
    origin: str
    size: int
    root: bytes


def parse_key(line: str) -> tuple[str, bytes]:
    """The archive's name and its Ed25519 key."""
    name, key_id, text = line.strip().split("+", 2)
    data = b64decode(text, validate=True)
    if data[:1] != b"\x01" or len(data) != 33 or _key_id(name, data[1:]).hex() != key_id:
        raise Wrong(f"the key of {name} is malformed")
    return name, data[1:]


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n\x01" + public).digest()[:4]


def open_checkpoint(note: str, keys: list[tuple[str, bytes]]) -> tuple[str, int, bytes]:
    """Origin, size and root, signed by one of the keys under the origin's name."""
    text, _, signatures = note.rpartition("\n\n")
    origin, size, root = text.split("\n")
    for line in signatures.splitlines():
        _, name, signed = line.split(" ")
        data = b64decode(signed, validate=True)
        for archive, public in keys:
            of_archive = name == origin and origin.startswith(f"{archive}/")
            if of_archive and data[:4] == _key_id(origin, public):
                key = Ed25519PublicKey.from_public_bytes(public)
                key.verify(data[4:], (text + "\n").encode())
                return origin, int(size), b64decode(root, validate=True)
    raise Wrong("the checkpoint is not signed by a key that is believed")


def parse_proof(text: str, keys: list[tuple[str, bytes]]) -> Proof:
    """With a signature that holds, and the root that the hashes lead to, if `extra` is the leaf."""
    head, _, note = text.partition("\n\n")
    header, extra, index, *hashes = head.split("\n")
    if header != "c2sp.org/tlog-proof@v1":
        raise Wrong("is no C2SP proof")
    return Proof(
        b64decode(extra.removeprefix("extra "), validate=True),
        int(index.removeprefix("index ")),
        [b64decode(one, validate=True) for one in hashes],
        *open_checkpoint(note, keys),
    )


def check_inclusion(leaf: bytes, proof: Proof) -> None:
    """RFC 9162, 2.1.3.2."""
    node, last = proof.index, proof.size - 1
    computed = sha256(b"\x00" + leaf).digest()
    if node > last:
        raise Wrong("the index lies beyond the end of the log")
    for sibling in proof.hashes:
        if last == 0:
            raise Wrong("the proof is too long")
        if node & 1 or node == last:
            computed = sha256(b"\x01" + sibling + computed).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            computed = sha256(b"\x01" + computed + sibling).digest()
        node, last = node >> 1, last >> 1
    if last or computed != proof.root:
        raise Wrong("the entry is not the one that the signed root has")


def split_entry(data: bytes) -> tuple[bytes, int, bytes]:
    """The leaf, the broker's time in ms, and the body: in the leaf, or behind its digest."""
    version, kind, _, at_ms = struct.unpack_from(">BBBq", data)
    if version != 1 or kind not in (1, 2, 3):
        raise Wrong("the entry is of an unknown kind")
    if kind == 1:
        return data, at_ms, data[11:]
    leaf, beside = data[:51], data[51:]
    digest, size = struct.unpack_from(">32sQ", leaf, 11)
    if sha256(beside).digest() != digest or len(beside) != size:
        raise Wrong("the words are not those that the entry has the digest of")
    return leaf, at_ms, beside[32:] if kind == 3 else beside


def readable(place: str, data: bytes) -> bytes:
    """What an event's file says of an entry; the same bytes here and where it was packed."""
    _, at_ms, body = split_entry(data)
    position = 0

    def integer() -> int:
        nonlocal position
        position += 4
        return int(struct.unpack_from(">i", body, position - 4)[0])

    def text() -> str | None:
        nonlocal position
        length = integer()
        if length < 0:
            return None
        position += length
        return body[position - length : position].decode(errors="backslashreplace")

    said = {
        "place": place,
        "recorded_at": datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(),
        "key": text(),
        "headers": [[text(), text()] for _ in range(integer())],
        "value": _value(body, position),
    }
    return (json.dumps(said, indent=2, ensure_ascii=False) + "\n").encode(errors="backslashreplace")


def _value(body: bytes, position: int) -> Any:
    (length,) = struct.unpack_from(">i", body, position)
    if length < 0:
        return None
    data = body[position + 4 : position + 4 + length]
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return {"base64": b64encode(data).decode()}


def heads_of(text: str, keys: list[tuple[str, bytes]]) -> Heads:
    """What a proven commit says."""
    proof = parse_proof(text, keys)
    archive, _, name = proof.origin.rpartition("/")
    commit = json.loads(proof.extra)
    if name != "manifest" or commit["number"] != proof.index:
        raise Wrong("is no commit of a manifest")
    check_inclusion(proof.extra, proof)
    return {
        (f"{archive}/log/{head['topic']}/{head['partition']}", head["size"], head["root"])
        for head in commit["heads"]
    }


def check_event(text: str, event: bytes, heads: Heads, keys: list[tuple[str, bytes]]) -> str:
    """The place of the event that is proven."""
    proof = parse_proof(text, keys)
    leaf, _, _ = split_entry(proof.extra)
    check_inclusion(leaf, proof)
    if (proof.origin, proof.size, proof.root.hex()) not in heads:
        raise Wrong("no commit of this pack says the root of its log")
    place = f"{proof.origin.partition('/log/')[2]}/{proof.index}"
    if readable(place, proof.extra) != event:
        raise Wrong(f"the event file does not say what the entry {place} says")
    return place


def check_pack(folder: Path, keys: list[tuple[str, bytes]]) -> tuple[list[str], list[str]]:
    """Places that are proven; and what does not hold, by file."""
    heads: Heads = set()
    places, wrong = [], []
    for path in sorted((folder / "commits").glob("*.tlog-proof")):
        try:
            heads |= heads_of(path.read_text(), keys)
        except UNSOUND as error:
            wrong.append(f"commits/{path.name}: {_reason(error)}")
    stems = {path.stem for name in ("records", "events") for path in (folder / name).iterdir()}
    for stem in sorted(stems):
        try:
            event = (folder / f"events/{stem}.json").read_bytes()
            proof = (folder / f"records/{stem}.tlog-proof").read_text()
            places.append(check_event(proof, event, heads, keys))
        except UNSOUND as error:
            wrong.append(f"events/{stem}.json: {_reason(error)}")
    return places, wrong


UNSOUND = (Wrong, InvalidSignature, ValueError, KeyError, TypeError, OSError, struct.error)
"""What a changed file may lead to."""


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidSignature):
        return "the signature of a checkpoint does not hold"
    return re.sub(r"\s+", " ", str(error)) or type(error).__name__


def main(arguments: list[str]) -> int:
    given = [arguments[n + 1] for n, one in enumerate(arguments[:-1]) if one == "--key"]
    folders = [one for one in arguments if not one.startswith("--") and one not in given]
    folder = Path(folders[0]) if folders else Path(__file__).parent
    try:
        keys = [parse_key(one) for one in given or (folder / "verifiers").read_text().split()]
        places, wrong = check_pack(folder, keys)
    except UNSOUND as error:
        sys.stdout.write(f"cannot be checked: {_reason(error)}\n")
        return 1
    for line in wrong:
        sys.stdout.write(f"WRONG {line}\n")
    believed = "the key that was given" if given else "the keys in this folder; give --key"
    said = f"{len(places)} events are proven, {len(wrong)} files are wrong; by {believed}"
    sys.stdout.write(f"{said}\n")
    return 1 if wrong or not places else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
