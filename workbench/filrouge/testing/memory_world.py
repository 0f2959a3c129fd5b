"""The simulator's world without Kafka: the real rules of all services, in any order of arrival."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from random import Random

from filrouge_chassis.records import RawRecord
from filrouge_chassis.testing.conversation import Conversation, Said
from filrouge_contracts.control import PartnerRegistered
from filrouge_contracts.topics import PARTNER_IN

from filrouge.services import deciders
from filrouge.simulator.cast import Partner
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.simulator.words import START, Word


class MemoryWorld:
    """The real rules, the door's included; all that follows arrives in an order that `chance` chooses."""

    def __init__(self, play: Play, chance: Random) -> None:
        self.conversation = Conversation(*deciders(), chance=chance)
        self.conversation.with_partners(*(_registered(partner) for partner in play.plan.cast))
        self.found = play.found()
        self.records: list[RawRecord] = []
        self._play, self._read = play, 0
        self._offsets: Counter[str] = Counter()

    @property
    def said(self) -> list[Said]:
        return self.conversation.said

    async def tick(self, at: datetime) -> None:
        self.conversation.tick(at)
        self._look()

    async def say(self, words: Sequence[Word]) -> None:
        for word in words:
            topic = PARTNER_IN.format(partner=word.partner.id)
            offset, value = self._offsets[topic], word.value or None
            self._offsets[topic] += 1
            record = RawRecord(topic, 0, offset, 0, word.key, value, word.headers)
            self.records.append(record)
            self.conversation.hand_in(record)
        self.conversation.settle()
        self._look()

    def _look(self) -> None:
        for event in (one.event for one in self.said[self._read :]):
            data = json.loads(event.to_json())
            self._play.take(event.event_type, data)
            self.found.take(event.event_type, data)
        self._read = len(self.said)


def _registered(partner: Partner) -> PartnerRegistered:
    return PartnerRegistered.model_validate(
        {
            "partner": partner.id,
            "lane": 0,
            "kind": partner.kind,
            "siret": partner.siret,
            "uai": partner.uai,
            "registered_at": START,
        }
    )


async def played(scale: float, seed: int) -> tuple[Play, MemoryWorld]:
    """A whole play, to its end."""
    play = Play(plan_of(scale, seed))
    world = MemoryWorld(play, Random(seed))
    await play.run(world)
    return play, world
