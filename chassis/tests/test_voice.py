"""Events outside of lanes: numbered without a gap, and no number is ever given to two of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from filrouge_chassis.errors import PublishFailed
from filrouge_chassis.records import Partition, RawRecord
from filrouge_chassis.testing.examples import example
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_chassis.voice import Voice
from filrouge_contracts.audit import AccessRecorded
from filrouge_contracts.envelope import Envelope
from filrouge_contracts.topics import AUDIT

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SAID = example(AccessRecorded)


class Broker(FakeBroker):
    """Which may lose its answer, before or after it has written."""

    fails_at = ""

    def said(self) -> list[Envelope]:
        return [Envelope.from_headers(record.headers) for record in self.records]

    @property
    def records(self) -> list[RawRecord]:
        return self.partitions[Partition(AUDIT, 0)]


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def voice(broker: Broker) -> Voice:
    async def turn(step: str) -> None:
        if step == broker.fails_at:
            raise PublishFailed("no answer")

    return Voice(FakeLog(broker, turn), "audit_trail")


async def test_events_are_numbered_from_1_under_one_source(broker: Broker, voice: Voice) -> None:
    for _ in range(3):
        await voice.say(SAID, NOW)
    await voice.close()
    said = broker.said()
    assert [(one.sequence, one.prev) for one in said] == [(1, 0), (2, 1), (3, 2)]
    (source,) = {one.source for one in said}
    assert source.startswith("audit_trail/")
    assert [one.id for one in said] == [f"{source}/{number}" for number in (1, 2, 3)]
    assert {one.time for one in said} == {NOW}
    assert [record.value for record in broker.records] == [SAID.to_json()] * 3
    assert {one.subject.encode() for one in said} == {record.key for record in broker.records}


@pytest.mark.parametrize(("step", "written"), [("publish", 0), ("published", 1)])
async def test_after_an_unknown_end_the_next_source_begins(
    broker: Broker, voice: Voice, step: str, written: int
) -> None:
    await voice.say(SAID, NOW)
    broker.fails_at = step
    with pytest.raises(PublishFailed):
        await voice.say(SAID, NOW)
    broker.fails_at = ""
    await voice.say(SAID, NOW)
    said = broker.said()
    first = said[0].source
    assert [one.sequence for one in said] == [1, 2, 1] if written else [1, 1]
    assert [one.source == first for one in said] == [True] * (1 + written) + [False]


async def test_two_voices_never_share_a_source(broker: Broker, voice: Voice) -> None:
    await voice.say(SAID, NOW)
    await Voice(FakeLog(broker), "audit_trail").say(SAID, NOW)
    assert len({one.source for one in broker.said()}) == 2
