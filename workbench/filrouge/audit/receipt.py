"""A receipt in files that everybody can check: two proofs and the commit they meet in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from filrouge_archive.archive import Archive
from filrouge_archive.entry import HERE
from filrouge_archive.errors import ArchiveError, Erased, NotYet
from filrouge_archive.note import Verifier
from filrouge_archive.proof import parse_proof
from filrouge_archive.receipt import Receipt
from filrouge_chassis.records import RawRecord
from filrouge_contracts.envelope import H_ID

from filrouge.audit.errors import AuditFailed
from filrouge.audit.told import Place

RECORD, COMMIT, JSON, KEYS = "record.tlog-proof", "commit.tlog-proof", "commit.json", "verifiers"


class WordsErased(AuditFailed):
    """Of this record only the leaf is left."""


def place_of(archive: Archive, what: str) -> Place:
    """Of a place, or of the id of an event. Raises AuditFailed if nothing is called so."""
    place = Place.parse(what)
    if place is not None and str(place) == what:
        if not 0 <= place.offset < archive.bounds(place.on)[1]:
            raise AuditFailed(f"{what} is not in the archive: {place.on} does not reach so far")
        return place
    for found in _called(archive, what.encode()):
        return found
    raise AuditFailed(f"nothing in the archive is called {what!r}: give an event's id or place")


def _called(archive: Archive, identity: bytes) -> Iterator[Place]:
    """Of entries that may hold the id, those that have it in their header."""
    for on in sorted(archive.partitions):
        for begin, entries in archive.raw(on, *archive.bounds(on)):
            for offset, entry in enumerate(entries, begin):
                if identity in entry or entry[1] != HERE:
                    record = _record(archive, Place(*on, offset))
                    if record is not None and dict(record.headers).get(H_ID) == identity:
                        yield Place(*on, offset)


def _record(archive: Archive, place: Place) -> RawRecord | None:
    """None if its words are gone."""
    try:
        ((record,),) = archive.read(place.on, place.offset, place.offset + 1)
    except ArchiveError:
        return None
    return record


def receipt_of(archive: Archive, place: Place) -> Receipt:
    """Checked before it is handed out. Raises WordsErased, or AuditFailed that says what to do."""
    try:
        receipt = archive.receipt(place.on, place.offset)
        receipt.verify(archive.verifiers)
    except Erased as error:
        raise WordsErased(f"there is no receipt of {place}: {error}") from error
    except (ArchiveError, NotYet) as error:
        raise AuditFailed(f"there is no receipt of {place}: {error}") from error
    return receipt


def write_receipt(receipt: Receipt, verifiers: Sequence[Verifier], folder: Path) -> list[Path]:
    """The proofs, the commit as people can read it, and the keys."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        RECORD: receipt.record,
        COMMIT: receipt.commit,
        JSON: (parse_proof(receipt.commit).extra or b"").decode(),
        KEYS: "".join(f"{verifier}\n" for verifier in verifiers),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return [folder / name for name in files]


def check_receipt(files: Sequence[Path], verifiers: Sequence[Verifier]) -> RawRecord:
    """Offline: the two proofs, in either order, or the folder that holds them. Raises AuditFailed."""
    paths = [one / name for one in files if one.is_dir() for name in (RECORD, COMMIT)]
    paths += [one for one in files if one.suffix == ".tlog-proof"]
    try:
        texts = [path.read_text() for path in paths]
        if len(texts) != 2:
            raise AuditFailed("a receipt is two files: that of the record and that of the commit")
        texts.sort(key=lambda text: "/manifest\n" in text)
        return Receipt(*texts).verify(verifiers)
    except (ArchiveError, OSError, UnicodeDecodeError) as error:
        raise AuditFailed(f"the receipt does not hold: {error}") from error
