"""What everybody may read, as it comes: each event once, though a replica that died may have said it twice."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from filrouge_chassis.kafka_address import client_options
from filrouge_contracts.envelope import Envelope
from filrouge_contracts.event import Event
from filrouge_contracts.register import REGISTER

PAUSE_MS = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """One event, where it stands, and the place of the record that led to it."""

    event: Event
    place: str
    cause: str
    source: str
    sequence: int


class Listener:
    """`async with Listener(kafka, lanes) as listener`; it reads only when it is asked to."""

    def __init__(self, kafka: str, lanes: int) -> None:
        self.heard: list[Heard] = []
        self._ids: set[str] = set()
        self._places = [
            TopicPartition(name, number) for name in REGISTER.fact_topics for number in range(lanes)
        ]
        self._consumer = AIOKafkaConsumer(
            **client_options(kafka),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._consumer.assign(self._places)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._consumer.stop()

    async def listen(self) -> None:
        """Returns when something has come, or after a moment."""
        for records in (await self._consumer.getmany(timeout_ms=PAUSE_MS)).values():
            for record in records:
                self._take(record)

    async def catch_up(self) -> None:
        """Returns when everything is heard that is there by now."""
        ends = await self._consumer.end_offsets(self._places)
        for place, end in ends.items():
            while await self._consumer.position(place) < end:
                await self.listen()

    def _take(self, record: Any) -> None:
        envelope = Envelope.from_headers(record.headers)
        if envelope.id in self._ids:
            return
        self._ids.add(envelope.id)
        assert envelope.sequence is not None
        _service, _, cause = envelope.id.partition("/")
        self.heard.append(
            Heard(
                event=REGISTER.by_type[envelope.type].model.from_json(record.value),
                place=f"{record.topic}/{record.partition}/{record.offset}",
                cause=cause.rpartition("/")[0],
                source=envelope.source,
                sequence=envelope.sequence,
            )
        )
