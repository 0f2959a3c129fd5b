"""What a batch sends: events turned into records with id, sequence, prev, key and partition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from filrouge_contracts.envelope import (
    H_ID,
    H_PREV,
    H_RECEIVED,
    H_SEQUENCE,
    H_SOURCE,
    H_SUBJECT,
    H_TIME,
    H_TRACEPARENT,
    H_TYPE,
)
from filrouge_contracts.event import Event
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.register import REGISTER, Entry

from filrouge_chassis.errors import TooLarge
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.partitioner import partition_of
from filrouge_chassis.records import Outgoing
from filrouge_chassis.trace_context import child_of, root_of

EVENT_AT_MOST_BYTES = 256 * 1024
PARKED_AT_MOST_BYTES = 1000 * 1024
_PLAIN = (("content-type", b"application/json"), ("ce_specversion", b"1.0"))


@dataclass(frozen=True, slots=True)
class Identity:
    """Who decides: a lane of a service, by which release, with how many partitions per topic."""

    service: str
    lane: int
    partitions: int
    release: str = "dev"
    shape: str = ""

    @property
    def source(self) -> str:
        return f"{self.service}/{self.lane}"


class Prepared(NamedTuple):
    """An event encoded, sized and routed, but not yet numbered."""

    entry: Entry
    topic: str
    partition: int
    key: str
    value: bytes


class Outbound:
    """Numbers and collects the records of one batch. The journal record takes the first sequence."""

    def __init__(self, identity: Identity, row: LaneRow) -> None:
        self._identity = identity
        self._source = identity.source.encode()
        self._sent = row.sent
        self.journal_sequence = row.sequence + 1
        self.sequence = self.journal_sequence
        self.events: list[Outgoing] = []
        self.size_bytes = 0  # of the events' values
        self._time = b""

    def set_time(self, now: datetime) -> None:
        """The events' time is the last tick taken: a replay has no other clock either."""
        self._time = now.isoformat().replace("+00:00", "Z").encode()

    def prepare(self, said: Sequence[Event]) -> list[Prepared]:
        """Encodes and routes; raises TooLarge or whatever the contract raises, having kept nothing."""
        return [self._prepare(event) for event in said]

    def _prepare(self, event: Event) -> Prepared:
        entry = REGISTER.by_model[type(event)]
        topic = entry.topic_of(event)
        key = entry.key_of(event)
        value = event.to_json()
        partitions = self._partitions_of(entry)
        at_most = EVENT_AT_MOST_BYTES if partitions else PARKED_AT_MOST_BYTES
        if len(value) + len(key) > at_most:
            raise TooLarge(f"{entry.type} for {key} has {len(value)} bytes, {at_most} are allowed")
        partition = partition_of(key, partitions) if partitions else self._identity.lane
        return Prepared(entry, topic, partition, key, value)

    def _partitions_of(self, entry: Entry) -> int:
        """0: the lane's own partition, whatever the key."""
        match entry.spread:
            case "lane":
                return 0
            case "single":
                return 1
        return self._identity.partitions

    def add(
        self,
        subject: str,
        prepared: Sequence[Prepared],
        cause: str,
        traceparent: str,
        received_ms: int = 0,
    ) -> None:
        """Numbers the events that `cause` led `subject` to say."""
        if not prepared:
            return
        subject_bytes = subject.encode()
        for count, event in enumerate(prepared):
            self.sequence += 1
            self.size_bytes += len(event.value)
            identity = f"{cause}/{count}"
            self.events.append(
                self._number(
                    event, self.sequence, identity, subject_bytes, traceparent, received_ms
                )
            )

    def _number(
        self,
        event: Prepared,
        sequence: int,
        identity: str,
        subject: bytes,
        traceparent: str,
        received_ms: int = 0,
    ) -> Outgoing:
        place = f"{event.topic}/{event.partition}"
        prev = self._sent.get(place, 0)
        self._sent[place] = sequence
        id_bytes = identity.encode()
        return Outgoing(
            event.topic,
            event.partition,
            event.key.encode(),
            event.value,
            (
                *_PLAIN,
                (H_ID, id_bytes),
                (H_SOURCE, self._source),
                (H_TYPE, event.entry.type_bytes),
                (H_SUBJECT, subject),
                (H_TIME, self._time),
                (H_SEQUENCE, b"%d" % sequence),
                (H_PREV, b"%d" % prev),
                (H_TRACEPARENT, child_of(traceparent, id_bytes)),
                (H_RECEIVED, b"%d" % received_ms),
            ),
        )

    def journal(self, note: BatchDecided) -> Outgoing:
        """The journal record of the batch; it is published before the batch's events."""
        (prepared,) = self.prepare([note])
        identity = f"{self._identity.source}/{note.first_sequence}"
        subject = f"lane:{self._identity.lane}".encode()
        trace = root_of(identity)
        return self._number(prepared, note.first_sequence, identity, subject, trace)
