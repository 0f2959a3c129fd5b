"""The stream that a play in memory would have left in Kafka, numbered by other code than the chassis'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from aiokafka.partitioner import murmur2
from filrouge_chassis.records import RawRecord
from filrouge_chassis.testing.conversation import Said
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import CONTROL
from filrouge_contracts.verdicts import VerdictGiven

from filrouge.operator import SOURCE

LANES = 4
PARTITIONS = {**dict.fromkeys(REGISTER.fact_topics, LANES), CONTROL: 1}


def stream_of(partner_records: Iterable[RawRecord], said: Sequence[Said]) -> list[RawRecord]:
    """Partners' records and everything decided, each numbered as its lane would have."""
    numbering = _Numbering()
    records = list(partner_records)
    for index, one in enumerate(said):
        answer = said[index + 1].event if index + 1 < len(said) else None
        records.append(numbering.record(one, answer))
    return records


class _Numbering:
    def __init__(self) -> None:
        self._sequences: Counter[str] = Counter()
        self._sent: dict[tuple[str, str, int], int] = {}
        self._offsets: Counter[tuple[str, int]] = Counter()

    def record(self, said: Said, answer: Event | None) -> RawRecord:
        event, entry = said.event, REGISTER.by_model[type(said.event)]
        source, key = _source_of(said), entry.key_of(event)
        topic = entry.topic.format(partner=getattr(event, "partner", ""))
        partition = 0 if entry.spread == "single" else _hash(key) % LANES
        self._sequences[source] += 1
        sequence, place = self._sequences[source], (source, topic, partition)
        prev, self._sent[place] = self._sent.get(place, 0), sequence
        identity = f"{source}/{sequence}"
        if entry.written_by == {GATEWAY} and isinstance(answer, VerdictGiven):
            identity = (not isinstance(event, VerdictGiven) and answer.admitted_id) or identity
        offset = self._offsets[topic, partition]
        self._offsets[topic, partition] += 1
        headers = (
            ("ce_id", identity.encode()),
            ("ce_source", source.encode()),
            ("ce_type", entry.type.encode()),
            ("ce_subject", said.subject.encode()),
            ("ce_time", said.at.isoformat().replace("+00:00", "Z").encode()),
            ("ce_sequence", b"%d" % sequence),
            ("ce_prev", b"%d" % prev),
        )
        return RawRecord(topic, partition, offset, 0, key.encode(), event.to_json(), headers)


def _source_of(said: Said) -> str:
    if said.service == SOURCE:
        return SOURCE
    return f"{said.service}/{0 if said.service == GATEWAY else _hash(said.subject) % LANES}"


def _hash(key: str) -> int:
    return int(murmur2(key.encode())) & 0x7FFFFFFF
