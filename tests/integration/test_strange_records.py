"""Strange bytes at a partner's door and on our own topics: an answer for each, and no harm to neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from aiokafka import AIOKafkaProducer
from filrouge.checks.ledger import FoundCheck
from filrouge.kafka_world import kafka_world
from filrouge.parked import closed_keys
from filrouge.simulator.broken import BROKEN, UNUSUAL
from filrouge.simulator.cast import Cast
from filrouge.simulator.plan import Line, Opening
from filrouge.simulator.play import Found
from filrouge.simulator.says import open_credits
from filrouge.simulator.words import Word, tick_of
from filrouge.stack import Stack
from filrouge.verification import check_installation
from filrouge_chassis.kafka_address import client_options
from filrouge_contracts.entry import GATEWAY, SERVICES
from filrouge_contracts.register import REGISTER

from tests.faults.scene import LANES, Scene, scene

pytestmark = pytest.mark.stack
LINE = Line("P147-STRANGE", "UO-1", ())
GARBAGE: Sequence[tuple[bytes | None, bytes | None]] = (
    (None, b"garbage"),
    (b"\xff", b"{}"),
    (b"order:O-1", None),
)


def _credits(cast: Cast, identity: str) -> Word:
    return open_credits(cast, LINE, Opening(0, 100, 100), LINE.uo, identity)


async def _say(on: Scene, words: Sequence[Word]) -> None:
    async with kafka_world(on.stack, LANES, on.plan.cast, Found(())) as world:
        await world.tick(tick_of(0))
        await world.say(words)


async def _verdicts(on: Scene) -> Counter[tuple[str, str]]:
    found = Found(())
    report = await check_installation(on.stack.kafka, FoundCheck(found))
    assert [str(breach) for breach in report.breaches] == []
    return found.verdicts


async def test_every_strange_record_at_a_door_has_its_verdict_and_good_ones_go_through(
    stack: Stack,
) -> None:
    async with scene(stack, Random(5)) as on:
        words: list[Word] = []
        for variant, broken in BROKEN.items():
            words.append(broken.damage(_credits(on.plan.cast, f"broken-{variant}")))
            words.append(_credits(on.plan.cast, f"after-{variant}"))
        words += [damage(_credits(on.plan.cast, name)) for name, damage in UNUSUAL.items()]
        await _say(on, words)
        expected = Counter(("refused", broken.rule) for broken in BROKEN.values())
        expected["accepted", "accepted"] = len(BROKEN) + len(UNUSUAL)
        assert await _verdicts(on) == expected
        assert await closed_keys(stack.kafka, stack.postgres) == []


async def test_another_payload_under_an_id_is_a_conflict_and_the_same_one_a_duplicate(
    stack: Stack,
) -> None:
    async with scene(stack, Random(6)) as on:
        first = _credits(on.plan.cast, "once")
        other = replace(first, value=first.value.replace(b"100", b"999"))
        await _say(on, [first, first, other, first])
        assert await _verdicts(on) == {
            ("accepted", "accepted"): 1,
            ("duplicate", "duplicate"): 2,
            ("conflict", "conflict"): 1,
        }


async def test_garbage_on_our_own_topics_is_parked_by_whoever_reads_it_and_stops_nobody(
    stack: Stack,
) -> None:
    async with scene(stack, Random(7)) as on:
        async with AIOKafkaProducer(**client_options(stack.kafka)) as intruder:
            for topic in REGISTER.fact_topics:
                for key, value in GARBAGE:
                    await intruder.send_and_wait(topic, value, key=key, partition=0)
        await _say(on, [_credits(on.plan.cast, "as-usual")])
        parked = Counter(
            closed.service
            for closed in await closed_keys(stack.kafka, stack.postgres)
            for record in closed.waiting
            if "is missing: every record of a lane has one" in record.reason
        )
        readers = Counter(
            service
            for service in SERVICES
            if service != GATEWAY
            for topic in REGISTER.topics_read_by(service)
            if topic in REGISTER.fact_topics
        )
        assert parked == {service: topics * len(GARBAGE) for service, topics in readers.items()}
