"""What is archived is a consistent cut at every moment, whatever order partitions are read in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from random import Random

import pytest
from audit_trail import cut as cuts
from audit_trail.cut import Cut, LetGo, cut_of
from audit_trail.inbox import RECORD_BYTES
from filrouge_archive.archive import Archive
from filrouge_archive.consistency import Lane, Note
from filrouge_archive.errors import Missing
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition, RawRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit_trail.tests.around import SIGNER
from services.audit_trail.tests.lanes import FACTS, TIME, WORDS, Stream, faults, standing

ROOM_BYTES = 1_000_000_000
SEEDS = st.integers(0, 2**32)


def never(lost: LetGo) -> None:
    raise AssertionError(str(lost))


def cut_from(ends: Mapping[Partition, int], stream: Stream, room: int = ROOM_BYTES) -> Cut:
    lanes = standing(stream.records, ends)
    assert [one.standing(ends)[1] for one in lanes.values()] == [None] * len(lanes)
    return Cut(ends, {name: one.standing(ends)[0] for name, one in lanes.items()}, room, never)


def grown(seed: int, restarts: float = 0.0) -> list[str]:
    """What is wrong with any of the cuts, and with the last one if it is not everything."""
    chance = Random(seed)
    stream = Stream(chance)
    stream.work()
    cut, ends, read = cut_from({}, stream), dict[Partition, int](), dict[Partition, int]()
    for place, records in stream.portions(chance):
        for where, found in cut.take([(place, records)], 0.0):
            assert found[0].offset == ends.get(where, 0), "in order, and nothing twice"
            ends[where] = found[-1].offset + 1
        read[place] = records[-1].offset + 1
        if wrong := faults(stream.records, ends):
            return wrong
        if chance.random() < restarts:
            cut = cut_from(ends, stream)
            for where in read:
                waits = stream.records[where][ends.get(where, 0) : read[where]]
                assert not waits or cut.take([(where, waits)], 0.0) == []
    left = {place: end for place, end in read.items() if ends.get(place) != end}
    return [f"{place} was read to {end}, and waits" for place, end in left.items()]


@given(SEEDS)
def test_every_cut_is_consistent_and_in_the_end_all_is_in_it(seed: int) -> None:
    assert grown(seed) == []


@given(SEEDS)
@settings(max_examples=30)
def test_who_goes_on_from_an_archive_knows_what_lanes_still_have_to_say(seed: int) -> None:
    assert grown(seed, restarts=0.2) == []


@given(SEEDS)
def test_of_two_archivers_the_larger_ends_are_a_consistent_cut_too(seed: int) -> None:
    chance = Random(seed)
    stream = Stream(chance)
    stream.work()
    both = [_somewhere(stream, chance) for _ in range(2)]
    larger = {place: max(ends.get(place, 0) for ends in both) for place in stream.records}
    assert faults(stream.records, larger) == []


def _somewhere(stream: Stream, chance: Random) -> Mapping[Partition, int]:
    cut = cut_from({}, stream)
    portions = list(stream.portions(chance))
    for portion in portions[: chance.randrange(len(portions))]:
        cut.take([portion], 0.0)
    return cut.ends


def _without_reads(self: Lane, note: Note, ends: Mapping[Partition, int]) -> str | None:
    return "events" if self.missing and note.first_sequence > self.noted else None


def _without_control(self: Lane, note: Note, ends: Mapping[Partition, int]) -> str | None:
    if note.first_sequence <= self.noted:
        return None
    read = [one for one in note.read if one[0] != TIME]
    return "it" if self.missing or any(end > ends.get(at, 0) for at, end in read) else None


def _without_events(self: Lane, note: Note, ends: Mapping[Partition, int]) -> str | None:
    if note.first_sequence <= self.noted:
        return None
    return "reads" if any(end > ends.get(at, 0) for at, end in note.read) else None


def _without_notes(self: Lane, sequence: int) -> bool:
    self.missing.discard(sequence)
    return True


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("note_lacks", _without_reads),
        ("note_lacks", _without_control),
        ("note_lacks", _without_events),
        ("take_event", _without_notes),
    ],
    ids=["reads", "control", "events", "notes"],
)
def test_without_any_of_the_conditions_some_cut_is_not_consistent(
    monkeypatch: pytest.MonkeyPatch, name: str, without: Callable[..., object]
) -> None:
    monkeypatch.setattr(Lane, name, without)
    assert any(grown(seed) for seed in range(100))


# --- what cannot be had ---------------------------------------------------------------------------


class Scene:
    """A lane that has noted a batch with two events; nothing of it is read yet."""

    def __init__(self, room: int = ROOM_BYTES) -> None:
        self.stream = Stream(Random(1), lanes=1)
        self.lane = self.stream.lanes[0]
        self.lost: list[LetGo] = []
        self.cut = Cut({}, {}, room, self.lost.append)

    def says(self, sequence: int, place: Partition = FACTS[0]) -> None:
        self.stream.put(place, b"event", self.lane.source, sequence)

    def notes(self, first: int, last: int, read: str = "[]") -> None:
        value = f'{{"first_sequence":{first},"last_sequence":{last},"control_end":0,"read":{read}}}'
        self.stream.put(self.lane.journal, value.encode())

    def read(self, place: Partition, first: int = 0, now: float = 0.0) -> Mapping[Partition, int]:
        """Where partitions end after that, of those that have grown."""
        found = self.cut.take([(place, self.stream.records[place][first:])], now)
        return {where: records[-1].offset + 1 for where, records in found}

    def later(self, now: float) -> Mapping[Partition, int]:
        return {where: records[-1].offset + 1 for where, records in self.cut.take([], now)}


def test_an_event_waits_for_its_note_and_no_longer() -> None:
    scene = Scene()
    scene.says(2)
    scene.notes(1, 2)
    assert scene.read(FACTS[0]) == {}
    assert scene.read(scene.lane.journal) == {scene.lane.journal: 1, FACTS[0]: 1}


def test_events_whose_note_never_comes_are_let_go_once_and_their_lane_catches_up() -> None:
    scene = Scene()
    scene.says(5)
    assert scene.read(FACTS[0]) == {}
    assert scene.later(cuts.PATIENCE_SECONDS) == {}
    assert scene.later(cuts.PATIENCE_SECONDS + 1) == {FACTS[0]: 1}
    assert scene.lost == [
        LetGo(
            FACTS[0], 0, "budget_accounting/0 has said event 5, and its notes are archived up to 0"
        )
    ]
    scene.says(6)
    assert scene.read(FACTS[0], 1, 100.0) == {FACTS[0]: 2}, "it is not waited for again"
    scene.notes(1, 3)
    scene.notes(4, 6)
    assert scene.read(scene.lane.journal, 0, 100.0) == {scene.lane.journal: 2}
    scene.says(8)
    assert scene.read(FACTS[0], 2, 100.0) == {}, "its notes have caught up"
    assert len(scene.lost) == 1


def test_a_note_that_lacks_an_event_or_has_read_what_is_not_there_is_let_go() -> None:
    scene = Scene()
    scene.notes(1, 3)
    scene.notes(4, 4, '[{"partition":"orders.g1/0","end":7}]')
    assert scene.read(scene.lane.journal) == {scene.lane.journal: 1}
    scene.says(2)
    scene.says(3)
    assert scene.read(FACTS[0]) == {FACTS[0]: 2}
    assert scene.later(100.0) == {scene.lane.journal: 2}
    (lost,) = scene.lost
    assert lost.why == "budget_accounting/0 has read orders.g1/0 to 7, beyond what is archived"
    scene.notes(5, 6)
    scene.notes(7, 7)
    assert scene.read(scene.lane.journal, 2, 100.0) == {scene.lane.journal: 3}
    assert scene.later(200.0) == {scene.lane.journal: 4}
    assert (
        scene.lost[1].why
        == "budget_accounting/0 has noted later batches, and event 6 is not archived"
    )


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"no note",
        b'{"first_sequence":4}',
        b'{"first_sequence":9,"last_sequence":8,"control_end":0}',
        b'{"first_sequence":1,"last_sequence":99999999,"control_end":0}',
        b'{"first_sequence":1,"last_sequence":1,"control_end":0,"read":[{"partition":"x","end":1}]}',
    ],
)
def test_a_note_that_nobody_understands_is_not_waited_for(value: bytes) -> None:
    scene = Scene()
    for _ in range(2):
        scene.stream.put(scene.lane.journal, value)
    assert scene.read(scene.lane.journal) == {scene.lane.journal: 2}
    assert scene.lost == [LetGo(scene.lane.journal, 0, cuts.NOT_UNDERSTOOD)]
    scene.says(2)
    assert scene.read(FACTS[0]) == {FACTS[0]: 1}


def test_patience_begins_when_nothing_older_is_read_any_more() -> None:
    scene = Scene()
    scene.stream.put(WORDS, b"older")
    scene.stream.put(WORDS, b"older too")
    scene.says(2)
    assert scene.read(FACTS[0]) == {}
    older = scene.stream.records[WORDS]
    for hours, record in enumerate(older, 1):
        assert scene.cut.take([(WORDS, [record])], hours * 3600.0) == [(WORDS, [record])]
    assert scene.later(2 * 3600 + cuts.PATIENCE_SECONDS) == {}
    assert scene.later(2 * 3600 + cuts.PATIENCE_SECONDS + 1) == {FACTS[0]: 1}


def test_when_there_is_no_room_the_oldest_is_let_go() -> None:
    scene = Scene(room=3 * RECORD_BYTES)
    scene.says(2, FACTS[1])
    scene.says(3)
    assert scene.read(FACTS[0]) == {}
    assert scene.read(FACTS[1]) == {}
    assert scene.cut.crowded(1) == set(FACTS[:2])
    assert scene.cut.crowded(2) == set()
    scene.says(4, FACTS[2])
    assert scene.read(FACTS[2]) == {FACTS[1]: 1, FACTS[0]: 1, FACTS[2]: 1}
    assert [lost.place for lost in scene.lost] == [FACTS[1]]


def test_what_was_handed_on_takes_no_room_and_is_not_kept_while_more_waits_behind_it() -> None:
    scene = Scene(room=3 * (RECORD_BYTES + len(b"event")))
    scene.notes(1, 2)
    for sequence in (2, 3):
        scene.says(sequence)
    scene.read(FACTS[0])
    assert scene.read(scene.lane.journal) == {scene.lane.journal: 1, FACTS[0]: 1}
    for place in FACTS[1:3]:
        scene.says(4, place)
        assert scene.read(place) == {}
    assert scene.lost == []
    waits, handed_on = scene.stream.records[FACTS[0]][1], scene.stream.records[FACTS[0]][0]
    assert sys.getrefcount(handed_on) == sys.getrefcount(waits) - 1


def test_what_is_within_the_cut_is_handed_on_to_be_compared_and_counts_for_nothing() -> None:
    scene = Scene()
    scene.notes(1, 2)
    scene.says(2)
    scene.read(scene.lane.journal)
    scene.read(FACTS[0])
    scene.says(9)
    assert scene.read(FACTS[0]) == {FACTS[0]: 1}
    scene.cut.forget(FACTS[0])
    scene.notes(3, 9)
    again = RawRecord(*FACTS[0], 0, 0, b"", b"", ())
    assert scene.cut.take([(FACTS[0], [again])], 0.0) == [(FACTS[0], [again])]
    assert scene.read(FACTS[0], 1) == {}
    assert scene.read(scene.lane.journal, 1) == {scene.lane.journal: 2, FACTS[0]: 2}


def test_what_another_archiver_has_just_replaced_is_looked_for_once_more() -> None:
    archive = Archive(Store("memory:"), [SIGNER.verifier])
    times = 0

    def opened(fails: int) -> Archive:
        nonlocal times
        times += 1
        if times <= fails:
            raise Missing("tail/000-ab")
        return archive

    assert cut_of(partial(opened, 1), ROOM_BYTES, never).ends == {}
    times = 0
    with pytest.raises(Missing):
        cut_of(partial(opened, 2), ROOM_BYTES, never)
