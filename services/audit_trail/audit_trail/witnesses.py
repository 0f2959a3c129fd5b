"""Witnesses cosign what was signed; one that is away costs its own signature, and nobody's time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.errors import Refused, StoreAway
from filrouge_archive.log_reader import LogReader
from filrouge_archive.note import Verifier
from filrouge_archive.store import Store
from filrouge_archive.witness import Witness

from audit_trail import log_events
from audit_trail.metrics import TrailMetrics


class Witnesses:
    """Each is asked for the newest checkpoint, by itself; what came in time is published with it, and the
    newest one that each has cosigned beside it."""

    def __init__(
        self,
        witnesses: Sequence[Witness],
        store: Store,
        publish: Callable[[str], Awaitable[None]],
        keep: Callable[[Verifier, str], Awaitable[None]],
        metrics: TrailMetrics,
    ) -> None:
        self._witnesses, self._store = witnesses, store
        self._publish, self._keep, self._metrics = publish, keep, metrics
        self._note = ""
        self._lines: dict[str, str] = {}
        self._news = asyncio.Condition()

    async def tell(self, note: str) -> None:
        """A new checkpoint was signed."""
        async with self._news:
            self._note, self._lines = note, {}
            self._news.notify_all()

    async def run(self) -> None:
        """For ever. Raises Forked or PutBack if a witness has seen another manifest, or more of it."""
        if not self._witnesses:
            await asyncio.Event().wait()
        async with asyncio.TaskGroup() as asking:
            for witness in self._witnesses:
                asking.create_task(self._ask_for_ever(witness))

    async def _ask_for_ever(self, witness: Witness) -> None:
        asked, known_size = "", 0
        while True:
            async with self._news:
                await self._news.wait_for(lambda: self._note != asked)  # noqa: B023
                asked = self._note
            size = claimed_checkpoint(asked).size
            manifest = LogReader(self._store, "manifest", size, size)
            try:
                cosigned = await asyncio.to_thread(witness.cosign, asked, manifest, known_size)
            except (StoreAway, Refused) as error:
                self._metrics.witness_failed(witness.verifier.name)
                log_events.NOT_COSIGNED.say(witness=witness.verifier.name, error=error)
                continue
            known_size = size
            self._metrics.cosigned(witness.verifier.name)
            await self._keep(witness.verifier, cosigned)
            if asked == self._note:
                self._lines[witness.verifier.name] = cosigned.removeprefix(asked)
                await self._publish(asked + "".join(self._lines.values()))
