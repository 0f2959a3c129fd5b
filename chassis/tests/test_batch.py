"""What happens to one record, and to one timer, of a batch; dropping a batch leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from filrouge_chassis.control import to_microseconds
from filrouge_chassis.errors import SequenceHole, SkippedRecords
from filrouge_chassis.progress import Counts
from filrouge_chassis.records import RawRecord
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise
from filrouge_contracts.budget import CommitmentRequested
from filrouge_contracts.control import ParameterSet
from filrouge_contracts.equipment import OrderCompleted, OrderRefused
from filrouge_contracts.topics import CONTROL
from msgspec.structs import replace

HEARD = "equipment.g1/0"
ASKED = {CommitmentRequested.event_type: 1}
REFUSED = {OrderRefused.event_type: 1}
Next = Callable[[Stepwise, RawRecord], RawRecord]


def new(lane: Stepwise, _before: RawRecord) -> RawRecord:
    (record,) = lane.hear(toy.order_requested(2))
    return record


def with_header(name: str, value: bytes) -> Next:
    def made(lane: Stepwise, before: RawRecord) -> RawRecord:
        record = new(lane, before)
        return replace(record, headers=tuple({**dict(record.headers), name: value}.items()))

    return made


def with_offset(change: int) -> Next:
    return lambda lane, before: replace(new(lane, before), offset=before.offset + change)


def published_again(_lane: Stepwise, before: RawRecord) -> RawRecord:
    return replace(before, offset=before.offset + 1)


@pytest.mark.parametrize(
    ("following", "counts", "position"),
    [
        (new, Counts(taken=1, decided=ASKED), 2),
        (with_offset(0), Counts(), 1),  # below the position
        (with_offset(-1), Counts(), 1),
        (published_again, Counts(taken=1, duplicates=1), 2),
        (with_header("ce_type", b"com.example.unknown"), Counts(taken=1, ignored=1), 2),
        (
            with_header("ce_type", OrderCompleted.event_type.encode()),  # said, but not heard
            Counts(taken=1, ignored=1),
            2,
        ),
        (lambda *at: replace(new(*at), key=b"line:L-0"), Counts(taken=1, ignored=1), 2),
        (lambda lane, _: lane.hear(toy.order_requested(1))[0], Counts(taken=1), 2),  # silent rule
        (lambda *at: replace(new(*at), headers=()), Counts(taken=1, parked=1), 2),
        (lambda *at: replace(new(*at), value=b"{}"), Counts(taken=1, parked=1), 2),
        (lambda *at: replace(new(*at), key=None), Counts(taken=1, parked=1), 2),
        (
            lambda lane, _: lane.hear(toy.order_requested(2, toy.POISON))[0],
            Counts(taken=1, parked=1),
            2,
        ),
    ],
)
def test_what_happens_to_a_record_that_follows_another(
    following: Next, counts: Counts, position: int
) -> None:
    lane = Stepwise()
    (before,) = lane.hear(toy.order_requested(1))
    lane.keep(lane.batch(before))
    batch = lane.batch(following(lane, before))
    batch.counts.oldest_ms = None
    batch.counts.decided.pop("fr.filrouge.parking.record-parked.v1", None)
    assert batch.counts == counts
    assert batch.progress.row.positions == {"equipment.g1/0": position}


@pytest.mark.parametrize(
    ("following", "error", "reason"),
    [
        (with_offset(2), SkippedRecords, r"equipment\.g1/0: expected offset 1, got 2"),
        (with_header("ce_prev", b"1"), SequenceHole, r"partner_gateway/0 sent 4 after its 1, .* 2"),
        (with_header("ce_prev", b"3"), SequenceHole, r"partner_gateway/0 sent 4 after its 3, .* 2"),
    ],
)
def test_records_that_are_missing_stop_the_batch_and_are_named(
    following: Next, error: type[Exception], reason: str
) -> None:
    lane = Stepwise()
    (before,) = lane.hear(toy.order_requested(1))
    lane.keep(lane.batch(before))
    record = following(lane, before)
    with pytest.raises(error, match=reason):
        lane.batch(record)
    assert lane.progress.row.positions == {"equipment.g1/0": 1}
    assert lane.progress.row.watermarks == {"equipment.g1/0": {"partner_gateway/0": 2}}


def test_watermarks_are_kept_per_partition_and_producing_lane() -> None:
    lane = Stepwise()
    said = lane.hear(toy.order_requested(1), toy.order_requested(2))
    elsewhere = [replace(record, topic="delivery.g1") for record in said]
    other = [
        replace(
            record,
            offset=record.offset + 2,
            headers=tuple({**dict(record.headers), "ce_source": b"partner_gateway/1"}.items()),
        )
        for record in said
    ]
    batch = lane.batch(*said, *elsewhere, *other)
    assert batch.counts.duplicates == 0
    assert batch.progress.row.watermarks == {
        "equipment.g1/0": {"partner_gateway/0": 3, "partner_gateway/1": 3},
        "delivery.g1/0": {"partner_gateway/0": 3},
    }


def test_a_batch_that_is_dropped_leaves_everything_as_it_was_committed() -> None:
    lane = Stepwise()
    lane.keep(lane.batch(*lane.hear(toy.order_requested(1), toy.order_requested(2, toy.POISON))))
    row, states = lane.committed.copy(), dict(lane.states)
    batch = lane.batch(*lane.hear(toy.order_requested(3), toy.order_requested(2)))
    batch.take_control(lane.control, lane.tick(toy.START + timedelta(hours=1)))
    batch.wake([(to_microseconds(toy.START), "order:O-1")], done=False)
    assert batch.states.keys() == {"order:O-1", "order:O-3"}
    assert (lane.committed, lane.progress.row, lane.states) == (row, row, states)
    assert lane.progress.read == []


def test_what_was_ignored_is_noted_with_the_next_decision_and_nothing_twice() -> None:
    lane = Stepwise()
    (first, again) = lane.hear(toy.order_requested(1), toy.order_requested(1))
    lane.keep(lane.batch(first))
    assert lane.keep(lane.batch(again)) is None
    assert lane.progress.read == [["equipment.g1/0", 1, 2]]
    elsewhere = replace(first, topic="delivery.g1", headers=(*first.headers, ("ce_type", b"other")))
    assert lane.keep(lane.batch(elsewhere)) is None
    decided = lane.keep(lane.batch(*lane.hear(toy.order_requested(2), toy.order_requested(3))))
    assert decided is not None
    assert [(part.partition, part.first, part.end) for part in decided.note.read] == [
        ("equipment.g1/0", 1, 2),
        ("delivery.g1/0", 0, 1),
        ("equipment.g1/0", 2, 4),
    ]
    assert (decided.note.batch, len(decided.events)) == (2, 2)
    assert lane.keep(lane.batch()) is None
    empty = lane.keep(lane.batch(), note_anyway=True)
    assert empty is not None
    assert (empty.note.batch, empty.note.read, list(empty.events)) == (3, (), [])


def test_sequences_have_no_gap_and_each_partition_tells_its_own_predecessor() -> None:
    lane = Stepwise()
    numbers: list[tuple[str, int, int]] = []
    for batch in range(3):
        orders = [
            toy.order_requested(10 * batch + n, toy.POISON if n == 2 else 1) for n in range(4)
        ]
        decided = lane.keep(lane.batch(*lane.hear(*orders)))
        assert decided is not None
        for event in (decided.journal, *decided.events):
            headers = dict(event.headers)
            numbers.append((event.topic, int(headers["ce_sequence"]), int(headers["ce_prev"])))
    assert [sequence for _, sequence, _ in numbers] == list(range(1, 16))
    last: dict[str, int] = {}
    for name, sequence, prev in numbers:
        assert prev == last.get(name, 0)
        last[name] = sequence
    assert lane.committed.sent == {f"{name}/0": sequence for name, sequence in last.items()}


def test_an_event_is_named_after_the_record_that_caused_it() -> None:
    lane = Stepwise()
    lane.hear(toy.order_requested(0))
    lane.progress.row.positions[HEARD] = 1
    lane.progress.row.watermarks[HEARD] = {"partner_gateway/0": 2}
    decided = lane.keep(lane.batch(*lane.hear(toy.order_requested(1))))
    assert decided is not None
    headers = dict(decided.events[0].headers)
    assert headers["ce_id"] == b"equipment_orders/equipment.g1/0/1/0"
    assert (headers["ce_subject"], headers["ce_source"]) == (b"order:O-1", b"equipment_orders/0")
    assert dict(decided.journal.headers)["ce_id"] == b"equipment_orders/0/1"


# --- control and timers ---------------------------------------------------------------------------


def test_only_a_later_tick_wakes_what_is_due() -> None:
    lane = Stepwise()
    batch = lane.batch()
    batch.take_control(lane.control, lane.tick(toy.START))
    assert batch.progress.row.waking is not None
    batch.wake([], done=True)
    lane.keep(batch)
    said = ParameterSet(name="grace_seconds", value=60, effective_at=toy.START)
    lane.control.append(lane.control.end, said, 0)
    for end in (lane.control.end, lane.tick(toy.START), lane.tick(toy.START - timedelta(hours=1))):
        batch = lane.batch()
        batch.take_control(lane.control, end)
        assert batch.progress.row.waking is None
        assert batch.progress.row.control_offset == end
    assert batch.progress.control.now == toy.START


def test_the_due_are_woken_in_order_and_the_cursor_tells_how_far() -> None:
    lane = Stepwise()
    lane.keep(lane.batch(*lane.hear(*(toy.order_requested(number) for number in (1, 2, 3)))))
    due = [(to_microseconds(lane.states[key].due_at), key) for key in sorted(lane.states)]
    batch = lane.batch()
    batch.take_control(lane.control, lane.tick(toy.START))
    batch.wake(due[:2], done=False)
    first = lane.keep(batch)
    assert first is not None
    assert (first.note.woken, first.note.waking, first.note.control_end) == (2, due[1], 1)
    batch = lane.batch()
    batch.wake(due[2:], done=True)
    last = lane.keep(batch)
    assert last is not None
    assert (last.note.woken, last.note.waking) == (1, None)
    ids = [dict(event.headers)["ce_id"].decode() for event in (*first.events, *last.events)]
    assert ids == [f"equipment_orders/{CONTROL}/0/0/order:O-{number}/0" for number in (1, 2, 3)]
    assert {lane.states[key].status for key in lane.states} == {"ended"}
