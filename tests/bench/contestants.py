"""One round each: the service, the floor below it and the naive handler, as processes of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from filrouge.stack.child import Child, Command
from filrouge.supervisor import supervised
from filrouge_chassis.history import as_published
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.testing.collector import collecting
from filrouge_contracts.entry import BUDGET_ACCOUNTING
from filrouge_contracts.table.budget import BUDGET

from tests.bench import floor, naive
from tests.bench.installation import LANES, Asked, Installation
from tests.bench.rates import Measured, measure

FOLDER = Path(__file__).parents[2]
STATE_BYTES = 150  # of a budget line, encoded


async def stage(
    here: Installation, asked: Asked, environment: Mapping[str, str] | None = None
) -> Measured:
    with supervised(here.stack, LANES, environment) as supervisor:
        process = supervisor.start(BUDGET_ACCOUNTING)
        return await measure(here, asked.end, asked.count, process.child)


async def traced_stage(here: Installation, asked: Asked, settings: Mapping[str, str]) -> Measured:
    """The stage telling its traces to a collector that takes them all."""
    with collecting() as collector:
        return await stage(here, asked, {"FILROUGE_TRACE_COLLECTOR": collector.address, **settings})


async def floor_below(here: Installation, asked: Asked, number: int) -> Measured:
    topic = f"bench.floor-{number}"
    places = await here.new_topic(topic)
    order = floor.Order(
        kafka=here.stack.kafka,
        postgres=here.stack.postgres,
        read_topic=BUDGET,
        read={place.number: (first, asked.end[place]) for place, first in asked.first.items()},
        write_topic=topic,
        partitions=LANES,
        like=await _last_said(here),
        state_bytes=here.lines // LANES * STATE_BYTES,
    )
    before = dict.fromkeys(places, 0)
    with _program(here, floor.__name__, order) as child:
        return await measure(here, before, asked.count, child)


async def naive_handler(here: Installation, number: int, count: int) -> Measured:
    read_topic, write_topic = f"bench.naive-in-{number}", f"bench.naive-out-{number}"
    (read_place,) = await here.new_topic(read_topic, 1)
    (write_place,) = await here.new_topic(write_topic, 1)
    await here.publish(
        [Outgoing(*read_place, b"line", request.to_json(), ()) for request in here.requests(count)]
    )
    order = naive.Order(
        kafka=here.stack.kafka,
        postgres=here.stack.postgres,
        read_topic=read_topic,
        write_topic=write_topic,
        group=read_topic,
    )
    with _program(here, naive.__name__, order) as child:
        return await measure(here, {write_place: 0}, count, child)


async def _last_said(here: Installation) -> Outgoing:
    """The last event that the service said: what the floor writes has the same size."""
    place = Partition(BUDGET, 0)
    end = (await here.ends([place]))[place]
    async for chunk in here.log.read(place, end - 1, end):
        return as_published(chunk[0])
    raise AssertionError("the service has said nothing")


@contextmanager
def _program(here: Installation, module: str, order: msgspec.Struct) -> Iterator[Child]:
    child = Child(module.rpartition(".")[2], here.stack.folder, here.stack.janitor)
    argv = (sys.executable, "-m", module, msgspec.json.encode(order).decode())
    child.start(Command(argv, {"PATH": "", "PYTHONPATH": str(FOLDER)}, FOLDER))
    try:
        yield child
    finally:
        child.stop()
