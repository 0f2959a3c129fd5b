"""Records as the lanes see them: what Kafka hands in, what a batch sends out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec


class Record(Protocol):
    """One record read from Kafka; aiokafka's ConsumerRecord has this shape."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...  # ms since 1970, the broker's append time
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Partition(NamedTuple):
    """A partition of a topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.number}"

    @classmethod
    def parse(cls, text: str) -> Partition:
        topic, _, number = text.rpartition("/")
        return cls(topic, int(number))


class Outgoing(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One record to publish, ready for Kafka."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]

    @property
    def size_bytes(self) -> int:
        headers = sum(len(name) + len(value) + 4 for name, value in self.headers)
        return len(self.key) + len(self.value) + headers + 32


class RawRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A record of our own making: read back from a parked topic, or from a fake broker."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


_events_encoder = msgspec.msgpack.Encoder()
_events_decoder = msgspec.msgpack.Decoder(list[Outgoing])


def encode_outgoing(records: Sequence[Outgoing]) -> bytes:
    """Length-delimited bytes of the records: what the outbox stores and the journal's digest covers."""
    return _events_encoder.encode(records)


def decode_outgoing(data: bytes) -> list[Outgoing]:
    return _events_decoder.decode(data)
