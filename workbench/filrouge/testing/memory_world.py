"""The simulator's world without Kafka: the real rules of all services, in any order of arrival."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from random import Random

from filrouge_chassis.control import Control
from filrouge_chassis.records import RawRecord
from filrouge_chassis.testing.conversation import Conversation, Said
from filrouge_contracts.control import (
    ParameterSet,
    PartnerRegistered,
    RuleVersionStarted,
    TickPassed,
)
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN

from filrouge.operator import SOURCE
from filrouge.services import deciders
from filrouge.simulator.cast import Partner
from filrouge.simulator.parameters import FROM_THE_START, RULES
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.simulator.words import START, Word


class MemoryWorld:
    """The real rules, the door's included; all that follows arrives in an order that `chance` chooses."""

    def __init__(self, play: Play, chance: Random) -> None:
        self.conversation = Conversation(*deciders(), chance=chance)
        self._control = Control()
        self.found = play.found()
        self.records: list[RawRecord] = []
        self._play, self._read = play, 0
        self._offsets: Counter[str] = Counter()
        self._prepare()

    @property
    def said(self) -> list[Said]:
        return self.conversation.said

    async def tick(self, at: datetime) -> None:
        self._operate(TickPassed(at=at))
        self.conversation.with_parameters(**self._control.context("").parameters)
        self.conversation.tick(at)
        self._look()

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None:
        self._operate(ParameterSet(name=name, value=value, effective_at=effective_at))

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

    def _prepare(self) -> None:
        partners = [_registered(partner) for partner in self._play.plan.cast]
        self.conversation.with_partners(*partners)
        for said in (
            *partners,
            *(ParameterSet(name=n, value=v, effective_at=START) for n, v in FROM_THE_START.items()),
            *(
                RuleVersionStarted(service=s, rule=r, rule_version=v, effective_at=START)
                for s, r, v in RULES
            ),
        ):
            self._operate(said)

    def _operate(self, said: Event) -> None:
        """Control, as the operator writes it; ticks and parameters reach the rules by `tick`."""
        key = REGISTER.by_model[type(said)].key_of(said)
        self._control = self._control.take(self._control.offset, said)
        self.said.append(Said(SOURCE, key, said, self._control.now))

    def _look(self) -> None:
        left = self.conversation.overdue()
        assert not left, f"the clock has passed and nothing wakes them before the next tick: {left}"
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
