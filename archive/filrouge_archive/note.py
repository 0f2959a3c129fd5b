"""C2SP signed notes: a text and who signed it, with Ed25519 or as a witness with the time.

Keys are written as the Go package `note` writes them, so that other people's tools take ours.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from filrouge_archive.errors import Refused

ED25519 = 0x01
COSIGNATURE = 0x04
SIGNATURES_AT_MOST = 64
_NAME = re.compile(r"[^\s+]+")
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True)
class Verifier:
    """A public key, the name it signs under and how it signs."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise Refused(f"a key name has neither spaces nor plus and is not empty: {self.name!r}")
        if self.kind not in (ED25519, COSIGNATURE) or len(self.public) != 32:
            raise Refused(f"the key of {self.name} is neither Ed25519 nor an Ed25519 cosignature")

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @classmethod
    def parse(cls, text: str) -> Verifier:
        name, key_id, data = _three_parts(text.strip())
        verifier = cls(name, data[0], data[1:])
        if verifier.id != key_id:
            raise Refused(f"the id of the key of {name} is not that of its bytes")
        return verifier

    def __str__(self) -> str:
        data = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{data}"

    def named(self, name: str) -> Verifier:
        """The same key under another name: every log of an archive signs under its origin."""
        return replace(self, name=name)

    def signed_at(self, text: str, signature: bytes) -> int | None:
        """The time a cosignature tells, in seconds since 1970; None without one. Raises Refused."""
        time: int | None = None
        message = text.encode()
        if self.kind == COSIGNATURE:
            time, signature = int.from_bytes(signature[:8]), signature[8:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise Refused(f"the signature of {self.name} does not hold") from error
        return time


@dataclass(frozen=True)
class Signer:
    """A private key and the name that it signs under."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> Signer:
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Of `PRIVATE+KEY+name+id+base64`; what is wrong is said without the key."""
        if not text.startswith(_PRIVATE):
            raise Refused(f"a signing key begins with {_PRIVATE}")
        name, key_id, data = _three_parts(text.strip().removeprefix(_PRIVATE))
        if data[0] != ED25519 or len(data) != 33:
            raise Refused(f"the signing key of {name} is not an Ed25519 key")
        signer = cls(name, Ed25519PrivateKey.from_private_bytes(data[1:]))
        if signer.verifier.id != key_id:
            raise Refused(f"the id of the signing key of {name} is not that of its bytes")
        return signer

    def secret_text(self) -> str:
        """What `parse` reads: to be kept secret."""
        data = b64encode(bytes([ED25519]) + self.private.private_bytes_raw()).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{data}"

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, ED25519, self.private.public_key().public_bytes_raw())

    def named(self, name: str) -> Signer:
        return replace(self, name=name)

    def sign(self, text: str) -> str:
        """The signature's line."""
        return signature_line(self.name, self.verifier.id, self.private.sign(text.encode()))


class Signature(NamedTuple):
    """A signature of a known key that holds."""

    verifier: Verifier
    time: int | None


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    return f"— {name} {b64encode(key_id + signature).decode()}\n"


def open_note(note: str, verifiers: Iterable[Verifier]) -> tuple[str, list[Signature]]:
    """The text and the signatures of known keys. Raises Refused if one does not hold, or none is there."""
    text, lines = split_note(note)
    known = {(verifier.name, verifier.id): verifier for verifier in verifiers}
    held: dict[Verifier, Signature] = {}
    for line in lines:
        name, key_id, signature = _parsed_line(line)
        verifier = known.get((name, key_id))
        if verifier is not None and verifier not in held:
            held[verifier] = Signature(verifier, verifier.signed_at(text, signature))
    if not held:
        names = ", ".join(sorted({name for name, _ in known})) or "nobody"
        raise Refused(f"no signature is by a known key; known are those of {names}")
    return text, list(held.values())


def split_note(note: str) -> tuple[str, list[str]]:
    """The text with its last newline, and the signature lines. Raises Refused."""
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise Refused("this is not a signed note: a text, a blank line, signatures")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_AT_MOST:
        raise Refused(f"the note has more than {SIGNATURES_AT_MOST} signatures")
    return text + "\n", lines


def _parsed_line(line: str) -> tuple[str, bytes, bytes]:
    match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
    data = decoded(match[2]) if match else b""
    if match is None or len(data) < 5:
        raise Refused("a signature line of the note is malformed")
    return match[1], data[:4], data[4:]


def decoded(text: str) -> bytes:
    """Strict base64. Raises Refused."""
    try:
        return b64decode(text, validate=True)
    except NotBase64 as error:
        raise Refused("something that should be base64 is not") from error


def _three_parts(text: str) -> tuple[str, bytes, bytes]:
    name, _, rest = text.partition("+")
    key_id, _, data = rest.partition("+")
    if not re.fullmatch(r"[0-9a-f]{8}", key_id) or not data:
        raise Refused("a key is written name+id+base64")
    return name, bytes.fromhex(key_id), decoded(data)
