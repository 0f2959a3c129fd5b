"""The operator: the only writer of control, who lets partners in and moves the clock, and has words erased.

What it writes is checked here, because nobody can refuse it afterwards: a parameter may not take
effect in the past, and the clock may not go back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from filrouge_archive.salt import is_salted
from filrouge_chassis.control import Control, ControlLog
from filrouge_chassis.control_reader import load_control
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.voice import Voice
from filrouge_contracts.audit import RecordErased
from filrouge_contracts.control import (
    ParameterSet,
    PartnerKind,
    PartnerRegistered,
    RuleVersionStarted,
    TickPassed,
)
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.envelope import Envelope
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topic_specs import all_topics
from filrouge_contracts.topics import CONTROL
from filrouge_contracts.verdicts import Position

from filrouge.topics import ensure_topics, grow_topics

SOURCE = "operator"


class OperatorRefuses(Exception):
    """What was asked cannot be undone later and is wrong: nothing was written."""


@dataclass(frozen=True, slots=True)
class NewPartner:
    """A partner as it is to be registered; its lane is the operator's to choose."""

    id: str
    kind: PartnerKind
    siret: str | None = None
    uai: str | None = None


class Operator:
    """`async with Operator(kafka, lanes) as operator`; there may be one at a time."""

    def __init__(self, kafka: str, lanes: int) -> None:
        self._kafka, self._lanes = kafka, lanes
        self._log = ControlLog()
        self._voice = Voice(KafkaLog(kafka, SOURCE), SOURCE)
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        await load_control(KafkaLog(self._kafka, SOURCE), self._log)
        self._producer = AIOKafkaProducer(
            **client_options(self._kafka), client_id=SOURCE, acks="all", enable_idempotence=True
        )
        await self._producer.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._producer is not None
        await self._producer.stop()
        await self._voice.close()

    @property
    def control(self) -> Control:
        """All that was said so far."""
        return self._log.advance(Control(), self._log.end)

    async def catch_up(self) -> None:
        """Hears what somebody else has written: an operator that stays can then go on after them."""
        await load_control(KafkaLog(self._kafka, SOURCE), self._log)

    async def register(self, partners: Iterable[NewPartner], at: datetime) -> None:
        """Makes their topics, gives each a lane of the gateway, and says so.

        A partner that is registered again keeps its lane, since its past is there.
        """
        partners = list(partners)
        known = self.control.partners
        lanes = {name: partner.lane for name, partner in known.items()}
        for partner in partners:
            lanes.setdefault(partner.id, len(lanes))
        names = [partner.id for partner in partners]
        shared = {spec.name for spec in all_topics(self._lanes, (), ())}
        specs = [s for s in all_topics(self._lanes, (), names) if s.name not in shared]
        await ensure_topics(self._kafka, specs)
        await grow_topics(self._kafka, lanes_of_gateway(), len(lanes))
        for partner in partners:
            await self._write(
                PartnerRegistered(
                    partner=partner.id,
                    lane=lanes[partner.id],
                    kind=partner.kind,
                    siret=partner.siret,
                    uai=partner.uai,
                    registered_at=at,
                )
            )

    async def set_parameter(self, name: str, value: int, effective_at: datetime) -> None:
        self._not_in_the_past(f"parameter {name}", effective_at)
        await self._write(ParameterSet(name=name, value=value, effective_at=effective_at))

    async def start_rule_version(
        self, service: str, rule: str, version: int, effective_at: datetime
    ) -> None:
        self._not_in_the_past(f"rule {service}/{rule}", effective_at)
        await self._write(
            RuleVersionStarted(
                service=service, rule=rule, rule_version=version, effective_at=effective_at
            )
        )

    async def tick(self, at: datetime) -> None:
        now = self.control.now
        if at <= now:
            raise OperatorRefuses(f"the clock stands at {now:%Y-%m-%d %H:%M} and does not go back")
        await self._write(TickPassed(at=at))

    async def erase(self, erasure: RecordErased) -> None:
        """Has the archive forget a record's words; that they were there, it goes on proving."""
        original = Position(topic=erasure.topic, partition=erasure.partition, offset=erasure.offset)
        for one in (original, *erasure.copies):
            if not is_salted(one.topic):
                raise OperatorRefuses(
                    f"records of {one.topic} cannot be erased: they hold no words of a person; name the"
                    " partner's record, and as copies where it was parked or re-driven"
                )
        await self._voice.say(erasure, erasure.erased_at)

    def _not_in_the_past(self, what: str, effective_at: datetime) -> None:
        now = self.control.now
        if effective_at < now:
            raise OperatorRefuses(
                f"{what} would take effect at {effective_at:%Y-%m-%d %H:%M}, but decisions were made"
                f" until {now:%Y-%m-%d %H:%M}: choose a later moment"
            )

    async def _write(self, said: Event) -> None:
        """One record, acknowledged; it must land where this operator's knowledge of control ends."""
        entry, sequence = REGISTER.by_model[type(said)], self._log.end + 1
        envelope = Envelope(
            id=f"{SOURCE}/{sequence}",
            source=SOURCE,
            type=entry.type,
            time=said.at if isinstance(said, TickPassed) else self.control.now,
            subject=entry.key_of(said),
            sequence=sequence,
            prev=sequence - 1,
        )
        assert self._producer is not None
        written = await self._producer.send_and_wait(
            CONTROL,
            said.to_json(),
            key=entry.key_of(said).encode(),
            partition=0,
            headers=envelope.to_headers(),
        )
        if written.offset != self._log.end:
            raise OperatorRefuses(
                f"somebody else has written to control ({written.offset - self._log.end} records):"
                " stop the other operator, then start this one again"
            )
        self._log.append(written.offset, said, written.timestamp)


def lanes_of_gateway() -> tuple[str, ...]:
    """Topics with a partition per lane of the gateway, which has a lane for each partner."""
    topics = {entry.topic for entry in REGISTER if entry.spread == "lane"}
    return tuple(sorted(name.format(service=GATEWAY) for name in topics))
