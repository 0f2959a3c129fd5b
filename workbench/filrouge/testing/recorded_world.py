"""The simulator's world on a broker in memory, with the batches of the real lanes: all of it is journalled.

What a play leaves here is the whole stream of an installation; there is neither a database nor a process,
and nothing goes wrong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
from filrouge_chassis.control import ControlLog
from filrouge_chassis.records import Outgoing, Partition, RawRecord
from filrouge_chassis.testing.fake_log import FakeBroker, FakeLog
from filrouge_contracts.control import (
    ParameterSet,
    PartnerRegistered,
    RuleVersionStarted,
    TickPassed,
)
from filrouge_contracts.entry import GATEWAY, SERVICES
from filrouge_contracts.envelope import H_TYPE, Envelope
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import CONTROL, PARTNER_IN

from filrouge.kafka_world import new_partner
from filrouge.operator import SOURCE, lanes_of_gateway
from filrouge.services import LaneOf, Pasts, all_lanes
from filrouge.simulator.acts import often
from filrouge.simulator.parameters import FROM_THE_START, RULES
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.simulator.words import START, Word
from filrouge.stream import Source
from filrouge.testing.recorded_lane import RecordedLane

LANES = 2


class RecordedWorld:
    """Lanes take what there is, one after the other, until nothing is left."""

    def __init__(self, play: Play) -> None:
        self.broker, self._control = FakeBroker(), ControlLog()
        self._play, self._read, self._now = play, 0, START
        partners = [new_partner(partner) for partner in play.plan.cast]
        specs = all_topics(LANES, SERVICES, [partner.id for partner in partners])
        self.partitions = {spec.name: spec.partitions for spec in specs}
        self.partitions |= dict.fromkeys(lanes_of_gateway(), len(partners))
        for lane, partner in enumerate(partners):
            self._operate(
                PartnerRegistered(
                    partner=partner.id,
                    lane=lane,
                    kind=partner.kind,
                    siret=partner.siret,
                    uai=partner.uai,
                    registered_at=START,
                )
            )
        for name, value in FROM_THE_START.items():
            self._operate(ParameterSet(name=name, value=value, effective_at=START))
        for service, rule, version in RULES:
            self._operate(
                RuleVersionStarted(
                    service=service, rule=rule, rule_version=version, effective_at=START
                )
            )
        pasts = Pasts(FakeLog(self.broker), LANES, self._control)
        self._lanes = [self._lane(pasts, lane) for lane in all_lanes(LANES, pasts.control)]

    def _lane(self, pasts: Pasts, lane: LaneOf) -> RecordedLane:
        places = (
            [Partition(PARTNER_IN.format(partner=lane.partner), 0)]
            if lane.service == GATEWAY
            else [Partition(name, lane.number) for name in REGISTER.topics_read_by(lane.service)]
        )
        facts = [place for place in places if place.topic != CONTROL and "{" not in place.topic]
        return RecordedLane(pasts.of(lane), self.broker, facts)

    async def tick(self, at: datetime) -> None:
        self._now = at
        self._settle()
        self._operate(TickPassed(at=at))
        self._settle()
        for lane in self._lanes:
            lane.take_control()
        self._settle()

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None:
        self._operate(ParameterSet(name=name, value=value, effective_at=effective_at))

    async def say(self, words: Sequence[Word]) -> None:
        for word in words:
            topic = PARTNER_IN.format(partner=word.partner.id)
            value = word.value or None
            self.broker.append(
                Outgoing(topic, 0, word.key, value, word.headers)  # type: ignore[arg-type]
            )
        self._settle()

    def _operate(self, said: Event) -> None:
        """Control, as the operator writes it."""
        entry, sequence = REGISTER.by_model[type(said)], self._control.end + 1
        envelope = Envelope(
            id=f"{SOURCE}/{sequence}",
            source=SOURCE,
            type=entry.type,
            time=self._now,
            subject=entry.key_of(said),
            sequence=sequence,
            prev=sequence - 1,
        )
        key, headers = entry.key_of(said).encode(), tuple(envelope.to_headers())
        offset = self.broker.append(Outgoing(CONTROL, 0, key, said.to_json(), headers))
        self._control.append(offset, said, self.broker.clock_ms)

    def _settle(self) -> None:
        while any(lane.take_records() for lane in self._lanes):
            pass
        said = [event for lane in self._lanes for event in lane.said()]
        for event in said:
            kind = dict(event.headers)[H_TYPE].decode()
            if kind in self._play.wants:
                self._play.take(kind, json.loads(event.value))

    def source(self) -> Source:
        return _source(self.broker, self.partitions)

    def save(self, path: Path) -> None:
        """For another process."""
        records = [record for part in self.broker.partitions.values() for record in part]
        path.write_bytes(msgspec.msgpack.encode((self.partitions, records)))


def _source(broker: FakeBroker, partitions: dict[str, int]) -> Source:
    places = [Partition(name, n) for name, count in partitions.items() for n in range(count)]
    bounds = {place: broker.bounds(place) for place in places}
    return Source(log=FakeLog(broker), partitions=partitions, bounds=bounds)


async def open_recorded(path: str) -> Source:
    """What `save` has put there."""
    return _read(Path(path))


def _read(path: Path) -> Source:
    kept = msgspec.msgpack.decode(path.read_bytes(), type=tuple[dict[str, int], list[RawRecord]])
    broker = FakeBroker()
    for record in kept[1]:
        broker.partitions[Partition(record.topic, record.partition)].append(record)
    return _source(broker, kept[0])


async def recorded_play(scale: float, seed: int) -> RecordedWorld:
    """What happens often in the plan, to its end."""
    plan = plan_of(scale, seed)
    play = Play(plan, acts=often(plan))
    world = RecordedWorld(play)
    await play.run(world)
    assert not play.open
    return world
