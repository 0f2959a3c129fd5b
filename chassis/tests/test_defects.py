"""Defects in the journal's words, for ever; a record with a number takes its place whatever is in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import pytest
from filrouge_chassis import batch as batches
from filrouge_chassis.batch import Batch, Decided
from filrouge_chassis.control import Control, to_microseconds
from filrouge_chassis.decider import Context, Decider, Due
from filrouge_chassis.defects import DEFECTS_IN_A_ROW_AT_MOST
from filrouge_chassis.errors import Malformed, SequenceHole, TooManyDefects
from filrouge_chassis.lane_row import LaneRow, WakeCursor
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import RawRecord
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise, parked_in
from filrouge_contracts.budget import CommitmentRequested
from filrouge_contracts.equipment import OrderRefused, OrderRequested
from filrouge_contracts.journal import DefectNote
from msgspec.structs import replace

HEARD = "equipment.g1/0"
LATER = toy.START + timedelta(hours=1)
Change = Callable[[RawRecord], RawRecord]


def sound(
    state: toy.Order, event: OrderRequested, context: Context
) -> Iterator[CommitmentRequested]:
    """The mended rule: every request is asked for."""
    return toy.request(state, event.model_copy(update={"quantity": 1}), context)


def otherwise(
    _state: toy.Order, event: OrderRequested, _context: Context
) -> Iterator[CommitmentRequested]:
    """Another mistake than that of the toy."""
    raise ZeroDivisionError(f"for {event.order}")
    yield


def with_rule(event: type[OrderRequested] | type[Due], rule: object) -> Decider:
    return dataclasses.replace(toy.ORDERS, rules={**toy.ORDERS.rules, ("order", event): rule})  # type: ignore[dict-item]


def with_header(name: str, value: bytes | None) -> Change:
    def changed(record: RawRecord) -> RawRecord:
        return replace(record, headers=tuple({**dict(record.headers), name: value}.items()))

    return changed


def again(
    lane: Stepwise, noted: Iterable[DefectNote] | None, decider: Decider, *records: RawRecord
) -> Batch:
    """The first batch of the lane, decided once more by another release."""
    batch = Batch(decider, lane.identity, LaneRow(), Progress(LaneRow(), Control()), {}, noted)
    lane.take(batch, *records)
    return batch


def same(first: Decided | None, second: Decided | None) -> bool:
    assert first is not None
    assert second is not None
    return (first.note, first.journal, first.events_bytes) == (
        second.note,
        second.journal,
        second.events_bytes,
    )


# --- deciding again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "between"), [(sound, [2, 4]), (toy.request, [2, 4]), (otherwise, [])]
)
def test_what_was_parked_is_parked_again_in_the_journals_words_whatever_the_release_says(
    rule: object, between: list[int]
) -> None:
    """`between`: orders that were decided then; a release must decide these as it was done."""
    lane = Stepwise()
    heard = lane.hear(
        toy.order_requested(1, toy.POISON),
        toy.order_requested(1),
        *(toy.order_requested(number) for number in between),
        toy.order_requested(3, toy.POISON),
    )
    first = lane.keep(lane.batch(*heard))
    assert first is not None
    failed, _ = first.note.defects
    assert (failed.partition, failed.offset, failed.key) == (HEARD, 0, "")
    assert (failed.error, failed.reason) == ("RuleFailed", "Poisoned: O-1")
    second = again(lane, first.note.defects, with_rule(OrderRequested, rule), *heard)
    assert second.counts.parked == 3
    assert second.states.keys() == {f"order:O-{number}" for number in between}
    assert same(first, second.finish())


def test_words_that_no_release_ever_says_are_kept_too() -> None:
    lane = Stepwise()
    heard = lane.hear(toy.order_requested(1), toy.order_requested(2))
    note = DefectNote(
        partition=HEARD, offset=1, key="", error="Outlived", reason="of old", remedy="none"
    )
    decided = again(lane, [note], toy.ORDERS, *heard).finish()
    assert decided is not None
    assert decided.note.defects == (note,)
    (parked,) = parked_in(decided)
    assert (parked.key, parked.error) == ("order:O-2", "Outlived")
    assert (parked.reason, parked.remedy, parked.behind) == ("of old", "none", False)
    assert decided.states.keys() == {"order:O-1"}


def test_without_a_note_the_mended_rule_decides() -> None:
    lane = Stepwise()
    heard = lane.hear(toy.order_requested(1, toy.POISON))
    for noted in (None, ()):
        batch = again(lane, noted, with_rule(OrderRequested, sound), *heard)
        assert batch.counts.parked == 0
        assert batch.states.keys() == {"order:O-1"}


def test_a_timer_that_was_parked_is_parked_again_and_no_other_of_its_tick() -> None:
    def raises(state: toy.Order, due: Due, context: Context) -> Iterator[OrderRefused]:
        if state.quantity == 2:
            raise toy.Poisoned("by the clock")
        return toy.give_up(state, due, context)

    lane = Stepwise(with_rule(Due, raises))
    lane.keep(lane.batch(*lane.hear(*(toy.order_requested(n, quantity=n) for n in (1, 2, 3)))))
    due = [(to_microseconds(lane.states[key].due_at), key) for key in sorted(lane.states)]
    end = lane.tick(LATER)

    def woken(decider: Decider, noted: Iterable[DefectNote] | None) -> Decided | None:
        batch = Batch(decider, lane.identity, lane.committed, lane.progress, lane.states, noted)
        batch.take_control(lane.control, end)
        batch.wake(due, done=True)
        return batch.finish()

    first = woken(lane.decider, None)
    assert first is not None
    (note,) = first.note.defects
    assert (note.partition, note.offset, note.key) == ("control.g1", 0, "order:O-2")
    assert same(first, woken(toy.ORDERS, first.note.defects))
    assert not same(first, woken(toy.ORDERS, ()))


def test_timers_that_are_parked_at_one_tick_have_ids_of_their_own() -> None:
    def raises(_state: toy.Order, _due: Due, _context: Context) -> Iterator[OrderRefused]:
        raise toy.Poisoned("by the clock")

    lane = Stepwise(with_rule(Due, raises))
    lane.keep(lane.batch(*lane.hear(toy.order_requested(1), toy.order_requested(2))))
    batch = lane.batch()
    batch.take_control(lane.control, lane.tick(LATER))
    batch.wake([(0, key) for key in sorted(lane.states)], done=True)
    decided = batch.finish()
    assert decided is not None
    ids = [dict(event.headers)["ce_id"].decode() for event in decided.events]
    tick = "equipment_orders/control.g1/0/0"
    assert ids == [f"{tick}/order:O-1/parked/0", f"{tick}/order:O-2/parked/0"]


def test_a_second_way_that_failed_fails_again_when_it_is_decided_again() -> None:
    lane = Stepwise()
    parked = parked_in(lane.keep(lane.batch(*lane.hear(toy.order_requested(1, toy.POISON)))))
    heard = lane.redrive(*parked)
    committed, progress, states = lane.committed, lane.progress, dict(lane.states)
    first = lane.keep(lane.batch(*heard))
    assert first is not None
    mended = with_rule(OrderRequested, sound)
    batch = Batch(mended, lane.identity, committed, progress, states, first.note.defects)
    lane.take(batch, *heard)
    assert batch.progress.row.closed == {"order:O-1": (1, 0)}
    assert same(first, batch.finish())


def test_deciding_again_is_not_stopped_by_as_many_defects_as_a_lane_is() -> None:
    lane = Stepwise()
    many = DEFECTS_IN_A_ROW_AT_MOST + 10
    bad = [toy.order_requested(number, toy.POISON) for number in range(many)]
    heard = lane.hear(*bad)
    with pytest.raises(TooManyDefects):
        lane.batch(*heard)
    notes = [
        DefectNote(
            partition=HEARD, offset=number, key="", error="RuleFailed", reason="r", remedy="m"
        )
        for number in range(many)
    ]
    assert again(lane, notes, toy.ORDERS, *heard).counts.parked == many


# --- a record that has a number -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        with_header("ce_type", b"fr.filrouge.equipment.order-requested.v2"),
        with_header("ce_type", None),
        with_header("ce_receivedms", b"noon"),
        with_header("ce_traceparent", b"\xff"),
        lambda record: replace(record, key=None),
        lambda record: replace(record, key=b"\xff"),
        lambda record: replace(record, value=b"{}"),
        lambda record: replace(record, value=None),
    ],
)
def test_after_a_malformed_record_with_a_number_the_next_one_of_its_lane_is_no_hole(
    change: Change,
) -> None:
    lane = Stepwise()
    first, second, third = lane.hear(*(toy.order_requested(number) for number in (1, 2, 3)))
    batch = lane.batch(first, change(second))
    assert batch.progress.row.watermarks == {HEARD: {"partner_gateway/0": 3}}
    decided = lane.keep(batch)
    assert decided is not None
    assert [note.error for note in decided.note.defects] == [Malformed.__name__]
    assert decided.note.watermarks == {HEARD: {"partner_gateway/0": 3}}
    batch = lane.batch(third)
    lane.keep(batch)
    assert (batch.counts.duplicates, batch.counts.parked) == (0, 0)
    assert lane.states.keys() == {"order:O-1", "order:O-3"}


def test_a_malformed_record_that_is_published_again_is_a_duplicate_and_parked_once() -> None:
    lane = Stepwise()
    (record,) = lane.hear(toy.order_requested(1))
    strange = with_header("ce_receivedms", b"noon")(record)
    batch = lane.batch(strange, replace(strange, offset=1))
    assert (batch.counts.parked, batch.counts.duplicates) == (1, 1)
    assert batch.progress.row.closed == {"order:O-1": (1, 0)}


def test_a_malformed_record_behind_missing_ones_is_a_hole_like_any_other() -> None:
    lane = Stepwise()
    _, record = lane.hear(toy.order_requested(1), toy.order_requested(2))
    strange = replace(record, offset=0, key=None)
    with pytest.raises(SequenceHole, match="sent 3 after its 2, but the last one seen here is 0"):
        lane.batch(strange)


def test_a_record_without_a_number_takes_no_place_in_the_sequence() -> None:
    lane = Stepwise()
    first, second = lane.hear(toy.order_requested(1), toy.order_requested(2))
    batch = lane.batch(first, with_header("ce_sequence", b"two")(second))
    assert batch.progress.row.watermarks == {HEARD: {"partner_gateway/0": 2}}
    assert batch.progress.row.closed == {"order:O-2": (1, 0)}


def test_a_malformed_record_of_a_closed_key_waits_behind_and_is_malformed_on_its_second_way() -> (
    None
):
    lane = Stepwise()
    first, second = lane.hear(toy.order_requested(1, toy.POISON), toy.order_requested(1))
    strange = with_header("ce_type", b"fr.filrouge.equipment.order-requested.v2")(second)
    failed, behind = parked_in(lane.keep(lane.batch(first, strange)))
    assert (behind.behind, behind.key) == (True, "order:O-1")
    lane.decider = with_rule(OrderRequested, sound)
    decided = lane.keep(lane.batch(*lane.redrive(failed, behind)))
    assert decided is not None
    (note,) = decided.note.defects
    assert (note.error, "hears another version" in note.reason) == ("Malformed", True)
    assert lane.committed.closed == {"order:O-1": (2, 1)}


# --- how large a batch may grow ----------------------------------------------------------------------


def test_a_batch_is_full_with_so_many_defects() -> None:
    lane = Stepwise()
    orders = [
        toy.order_requested(number, toy.POISON if number % 2 else 1)
        for number in range(2 * batches.DEFECTS_AT_MOST)
    ]
    heard = lane.hear(*orders)
    batch = lane.batch(*heard[:-1])
    assert not batch.full
    lane.take(batch, heard[-1])
    assert batch.full
    lane.keep(batch)
    assert not lane.batch().full


def test_records_that_wait_behind_are_no_defects() -> None:
    lane = Stepwise()
    behind = [toy.order_requested(1) for _ in range(batches.DEFECTS_AT_MOST)]
    batch = lane.batch(*lane.hear(toy.order_requested(1, toy.POISON), *behind))
    assert batch.counts.parked == batches.DEFECTS_AT_MOST + 1
    assert not batch.full


def test_a_batch_is_full_with_so_many_bytes_of_events(monkeypatch: pytest.MonkeyPatch) -> None:
    lane = Stepwise()
    heard = lane.hear(*(toy.order_requested(number) for number in (1, 2)))
    (event,) = lane.batch(heard[0]).finish().events  # type: ignore[union-attr]
    monkeypatch.setattr(batches, "ROW_AT_MOST_BYTES", 2 * len(event.value))
    batch = lane.batch(heard[0])
    assert not batch.full
    lane.take(batch, heard[1])
    assert batch.full


def test_timers_that_a_full_batch_did_not_wake_wait_for_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raises(state: toy.Order, due: Due, context: Context) -> Iterator[OrderRefused]:
        raise toy.Poisoned("by the clock")

    monkeypatch.setattr(batches, "DEFECTS_AT_MOST", 2)
    lane = Stepwise(with_rule(Due, raises))
    lane.keep(lane.batch(*lane.hear(*(toy.order_requested(n, quantity=n) for n in (1, 2, 3)))))
    due = [(to_microseconds(lane.states[key].due_at), key) for key in sorted(lane.states)]
    batch = lane.batch()
    batch.take_control(lane.control, lane.tick(LATER))
    batch.wake(due, done=True)
    assert batch.counts.woken == 2
    assert batch.progress.row.waking == WakeCursor(*due[1])
    lane.keep(batch)
    following = lane.batch()
    following.wake(due[2:], done=True)
    assert (following.counts.woken, following.progress.row.waking) == (1, None)
