"""An archive that ends in the middle of what lanes did is recognised before anything is put back from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from filrouge.restoring.loose_ends import loose_ends
from filrouge.stream import Source
from filrouge.testing.archived import SIGNER, archive
from filrouge_archive.archive import Archive
from filrouge_chassis.records import Partition
from filrouge_contracts.journal import BatchDecided
from filrouge_contracts.topics import CONTROL

Sizes = dict[Partition, int]


async def found(source: Source, sizes: Mapping[Partition, int], folder: Path) -> list[str]:
    await archive(source.up_to(sizes), folder)
    return loose_ends(Archive.open(str(folder), [SIGNER.verifier]))


def whole(source: Source) -> Sizes:
    return {place: end for place, (_, end) in source.bounds.items()}


async def newest_note(source: Source) -> tuple[Partition, BatchDecided]:
    """Of a lane whose last batch has read and said something."""
    for place, (_, end) in sorted(source.bounds.items()):
        if place.topic.startswith("journal.") and end:
            async for chunk in source.log.read(place, end - 1, end):
                note = BatchDecided.from_json(chunk[0].value or b"")
                if note.read and note.last_sequence > note.first_sequence:
                    return place, note
    raise AssertionError("no lane has read and said anything at the end")


async def test_where_everything_is_archived_there_is_none(source: Source, tmp_path: Path) -> None:
    assert await found(source, whole(source), tmp_path) == []


async def test_events_without_their_note_are_one(source: Source, tmp_path: Path) -> None:
    place, note = await newest_note(source)
    sizes = whole(source)
    sizes[place] -= 1
    (why,) = await found(source, sizes, tmp_path)
    assert why.startswith(
        f"{note.service}/{note.lane} has said event {note.last_sequence}, and its"
    )


async def test_a_lane_of_which_no_note_is_archived_at_all_is_one(
    source: Source, tmp_path: Path
) -> None:
    place, note = await newest_note(source)
    sizes = whole(source)
    sizes[place] = 0
    (why,) = await found(source, sizes, tmp_path)
    assert why.endswith("its notes are archived up to 0")
    assert str(note.lane) in why


async def test_a_note_without_what_it_has_read_is_one(source: Source, tmp_path: Path) -> None:
    _, note = await newest_note(source)
    read = note.read[-1]
    sizes = whole(source)
    sizes[Partition.parse(read.partition)] = read.end - 1
    whys = await found(source, sizes, tmp_path)
    name = f"{note.service}/{note.lane}"
    assert f"{name} has read {read.partition} to {read.end}, beyond what is archived" in whys


async def test_a_note_without_the_control_that_it_has_read_is_one(
    source: Source, tmp_path: Path
) -> None:
    _, note = await newest_note(source)
    sizes = whole(source)
    sizes[Partition(CONTROL, 0)] = note.control_end - 1
    whys = await found(source, sizes, tmp_path)
    assert any(
        f"{note.service}/{note.lane} has read control to {note.control_end}" in why for why in whys
    )


@pytest.mark.parametrize("lost", [0, 1], ids=["of-the-last-batch", "of-an-earlier-one"])
async def test_events_may_be_missing_of_the_last_batch_and_of_no_other(
    source: Source, tmp_path: Path, lost: int
) -> None:
    """A lane decides its last batch again."""
    place, _ = await newest_note(source)
    notes = [
        BatchDecided.from_json(record.value or b"")
        async for chunk in source.log.read(place, 0, source.bounds[place][1])
        for record in chunk
    ]
    speaking = [note for note in notes if note.last_sequence > note.first_sequence]
    note = speaking[-1 - lost]
    name = f"{note.service}/{note.lane}"
    at = await _place_of(source, name, note.last_sequence)
    sizes = whole(source)
    sizes[at[0]] = at[1]
    whys = [why for why in await found(source, sizes, tmp_path) if why.startswith(f"{name} ")]
    about_events = [why for why in whys if "has noted later batches" in why]
    assert bool(about_events) == (note != notes[-1])


async def _place_of(source: Source, name: str, sequence: int) -> tuple[Partition, int]:
    wanted = (name.encode(), b"%d" % sequence)
    async for record in source.records():
        headers = dict(record.headers)
        said = (headers.get("ce_source"), headers.get("ce_sequence"))
        if said == wanted and not record.topic.startswith("journal."):
            return Partition(record.topic, record.partition), record.offset
    raise AssertionError(f"{name} has said nothing as {sequence}")
