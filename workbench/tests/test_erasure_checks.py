"""What was erased is no hole; what is missing without an erasure is one, as ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from filrouge.invariants import Invariants, Report
from filrouge.testing.stream import PARTITIONS
from filrouge_archive.archive import ErasedRecord
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordParked
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import AUDIT, topic
from filrouge_contracts.verdicts import Position

PARKED = Partition(topic("parked.budget_accounting"), 0)
WORDS = Partition("partners.school-1.in.g1", 0)
LANE = "budget_accounting/0"


def said(event: Event, place: Partition, offset: int, source: str, sequence: int) -> RawRecord:
    entry = REGISTER.by_model[type(event)]
    key = entry.key_of(event)
    headers = {
        "ce_id": f"{source}/{sequence}",
        "ce_source": source,
        "ce_type": entry.type,
        "ce_subject": key,
        "ce_time": "2020-05-04T08:00:00Z",
        "ce_sequence": f"{sequence}",
        "ce_prev": f"{sequence - 1}",
    }
    encoded = tuple((name, value.encode()) for name, value in headers.items())
    return RawRecord(*place, offset, 0, key.encode(), event.to_json(), encoded)


def parked(offset: int) -> RawRecord:
    event = RecordParked(
        service="budget_accounting",
        lane=0,
        key="line:P147",
        index=offset + 1,
        behind=offset > 0,
        topic=WORDS.topic,
        partition=0,
        offset=offset,
        timestamp_ms=0,
        error="RuleFailed",
        reason="a bad release",
        remedy="mend it",
    )
    return said(event, PARKED, offset, LANE, offset + 1)


def gone(record: RawRecord) -> ErasedRecord:
    return ErasedRecord(record.topic, record.partition, record.offset, 0, None, None)


def erasure(*offsets: int) -> RawRecord:
    event = RecordErased(
        erased_by="office",
        ground="GDPR, article 17(1)(d)",
        topic=WORDS.topic,
        partition=0,
        offset=7,
        copies=tuple(Position(topic=PARKED.topic, partition=0, offset=one) for one in offsets),
        erased_at=datetime(2020, 5, 4, tzinfo=UTC),
    )
    return said(event, Partition(AUDIT, 0), 0, "operator/1", 1)


def checked(*records: RawRecord) -> Report:
    invariants = Invariants({**PARTITIONS, PARKED.topic: 1, AUDIT: 1})
    for record in records:
        invariants.take(record)
    return invariants.close()


FOUR = [parked(offset) for offset in range(4)]


@pytest.mark.parametrize("offsets", [[0], [1], [3], [1, 2], [0, 1, 2], [0, 2], [0, 1, 2, 3]])
def test_erased_records_of_a_parked_topic_are_no_hole(offsets: Sequence[int]) -> None:
    stream = [gone(one) if one.offset in offsets else one for one in FOUR]
    for records in ([erasure(*offsets), *stream], [*stream, erasure(*offsets)]):
        found = checked(*records)
        assert [str(breach) for breach in found.breaches] == []
        assert found.parked == len(FOUR)


def test_words_that_are_gone_without_an_erasure_are_a_breach_that_names_the_place() -> None:
    found = checked(FOUR[0], gone(FOUR[1]), gone(FOUR[2]), FOUR[3], erasure(1))
    (breach,) = found.breaches
    assert (breach.rule, breach.events) == ("N1", (f"{PARKED}/2",))


def test_a_partners_words_that_are_gone_without_an_erasure_are_a_breach_too() -> None:
    words = ErasedRecord(*WORDS, 0, 0, None, None)
    places = {breach.events for breach in checked(words).breaches if breach.rule == "N1"}
    assert places == {(f"{WORDS}/0",)}


def test_an_erasure_does_not_cover_an_event_that_was_never_there() -> None:
    later = [said(RecordParked.from_json(one.value or b""), PARKED, one.offset, LANE, one.offset + 2)
             for one in FOUR[2:]]  # fmt: skip
    found = checked(FOUR[0], gone(FOUR[1]), *later, erasure(1))
    assert {breach.sentence for breach in found.breaches if breach.rule == "N2"} == {
        f"{LANE} has no event 2",
        f"{LANE} has no event 3",
    }
