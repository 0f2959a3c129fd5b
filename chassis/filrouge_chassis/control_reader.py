"""Following the control topic: every instance reads all of it, by itself, from the first record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from filrouge_contracts.envelope import H_TYPE
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import CONTROL
from pydantic import ValidationError

from filrouge_chassis import logs
from filrouge_chassis.control import ControlLog
from filrouge_chassis.errors import LogLost, Transient
from filrouge_chassis.kafka import KafkaLog, lost
from filrouge_chassis.log import Log
from filrouge_chassis.records import Partition, Record

AGAIN_SECONDS = 1.0


async def load_control(log: Log, control: ControlLog) -> None:
    """Reads control up to its present end."""
    place = Partition(CONTROL, 0)
    _, end = (await log.bounds([place]))[place]
    async for chunk in log.read(place, control.end, end):
        for record in chunk:
            append(control, record)


async def follow_control(log: KafkaLog, control: ControlLog, news: Callable[[], None]) -> None:
    """Appends what comes, for ever; transient faults are logged and tried again. Raises LogLost."""
    while True:
        try:
            await _follow(log, control, news)
        except OffsetOutOfRangeError as error:
            raise lost(TopicPartition(CONTROL, 0), error) from error
        except (Transient, KafkaError, OSError) as error:
            logs.CONTROL_AGAIN.say(error=error)
            await asyncio.sleep(AGAIN_SECONDS)


async def _follow(log: KafkaLog, control: ControlLog, news: Callable[[], None]) -> None:
    place = TopicPartition(CONTROL, 0)
    async with log.reader() as consumer:
        consumer.assign([place])
        consumer.seek(place, control.end)
        while True:
            for records in (await consumer.getmany(place, timeout_ms=1000)).values():
                for record in records:
                    append(control, record)
                news()


def append(control: ControlLog, record: Record) -> None:
    """One record; what this release does not know is kept as a gap in the count, not refused."""
    if record.offset < control.end:
        return
    if record.offset > control.end:
        raise LogLost(
            f"{CONTROL}: offset {control.end} is missing, {record.offset} follows; control has no"
            " gaps: find out who deleted records"
        )
    control.append(record.offset, _event_of(record), record.timestamp)


def _event_of(record: Record) -> Event | None:
    name = dict(record.headers).get(H_TYPE, b"").decode(errors="replace")
    entry = REGISTER.by_type.get(name)
    if entry is None or entry.topic != CONTROL:
        logs.CONTROL_STRANGE.say(place=f"{CONTROL}/0/{record.offset}", type=name)
        return None
    try:
        return REGISTER.readers[name].from_json(record.value or b"")
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        said = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in problems)
        place = f"{CONTROL}/0/{record.offset}"
        logs.CONTROL_INVALID.say(place=place, type=name, problems=said)
        return None
