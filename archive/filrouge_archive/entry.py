"""A leaf of a partition's log: the whole record, or its digest.

    entry := version (1) · kind · timestamp type (0 create, 1 append) · timestamp (int64, ms) · content
    content := body (kind HERE), or SHA-256 · size (uint64) of the object beside the log
    body := key · number of headers (int32) · name, value of each header · value

All is big-endian; before key, names and values stands an int32 length, -1 for null. The object beside the log
is the body (BESIDE: the entry would be too large), or salt · body (SALTED). Topic, partition and offset are
not in it: the log's origin and the leaf's index say them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

from filrouge_chassis.records import Partition, RawRecord, Record

from filrouge_archive.errors import Damaged
from filrouge_archive.own_body import Headers, Match, decode_own_body, own_numbers

VERSION = 1
ENTRY_BYTES_AT_MOST = 60_000
HERE, BESIDE, SALTED = 1, 2, 3
CREATE_TIME, APPEND_TIME = 0, 1
SALT_BYTES = 32
_prefix = struct.Struct(">BBBq")
_reference = struct.Struct(">32sQ")
_int = struct.Struct(">i")
_unpacked = _int.unpack_from
_NULL = _int.pack(-1)
REFERENCE_BYTES = _prefix.size + _reference.size


class Beside(NamedTuple):
    """The object that holds a record's body: its digest is its name."""

    digest: bytes
    size: int
    salted: bool

    @property
    def path(self) -> str:
        name = self.digest.hex()
        return f"beside/{name[:2]}/{name}"

    def body(self, data: bytes) -> bytes:
        """Raises Damaged if the object is not the one that the leaf names."""
        if len(data) != self.size or sha256(data).digest() != self.digest:
            raise Damaged(self.path, "is not what the leaf's digest and size say")
        return data[SALT_BYTES:] if self.salted else data


class Entry(NamedTuple):
    """A decoded leaf: the record's body, or where it lies."""

    timestamp: int
    timestamp_type: int
    content: bytes | Beside

    def record(self, place: Partition, offset: int, body: bytes) -> RawRecord:
        """Raises Damaged."""
        try:
            key, value, headers = decode_own_body(body) or _decode_body(body)
        except (struct.error, ValueError) as error:
            raise Damaged(f"log/{place}", f"the body of offset {offset}: {error}") from error
        return RawRecord(*place, offset, self.timestamp, key, value, headers)


def encode_entry(record: Record, salt: bytes | None) -> tuple[bytes, tuple[Beside, bytes] | None]:
    """The entry, and the object that lies beside the log if there is one. Equal records give equal bytes."""
    body = _encode_body(record.key, record.headers, record.value)
    if salt is None and _prefix.size + len(body) <= ENTRY_BYTES_AT_MOST:
        return _start(HERE, record) + body, None
    data = body if salt is None else salt + body
    beside = Beside(sha256(data).digest(), len(data), salt is not None)
    kind = SALTED if beside.salted else BESIDE
    return _start(kind, record) + _reference.pack(beside.digest, beside.size), (beside, data)


def decode_entry(entry: bytes, where: str) -> Entry:
    """Raises Damaged, which says where."""
    try:
        version, kind, timestamp_type, timestamp = _prefix.unpack_from(entry)
        content: bytes | Beside = entry[_prefix.size :]
        if kind in (BESIDE, SALTED):
            digest, size = _reference.unpack(entry[_prefix.size :])
            content = Beside(digest, size, kind == SALTED)
        elif kind != HERE:
            raise ValueError(f"an entry of kind {kind} is not known")
        if version != VERSION:
            raise ValueError(f"an entry of version {version} is not known")
    except (struct.error, ValueError) as error:
        raise Damaged(where, str(error)) from error
    return Entry(timestamp, timestamp_type, content)


def own_numbers_of() -> Match:
    """Matches entries that are our lanes' events and in the log themselves. Groups: the time, as it is written,
    and those of `own_numbers`."""
    return own_numbers(rb"\x%02x\x%02x.(\x00.{7})" % (VERSION, HERE))


def may_have_header(name: str, value: bytes) -> Callable[[bytes], bool]:
    """False for entries whose record has certainly no such header. Content may look like one: then, and if the
    body is not here, the record must be asked."""
    written = b"".join((*_encoded(name.encode()), *_encoded(value)))
    return lambda entry: written in entry or entry[1:2] != bytes((HERE,))


def entry_bytes(data: bytes) -> int:
    """How much of this is the entry, where the object beside the log follows a digest."""
    return REFERENCE_BYTES if data[1:2] in (bytes([BESIDE]), bytes([SALTED])) else len(data)


def _start(kind: int, record: Record) -> bytes:
    """Records of our own topics have the broker's time; those of aiokafka say it."""
    timestamp_type = getattr(record, "timestamp_type", APPEND_TIME)
    return _prefix.pack(VERSION, kind, timestamp_type, record.timestamp)


def _encode_body(
    key: bytes | None, headers: Sequence[tuple[str, bytes | None]], value: bytes | None
) -> bytes:
    parts = [*_encoded(key), _int.pack(len(headers))]
    for name, header in headers:
        parts += (*_encoded(name.encode()), *_encoded(header))
    parts += _encoded(value)
    return b"".join(parts)


def _encoded(data: bytes | None) -> tuple[bytes, ...]:
    return (_NULL,) if data is None else (_int.pack(len(data)), data)


def _decode_body(
    body: bytes,
) -> tuple[bytes | None, bytes | None, Headers]:
    key, position = _taken(body, 0)
    (count,) = _unpacked(body, position)
    position += 4
    headers: list[tuple[str, bytes]] = []
    for _ in range(count):
        name, position = _taken(body, position)
        header, position = _taken(body, position)
        named = ((name or b"").decode(), header)
        headers.append(named)  # type: ignore[arg-type]  # Kafka's header values may be null
    value, position = _taken(body, position)
    if position != len(body):
        raise ValueError("something follows the value")
    return key, value, tuple(headers)


def _taken(body: bytes, position: int) -> tuple[bytes | None, int]:
    """What stands there behind its length, and where the next thing begins."""
    (length,) = _unpacked(body, position)
    start = position + 4
    end = start + length
    if length < 0 or end > len(body):
        if length == -1:
            return None, start
        raise ValueError(f"a length of {length} leads out of it")
    return body[start:end], end
