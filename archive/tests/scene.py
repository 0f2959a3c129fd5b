"""Records, keys and archivers for tests of the archive."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.commit import Commit
from filrouge_archive.history import read_history
from filrouge_archive.note import Signer
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord

SIGNER = Signer("localhost/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEYS = [SIGNER.verifier]
SALT_KEY = b"a salt key of the tests, no secret"
BUDGET = Partition("budget.g1", 0)
DELIVERY = Partition("delivery.g1", 1)
PARTNER = Partition("partners.school-1.in.g1", 0)


def record(place: Partition, offset: int, value: bytes | None = None) -> RawRecord:
    """A record that only its position decides, so that two archivers are given the same."""
    said = b'{"offset":%d}' % offset if value is None else value
    key = sha256(b"%d" % offset).digest()[: offset % 5] if offset % 5 else None
    headers = (("ce_id", b"%d" % offset), ("ce_type", b"fr.filrouge.test.v1"))
    return RawRecord(*place, offset, 1_587_340_800_000 + offset, key, said, headers)


def records(place: Partition, first: int, end: int) -> list[RawRecord]:
    return [record(place, offset) for offset in range(first, end)]


def archiver(store: Store, writer: str = "w1") -> Archiver:
    return Archiver(store, SIGNER, SALT_KEY, writer)


def archived(store: Store, place: Partition, end: int, writer: str = "w1") -> Archiver:
    """An archiver that has archived, flushed and committed the partition up to `end`."""
    made = archiver(store, writer)
    made.append(place, records(place, made.open(place), end))
    made.flush()
    made.commit(1000)
    return made


def objects(
    store: Store, below: Iterable[str] = ("log", "manifest", "tail", "beside")
) -> dict[str, bytes]:
    """All that lies in the store."""
    return {path: store.get(path) for folder in below for path in store.list(folder)}


def take(made: Archiver, place: Partition, end: int) -> None:
    made.append(place, records(place, made.open(place), end))


def commits_of(store: Store) -> list[Commit]:
    return list(read_history(store).commits)


def sizes(store: Store) -> dict[Partition, int]:
    return Archive(store, KEYS).ends


def all_holds(store: Store) -> None:
    archive = Archive(store, KEYS)
    archive.verify_manifest()
    for place, head in archive.partitions.items():
        archive.verify(place)
        read = [one for chunk in archive.read(place, 0, head.size) for one in chunk]
        assert read == records(place, 0, head.size)
