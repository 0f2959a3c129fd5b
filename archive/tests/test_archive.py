"""What a reader gets out of an archive, from the store alone; and what is said when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from filrouge_archive.archive import Archive, read_verifiers
from filrouge_archive.archive_log import ArchiveLog
from filrouge_archive.archiver import Archiver
from filrouge_archive.commit import commit_path
from filrouge_archive.entry import Beside, decode_entry
from filrouge_archive.errors import (
    ArchiveError,
    Damaged,
    Erased,
    Gap,
    Missing,
    NotYet,
    Refused,
)
from filrouge_archive.note import Signer
from filrouge_archive.receipt import Receipt
from filrouge_archive.store import Store
from filrouge_chassis.log import Log
from filrouge_chassis.records import Partition, RawRecord
from filrouge_contracts.envelope import H_SOURCE

from archive.tests.scene import (
    BUDGET,
    DELIVERY,
    KEYS,
    PARTNER,
    SALT_KEY,
    SIGNER,
    archived,
    archiver,
    objects,
    record,
    records,
)


def with_large(place: Partition, offset: int) -> RawRecord:
    return record(place, offset, b"v" * 70_000)


def filled(store: Store) -> Archiver:
    """600 records in one log, of which a tail has the last; partners' words; a large record."""
    made = archived(store, BUDGET, 590)
    made.append(BUDGET, records(BUDGET, 590, 600))
    made.open(PARTNER)
    made.append(PARTNER, records(PARTNER, 0, 5))
    made.open(DELIVERY)
    made.append(DELIVERY, [record(DELIVERY, 0), with_large(DELIVERY, 1), record(DELIVERY, 2)])
    made.commit(2000)
    return made


def test_records_are_read_as_they_were_from_a_folder_without_any_secret(tmp_path: Path) -> None:
    filled(Store(str(tmp_path)))
    archive = Archive.open(tmp_path.as_uri())
    assert {place: head.size for place, head in archive.partitions.items()} == {
        BUDGET: 600,
        PARTNER: 5,
        DELIVERY: 3,
    }
    assert archive.bounds(BUDGET) == (0, 600)
    assert archive.bounds(Partition("nothing.g1", 0)) == (0, 0)
    for first, end in ((0, 600), (255, 257), (599, 600), (7, 7), (0, 256)):
        read = [one for chunk in archive.read(BUDGET, first, end) for one in chunk]
        assert read == records(BUDGET, first, end)
    assert [one for chunk in archive.read(PARTNER, 0, 5) for one in chunk] == records(PARTNER, 0, 5)
    large = [one for chunk in archive.read(DELIVERY, 0, 3) for one in chunk]
    assert large == [record(DELIVERY, 0), with_large(DELIVERY, 1), record(DELIVERY, 2)]
    for place in archive.partitions:
        archive.verify(place)
    archive.verify_manifest()


def test_two_archivers_write_the_same_bytes() -> None:
    one, two = Store("memory:"), Store("memory:")
    filled(one)
    made = archiver(two, "w1")
    for place in (DELIVERY, PARTNER, BUDGET):
        made.open(place)
    made.append(DELIVERY, [record(DELIVERY, 0), with_large(DELIVERY, 1), record(DELIVERY, 2)])
    made.append(PARTNER, records(PARTNER, 0, 5))
    for first in range(0, 590, 59):
        made.append(BUDGET, records(BUDGET, first, first + 59))
        made.write()
    made.flush()
    found, expected = objects(two, ["log", "beside"]), objects(one, ["log", "beside"])
    common = found.keys() & expected.keys()
    assert {path: found[path] for path in common} == {path: expected[path] for path in common}
    assert objects(one, ["log", "beside"]).keys() - found.keys() == set()


def test_what_is_not_archived_yet_is_not_read() -> None:
    store = Store("memory:")
    filled(store)
    archive = Archive(store, KEYS)
    for place, first, end in (
        (BUDGET, 0, 601),
        (BUDGET, -1, 5),
        (Partition("nothing.g1", 0), 0, 1),
    ):
        with pytest.raises(NotYet):
            list(archive.read(place, first, end))
    with pytest.raises(NotYet):
        archive.reader(Partition("nothing.g1", 0))


def test_erased_words_are_named_and_the_proof_of_them_stands() -> None:
    store = Store("memory:")
    filled(store)
    archive = Archive(store, KEYS)
    ((first, entries),) = archive.raw(PARTNER, 0, 5)
    assert first == 0
    assert not any(b"offset" in entry for entry in entries), "no words in the log"
    content = decode_entry(entries[3], "here").content
    assert isinstance(content, Beside)
    store.delete([content.path])
    assert [one for chunk in archive.read(PARTNER, 0, 3) for one in chunk] == records(PARTNER, 0, 3)
    with pytest.raises(Erased, match=content.digest.hex()) as erased:
        list(archive.read(PARTNER, 0, 5))
    assert erased.value.digest == content.digest.hex()
    archive.verify(PARTNER)
    assert list(archive.raw(PARTNER, 0, 5)) == [(0, entries)]


def test_a_large_record_that_is_lost_or_changed_is_damage_and_not_an_erasure() -> None:
    store = Store("memory:")
    filled(store)
    archive = Archive(store, KEYS)
    ((_, entries),) = archive.raw(DELIVERY, 1, 2)
    content = decode_entry(entries[0], "here").content
    assert isinstance(content, Beside)
    data = store.get(content.path)
    store.put(content.path, data[:-1])
    with pytest.raises(Damaged, match=content.path):
        list(archive.read(DELIVERY, 0, 3))
    store.delete([content.path])
    with pytest.raises(Missing, match=content.path):
        list(archive.read(DELIVERY, 0, 3))


@pytest.mark.parametrize("damage", ["missing", "cut", "empty", "changed"])
def test_whatever_is_damaged_is_found_and_named(damage: str) -> None:
    store = Store("memory:")
    filled(store)
    hints = {"log/delivery.g1/1/checkpoint", "log/budget.g1/0/checkpoint"}
    unneeded = {path for path in store.list("tail") if path.startswith("tail/0-")}
    for path, data in objects(store, ["log", "manifest", "tail"]).items():
        if path in hints | unneeded | {"manifest/checkpoint"} or _is_of_an_earlier_commit(path):
            continue
        store.delete([path])
        if damage != "missing":
            changed = bytes([data[-1] ^ 1])
            wrong = {"cut": data[:-1], "empty": b"", "changed": data[:-1] + changed}
            store.put(path, wrong[damage])
        with pytest.raises(ArchiveError) as found:
            _everything(store)
        assert _names(str(found.value), path), (path, str(found.value))
        store.put(path, data)
    _everything(store)


def _is_of_an_earlier_commit(path: str) -> bool:
    return path.startswith("manifest/tile/") and path.endswith(".p/1")


def _everything(store: Store) -> None:
    archive = Archive(store, KEYS)
    archive.verify_manifest()
    for place, head in archive.partitions.items():
        archive.verify(place)
        list(archive.read(place, 0, head.size))


def _names(message: str, path: str) -> bool:
    """The object itself, or the one of the same place that it does not agree with."""
    place = path.replace("/tile/entries/", "/tile/0/")
    return path in message or place in message or place.partition(".p")[0] in message


@pytest.mark.parametrize("text", [b"damaged", b"", None])
def test_without_its_signed_checkpoint_the_manifest_proves_nothing(text: bytes | None) -> None:
    store = Store("memory:")
    filled(store)
    store.delete(["manifest/checkpoint"])
    if text is not None:
        store.put("manifest/checkpoint", text)
    archive = Archive(store, KEYS)
    assert archive.bounds(BUDGET) == (0, 600)
    with pytest.raises((NotYet, Refused)):
        archive.verify_manifest()


def test_an_archive_signed_by_somebody_else_is_refused() -> None:
    store = Store("memory:")
    filled(store)
    stranger = Archive(store, [Signer.generate("localhost/test").verifier])
    with pytest.raises(Refused):
        stranger.verify(BUDGET)
    with pytest.raises(Refused):
        stranger.verify_manifest()


def test_the_commit_objects_must_be_those_that_were_signed() -> None:
    store = Store("memory:")
    made = archived(store, BUDGET, 10)
    path = commit_path(made.committer.number - 1)
    store.put(path, store.get(path).replace(b'"at_ms":1000', b'"at_ms":1001'))
    with pytest.raises(Damaged, match=path):
        Archive(store, KEYS).verify_manifest()


def test_the_archive_names_its_keys() -> None:
    store = Store("memory:")
    archived(store, BUDGET, 1)
    archived(store, BUDGET, 2)
    assert read_verifiers(store) == KEYS
    store.put("verifiers", f"{SIGNER.verifier}\n{SIGNER.named('other').verifier}\n".encode())
    with pytest.raises(Refused, match="one archive"):
        read_verifiers(store)


@pytest.mark.parametrize("taken", [(1, 3), (11, 13), (9, 12)])
def test_a_gap_stops_the_archiver(taken: tuple[int, int]) -> None:
    made = archived(Store("memory:"), BUDGET, 10)
    with pytest.raises(Gap, match="budget"):
        made.append(BUDGET, records(BUDGET, *taken))
    made.append(BUDGET, records(BUDGET, 10, 12))


def test_a_salt_key_that_can_be_guessed_is_not_taken() -> None:
    with pytest.raises(ValueError, match="salt key"):
        Archiver(Store("memory:"), SIGNER, b"short", "w1")


@pytest.mark.parametrize(
    ("place", "offset"), [(BUDGET, 0), (BUDGET, 300), (BUDGET, 599), (PARTNER, 4), (DELIVERY, 1)]
)
def test_a_receipt_shows_the_record_with_nothing_but_the_public_key(
    place: Partition, offset: int
) -> None:
    store = Store("memory:")
    filled(store)
    receipt = Archive(store, KEYS).receipt(place, offset)
    expected = with_large(place, 1) if place == DELIVERY else record(place, offset)
    assert receipt.verify(KEYS) == expected
    assert receipt.verify([SIGNER.verifier, Signer.generate("localhost/test").verifier]) == expected


def test_a_receipt_stays_good_and_a_later_one_is_of_the_same_record() -> None:
    store = Store("memory:")
    made = filled(store)
    early = Archive(store, KEYS).receipt(BUDGET, 3)
    for end in range(610, 1000, 10):
        made.append(BUDGET, records(BUDGET, end - 10, end))
        made.flush()
        made.commit(end)
    late = Archive(store, KEYS).receipt(BUDGET, 3)
    assert early != late
    assert early.verify(KEYS) == late.verify(KEYS) == record(BUDGET, 3)


def test_a_receipt_is_not_given_before_the_commit_is_signed() -> None:
    store = Store("memory:")
    made = filled(store)
    made.append(BUDGET, records(BUDGET, 600, 610))
    made.write()
    made.committer.commit(3, made.logs)
    assert Archive(store, KEYS).receipt(BUDGET, 599).verify(KEYS) == record(BUDGET, 599)
    with pytest.raises(NotYet, match="signed"):
        Archive(store, KEYS).receipt(BUDGET, 605)
    with pytest.raises(NotYet):
        Archive(store, KEYS).receipt(BUDGET, 10_000)
    assert made.commit(4) is not None
    assert Archive(store, KEYS).receipt(BUDGET, 605).verify(KEYS) == record(BUDGET, 605)


def test_a_forged_receipt_is_refused() -> None:
    store = Store("memory:")
    filled(store)
    archive = Archive(store, KEYS)
    good, other = archive.receipt(BUDGET, 3), archive.receipt(PARTNER, 3)
    forged = [
        Receipt(good.record, good.record),
        Receipt(good.commit, good.commit),
        Receipt(good.record.replace("index 3", "index 4"), good.commit),
        Receipt(good.record.replace("extra ", "extra A"), good.commit),
        Receipt(good.record.replace("budget.g1/0", "budget.g1/1"), good.commit),
        Receipt(good.record, good.commit.replace("index 1", "index 0")),
        Receipt("\n".join(other.record.split("\n")[:2]), other.commit),
        Receipt(good.record.replace("\n600\n", "\n601\n"), good.commit),
    ]
    # an older commit, well signed, that says another size of the same log
    made = archived(Store("memory:"), BUDGET, 3)
    forged.append(Receipt(good.record, Archive(made._store, KEYS).receipt(BUDGET, 1).commit))
    for one in forged:
        with pytest.raises(Refused):
            one.verify(KEYS)
    with pytest.raises(Refused):
        good.verify([Signer.generate("localhost/test").verifier])
    with pytest.raises(Refused):
        good.verify([SIGNER.named("localhost/other").verifier])


async def test_an_archive_is_read_as_a_lane_reads_kafka() -> None:
    store = Store("memory:")
    filled(store)
    log: Log = ArchiveLog(Archive(store, KEYS))
    assert await log.bounds([BUDGET, PARTNER]) == {BUDGET: (0, 600), PARTNER: (0, 5)}
    chunks = [chunk async for chunk in log.read(BUDGET, 200, 600)]
    assert all(chunks)
    assert [one for chunk in chunks for one in chunk] == records(BUDGET, 200, 600)
    assert [chunk async for chunk in log.read(BUDGET, 5, 5)] == []
    with pytest.raises(NotYet, match="budget"):
        _ = [chunk async for chunk in log.read(BUDGET, 590, 601)]
    with pytest.raises(ArchiveError, match="read only"):
        await log.publisher()


async def test_what_another_source_has_said_may_be_left_out() -> None:
    """Content that looks like a header of theirs, and what lies beside the log, is asked and not guessed."""

    def said(offset: int, source: str, value: bytes = b"{}") -> RawRecord:
        return RawRecord(*BUDGET, offset, 7, b"key", value, ((H_SOURCE, source.encode()),))

    imitation = b"\x00\x00\x00\x09ce_source\x00\x00\x00\x06lane/1"
    all_records = [
        said(0, "lane/1"),
        said(1, "lane/2"),
        said(2, "lane/2", imitation),
        said(3, "lane/2", b"large" * 20_000),
        said(4, "lane/10"),
        said(5, "lane/1", b"large" * 20_000),
    ]
    store = Store("memory:")
    made = Archiver(store, SIGNER, SALT_KEY, "w1")
    made.open(BUDGET)
    made.append(BUDGET, all_records)
    made.flush()
    made.commit(1)
    log = ArchiveLog(Archive(store, KEYS))
    read = [one async for chunk in log.read(BUDGET, 0, 6, said_by="lane/1") for one in chunk]
    assert read == [all_records[number] for number in (0, 2, 3, 5)]
