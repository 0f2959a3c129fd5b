"""Topics are made as the contracts say, once, and never changed in place."""

from __future__ import annotations

import asyncio

import pytest
from filrouge.stack import Stack
from filrouge.topics import TopicsDiffer, ensure_topics
from filrouge_contracts.topic_specs import TopicSpec, all_topics

pytestmark = pytest.mark.stack


async def test_every_topic_of_an_installation_is_made_once(stack: Stack) -> None:
    specs = all_topics(4, ["topics_test"], ["075"])
    created = await ensure_topics(stack.kafka, specs)
    assert {spec.name for spec in specs if "topics_test" in spec.name} <= set(created)
    assert await ensure_topics(stack.kafka, specs) == []


async def test_two_at_once_do_not_disturb_each_other(stack: Stack) -> None:
    specs = [TopicSpec(f"at-once-{number}", 2, {"retention.ms": "-1"}) for number in range(5)]
    created = await asyncio.gather(*(ensure_topics(stack.kafka, specs) for _ in range(3)))
    assert sorted(name for names in created for name in names) == sorted(s.name for s in specs)


async def test_another_number_of_partitions_is_refused(stack: Stack) -> None:
    await ensure_topics(stack.kafka, [TopicSpec("lanes", 2, {})])
    with pytest.raises(TopicsDiffer, match="lanes has 2 partitions instead of 4"):
        await ensure_topics(stack.kafka, [TopicSpec("lanes", 4, {})])


async def test_a_topic_that_would_forget_is_refused(stack: Stack) -> None:
    await ensure_topics(stack.kafka, [TopicSpec("forgets", 1, {"retention.ms": "1000"})])
    with pytest.raises(TopicsDiffer, match=r"retention\.ms=1000 instead of -1"):
        await ensure_topics(stack.kafka, [TopicSpec("forgets", 1, {"retention.ms": "-1"})])
