"""A lane's past told by Kafka alone: folded to the same states, decided again to the same bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from filrouge_chassis.batch import Batch
from filrouge_chassis.decider import Context, Decider
from filrouge_chassis.errors import Diverged, LogLost
from filrouge_chassis.history import as_published, history, written_partitions
from filrouge_chassis.outbound import Identity
from filrouge_chassis.rebuild import Rebuilt, rebuild
from filrouge_chassis.records import Partition
from filrouge_chassis.replay import Past, Replayed, reexecute
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise, parked_in
from filrouge_contracts.budget import CommitmentRequested
from filrouge_contracts.control import ParameterSet
from filrouge_contracts.equipment import OrderRequested
from filrouge_contracts.parking import RecordParked
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

HEARD, ASKED = Partition("equipment.g1", 0), Partition("budget.g1", 0)
JOURNAL = Partition("journal.equipment_orders.g1", 0)
GATEWAY = ("ce_source", b"partner_gateway/0")


def dearer(
    state: toy.Order, event: OrderRequested, context: Context
) -> Iterator[CommitmentRequested]:
    """A rule changed without a version: it would decide the past in another way."""
    for said in toy.request(state, event, context):
        yield said.model_copy(update={"amount_cents": said.amount_cents + 1})


def with_rule(rule: object) -> Decider:
    return dataclasses.replace(
        toy.ORDERS,
        rules={**toy.ORDERS.rules, ("order", OrderRequested): rule},  # type: ignore[dict-item]
    )


async def past_of(*batches: int) -> Stepwise:
    """Batches of so many orders each, published."""
    lane = Stepwise()
    await lane.open()
    number = 0
    for count in batches:
        orders = [toy.order_requested(number + n) for n in range(count)]
        number += count
        lane.publish(await lane.commit(lane.batch(*lane.hear(*orders))))
    return lane


async def rebuilt_of(lane: Stepwise) -> Rebuilt:
    return await rebuild(lane.past, lane.journal())


async def reexecuted(past: Past) -> Replayed:
    return [Replayed(), *[replayed async for replayed in reexecute(past)]][-1]


def lose(lane: Stepwise, place: Partition, *offsets: int) -> None:
    """Records vanish and the others move up, as no broker would do."""
    kept = [r for r in lane.broker.partitions[place] if r.offset not in offsets]
    moved = [replace(record, offset=offset) for offset, record in enumerate(kept)]
    lane.broker.partitions[place] = moved


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("orders"), st.lists(st.integers(0, 6), min_size=1, max_size=5)),
        st.tuples(st.just("poison"), st.lists(st.integers(0, 6), min_size=1, max_size=3)),
        st.tuples(st.just("tick"), st.integers(0, 9)),
        st.tuples(st.just("grace"), st.integers(0, 400)),
        st.tuples(st.just("redrive"), st.integers(0, 2)),
        st.tuples(st.just("again"), st.integers(0, 9)),
    ),
    max_size=12,
)


class Life:
    """Lets a lane live through such steps, everything read and published."""

    def __init__(self) -> None:
        self.lane = Stepwise()
        self.parked: list[RecordParked] = []
        self.minutes = 0

    async def take(self, what: str, said: Any) -> None:
        lane = self.lane
        match what:
            case "orders":
                lane.hear(*map(toy.order_requested, said))
            case "poison":
                lane.hear(*(toy.order_requested(number, toy.POISON) for number in said))
            case "again":
                heard = [r for r in lane.broker.partitions[HEARD] if GATEWAY in r.headers]
                lane.write(*map(as_published, heard[max(0, len(heard) - said) :]))
            case "redrive":
                lane.redrive(*self.parked[said : said + 2])
            case "grace":
                event = ParameterSet(name="grace_seconds", value=said, effective_at=toy.START)
                lane.control.append(lane.control.end, event, 0)
        await self._commit(lane.batch(*lane.unread()))
        if what == "tick":
            self.minutes += said
            await self._commit(await lane.woken(toy.START + timedelta(minutes=self.minutes)))

    async def _commit(self, batch: Batch) -> None:
        row = await self.lane.commit(batch)
        self.lane.publish(row)
        self.parked += parked_in(self.lane.last)


@given(STEPS)
async def test_rebuilt_it_is_where_it_was(steps: list[tuple[str, Any]]) -> None:
    life = Life()
    lane = life.lane
    await lane.open()
    for what, said in steps:
        await life.take(what, said)
    rebuilt = await rebuilt_of(lane)
    row = replace(rebuilt.row, journal_offset=0, journal_sequence=0)
    assert (row, rebuilt.states, rebuilt.outbox) == (lane.committed, lane.states, [])


@given(STEPS.filter(lambda steps: not {"poison", "redrive"} & {what for what, _ in steps}))
async def test_decided_again_it_says_the_same_bytes(steps: list[tuple[str, Any]]) -> None:
    life = Life()
    await life.lane.open()
    for what, said in steps:
        await life.take(what, said)
    replayed = await reexecuted(life.lane.past)
    assert (replayed.batches, replayed.first_difference) == (life.lane.committed.batch, None)


@pytest.mark.parametrize("events", [0, 1, 2])
async def test_a_last_batch_that_is_half_in_kafka_goes_back_to_the_outbox(events: int) -> None:
    lane = await past_of(2)
    row = await lane.commit(lane.batch(*lane.hear(*map(toy.order_requested, (5, 6, 7)))))
    lane.publish(row, events)
    rebuilt = await rebuilt_of(lane)
    assert rebuilt.outbox == [row]
    assert rebuilt.states == lane.states
    assert replace(rebuilt.row, journal_offset=0, journal_sequence=0) == lane.committed
    assert (rebuilt.row.journal_offset, rebuilt.row.journal_sequence) == (2, 7)


async def test_a_last_batch_that_would_be_decided_otherwise_is_not_decided() -> None:
    lane = await past_of(1)
    row = await lane.commit(lane.batch(*lane.hear(toy.order_requested(5))))
    lane.publish(row, 0)
    past = dataclasses.replace(lane.past, decider=with_rule(dearer))
    with pytest.raises(
        Diverged, match=r"equipment_orders/0 batch 2 of release test: .*not in Kafka"
    ):
        await rebuild(past, lane.journal())


async def test_what_was_published_twice_counts_once() -> None:
    lane = await past_of(2, 2)
    for record in [*lane.broker.partitions[ASKED][1:], *lane.broker.partitions[ASKED]]:
        lane.write(as_published(record))
    rebuilt = await rebuilt_of(lane)
    assert (rebuilt.states, rebuilt.events) == (lane.states, 4)


@pytest.mark.parametrize(
    ("place", "offset", "reason"),
    [
        (ASKED, 0, "equipment_orders/0: event 2 is not in Kafka"),
        (ASKED, 1, "equipment_orders/0: event 3 is not in Kafka"),
        (JOURNAL, 0, f"{JOURNAL}/0: sequence 4 follows 0"),
        (JOURNAL, 1, f"{JOURNAL}/1: sequence 7 follows 3"),
    ],
)
async def test_what_is_missing_from_the_middle_of_the_past_is_a_loss(
    place: Partition, offset: int, reason: str
) -> None:
    lane = await past_of(2, 2, 2)
    lose(lane, place, offset)
    with pytest.raises(LogLost, match=reason):
        await rebuilt_of(lane)
    with pytest.raises(LogLost, match=reason):
        await reexecuted(lane.past)


@pytest.mark.parametrize("change", [{"value": b"{}"}, {"key": b"line:L-9"}])
async def test_events_that_are_not_those_of_the_journal_are_a_loss(
    change: dict[str, bytes],
) -> None:
    lane = await past_of(2, 2)
    written = lane.broker.partitions[ASKED]
    written[1] = replace(written[1], **change)
    with pytest.raises(LogLost, match="events 2 to 3 are not those that the journal describes"):
        await rebuilt_of(lane)


async def test_the_first_decision_that_differs_is_shown() -> None:
    lane = await past_of(1, 2)
    replayed = await reexecuted(dataclasses.replace(lane.past, decider=with_rule(dearer)))
    assert replayed.batches == 1
    assert str(replayed.first_difference).startswith(
        "equipment_orders/0 batch 1 of release test: then fr.filrouge.budget.commitment-requested.v1"
    )


async def test_a_batch_without_events_belongs_to_the_past_as_well() -> None:
    lane = await past_of(1)
    lane.publish(await lane.commit(lane.batch(*lane.hear(toy.order_requested(0)))))
    past = [
        (b.note.batch, b.events) async for b in history(lane.log, lane.identity, lane.journal())
    ]
    assert [(number, len(events or ())) for number, events in past] == [(1, 1), (2, 0)]


@pytest.mark.parametrize(
    ("service", "partner", "expected"),
    [
        (
            "equipment_orders",
            None,
            {f"{topic}.g1/{n}" for topic in ("budget", "equipment", "held") for n in (0, 1)}
            | {"parked.equipment_orders.g1/1"},
        ),
        (
            "partner_gateway",
            "school-075",
            {
                f"{topic}.g1/{n}"
                for topic in ("budget", "delivery", "device", "equipment", "tutoring")
                for n in (0, 1)
            }
            | {"parked.partner_gateway.g1/1", "partners.school-075.verdicts.g1/0"},
        ),
    ],
)
def test_a_lane_writes_where_the_register_lets_its_service(
    service: str, partner: str | None, expected: set[str]
) -> None:
    places = written_partitions(Identity(service, 1, 2), partner)
    assert sorted(map(str, places)) == sorted(expected)
