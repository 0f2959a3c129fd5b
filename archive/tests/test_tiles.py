"""Where things lie is what C2SP says."""

from __future__ import annotations

import pytest
from filrouge_archive.errors import Damaged
from filrouge_archive.frontier import Frontier
from filrouge_archive.merkle import leaf_hash
from filrouge_archive.tiles import (
    Tile,
    bundle_leaves,
    decode_bundle,
    encode_bundle,
    number_path,
    partial_tiles,
    split_hashes,
    width_at,
)
from hypothesis import given
from hypothesis import strategies as st

from archive.tests import naive


@pytest.mark.parametrize(
    ("number", "path"),
    [(0, "000"), (7, "007"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")],
)
def test_numbers_are_written_in_groups_of_three(number: int, path: str) -> None:
    assert number_path(number) == path


def test_paths_name_level_number_and_width() -> None:
    assert Tile(None, 5).path == "tile/entries/005"
    assert Tile(2, 1234067, 9).path == "tile/2/x001/x234/067.p/9"


@pytest.mark.parametrize(
    ("size", "tiles"),
    [
        (0, []),
        (1, ["tile/entries/000.p/1", "tile/0/000.p/1"]),
        (255, ["tile/entries/000.p/255", "tile/0/000.p/255"]),
        (256, ["tile/1/000.p/1"]),
        (257, ["tile/entries/001.p/1", "tile/0/001.p/1", "tile/1/000.p/1"]),
        (65_536, ["tile/2/000.p/1"]),
        (
            70_000,
            ["tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"],
        ),
    ],
)
def test_a_size_has_these_partial_tiles(size: int, tiles: list[str]) -> None:
    assert [tile.path for tile in partial_tiles(size)] == tiles
    frontier = Frontier()
    for _ in frontier.append(naive.leaves_of(size)):
        pass
    of_hashes = [path for path in tiles if "entries" not in path]
    assert [tile.path for tile, _ in frontier.partial()] == of_hashes


def test_tiles_become_full_once_and_hold_the_roots_of_those_below() -> None:
    frontier = Frontier()
    leaves = naive.leaves_of(65_600)
    full = {tile.path: data for tile, data in frontier.append(leaves)}
    assert len(full) == 257
    first = naive.tree_hash(split_hashes(full["tile/0/000"]))
    assert full["tile/1/000"][:32] == first
    assert [tile.path for tile, _ in frontier.partial()] == ["tile/0/256.p/64", "tile/2/000.p/1"]


@pytest.mark.parametrize(
    ("size", "level", "index", "width"),
    [(70_000, 0, 273, 112), (70_000, 1, 1, 17), (70_000, 0, 0, 256), (70_000, 2, 1, 0)],
)
def test_the_width_of_a_tile_follows_from_the_size(
    size: int, level: int, index: int, width: int
) -> None:
    assert width_at(size, level, index) == width


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    data = encode_bundle(entries)
    assert decode_bundle(data, "here") == entries
    assert bundle_leaves(data, "here") == [leaf_hash(entry) for entry in entries]


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=9), st.data())
def test_a_bundle_cut_short_is_damaged(entries: list[bytes], data: st.DataObject) -> None:
    whole = encode_bundle(entries)
    ends = [len(encode_bundle(entries[:count])) for count in range(len(entries) + 1)]
    cut = data.draw(st.integers(0, len(whole)).filter(lambda at: at not in ends))
    for read in (decode_bundle, bundle_leaves):
        with pytest.raises(Damaged, match="the/path"):
            read(whole[:cut], "the/path")
