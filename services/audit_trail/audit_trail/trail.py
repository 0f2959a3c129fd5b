"""What was read goes into the archive: one step at a time, in a thread, while reading goes on.

A step that the store did not take is tried again until it does: every one of them may be. Any other error
ends the process, since going on would sign something that is not so.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, ParamSpec, TypeVar

from filrouge_archive.archiver import Archiver
from filrouge_archive.errors import StoreAway
from filrouge_archive.note import Verifier
from filrouge_chassis.records import Partition, Record
from filrouge_contracts.topics import AUDIT

from audit_trail import log_events
from audit_trail.erasures import Erasures
from audit_trail.inbox import Inbox, Portion
from audit_trail.memory import Memory
from audit_trail.metrics import TrailMetrics

P = ParamSpec("P")
T = TypeVar("T")

COMMIT_SECONDS = 1.0
TAKE_SECONDS = 0.25
FLUSH_SECONDS = 10.0
BACKOFF_SECONDS, BACKOFF_AT_MOST_SECONDS = 0.1, 5.0


class Opened(NamedTuple):
    """From which offset a partition is read, and as how much of it is archived."""

    size: int
    end: int


class Trail:
    """The only one who touches the archiver."""

    def __init__(
        self,
        make: Callable[[], Archiver],
        inbox: Inbox,
        memory: Memory,
        metrics: TrailMetrics,
        signed: Callable[[str], Awaitable[None]],
    ) -> None:
        """`make` may raise StoreAway; `signed` hears of every new checkpoint of the manifest."""
        self._make, self._inbox, self._memory = make, inbox, memory
        self._metrics, self._signed = metrics, signed
        self._erasures = Erasures()
        self._archiver: Archiver | None = None
        self._hand = asyncio.Lock()
        self._taken: deque[Portion] = deque()
        self._uncommitted = self._unflushed = self._ending = False
        self._commit_at = self._flush_at = 0.0
        self._oldest_ms: int | None = None  # of what was appended since the last commit

    async def open(self, place: Partition) -> Opened:
        """Takes up a partition, or tells how far it is."""
        async with self._hand:
            opened = await self._until_stored(self._open, place)
            self._uncommitted = True  # an erasure may have waited for it
            self._inbox.wake()
            return opened

    async def committed(self) -> dict[Partition, int]:
        """How much of every partition is committed to, as far as this instance knows."""
        async with self._hand:
            archiver = await self._until_stored(self._its_archiver)
            return {place: said.head.size for place, said in archiver.committer.heads.items()}

    async def hear_of_erasures(self, records: Sequence[Record]) -> None:
        """Those that were said before this instance began."""
        async with self._hand:
            self._erasures.hear(records)
            self._uncommitted = True
            self._inbox.wake()

    async def publish_cosigned(self, note: str) -> None:
        async with self._hand:
            await self._until_stored(self._its_archiver().committer.publish_cosigned, note)

    async def keep_cosigned(self, witness: Verifier, note: str) -> None:
        async with self._hand:
            await self._until_stored(self._its_archiver().committer.keep_cosigned, witness, note)

    async def run(self) -> None:
        """Until `end` is called; then what was read is archived and flushed."""
        while not self._ending:
            await self._inbox.wait(self._seconds_to_wait())
            await self.turn()
        async with self._hand:
            while await self._take_some():
                pass
            if self._archiver is not None:
                await self._until_stored(self._commit)
                await self._until_stored(self._flush)
                await self._until_stored(self._commit)

    def end(self) -> None:
        self._ending = True
        self._inbox.wake()

    async def turn(self) -> None:
        """Everything that is due by now."""
        async with self._hand:
            await self._take_some()
            now = time.monotonic()
            flushing = self._unflushed and now >= self._flush_at
            if self._uncommitted and (flushing or now >= self._commit_at):
                self._commit_at = now + COMMIT_SECONDS
                if note := await self._until_stored(self._commit):
                    await self._signed(note)
            if flushing:  # logs that are signed beyond a commit would be committed to one by one
                self._flush_at = now + FLUSH_SECONDS
                await self._until_stored(self._flush)

    def _seconds_to_wait(self) -> float | None:
        if self._taken:
            return 0.0
        due = [self._commit_at] if self._uncommitted else []
        due += [self._flush_at] if self._unflushed else []
        return max(0.0, min(due) - time.monotonic()) if due else None

    async def _take_some(self) -> bool:
        """For a moment, so that a backlog does not keep commits back; says whether more is waiting."""
        if not self._taken:
            self._taken.extend(self._inbox.take())
        if self._taken:
            await self._until_stored(self._take, time.monotonic() + TAKE_SECONDS)
        return bool(self._taken)

    async def _until_stored(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        backoff = BACKOFF_SECONDS
        while True:
            try:
                return await asyncio.to_thread(step, *args, **kwargs)
            except StoreAway as error:
                self._metrics.store_failed()
                log_events.STORE_AGAIN.say(error=error)
                await asyncio.sleep(backoff)
                backoff = min(backoff * 2, BACKOFF_AT_MOST_SECONDS)

    # --- in a thread ------------------------------------------------------------------------------

    def _its_archiver(self) -> Archiver:
        if self._archiver is None:
            self._archiver = self._make()
        return self._archiver

    def _open(self, place: Partition) -> Opened:
        archiver = self._its_archiver()
        return Opened(archiver.open(place), archiver.end(place))

    def _take(self, until: float) -> None:
        archiver = self._its_archiver()
        while self._taken:
            for place, records in self._taken[0]:
                if records[0].offset < archiver.end(place):
                    archiver.write()
                    archiver.compare(place, records)
                self._append(archiver, place, records)
            self._taken.popleft()
            if time.monotonic() > until:
                break
        archiver.write()

    def _append(self, archiver: Archiver, place: Partition, records: Sequence[Record]) -> None:
        size = archiver.logs[place].size
        fresh = [record for record in records if record.offset >= size]
        if not fresh:
            return
        archiver.append(place, fresh)
        self._uncommitted = self._unflushed = True
        self._metrics.archived(len(fresh))
        self._oldest_ms = min(fresh[0].timestamp, self._oldest_ms or fresh[0].timestamp)
        if place.topic == AUDIT:
            self._erasures.hear(fresh)

    def _commit(self) -> str | None:
        """The manifest's new checkpoint, if there was something to commit to."""
        archiver, started = self._its_archiver(), time.monotonic()
        first = archiver.committer.number
        note = archiver.commit(round(time.time() * 1000))
        if note is not None:
            self._memory.remember(note)
            commits, seconds = archiver.committer.number - first, time.monotonic() - started
            self._metrics.committed(commits, seconds, self._oldest_ms)
            self._oldest_ms = None
            log_events.COMMITTED.say(commits=archiver.committer.number)
        self._uncommitted = False
        sizes = {place: log.size for place, log in archiver.logs.items()}
        self._metrics.erased(self._erasures.carry_out(sizes, archiver.erase))
        return note

    def _flush(self) -> None:
        archiver = self._its_archiver()
        archiver.flush()
        archiver.committer.sweep_tails()
        self._unflushed, self._uncommitted = False, True
