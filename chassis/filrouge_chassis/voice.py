"""Events said outside of any lane, on topics of one partition: numbered from 1, under a source of their own.

Whether a record that was not acknowledged was written is not known. Then the source says nothing any more,
and the next one begins: no number is ever given to two events, and none is missing before the last.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from secrets import token_hex

from filrouge_contracts.envelope import Envelope
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER

from filrouge_chassis.errors import PublishFailed
from filrouge_chassis.log import Log, Publisher
from filrouge_chassis.records import Outgoing


class Voice:
    """One speaker at a time; close it at the end."""

    def __init__(self, log: Log, who: str) -> None:
        self._log, self._who = log, who
        self._publisher: Publisher | None = None
        self._turn = asyncio.Lock()

    async def say(self, event: Event, at: datetime) -> None:
        """Returns when Kafka holds the event. Raises Transient: then it may hold it, or not."""
        async with self._turn:
            if self._publisher is None:
                self._source, self._said = f"{self._who}/{token_hex(8)}", 0
                self._publisher = await self._log.publisher()
            try:
                await self._publisher.publish([self._record(event, at)])
            except PublishFailed:
                await self.close()
                raise
            self._said += 1

    async def close(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await publisher.close()

    def _record(self, event: Event, at: datetime) -> Outgoing:
        entry, sequence = REGISTER.by_model[type(event)], self._said + 1
        key = entry.key_of(event)
        envelope = Envelope(
            id=f"{self._source}/{sequence}",
            source=self._source,
            type=entry.type,
            time=at,
            subject=key,
            sequence=sequence,
            prev=sequence - 1,
        )
        headers = tuple(envelope.to_headers())
        return Outgoing(entry.topic_of(event), 0, key.encode(), event.to_json(), headers)
