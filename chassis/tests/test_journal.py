"""The first journal record for a range of sequences counts, later ones are void, for every reader."""

from __future__ import annotations

import pytest
from filrouge_chassis.errors import LaneStopped, LogLost
from filrouge_chassis.journal import Journal
from filrouge_chassis.outbound import Identity
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_contracts.journal import BatchDecided
from hypothesis import given
from hypothesis import strategies as st

PLACE = Partition("journal.equipment_orders.g1", 1)
Sequences = tuple[int, int]


def note(sequences: Sequences, digest: str = "ours") -> BatchDecided:
    first, last = sequences
    return BatchDecided(
        service="equipment_orders",
        lane=1,
        batch=first,
        release="test",
        shape="1_0a1b2c3d",
        first_sequence=first,
        last_sequence=last,
        control_end=0,
        events_sha256=digest,
    )


def write(broker: FakeBroker, said: BatchDecided) -> int:
    return broker.append(Outgoing(*PLACE, b"lane:1", said.to_json(), ()))


def journal_of(*ranges: Sequences) -> tuple[FakeBroker, Journal]:
    broker = FakeBroker()
    for number, sequences in enumerate(ranges):
        write(broker, note(sequences, f"{number}"))
    return broker, Journal(FakeLog(broker), PLACE)


async def followed(journal: Journal) -> list[tuple[int, int, str]]:
    return [
        (said.first_sequence, said.last_sequence, said.events_sha256)
        async for said in journal.follow()
    ]


def test_a_lane_has_one_journal_partition() -> None:
    identity = Identity("equipment_orders", 1, 4)
    assert Journal.of(FakeLog(FakeBroker()), identity).partition == PLACE


@pytest.mark.parametrize(
    ("ranges", "counted"),
    [
        ([], []),
        ([(1, 4)], [0]),
        ([(1, 4), (5, 5), (6, 9)], [0, 1, 2]),
        ([(1, 4), (1, 4)], [0]),
        ([(1, 4), (1, 9), (5, 7)], [0, 2]),
        ([(1, 4), (5, 6), (1, 4), (5, 6), (7, 8)], [0, 1, 4]),  # published again after a load
        ([(1, 4), (2, 9), (4, 8), (5, 5)], [0, 3]),
        ([(1, 4), (5, 9), (5, 6), (7, 8)], [0, 1]),
    ],
)
async def test_the_first_record_for_a_range_counts(
    ranges: list[Sequences], counted: list[int]
) -> None:
    _, journal = journal_of(*ranges)
    assert await followed(journal) == [(*ranges[number], f"{number}") for number in counted]
    assert journal.end == len(ranges)
    assert journal.sequence == (ranges[counted[-1]][1] if counted else 0)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3)), max_size=12))
async def test_what_counts_has_neither_gap_nor_overlap_and_is_the_same_read_in_parts(
    written: list[tuple[int, int]],
) -> None:
    broker, at_once = FakeBroker(), []
    in_parts, counted = Journal(FakeLog(broker), PLACE), []
    reached = 0
    for number, (first, more) in enumerate(written):
        if first <= reached + 1:  # no lane writes beyond what it has followed
            reached = max(reached, first + more if first == reached + 1 else 0)
            write(broker, note((first, first + more), f"{number}"))
            counted += await followed(in_parts)
    at_once = await followed(Journal(FakeLog(broker), PLACE))
    assert at_once == counted
    assert [first for first, _, _ in counted] == [1, *(last + 1 for _, last, _ in counted)][:-1]


async def test_it_is_followed_from_where_it_was_left() -> None:
    broker, journal = journal_of((1, 2), (3, 4))
    assert len(await followed(journal)) == 2
    assert await followed(journal) == []
    write(broker, note((5, 6), "new"))
    assert await followed(journal) == [(5, 6, "new")]


@pytest.mark.parametrize(
    ("ranges", "where"), [([(2, 3)], 0), ([(1, 4), (6, 7)], 1), ([(1, 2), (1, 2), (4, 4)], 2)]
)
async def test_a_missing_record_is_a_loss(ranges: list[Sequences], where: int) -> None:
    _, journal = journal_of(*ranges)
    with pytest.raises(LogLost, match=rf"{PLACE}/{where}: sequence .* a journal record is missing"):
        await followed(journal)


@pytest.mark.parametrize("value", [None, b"", b"{}", b'{"service":"x","lane":"secret"}'])
async def test_a_record_that_is_none_is_somebody_elses_and_not_passed_over(
    value: bytes | None,
) -> None:
    broker, journal = journal_of((1, 2))
    broker.append(Outgoing(*PLACE, b"", value, ()))  # type: ignore[arg-type]
    with pytest.raises(LaneStopped, match=rf"{PLACE}/1 is no journal record") as caught:
        await followed(journal)
    assert "secret" not in str(caught.value)


OURS = note((3, 5))


@pytest.mark.parametrize(
    ("between", "mine", "sequence"),
    [
        ([], True, 5),
        ([OURS], True, 5),  # our own earlier attempt
        ([OURS, OURS], True, 5),
        ([note((3, 5), "theirs")], False, 5),
        ([note((3, 4), "theirs")], False, 4),
        ([note((3, 3), "theirs"), note((4, 5), "theirs")], False, 3),
        ([note((1, 2), "again")], True, 5),  # void: its sequences had been said before
        ([note((2, 9), "theirs")], True, 5),
        ([OURS, note((3, 5), "theirs")], True, 5),
        ([note((3, 5), "theirs"), OURS], False, 5),
        ([OURS, note((6, 7), "theirs")], False, 7),  # they go on from ours
    ],
)
async def test_our_record_is_ours_if_no_other_came_first(
    between: list[BatchDecided], mine: bool, sequence: int
) -> None:
    broker, journal = journal_of((1, 2))
    await followed(journal)
    for said in between:
        write(broker, said)
    assert await journal.mine(OURS, write(broker, OURS)) is mine
    assert journal.sequence == sequence


async def test_a_row_published_again_after_a_load_that_followed_it_is_still_ours() -> None:
    broker, journal = journal_of((1, 2))
    write(broker, OURS)
    await followed(journal)
    assert await journal.mine(OURS, write(broker, OURS))
    assert (journal.end, journal.sequence) == (3, 5)
    following = note((6, 6))
    assert await journal.mine(following, write(broker, following))
    assert (journal.end, journal.sequence) == (4, 6)


async def test_what_others_wrote_since_that_load_is_not_overlooked() -> None:
    """An instance that should be dead journals the sequences that we shall use next."""
    broker, journal = journal_of((1, 2))
    write(broker, OURS)
    await followed(journal)
    write(broker, note((6, 8), "theirs"))
    next_row, sent = note((6, 8)), []
    for said in (OURS, next_row):
        if not await journal.mine(said, write(broker, said)):
            break
        sent.append(said)
    assert next_row not in sent


async def test_after_our_own_earlier_attempt_nothing_has_to_be_read_again() -> None:
    reads: list[str] = []

    async def count(place: str) -> None:
        reads.append(place)

    broker, _ = journal_of((1, 2))
    journal = Journal(FakeLog(broker, count), PLACE, end=1, sequence=2)
    write(broker, OURS)  # acknowledged to nobody
    assert await journal.mine(OURS, write(broker, OURS))
    assert "read" in reads
    reads.clear()
    for number in range(6, 9):
        said = note((number, number))
        assert await journal.mine(said, write(broker, said))
    assert reads == []


async def test_rows_follow_one_another_without_reading_the_journal() -> None:
    async def no_reading(place: str) -> None:
        assert place not in ("read", "bounds")

    broker = FakeBroker()
    journal = Journal(FakeLog(broker, no_reading), PLACE)
    for number in range(1, 9):
        said = note((number, number))
        assert await journal.mine(said, write(broker, said))
    assert (journal.end, journal.sequence) == (8, 8)
