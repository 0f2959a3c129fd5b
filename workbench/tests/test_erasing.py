"""Words are erased wherever they stand: said again under the same id, parked, re-driven; and nowhere else."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from filrouge.erasing import wait_until_gone, words_at, words_of
from filrouge.operator import OperatorRefuses
from filrouge.stream import Source
from filrouge_chassis.records import Outgoing, Partition
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.envelope import H_ID, H_TYPE
from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.topics import AUDIT, PARTNER_IN, PARTNER_REDRIVE, VERDICTS, topic
from filrouge_contracts.verdicts import Position

from workbench.tests.sound_archive import WORDS

SCHOOL, OTHER = (Partition(PARTNER_IN.format(partner=name), 0) for name in ("school-1", "other"))
PARKED = Partition(topic("parked.partner_gateway"), 0)
REDRIVEN = Partition(PARTNER_REDRIVE.format(partner="school-1"), 0)
ANSWERS, ERASURES = Partition(VERDICTS.format(partner="school-1"), 0), Partition(AUDIT, 0)


def parked(on: Partition, offset: int) -> RecordParked:
    return RecordParked(
        service="partner_gateway",
        lane=0,
        key="partner:school-1",
        index=1,
        behind=False,
        topic=on.topic,
        partition=on.number,
        offset=offset,
        timestamp_ms=0,
        error="RuleFailed",
        reason="a bad release",
        remedy="mend it",
        value_base64="d29yZHM=",
    )


def redriven(of: RecordParked) -> RecordRedriven:
    return RecordRedriven(
        service=of.service, lane=0, key=of.key, index=1, parked=of, redriven_by="operator"
    )


def position(on: Partition, offset: int) -> Position:
    return Position(topic=on.topic, partition=on.number, offset=offset)


def places(on: Partition, *offsets: int) -> list[Position]:
    return [position(on, offset) for offset in offsets]


class Installation:
    """A school has said `family` twice, between other words; the first was parked and re-driven."""

    def __init__(self) -> None:
        self.broker = FakeBroker()
        for identity in (b"harmless", b"family", b"family", b"later"):
            self._say(SCHOOL, identity, b"words of " + identity)
        self._say(OTHER, b"family", b"another partner's words under the same id")
        for on, offset in ((SCHOOL, 0), (SCHOOL, 1), (OTHER, 0)):
            self.tell(PARKED, parked(on, offset))
        self.tell(REDRIVEN, redriven(parked(SCHOOL, 1)))
        self._say(ANSWERS, b"1", b"a verdict")

    def _say(self, on: Partition, identity: bytes, value: bytes) -> None:
        self.broker.append(Outgoing(*on, b"key", value, ((H_ID, identity),)))

    def tell(self, on: Partition, event: Event) -> None:
        headers = ((H_TYPE, event.event_type.encode()),)
        self.broker.append(Outgoing(*on, b"key", event.to_json(), headers))

    def erased(self, what: Position, *copies: Position) -> None:
        said = {"erased_by": "office", "ground": "law", "erased_at": "2026-01-01T00:00:00Z"}
        event = {**said, **what.model_dump(), "copies": [one.model_dump() for one in copies]}
        self.tell(ERASURES, RecordErased.model_validate(event, strict=False))

    def source(self, without: Collection[Partition] = ()) -> Source:
        bounds = {on: self.broker.bounds(on) for on in self.broker.partitions if on not in without}
        return Source(log=FakeLog(self.broker), partitions={}, bounds=bounds)


EVERYWHERE = [*places(SCHOOL, 1, 2), *places(PARKED, 1), *places(REDRIVEN, 0)]


async def test_what_a_partner_said_under_an_id_is_found_wherever_it_stands() -> None:
    found = await words_of(Installation().source(), "school-1", "family")
    assert list(found.places) == EVERYWHERE
    said = found.erasure("office", "GDPR, article 17(1)(d)")
    assert (said.topic, said.offset, list(said.copies)) == (SCHOOL.topic, 1, EVERYWHERE[1:])


async def test_a_place_leads_to_the_same_words_and_comes_first() -> None:
    found = await words_at(Installation().source(), position(SCHOOL, 2))
    assert found.places[0] == position(SCHOOL, 2)
    assert sorted(map(str, found.places)) == sorted(map(str, EVERYWHERE))


@pytest.mark.parametrize("on", [PARKED, REDRIVEN])
async def test_a_copy_may_be_named_by_itself(on: Partition) -> None:
    assert list((await words_at(Installation().source(), position(on, 0))).places) == places(on, 0)


async def test_what_was_erased_is_not_erased_again_and_what_is_left_of_it_is() -> None:
    on = Installation()
    on.erased(EVERYWHERE[0], EVERYWHERE[2])
    found = await words_of(on.source(), "school-1", "family")
    assert list(found.places) == [EVERYWHERE[1], EVERYWHERE[3]]
    on.erased(EVERYWHERE[1], EVERYWHERE[3])
    for found_by in (words_of(on.source(), "school-1", "family"),
                     words_at(on.source(), EVERYWHERE[1])):  # fmt: skip
        with pytest.raises(OperatorRefuses, match="was erased already, with its copies"):
            await found_by


@pytest.mark.parametrize(
    ("on", "offset", "words"),
    [
        (ANSWERS, 0, "hold no words of a person"),
        (Partition("budget.g1", 0), 0, "hold no words of a person"),
        (ERASURES, 0, "hold no words of a person"),
        (SCHOOL, 4, "is not in Kafka"),
        (Partition(SCHOOL.topic, 1), 0, "is not in Kafka"),
    ],
)
async def test_what_cannot_be_erased_is_refused(on: Partition, offset: int, words: str) -> None:
    with pytest.raises(OperatorRefuses, match=words):
        await words_at(Installation().source(), position(on, offset))


async def test_who_has_said_nothing_is_refused_with_a_way_to_look_for_it() -> None:
    with pytest.raises(OperatorRefuses, match="filrouge audit replay --partner school-1"):
        await words_of(Installation().source(), "school-1", "nothing")
    with pytest.raises(OperatorRefuses, match="nobody is no partner"):
        await words_of(Installation().source(), "nobody", "family")


async def test_words_that_are_not_deleted_in_time_are_said_to_be_there(
    sound_archive: object,
) -> None:
    on = Installation()
    found = await words_of(on.source(), "school-1", "family")
    erasure = found.erasure("office", "law").model_copy(
        update={"topic": WORDS.topic, "offset": 0, "copies": ()}
    )
    with pytest.raises(OperatorRefuses, match="does audit_trail run"):
        await wait_until_gone(str(sound_archive), erasure, 0.5)
