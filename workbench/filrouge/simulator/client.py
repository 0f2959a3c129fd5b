"""The partners' own Kafka client: it sends bytes to their doors and reads what everybody may read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from filrouge_chassis.kafka_address import client_options
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN, VERDICTS

from filrouge.simulator.act import Reader
from filrouge.simulator.words import Word

READ_SECONDS = 60.0


class Client:
    """One connection for all partners; each partner's records keep their order."""

    def __init__(self, kafka: str, lanes: int, partners: Sequence[str], reader: Reader) -> None:
        self._reader = reader
        self._places = [
            TopicPartition(name, number) for name in REGISTER.fact_topics for number in range(lanes)
        ]
        self._places += [TopicPartition(VERDICTS.format(partner=name), 0) for name in partners]
        self._producer = AIOKafkaProducer(
            **client_options(kafka),
            client_id="partners",
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
        )
        self._consumer = AIOKafkaConsumer(
            **client_options(kafka),
            client_id="partners",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        await self._consumer.start()
        self._consumer.assign(self._places)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._producer.stop()
        await self._consumer.stop()

    async def say(self, words: Sequence[Word]) -> None:
        """Returns when Kafka has all of them; an empty value is sent as none."""
        acknowledgements = [
            await self._producer.send(
                PARTNER_IN.format(partner=word.partner.id),
                value=word.value or None,
                key=word.key,
                headers=list(word.headers),
                partition=0,
            )
            for word in words
        ]
        await asyncio.gather(*acknowledgements)

    async def read(self) -> None:
        """Takes in everything that is in the topics by now."""
        ends: Mapping[TopicPartition, int] = await self._consumer.end_offsets(self._places)
        async with asyncio.timeout(READ_SECONDS):
            while await self._is_behind(ends):
                found = await self._consumer.getmany(timeout_ms=100)
                for records in found.values():
                    for record in records:
                        self._take(record)

    async def _is_behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        for place, end in ends.items():
            if await self._consumer.position(place) < end:
                return True
        return False

    def _take(self, record: Any) -> None:
        kind = dict(record.headers).get("ce_type", b"").decode()
        if kind in self._reader.wants:
            self._reader.take(kind, json.loads(record.value))
