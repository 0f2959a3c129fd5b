"""Replayed to a real broker: what arrives is what was recorded; where an installation lives it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from filrouge.stack import Stack
from filrouge.stream import Source, kafka_source
from filrouge.testing.emptied import empty
from filrouge.topics import ensure_topics
from filrouge_contracts.equipment import OrderPlaced
from filrouge_contracts.topic_specs import all_topics

from workbench.tests.audited import Auditor, all_told

pytestmark = pytest.mark.stack


@pytest.fixture
def sandbox(stack: Stack) -> Iterator[str]:
    asyncio.run(empty(stack))
    yield stack.kafka
    asyncio.run(empty(stack))


async def test_it_asks_first_and_then_sends_what_was_recorded(
    sandbox: str, source: Source, auditor: Auditor
) -> None:
    ours = ("--type", "OrderPlaced", "--service", "equipment_orders")  # a partner may say it too
    orders = ("replay", *ours, "--to", sandbox)
    placed = await all_told(source, OrderPlaced)
    asked = await auditor.invoke(*orders, typed="n\n")
    assert asked.exit_code == 1
    assert f"{len(placed)} records of 1 topics to {sandbox}" in asked.stdout
    assert (await kafka_source(sandbox)).partitions == {}
    said = await auditor.run(*orders, "--yes", "--speed", "100000")
    assert f"{len(placed)} records sent" in said
    there = await kafka_source(sandbox)
    assert there.partitions == {"replay.equipment.g1": 2}
    found = [record async for record in there.records()]
    places = {
        "/".join(
            dict(r.headers)[f"replay_{name}"].decode() for name in ("topic", "partition", "offset")
        )
        for r in found
    }
    assert places == {str(one.place) for one in placed}
    assert {record.value for record in found} == {one.value for one in placed}


async def test_where_an_installation_lives_nothing_is_sent(sandbox: str, auditor: Auditor) -> None:
    await ensure_topics(sandbox, all_topics(1, [], []))
    refused = await auditor.refuses("replay", "--type", "OrderPlaced", "--to", sandbox, "--yes")
    assert f"{sandbox} holds" in refused
    assert "replay to a broker of its own" in refused
