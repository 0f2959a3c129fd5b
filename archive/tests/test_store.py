"""Objects in a folder and in memory behave alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from filrouge_archive.errors import Missing, StoreAway
from filrouge_archive.store import Store


@pytest.fixture(params=["folder", "file URL", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    folder = tmp_path / "an archive"
    urls = {"folder": str(folder), "file URL": folder.as_uri(), "memory": "memory:"}
    return Store(urls[request.param])


def test_what_was_put_is_there_until_it_is_deleted(store: Store) -> None:
    store.put("log/a/0/checkpoint", b"1")
    store.put("log/a/0/checkpoint", b"2")
    store.sync()
    assert store.get("log/a/0/checkpoint") == b"2"
    assert store.exists("log/a/0/checkpoint")
    store.delete(["log/a/0/checkpoint", "log/a/0/checkpoint"])
    assert not store.exists("log/a/0/checkpoint")
    with pytest.raises(Missing, match="log/a/0/checkpoint"):
        store.get("log/a/0/checkpoint")


def test_only_the_first_creates(store: Store) -> None:
    assert store.put_if_absent("manifest/commit/000", b"first")
    assert not store.put_if_absent("manifest/commit/000", b"second")
    assert store.get("manifest/commit/000") == b"first"
    assert store.list("manifest") == ["manifest/commit/000"]


def test_many_are_read_in_their_order(store: Store) -> None:
    store.put_many((f"many/{number}", b"%d" % number) for number in range(100))
    assert list(store.get_many(f"many/{n}" for n in range(100))) == [b"%d" % n for n in range(100)]
    with pytest.raises(Missing, match="many/100"):
        list(store.get_many(f"many/{number}" for number in range(99, 101)))


def test_a_folder_lists_what_is_below_it_only(store: Store) -> None:
    for path in ("tail/2", "tail/10", "tails/1", "log/tail/1"):
        store.put(path, b"")
    assert store.list("tail") == ["tail/10", "tail/2"]
    assert store.list("nothing") == []


def test_a_store_that_does_not_answer_is_away(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "archive"))
    (tmp_path / "archive" / "log").write_bytes(b"a file where a folder should be")
    for act in (
        lambda: store.put("log/a", b""),
        lambda: store.put_if_absent("log/a", b""),
        lambda: store.get("log/a"),
    ):
        with pytest.raises(StoreAway, match="log/a"):
            act()
