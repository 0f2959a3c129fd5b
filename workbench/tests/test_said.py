"""What never ends is held against the newest of what was said, in memory that does not grow."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from filrouge.checks.fact import Breach
from filrouge.checks.numbering import Numbering
from filrouge.checks.said import NOTHING, Said
from filrouge.stream import Source
from hypothesis import given
from hypothesis import strategies as st

LANE = "equipment_orders/0"
FEW = 10


@given(st.integers(1, 30), st.integers(0, 200))
def test_the_newest_numbers_and_ids_are_remembered_and_memory_does_not_grow(
    newest: int, many: int
) -> None:
    said = Said(newest)
    for number in range(1, many + 1):
        said.note(LANE, number, -number, f"id-{number}")
        assert len(said) <= 4 * newest + 2
    for number in range(max(1, many + 1 - newest), many + 1):
        assert said.digest(LANE, number) == -number
        assert said.has(f"id-{number}")
    assert said.digest(LANE, many + 1) == NOTHING
    assert not said.has(f"id-{many + 1}")


@given(st.lists(st.integers(1, 200), unique=True))
def test_of_a_stream_that_ends_nothing_is_forgotten(numbers: list[int]) -> None:
    said = Said()
    for number in numbers:
        said.note(LANE, number, -number, f"id-{number}")
    assert all(said.digest(LANE, number) == -number for number in numbers)
    for _, last, missing in said.numbers():
        assert (last, set(missing)) == (max(numbers), {*range(1, last)} - {*numbers})


def test_what_is_forgotten_is_neither_a_breach_nor_remembered_again() -> None:
    said = Said(FEW)
    for number in range(1, 10 * FEW):
        said.note(LANE, number, number, f"id-{number}")
    said.note(LANE, 1, 1, "id-1")
    assert said.digest(LANE, 1) is None


@pytest.fixture(scope="module")
def facts(source: Source) -> list[Any]:
    """In the order of their lanes' numbers, as they were said."""
    ours = [record for record in asyncio.run(_all(source)) if "ce_sequence" in dict(record.headers)]
    return sorted(ours, key=lambda record: int(dict(record.headers)["ce_sequence"]))


async def _all(source: Source) -> list[Any]:
    return [record async for record in source.records()]


def test_with_little_memory_a_sound_stream_is_sound_and_a_fresh_contradiction_is_not(
    source: Source, facts: list[Any]
) -> None:
    numbering, breaches = Numbering(source.partitions, FEW), list[Breach]()
    for record in facts:
        numbering.read(record, frozenset(), breaches)
    again = [numbering.read(record, frozenset(), breaches) for record in facts[:FEW]]
    assert (again, breaches) == ([None] * FEW, [])
    last = [record for record in facts if not record.topic.startswith("journal.")][-1]
    changed = msgspec.structs.replace(last, value=last.value + b" ")
    numbering.read(changed, frozenset(), breaches)
    assert [breach.rule for breach in breaches] == ["N4"]
