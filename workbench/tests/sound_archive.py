"""A small archive with all that can be damaged, and how tests verify it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge.audit.verify import Verified, verify
from filrouge.testing.archived import COMMITTED_AT_MS, SALT_KEY, SIGNER
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.note import Signer
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.topics import AUDIT, PARTNER_IN

FACTS = Partition("equipment.g1", 0)
OTHER = Partition("budget.g1", 0)
WORDS = Partition(PARTNER_IN.format(partner="school-1"), 0)
ERASURES = Partition(AUDIT, 0)
LANE = "equipment-orders/0"
RECORDS, LARGE, FIRST_COMMIT = 600, 7, 256
NEW_KEY = Signer("localhost/test", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))


def record(place: Partition, offset: int, said: bytes = b"") -> RawRecord:
    value = said or b'{"n":%d}' % offset
    headers = {
        FACTS: numbered(LANE, offset + 1, offset),
        OTHER: numbered("budget-accounting/0", offset + 1, offset),
    }.get(place, ())
    if place == FACTS and offset == LARGE:
        value *= 60_000
    return RawRecord(*place, offset, 1_588_579_200_000 + offset * 1000, b"key", value, headers)


def numbered(source: str, sequence: int, prev: int) -> tuple[tuple[str, bytes], ...]:
    """The headers of an event, as lanes write them."""
    texts = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": f"{source}/test/{sequence}",
        "ce_source": source,
        "ce_type": "fr.filrouge.test.said.v1",
        "ce_subject": "key",
        "ce_time": "2020-05-04T08:00:00Z",
        "ce_sequence": str(sequence),
        "ce_prev": str(prev),
        "ce_traceparent": f"00-{'a' * 32}-{sequence:016x}-00",
        "ce_receivedms": "0",
    }
    return tuple((name, text.encode()) for name, text in texts.items())


def erasure(offset: int) -> RawRecord:
    said = RecordErased(
        erased_by="office",
        ground="GDPR, article 17(1)(d)",
        topic=WORDS.topic,
        partition=WORDS.number,
        offset=offset,
        erased_at=datetime(2020, 5, 4, tzinfo=UTC),
    )
    headers = (*numbered("operator", 1, 0), ("ce_type", RecordErased.event_type.encode()))
    return RawRecord(*ERASURES, 0, 1_588_579_200_000, b"key", said.to_json(), headers)


def fill(folder: Path, signer: Signer = SIGNER, said: bytes = b"") -> None:
    """Two commits. `said`: what record 3 of the facts says instead."""
    made = Archiver(Store(str(folder)), signer, SALT_KEY, "w1")
    for end in (FIRST_COMMIT, RECORDS):
        for place in (FACTS, OTHER):
            first = made.open(place)
            chunk = [record(place, n, said if n == 3 else b"") for n in range(first, end)]
            made.append(place, chunk if place == FACTS else chunk[: len(chunk) - 10])
        made.append(WORDS, [record(WORDS, n) for n in range(made.open(WORDS), 5)])
        made.flush()
        made.commit(COMMITTED_AT_MS)
    made.open(ERASURES)
    made.append(ERASURES, [erasure(2)])
    made.flush()
    made.commit(COMMITTED_AT_MS)


def checked(folder: Path, memory: Path, **more: object) -> Verified:
    return verify(str(folder), memory, [SIGNER.verifier], processes=1, **more)  # type: ignore[arg-type]


def flip(path: Path, position: int = 40) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def beside(folder: Path, place: Partition, offset: int) -> Path:
    """The object beside the log that holds a record."""
    ((_, (entry,)),) = Archive.open(str(folder)).raw(place, offset, offset + 1)
    digest = entry[11:43].hex()
    return folder / "beside" / digest[:2] / digest
