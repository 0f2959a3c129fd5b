"""A log is a function of its entries: whoever writes it, however often it is taken up again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from filrouge_archive import merkle
from filrouge_archive.errors import Damaged, Missing, Refused, StoreAway
from filrouge_archive.log_reader import LogReader
from filrouge_archive.log_writer import LogWriter, publish, write
from filrouge_archive.note import Signer
from filrouge_archive.store import Store
from hypothesis import given
from hypothesis import strategies as st

from archive.tests import naive
from archive.tests.scene import SIGNER

ORIGIN = "localhost/test/log/a/0"
EDGES = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537]


def resumed(store: Store) -> LogWriter:
    return LogWriter.resume(store, "log/a/0", ORIGIN, [SIGNER.verifier])


def grow(store: Store, log: LogWriter, entries: Sequence[bytes]) -> None:
    """Appends, stores everything and signs."""
    log.append(entries)
    log.queue_partial()
    write(store, [log])
    publish(store, [log], SIGNER)


def written_at_once(count: int) -> dict[str, bytes]:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    grow(store, log, naive.entries(count))
    return all_of(store)


def all_of(store: Store) -> dict[str, bytes]:
    return {path: store.get(path) for path in store.list("log")}


def needed_at(count: int, found: dict[str, bytes]) -> dict[str, bytes]:
    """Without partial tiles of earlier sizes, which stay until full ones replace them."""
    return {path: data for path, data in found.items() if path in written_at_once(count)}


@pytest.mark.parametrize("count", EDGES)
def test_a_log_is_read_as_it_was_written(count: int) -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    entries = naive.entries(count)
    grow(store, log, entries)
    root = naive.tree_hash([merkle.leaf_hash(entry) for entry in entries])
    assert log.root() == root
    reader = LogReader(store, "log/a/0", count, count)
    reader.verify(root)
    assert [one for _, chunk in reader.bundles(0, count) for one in chunk] == entries
    for index in {0, count // 2, count - 1}:
        proof = reader.inclusion(index, count)
        merkle.verify_inclusion(merkle.leaf_hash(entries[index]), index, count, proof, root)
    for old in {1, count // 2, count - 1, count}:
        proof = reader.consistency(old, count)
        merkle.verify_consistency(old, reader.root_at(old), count, root, proof)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.data())
def test_flushed_and_resumed_at_any_sizes_the_same_bytes_are_written(
    steps: list[int], data: st.DataObject
) -> None:
    store, entries, position = Store("memory:"), naive.entries(sum(steps)), 0
    log = LogWriter(store, "log/a/0", ORIGIN)
    for step in steps:
        if data.draw(st.booleans()):
            log = resumed(store)
            assert log.size == position
        grow(store, log, entries[position : position + step])
        position += step
    at_once = written_at_once(position)
    assert needed_at(position, all_of(store)) == at_once
    left = {path for path in all_of(store).keys() - at_once.keys() if ".p/" in path}
    assert all_of(store).keys() - at_once.keys() == left
    for path in left:  # only of tiles that are not full yet
        assert path.partition(".p/")[0] not in at_once


def test_what_was_appended_but_not_signed_is_written_again_with_the_same_bytes() -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    entries = naive.entries(1000)
    grow(store, log, entries[:100])
    log.append(entries[100:900])
    write(store, [log])
    log = resumed(store)
    assert log.size == 100
    grow(store, log, entries[100:])
    assert needed_at(1000, all_of(store)) == written_at_once(1000)


def test_two_writers_at_different_places_write_the_same_bytes() -> None:
    both, entries = Store("memory:"), naive.entries(700)
    fast, slow = (LogWriter(both, "log/a/0", ORIGIN) for _ in range(2))
    grow(both, fast, entries[:600])
    grow(
        both, slow, entries[:300]
    )  # its checkpoint is an older one, its partial tiles are replaced
    grow(both, fast, entries[600:])
    grow(both, slow, entries[300:])
    assert needed_at(700, all_of(both)) == written_at_once(700)


def test_partial_tiles_go_when_the_full_one_is_there_and_not_before() -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    entries = naive.entries(300)
    grow(store, log, entries[:100])
    grow(store, log, entries[100:200])
    assert store.exists("log/a/0/tile/entries/000.p/100")
    log.append(entries[200:])
    write(store, [log])
    assert store.exists("log/a/0/tile/0/000.p/200"), "the checkpoint still needs it"
    log.queue_partial()
    write(store, [log])
    publish(store, [log], SIGNER)
    assert not [path for path in all_of(store) if "/000.p/" in path and "/tile/1/" not in path]
    assert resumed(store).size == 300


@given(st.integers(0, 700), st.integers(0, 700), st.integers(0, 700))
def test_entries_are_read_from_bundles_and_then_from_the_tail(
    one: int, two: int, three: int
) -> None:
    stored, size, first = min(one, two), max(one, two), three
    store, entries = Store("memory:"), naive.entries(size)
    log = LogWriter(store, "log/a/0", ORIGIN)
    grow(store, log, entries[:stored])
    log.append(entries[stored:])
    write(store, [log])
    reader = LogReader(store, "log/a/0", size, stored, log.tail())
    assert len(log.tail()) < 256
    assert [entry for _, chunk in reader.bundles(0, size) for entry in chunk] == entries
    within = [entry for _, chunk in reader.bundles(min(first, size), size) for entry in chunk]
    assert within == entries[first:]
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    reader.verify(naive.tree_hash(leaves))
    if first <= size:
        assert reader.root_at(first) == naive.tree_hash(leaves[:first])


def test_a_tail_that_does_not_reach_is_damage() -> None:
    store = Store("memory:")
    for size, stored, tail in ((10, 5, [b""] * 4), (10, 11, []), (300, 5, [b""] * 43)):
        with pytest.raises(Damaged, match="tail"):
            LogReader(store, "log/a/0", size, stored, tail)


CUT: list[tuple[str, Any]] = [
    ("cut", lambda data: data[:-1]),
    ("empty", lambda data: b""),
    ("flipped", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    ("longer", lambda data: data + data[-32:]),
]


@pytest.mark.parametrize(("how", "damage"), CUT, ids=[how for how, _ in CUT])
def test_every_damaged_object_is_found_and_named(how: str, damage: Any) -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    grow(store, log, naive.entries(600))
    root = log.root()
    for path, data in all_of(store).items():
        if path.endswith("checkpoint"):
            continue
        store.put(path, damage(data))
        with pytest.raises(Damaged) as found:
            LogReader(store, "log/a/0", 600, 600).verify(root)
        name = path.replace("/tile/entries/", "/").replace("/tile/0/", "/").removeprefix("log/a/0/")
        assert path in str(found.value) or name.partition(".p")[0] in str(found.value)
        store.put(path, data)
    LogReader(store, "log/a/0", 600, 600).verify(root)


def test_every_missing_object_is_named() -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    grow(store, log, naive.entries(600))
    for path, data in all_of(store).items():
        if path.endswith("checkpoint"):
            continue
        store.delete([path])
        with pytest.raises(Missing, match=path):
            LogReader(store, "log/a/0", 600, 600).verify(log.root())
        store.put(path, data)


def test_a_log_with_another_root_than_the_committed_one_is_damaged() -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    grow(store, log, naive.entries(600))
    with pytest.raises(Damaged, match=r"log/a/0: .* root"):
        LogReader(store, "log/a/0", 600, 600).verify(bytes(32))


@pytest.mark.parametrize("path", ["tile/entries/002.p/88", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_a_writer_does_not_go_on_from_damage(path: str) -> None:
    store = Store("memory:")
    grow(store, LogWriter(store, "log/a/0", ORIGIN), naive.entries(600))
    data = store.get(f"log/a/0/{path}")
    store.put(f"log/a/0/{path}", data[:-1] + b"!")
    with pytest.raises(Damaged, match="log/a/0"):
        resumed(store)


def test_a_writer_does_not_go_on_from_a_checkpoint_that_it_did_not_sign() -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    log.append(naive.entries(3))
    log.queue_partial()
    write(store, [log])
    publish(store, [log], Signer.generate("localhost/other"))
    with pytest.raises(Refused):
        resumed(store)


def test_after_a_store_that_was_away_writing_goes_on() -> None:
    class Away(Store):
        away = False

        def put_many(self, objects: Iterable[tuple[str, bytes]]) -> None:
            if self.away:
                for path, data in list(objects)[:1]:
                    self.put(path, data)
                raise StoreAway("away")
            super().put_many(objects)

    store = Away("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    store.away = True
    log.append(naive.entries(600))
    log.queue_partial()
    for _ in range(2):
        with pytest.raises(StoreAway):
            write(store, [log])
        assert log.stored == 0
    store.away = False
    grow(store, log, [])
    assert all_of(store) == written_at_once(600)


def test_what_is_not_stored_yet_is_not_signed() -> None:
    store = Store("memory:")
    log = LogWriter(store, "log/a/0", ORIGIN)
    log.append(naive.entries(3))
    log.queue_partial()
    log.append(naive.entries(5)[3:])
    write(store, [log])
    publish(store, [log], SIGNER)
    assert not store.exists("log/a/0/checkpoint")
    grow(store, log, [])
    assert resumed(store).size == 5
