"""Finding what a receipt is asked for, in the archive alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from threading import Lock
from time import monotonic
from typing import NamedTuple

from filrouge_archive.archive import Archive
from filrouge_archive.entry import Beside, decode_entry
from filrouge_archive.errors import Missing, NotYet
from filrouge_archive.note import Verifier
from filrouge_archive.receipt import Receipt
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.topics import VERDICTS
from filrouge_contracts.verdicts import VerdictGiven

from audit_trail.problems import Wrong, malformed, unknown

AS_IT_WAS_SECONDS = 5.0
"""So long an opened archive serves; its tails stay for a minute."""
SCANNED_RECORDS = 4096
_SOURCE = re.compile(r"urn:filrouge:partner:([a-z0-9][a-z0-9-]{0,39})")


class Found(NamedTuple):
    """The receipt of the record at a place."""

    place: Partition
    offset: int
    receipt: Receipt


class Receipts:
    """For several threads: one looks at a time."""

    def __init__(self, store: Store, verifiers: list[Verifier]) -> None:
        self._store, self._verifiers = store, verifiers
        self._archive: Archive | None = None
        self._opened_at = 0.0
        self._turn = Lock()

    def at(self, place: Partition, offset: int) -> Found:
        """Raises NotYet, Erased, StoreAway."""
        with self._turn:
            return self._twice(lambda archive: _found(archive, place, offset))

    def of_event(self, source: str, event_id: str) -> Found:
        """The record in which a partner said it: the one that was decided about, not a repetition. Raises
        Wrong if no verdict names it."""
        partner = _SOURCE.fullmatch(source)
        if partner is None:
            error = f"{source[:80]!r} is no partner's source"
            raise malformed("source", "source", error, "Write urn:filrouge:partner:<id>.")
        verdicts = Partition(VERDICTS.format(partner=partner[1]), 0)
        key = f"said:{source}/{event_id}".encode()
        with self._turn:
            return self._twice(lambda archive: _of_verdict(archive, verdicts, key))

    def _twice(self, look: Callable[[Archive], Found]) -> Found:
        """In the archive as it was a moment ago; if that is too old, as it is now."""
        if self._archive is not None and monotonic() < self._opened_at + AS_IT_WAS_SECONDS:
            try:
                return look(self._archive)
            except (NotYet, Missing, Wrong):
                self._archive = None
        self._archive, self._opened_at = Archive(self._store, self._verifiers), monotonic()
        return look(self._archive)


def _found(archive: Archive, place: Partition, offset: int) -> Found:
    receipt = archive.receipt(place, offset)
    return Found(place, offset, receipt)


def _of_verdict(archive: Archive, place: Partition, key: bytes) -> Found:
    """From the newest verdict backwards."""
    end = archive.bounds(place)[1]
    while end:
        first = (end - 1) // SCANNED_RECORDS * SCANNED_RECORDS
        for record in reversed(list(_with_key(archive, place, first, end, key))):
            verdict = VerdictGiven.from_json(record.value or b"")
            if verdict.outcome in ("accepted", "refused"):
                said = verdict.position
                return _found(archive, Partition(said.topic, said.partition), said.offset)
        end = first
    error = f"{place} has no verdict on this event"
    remedy = "Look the id up; if the verdict was given this very moment, ask again in a second."
    raise unknown("event-unknown", key.decode(), error, remedy)


def _with_key(
    archive: Archive, place: Partition, first: int, end: int, key: bytes
) -> Iterator[RawRecord]:
    for begin, entries in archive.raw(place, first, end):
        for offset, entry in enumerate(entries, begin):
            if key not in entry:
                continue
            decoded = decode_entry(entry, f"{place}, offset {offset}")
            if not isinstance(decoded.content, Beside):
                record = decoded.record(place, offset, decoded.content)
                if record.key == key:
                    yield record
