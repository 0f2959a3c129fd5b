"""A stream that was put back into Kafka from its archive, and the two things in which it may differ.

Offsets, times, keys, headers and values are those that were archived. But a broker marks the time of such a
record as the producer's; and where words are erased, there are none to put back. In their stead stands a record
without key and value that holds the leaf: whoever reads it sees that a record was there, and which.
"""

from __future__ import annotations

from filrouge_chassis.records import Partition, RawRecord, Record

from filrouge_archive.entry import APPEND_TIME, CREATE_TIME, SALTED, decode_entry

ERASED_HEADER = "filrouge_erased"
_KIND, _TYPE = 1, 2
"""Where an entry says what its content is, and whose its time."""


class Placeholder(RawRecord, frozen=True):
    """What lies at the offset of a record whose words are erased."""


def placeholder(place: Partition, offset: int, entry: bytes) -> Placeholder:
    timestamp = decode_entry(entry, f"{place}, offset {offset}").timestamp
    return Placeholder(*place, offset, timestamp, None, None, ((ERASED_HEADER, entry),))


def stands_for(record: Record, entry: bytes) -> bool:
    """Whether it is the placeholder of this salted entry. That the words are gone, it does not prove."""
    headers = tuple(record.headers)
    return (
        headers == ((ERASED_HEADER, entry),)
        and entry[_KIND] == SALTED
        and record.key is None
        and record.value is None
        and record.timestamp == decode_entry(entry, "a placeholder").timestamp
    )


def same_but_for_the_mark(ours: bytes, archived: bytes) -> bool:
    """Whether a record's entry is the archived one, but that Kafka has its time from who put it back."""
    return (
        (ours[_TYPE], archived[_TYPE]) == (CREATE_TIME, APPEND_TIME)
        and ours[:_TYPE] == archived[:_TYPE]
        and ours[_TYPE + 1 :] == archived[_TYPE + 1 :]
    )
