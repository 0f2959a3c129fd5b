"""The ordinary way: a handler call, a transaction and an acknowledgement per message, and an outbox.

A process of its own, like the service. It uses the very rule and state of budget_accounting, so that
only the way around them differs.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import msgspec
from budget_accounting import rules
from budget_accounting.line_state import Line, evolve
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage
from filrouge_chassis.decider import Context
from filrouge_chassis.kafka_address import security_of
from filrouge_contracts.budget import CommitmentRequested
from filrouge_contracts.register import REGISTER
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.bench.installation import AE_CENTS, START

POLL_SECONDS = 0.02
PUBLISHED_AT_ONCE = 100


class Base(DeclarativeBase):
    """The tables of the naive service."""


class LineRow(Base):
    """One budget line."""

    __tablename__ = "naive_line"
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes]


class OutboxRow(Base):
    """One event that is still to be published."""

    __tablename__ = "naive_outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[bytes]
    type: Mapped[str]
    value: Mapped[bytes]


class Order(msgspec.Struct, frozen=True):
    """Where to read and write."""

    kafka: str
    postgres: str
    read_topic: str
    write_topic: str
    group: str


Sessions = async_sessionmaker[AsyncSession]


async def decide(event: CommitmentRequested, sessions: Sessions) -> None:
    """One transaction: the line as it is now, and what is to be published."""
    key = f"line:{event.budget_line}"
    async with sessions.begin() as session:
        row = await session.get(LineRow, key, with_for_update=True)
        line = msgspec.json.decode(row.body, type=Line) if row else _credited()
        for said in rules.commit(line, event, Context(now=START, key=key)):
            line = evolve(line, said)
            entry = REGISTER.by_model[type(said)]
            outgoing = OutboxRow(
                key=entry.key_of(said).encode(), type=entry.type, value=said.to_json()
            )
            session.add(outgoing)
        if row is None:
            session.add(LineRow(key=key, body=msgspec.json.encode(line)))
        else:
            row.body = msgspec.json.encode(line)


def _credited() -> Line:
    return Line(uo="0147-IDF-D075", ae_cents=AE_CENTS, cp_cents=AE_CENTS)


async def relay_for_ever(broker: KafkaBroker, sessions: Sessions, topic: str) -> None:
    """Publishes what the outbox holds, in order; what was published is deleted."""
    never = asyncio.Event()
    while True:
        async with sessions.begin() as session:
            oldest = select(OutboxRow).order_by(OutboxRow.id).limit(PUBLISHED_AT_ONCE)
            rows: Sequence[OutboxRow] = (await session.scalars(oldest)).all()
            for row in rows:
                headers = {"ce_id": str(row.id), "ce_type": row.type}
                await broker.publish(row.value, topic=topic, key=row.key, headers=headers)
            published = [row.id for row in rows]
            await session.execute(delete(OutboxRow).where(OutboxRow.id.in_(published)))
        if not rows:
            await asyncio.wait([asyncio.ensure_future(never.wait())], timeout=POLL_SECONDS)


async def run(order: Order) -> None:
    engine = create_async_engine(order.postgres.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    bootstrap, security = security_of(order.kafka)
    broker = KafkaBroker(bootstrap, acks="all", logger=None, security=security)

    @broker.subscriber(
        order.read_topic,
        group_id=order.group,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
    )
    async def handle(message: KafkaMessage) -> None:
        await decide(CommitmentRequested.from_json(message.body), sessions)
        await message.ack()

    app = FastStream(broker, logger=None)
    relay: list[asyncio.Task[None]] = []

    @app.after_startup
    async def start_relay() -> None:
        relaying = relay_for_ever(broker, sessions, order.write_topic)
        relay.append(asyncio.create_task(relaying))

    await app.run()


if __name__ == "__main__":
    asyncio.run(run(msgspec.json.decode(sys.argv[1], type=Order)))
