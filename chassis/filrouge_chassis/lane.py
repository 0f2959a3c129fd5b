"""One lane: the exactly-once shell around a decider.

load → (batch: fold → one statement → relay) … → on any error drop everything and load again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic

from filrouge_chassis import logs
from filrouge_chassis.batch import Batch, Decided
from filrouge_chassis.control import Control
from filrouge_chassis.errors import SkippedRecords, Transient
from filrouge_chassis.facts import keys_of
from filrouge_chassis.inbox import Inbox
from filrouge_chassis.lane_row import LaneRow
from filrouge_chassis.opening import open_lane
from filrouge_chassis.outbound import Identity
from filrouge_chassis.progress import Progress
from filrouge_chassis.records import Partition, Record, encode_outgoing
from filrouge_chassis.relay import Relay
from filrouge_chassis.replay import Past
from filrouge_chassis.state_cache import StateCache
from filrouge_chassis.states import stored_states
from filrouge_chassis.store import LaneStore, OutboxRow
from filrouge_chassis.surroundings import Surroundings
from filrouge_chassis.tasks import end
from filrouge_chassis.testing.failpoints import reach
from filrouge_chassis.tracing import Phases


class Lane:
    """Owns the partitions in `partitions` as long as the lane row's version is the one it loaded."""

    def __init__(
        self,
        around: Surroundings,
        identity: Identity,
        partitions: Sequence[Partition],
        store: LaneStore,
        partner: str | None = None,
    ) -> None:
        self.identity, self.partitions = identity, tuple(partitions)
        self.stopped: Exception | None = None  # why the lane refuses to go on
        self.progress = Progress(LaneRow(), Control())
        self.ready = False
        self._around, self._store = around, store
        self._past = Past(
            around.decider, around.reader, around.log, around.control, identity, partner
        )
        self._committed = LaneRow()
        self._version = ""
        self._cache = StateCache(around.decider, store, around.limits.cached_states)
        self._inbox = Inbox()
        self._news = asyncio.Event()
        store.on_lost = self._news.set
        self._paused: set[Partition] = set()
        self._relay: Relay | None = None
        self._unsent_since: float | None = None  # while there is no relay
        self._forgotten = 0
        self._tick_ends: tuple[int, dict[str, int]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._last_read_ms, self._unloaded_at = 0, monotonic()
        self._phases = Phases(0.0, 0.0, 0.0)  # of the batch in hand

    # --- life ------------------------------------------------------------------------------------

    def start(self) -> None:
        self._around.feed.pause(self.partitions)
        self._task = asyncio.create_task(self._live(), name=f"lane {self.identity.source}")

    async def stop(self) -> None:
        """Finishes the batch in flight and publishes what is committed, within a bound."""
        self._stopping = True
        self._news.set()
        if self._task is not None:
            _, running = await asyncio.wait(
                (self._task,), timeout=self._around.limits.drain_seconds
            )
            if running:
                await end(self._task)
        await self._drop(drain=self.stopped is None)
        await self._store.close()

    def deliver(self, records: Sequence[Record]) -> None:
        """Hands over records that the consumer fetched; ignored until the lane is loaded."""
        if not self.ready:
            return
        self._inbox.put(records)
        if len(self._inbox) >= self._around.limits.inbox_records:
            self._paused = set(self.partitions)
            self._around.feed.pause(self.partitions)
        self._news.set()

    def behind_seconds(self, now: float) -> float:
        """Age of the last record read, against `now` in Unix seconds."""
        return max(0.0, now - self._last_read_ms / 1000) if self._last_read_ms else 0.0

    def unloaded_seconds(self) -> float:
        """For how long it has taken nothing, because its database or its journal cannot be had, or it
        stopped. Meanwhile nothing is fetched for it, so nobody can say how many records wait."""
        return 0.0 if self.ready else monotonic() - self._unloaded_at

    def outbox_age_seconds(self) -> float:
        """How long the oldest committed row has been waiting for Kafka, over all loads meanwhile."""
        relay = self._relay
        since = self._unsent_since if relay is None else relay.waiting_since
        return 0.0 if since is None else _now() - since

    def control_news(self) -> None:
        """Control has grown."""
        self._news.set()

    async def _live(self) -> None:
        backoff = self._around.limits.backoff_seconds
        while not self._stopping:
            try:
                await self._load()
                backoff = self._around.limits.backoff_seconds
                await self._work()
            except (Transient, SkippedRecords) as error:
                logs.loaded_again(self.identity.source, error, self._where())
                self._around.observer.failed(self.identity.lane, error)
                await self._drop(drain=False)
                self._news.clear()
                await self._wait(backoff)
                backoff = min(backoff * 2, self._around.limits.backoff_at_most_seconds)
            except Exception as error:  # noqa: BLE001
                # LaneStopped, or a mistake of the chassis: a person must look
                self.stopped = error
                logs.stopped(self.identity.source, error, self._where())
                self._around.observer.failed(self.identity.lane, error)
                await self._drop(drain=False)
                return

    def _where(self) -> dict[str, object]:
        """Fields of a log line: where in its streams the lane stands."""
        row = self.progress.row
        return {
            "lane": self.identity.lane,
            "sequence": row.sequence,
            "batch": row.batch,
            "positions": row.positions,
            "control_offset": row.control_offset,
        }

    async def _load(self) -> None:
        opened = await open_lane(self._past, self.partitions, self._store)
        self._version, self._committed = opened.version, opened.row
        control = self._around.control.advance(Control(), opened.row.control_offset)
        self.progress = Progress(opened.row, control)
        traces = self._around.traces
        self._relay = Relay(self._around.log, opened.journal, self._news.set, traces)
        self._relay.acknowledged = self._forgotten = 0
        self._relay.start(opened.outbox, self._unsent_since)
        self._inbox.clear()
        self._cache.clear()
        for partition in self.partitions:
            position = opened.row.positions.get(str(partition), 0)
            self._around.feed.seek(partition, position)
        self._around.feed.resume(self.partitions)
        self._paused = set()
        self.ready = True
        logs.loaded(self.identity.source, opened.rebuilt, self._where())
        self._around.observer.loaded(self.identity.lane, opened.rebuilt)

    async def _drop(self, drain: bool) -> None:
        """Forgets everything in memory; nothing of this load can reach Kafka afterwards."""
        if self.ready:
            self.ready, self._unloaded_at = False, monotonic()
        self._around.feed.pause(self.partitions)
        self._inbox.clear()
        self._cache.clear()
        relay, self._relay = self._relay, None
        if relay is not None:
            self._unsent_since = relay.waiting_since
            if drain:
                await relay.drain(self._around.limits.drain_seconds)
            await relay.stop()

    # --- work ------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while not self._stopping:
            assert self._relay is not None
            self._relay.raise_failure()
            self._store.raise_if_lost()
            self._phases = self._phases._replace(read=_now())
            if await self._take_control() or await self._take_records():
                continue
            await self._forget()
            self._around.feed.idle()
            await self._wait(None)

    async def _wait(self, timeout_seconds: float | None) -> None:
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def _take_control(self) -> bool:
        """Takes control as far as allowed and wakes what is due; True if a step was made."""
        row, control = self.progress.row, self._around.control
        if row.waking is not None:
            await self._wake(self._batch())
            return True
        to = await self._control_target()
        if to <= row.control_offset:
            return False
        if self.progress.read:
            # a rule may have stayed silent under the old parameters: note that before they change
            await self._finish(self._batch(), note_anyway=True)
        batch = self._batch()
        batch.take_control(control, to)
        if batch.progress.row.waking is None:
            self.progress = batch.progress
        else:
            await self._wake(batch)
        return True

    async def _control_target(self) -> int:
        """Up to the next tick at once; beyond it when all that was written before it is read."""
        log, offset = self._around.control, self.progress.row.control_offset
        tick = log.next_tick(offset)
        if tick is None or tick > offset:
            return log.end if tick is None else tick
        if self._tick_ends is None or self._tick_ends[0] <= tick:
            seen = log.end
            bounds = await self._around.log.bounds(self.partitions)
            ends = {str(partition): end for partition, (_, end) in bounds.items()}
            self._tick_ends = (seen, ends)
        seen, ends = self._tick_ends
        positions = self.progress.row.positions
        unread = {name for name, end in ends.items() if positions.get(name, 0) < end}
        if not unread:
            return seen
        written_ms = log.tick_written_ms(offset)
        assert written_ms is not None  # of the tick that is next
        later = {str(partition) for partition in self._inbox.waiting(written_ms)}
        return tick + 1 if unread <= later else offset

    async def _wake(self, batch: Batch) -> None:
        waking = batch.progress.row.waking
        assert waking is not None
        at_most = self._around.limits.wakes_per_batch
        due = await self._store.due(batch.progress.row.now_us, (waking.due_us, waking.key), at_most)
        await self._cache.fetch([key for _, key in due])
        batch.wake(due, done=len(due) < at_most)
        await self._finish(batch)

    async def _take_records(self) -> bool:
        limits, control = self._around.limits, self._around.control
        before_ms = control.tick_written_ms(self.progress.row.control_offset)
        records = self._inbox.take(limits.batch_records, before_ms)
        if not records:
            if before_ms is not None and self._paused:
                self._resume(self._paused - self._inbox.waiting(before_ms))
            return False
        read = [self._around.reader.read(record) for record in records]
        await self._cache.fetch(keys_of(read))
        batch, taken = self._batch(), 0
        for record, one in zip(records, read, strict=True):
            if batch.full:
                break
            batch.take(record, one)
            taken += 1
        self._inbox.put_back(records[taken:])
        if self._paused and len(self._inbox) < limits.inbox_records // 2:
            self._resume(self._paused)
        self._last_read_ms = records[taken - 1].timestamp
        await self._finish(batch)
        return True

    def _resume(self, partitions: set[Partition]) -> None:
        if partitions:
            self._around.feed.resume(partitions)
            self._paused = self._paused - partitions

    def _batch(self) -> Batch:
        self._phases = self._phases._replace(fold=_now())
        traces = self._around.traces
        return Batch(
            self._around.decider,
            self.identity,
            self._committed,
            self.progress,
            self._cache,
            keeps=None if traces is None else traces.sampling.keeps,
        )

    async def _finish(self, batch: Batch, note_anyway: bool = False) -> None:
        limits, progress = self._around.limits, batch.progress
        too_much = (
            progress.unjournalled_records >= limits.unjournalled_records
            or len(progress.read) >= limits.unjournalled_ranges
        )
        decided = batch.finish(note_anyway or too_much)
        if decided is not None:
            await self._commit(batch, decided)
        self.progress = batch.progress
        seconds = _now() - self._phases.fold
        self._around.observer.decided(
            self.identity.lane, batch.counts, seconds, decided is not None
        )

    async def _commit(self, batch: Batch, decided: Decided) -> None:
        assert self._relay is not None
        phases = self._phases._replace(commit=_now())
        row = batch.progress.row
        journal = self._relay.journal
        row.journal_offset, row.journal_sequence = journal.end, journal.sequence
        outbox = OutboxRow(
            decided.note.first_sequence,
            encode_outgoing([decided.journal]),
            decided.events_bytes,
        )
        acknowledged = self._relay.acknowledged
        await reach("before_commit")
        self._version = await self._store.commit(
            self._version, row, stored_states(decided.states), outbox, acknowledged
        )
        await reach("after_commit")
        logs.decided(self.identity.source, decided.note)
        if self._around.traces is not None:
            self._around.traces.committed(self.identity.lane, batch, decided, phases)
        self._forgotten = acknowledged
        self._committed = row
        self._cache.remember(decided.states)
        await self._relay.put(outbox)

    async def _forget(self) -> None:
        """While idle: deletes outbox rows that Kafka holds."""
        assert self._relay is not None
        acknowledged = self._relay.acknowledged
        if acknowledged > self._forgotten:
            await self._store.forget(self._version, acknowledged)
            self._forgotten = acknowledged


def _now() -> float:
    return asyncio.get_running_loop().time()
