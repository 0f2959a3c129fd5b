"""Publishing a lane's outbox rows: first in, first out, one at a time, the journal record first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from filrouge_contracts.journal import BatchDecided

from filrouge_chassis.errors import LaneLost
from filrouge_chassis.journal import Journal
from filrouge_chassis.log import Log, Publisher
from filrouge_chassis.records import decode_outgoing
from filrouge_chassis.store import OutboxRow
from filrouge_chassis.tasks import end
from filrouge_chassis.testing.failpoints import reach
from filrouge_chassis.tracing import Traces

ROWS_QUEUED = 4


class Relay:
    """One per loaded lane. Row k+1 starts only when every record of row k is acknowledged.

    The journal is the fence when the database cannot be one (it was lost or restored): a journal
    record that lands behind a foreign record of the same sequences raises LaneLost, before any of
    its events is published; readers take the first record for a sequence range and skip the rest.
    """

    def __init__(
        self,
        log: Log,
        journal: Journal,
        on_acknowledged: Callable[[], None],
        traces: Traces | None = None,
    ) -> None:
        self.acknowledged = 0  # first sequence of the last row that Kafka holds in full
        self.journal = journal
        self._log = log
        self._on_acknowledged = on_acknowledged
        self._traces = traces
        self._queue: asyncio.Queue[OutboxRow] = asyncio.Queue(ROWS_QUEUED)
        self._pending = 0
        self._waiting_since: deque[float] = deque()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._task: asyncio.Task[None] | None = None
        self._publisher: Publisher | None = None
        self.failure: Exception | None = None

    def start(self, rows: Sequence[OutboxRow], since: float | None = None) -> None:
        """Begins with the rows that a load found in the outbox, in their order; `since`: when an earlier
        relay began to wait for Kafka with the first of them."""
        self._count(len(rows))
        if rows and since is not None:
            self._waiting_since[0] = since
        self._task = asyncio.create_task(self._run(list(rows)))

    async def put(self, row: OutboxRow) -> None:
        """Queues a committed row; waits while the queue is full, raises what stopped the relay."""
        self.raise_failure()
        assert self._task is not None
        self._count(+1)
        putting = asyncio.ensure_future(self._queue.put(row))
        try:
            await asyncio.wait((putting, self._task), return_when=asyncio.FIRST_COMPLETED)
        finally:
            putting.cancel()
        self.raise_failure()

    @property
    def idle(self) -> bool:
        return self._pending == 0

    def _count(self, rows: int) -> None:
        self._pending += rows
        now = asyncio.get_running_loop().time()
        self._waiting_since.extend([now] * rows)
        if rows < 0:
            self._waiting_since.popleft()
        if self._pending:
            self._all_sent.clear()
        else:
            self._all_sent.set()

    @property
    def waiting_since(self) -> float | None:
        """When the oldest row came that is not yet acknowledged in full, by the clock of the event loop."""
        return self._waiting_since[0] if self._waiting_since else None

    def raise_failure(self) -> None:
        if self.failure is not None:
            raise self.failure

    async def drain(self, timeout_seconds: float) -> None:
        """Waits until all rows are published, or the bound has passed, or the relay failed."""
        assert self._task is not None
        all_sent = asyncio.ensure_future(self._all_sent.wait())
        try:
            await asyncio.wait(
                (all_sent, self._task),
                timeout=timeout_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            all_sent.cancel()

    async def stop(self) -> None:
        """Stops publishing; returns when nothing of this relay can reach Kafka any more."""
        if self._task is not None:
            await end(self._task)
        if self._publisher is not None:
            publisher, self._publisher = self._publisher, None
            await publisher.close()

    async def _run(self, rows: list[OutboxRow]) -> None:
        try:
            self._publisher = await self._log.publisher()
            for row in rows:
                await self._publish(row)
            while True:
                row = await self._queue.get()
                await self._publish(row)
        except Exception as error:  # noqa: BLE001
            # the lane raises it; if it did not hear of it, it would commit rows that nobody sends
            self.failure = error
            self._on_acknowledged()

    async def _publish(self, row: OutboxRow) -> None:
        assert self._publisher is not None
        begun = asyncio.get_running_loop().time()
        await reach("before_journal")
        records = decode_outgoing(row.journal)
        (offset,) = await self._publisher.publish(records)
        await reach("after_journal")
        note = BatchDecided.from_json(records[0].value)
        if not await self.journal.mine(note, offset):
            raise LaneLost(
                f"{self.journal.partition}/{offset}: another instance has journalled other events for"
                f" sequences {note.first_sequence} to {note.last_sequence}; none of ours was sent,"
                " load the lane again"
            )
        events = decode_outgoing(row.events)
        if events:
            await self._publisher.publish(events)
        if self._traces is not None:
            self._traces.published(note.lane, records[0], events, begun)
        await reach("after_publish")
        self.acknowledged = row.first_sequence
        self._count(-1)
        self._on_acknowledged()
