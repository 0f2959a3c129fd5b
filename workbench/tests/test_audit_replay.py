"""What is replayed is what was asked for, in the order of the brokers; and it says where it is from."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from filrouge.audit.replay import choose
from filrouge.audit.sandbox import Pace, publish
from filrouge.audit.selection import Selection
from filrouge.audit.told import Told, told
from filrouge.stream import Source
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_contracts.budget import CommitmentAccepted
from filrouge_contracts.equipment import OrderPlaced

from workbench.tests.audited import Auditor, all_told

MAY = datetime(2020, 5, 4, 12, tzinfo=UTC)
BUDGET = Partition("budget.g1", 0)


async def replayed(source: Source, selection: Selection) -> list[Told]:
    chosen = await choose(source, selection)
    found = [one async for one, _ in chosen.records()]
    assert chosen.count == len(found)
    return found


CONDITIONS: list[tuple[Selection, Callable[[Told], bool]]] = [
    (Selection(type="OrderPlaced"), lambda one: one.type == OrderPlaced.event_type),
    (Selection(type=OrderPlaced.event_type), lambda one: one.type == OrderPlaced.event_type),
    (Selection(service="budget_accounting"), lambda one: one.source.startswith("budget_acc")),
    (Selection(since=MAY), lambda one: one.time >= "2020-05-04T12"),
    (Selection(until=MAY), lambda one: one.time < "2020-05-04T12"),
    (Selection(on=BUDGET, offsets=(3, 9)), lambda one: 3 <= one.place.offset < 9),
    (
        Selection(partner="accountant"),
        lambda one: ".accountant." in one.place.topic or ".accountant." in one.id,
    ),
]


@pytest.mark.parametrize(("selection", "fits"), CONDITIONS)
async def test_all_that_fits_is_replayed_and_nothing_else(
    source: Source, selection: Selection, fits: Callable[[Told], bool]
) -> None:
    every = [told(record) async for record in source.records(selection.places(source))]
    found = await replayed(source, selection)
    assert {one.place for one in found} == {one.place for one in every if fits(one)}
    assert 0 < len(found) < len(every)
    moments = [one.recorded_ms for one in found]
    assert moments == sorted(moments)


async def test_a_case_is_an_aggregate_with_all_that_its_words_led_to(source: Source) -> None:
    order = (await all_told(source, OrderPlaced))[0]
    found = await replayed(source, Selection(case=order.subject))
    mine = await replayed(source, Selection(key=order.subject))
    assert {one.place for one in mine} < {one.place for one in found}
    committed = next(one for one in found if one.name == CommitmentAccepted.__name__)
    assert committed.trace == order.trace
    assert {one.trace for one in found} <= {one.trace for one in mine}
    by_trace = await replayed(source, Selection(case=order.trace))
    assert {one.trace for one in by_trace} == {order.trace}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--type", "OrderPlcaed"], "no event is called 'OrderPlcaed'"),
        (["--on", "budget.g1/7"], "there is no partition budget.g1/7"),
        (["--on", "budget"], "'budget' is no partition: write topic/number"),
        (["--offsets", "1:2"], "offsets are those of one partition"),
        (["--on", "budget.g1/0", "--offsets", "1"], "'1' is no range of offsets"),
        (["--since", "soon"], "'soon' is no moment"),
        (["--to", "localhost:1"], "no broker answers at localhost:1"),
    ],
)
async def test_what_nobody_can_mean_is_refused_in_a_sentence(
    auditor: Auditor, arguments: list[str], sentence: str
) -> None:
    assert sentence in await auditor.refuses("replay", *arguments)


async def test_it_is_shown_a_line_per_event_or_as_json_with_all_data(
    source: Source, auditor: Auditor
) -> None:
    order = (await all_told(source, OrderPlaced))[0]
    only = ("replay", "--type", "OrderPlaced", "--key", order.key)
    (line,) = (await auditor.run(*only)).splitlines()
    assert all(part in line for part in (order.time, "OrderPlaced", order.key, str(order.place)))
    assert json.loads(await auditor.run(*only, "--ndjson")) == order.as_json()


@dataclass
class Clock:
    """Time passes only while somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def test_it_goes_out_at_its_speed_under_another_name_and_says_where_it_is_from(
    source: Source,
) -> None:
    selection = Selection(on=BUDGET, offsets=(0, 30))
    chosen, broker, clock = await choose(source, selection), FakeBroker(), Clock()
    publisher = await FakeLog(broker).publisher()
    pace = Pace(speed=2.0, clock=lambda: clock.now, sleep=clock.sleep)
    assert await publish(chosen.records(), publisher, pace) == 30
    lasted = timedelta(milliseconds=chosen.last_ms - chosen.first_ms).total_seconds()
    assert sum(clock.slept) == pytest.approx(lasted / 2)
    written = broker.partitions[Partition("replay.budget.g1", 0)]
    originals = [record async for record in source.records([BUDGET])][:30]
    for sent, original in zip(written, originals, strict=True):
        assert (sent.key, sent.value) == (original.key, original.value)
        assert sent.headers == (
            *original.headers,
            ("replay_topic", b"budget.g1"),
            ("replay_partition", b"0"),
            ("replay_offset", b"%d" % original.offset),
            ("replay_recordedms", b"%d" % original.timestamp),
        )


async def test_without_a_speed_nobody_waits(source: Source) -> None:
    chosen, clock = await choose(source, Selection(on=BUDGET)), Clock()
    sent: list[int] = []

    class Counting:
        async def publish(self, records: Sequence[Outgoing]) -> list[int]:
            sent.append(len(records))
            return []

        async def close(self) -> None: ...

    pace = Pace(clock=lambda: clock.now, sleep=clock.sleep)
    assert await publish(chosen.records(), Counting(), pace) == chosen.count == sum(sent)
    assert (clock.slept, max(sent)) == ([], 500)
