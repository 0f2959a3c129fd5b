"""A stream is put back from what was signed, and the archiver goes on after it as after the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest
from filrouge_archive.archive import Archive
from filrouge_archive.archiver import Archiver
from filrouge_archive.entry import CREATE_TIME
from filrouge_archive.errors import Damaged, Forked, Refused
from filrouge_archive.note import Signer
from filrouge_archive.put_back import ERASED_HEADER
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord

from archive.tests.scene import (
    BUDGET,
    KEYS,
    PARTNER,
    SIGNER,
    archived,
    archiver,
    commits_of,
    objects,
    record,
    records,
)

SIZES = (1, 255, 256, 257, 700)


class PutBack(RawRecord, frozen=True):
    """As a consumer sees it whose broker has the time from a producer."""

    timestamp_type: int = CREATE_TIME


def put_back(store: Store, place: Partition, first: int, end: int) -> list[RawRecord]:
    return [one for chunk in Archive(store, KEYS).put_back(place, first, end) for one in chunk]


def as_read(records: Sequence[RawRecord]) -> list[PutBack]:
    return [PutBack(*msgspec.structs.astuple(one)) for one in records]


@pytest.mark.parametrize("size", SIZES)
def test_it_is_the_same_from_wherever_one_goes_on(size: int) -> None:
    store = Store("memory:")
    archived(store, BUDGET, size)
    for first in {0, size // 2, size - 1, size}:
        assert put_back(store, BUDGET, first, size) == records(BUDGET, first, size)


@pytest.mark.parametrize("where", ["tile/entries/000", "tile/0/001", "tile/1/000.p/2"])
def test_nothing_is_handed_out_that_does_not_lead_to_the_signed_root(where: str) -> None:
    store = Store("memory:")
    archived(store, BUDGET, 700)
    path = f"log/{BUDGET}/{where}"
    data = bytearray(store.get(path))
    data[-1] ^= 1
    store.put(path, bytes(data))
    got: list[RawRecord] = []
    with pytest.raises(Damaged, match=r"log/budget\.g1/0"):
        got.extend(one for chunk in Archive(store, KEYS).put_back(BUDGET, 0, 700) for one in chunk)
    assert got == records(BUDGET, 0, len(got))
    assert len(got) < 512


def test_words_beside_the_log_are_held_to_its_leaf() -> None:
    store = Store("memory:")
    archived(store, PARTNER, 3)
    path = store.list("beside")[0]
    store.put(path, store.get(path)[::-1])
    with pytest.raises(Damaged, match=path):
        put_back(store, PARTNER, 0, 3)


def test_what_somebody_else_signed_is_not_put_back() -> None:
    store = Store("memory:")
    archived(store, BUDGET, 3)
    stranger = Signer.generate(SIGNER.name).verifier
    with pytest.raises(Refused):
        list(Archive(store, [stranger]).put_back(BUDGET, 0, 3))


@pytest.mark.parametrize("flushed", [True, False], ids=["flushed", "from-the-tail"])
@pytest.mark.parametrize("place", [BUDGET, PARTNER], ids=str)
def test_the_archiver_goes_on_as_if_nothing_had_been(place: Partition, flushed: bool) -> None:
    """The broker has marked every time as a producer's, and the words of one record are erased."""
    lost, kept = Store("memory:"), Store("memory:")
    for store in (lost, kept):
        made = _written(store, place, flushed)
        if place == PARTNER:
            assert made.erase(PARTNER, 1)
    again = as_read(put_back(lost, place, 0, 300))
    assert (again[1].headers[0][0] == ERASED_HEADER) == (place == PARTNER)
    never_lost = records(place, 0, 300)
    for store, old in ((lost, again), (kept, never_lost)):
        heir = archiver(store, "heir")
        first = heir.open(place)
        heir.write()
        heir.compare(place, old)
        heir.append(place, [*old, *records(place, 300, 400)][first:])
        heir.flush()
        heir.commit(5000)
    assert [commit.heads for commit in commits_of(lost)][-1] == commits_of(kept)[-1].heads
    assert objects(lost) == objects(kept)
    assert put_back(lost, place, 300, 400) == records(place, 300, 400)


def _written(store: Store, place: Partition, flushed: bool) -> Archiver:
    if flushed:
        return archived(store, place, 300)
    made = archiver(store)
    made.open(place)
    made.append(place, records(place, 0, 300))
    made.commit(1000)
    return made


def _with_other_words(old: PutBack, leaf: bytes) -> PutBack:
    return msgspec.structs.replace(old, value=b"other words")


def _at_another_time(old: PutBack, leaf: bytes) -> PutBack:
    return msgspec.structs.replace(old, timestamp=old.timestamp + 1)


def _as_if_erased(old: PutBack, leaf: bytes) -> PutBack:
    return msgspec.structs.replace(old, key=None, value=None, headers=((ERASED_HEADER, leaf),))


def _as_if_another_was_erased(old: PutBack, leaf: bytes) -> PutBack:
    return _as_if_erased(old, leaf[:-1] + b"?")


@pytest.mark.parametrize(
    "change", [_with_other_words, _at_another_time, _as_if_erased, _as_if_another_was_erased]
)
def test_nothing_else_may_differ(change: Callable[[PutBack, bytes], PutBack]) -> None:
    """Not even by a placeholder, while the words are there."""
    store = Store("memory:")
    archived(store, PARTNER, 3)
    ((_, leaves),) = Archive(store, KEYS).raw(PARTNER, 0, 3)
    old = as_read(put_back(store, PARTNER, 0, 3))
    old[1] = change(old[1], leaves[1])
    heir = archiver(store, "heir")
    heir.open(PARTNER)
    with pytest.raises(Forked, match="offset 1 "):
        heir.compare(PARTNER, old)


def test_a_placeholder_stands_for_one_leaf_at_one_time() -> None:
    store = Store("memory:")
    made = archived(store, PARTNER, 3)
    made.erase(PARTNER, 1)
    old = as_read(put_back(store, PARTNER, 0, 3))
    made.compare(PARTNER, old)
    for wrong in (
        _at_another_time(old[1], b""),
        _with_other_words(old[1], b""),
        record(PARTNER, 2),
    ):
        with pytest.raises(Forked):
            made.compare(PARTNER, [old[0], msgspec.structs.replace(wrong, offset=1), old[2]])
