"""Witnesses: each by itself, none waited for, and one that has seen more ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event
from typing import Any, cast

import pytest
from audit_trail.metrics import TrailMetrics
from audit_trail.witnesses import Witnesses
from filrouge_archive.archiver import Archiver
from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.errors import PutBack, Refused, StoreAway
from filrouge_archive.note import COSIGNATURE, Verifier
from filrouge_archive.store import Store
from filrouge_chassis.records import RawRecord
from prometheus_client import CollectorRegistry

from services.audit_trail.tests.around import FACTS, SALT, SIGNER

Answer = Callable[[str], str]
PATIENCE_SECONDS = 30.0


class FakeWitness:
    """Adds its line, or does what it is told instead."""

    def __init__(self, name: str, answer: Answer | None = None) -> None:
        self.verifier = Verifier(name, COSIGNATURE, bytes(32))
        self.known: list[int] = []
        self._answer = answer or (lambda note: note + f"— {name} c2ln\n")

    def cosign(self, note: str, manifest: Any, known_size: int) -> str:
        assert manifest.size >= known_size
        self.known.append(known_size)
        return self._answer(note)


class Round:
    """An archive that grows by a commit at a time, and its witnesses."""

    def __init__(self, *witnesses: FakeWitness) -> None:
        store = Store("memory:")
        self._archiver = Archiver(store, SIGNER, SALT, "w")
        self._archiver.open(FACTS)
        self.published: list[str] = []
        self.kept: list[tuple[str, str]] = []
        self.registry = CollectorRegistry()
        asked = cast(Any, witnesses)
        metrics = TrailMetrics(self.registry)
        self.witnesses = Witnesses(asked, store, self._publish, self._keep, metrics)

    async def _publish(self, note: str) -> None:
        self.published.append(note)

    async def _keep(self, witness: Verifier, note: str) -> None:
        self.kept.append((witness.name, note))

    async def commit(self) -> str:
        offset = self._archiver.logs[FACTS].size
        self._archiver.append(FACTS, [RawRecord(*FACTS, offset, 0, b"k", b"v")])
        note = self._archiver.commit(offset)
        assert note is not None
        await self.witnesses.tell(note)
        return note

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0)

    def last_cosigned(self, name: str) -> float | None:
        return self.registry.get_sample_value(
            "filrouge_archive_last_cosigned_seconds", {"witness": name}
        )

    def failures(self, name: str) -> float | None:
        return self.registry.get_sample_value(
            "filrouge_archive_witness_failures_total", {"witness": name}
        )


@pytest.fixture
def gate() -> Event:
    """A slow witness answers when it is set."""
    return Event()


def raising(error: Exception) -> Answer:
    def answer(_note: str) -> str:
        raise error

    return answer


async def test_signatures_are_published_as_they_come_and_one_that_is_away_costs_only_its_own(
    gate: Event,
) -> None:
    def slow(note: str) -> str:
        gate.wait(PATIENCE_SECONDS)
        return note + "— slow c2ln\n"

    quick, away = FakeWitness("quick"), FakeWitness("away", raising(StoreAway("no answer")))
    refusing = FakeWitness("refusing", raising(Refused("not this log")))
    on = Round(quick, FakeWitness("slow", slow), away, refusing)
    working = asyncio.create_task(on.witnesses.run())
    note = await on.commit()
    await on.until(lambda: on.published == [note + "— quick c2ln\n"])
    gate.set()
    await on.until(lambda: len(on.published) == 2)
    assert on.published[1] == note + "— quick c2ln\n— slow c2ln\n"
    await on.until(lambda: on.failures("away") == on.failures("refusing") == 1)
    assert (on.last_cosigned("quick") or 0) > 0
    assert on.last_cosigned("away") is None
    await on.commit()
    await on.until(lambda: quick.known == [0, 1])
    await on.until(lambda: on.failures("away") == 2)
    working.cancel()


async def test_a_signature_that_comes_too_late_is_kept_beside_and_not_added_to_the_newer_checkpoint(
    gate: Event,
) -> None:
    def slow(note: str) -> str:
        gate.wait(PATIENCE_SECONDS)
        return note + "— slow c2ln\n"

    witness = FakeWitness("slow", slow)
    on = Round(witness)
    working = asyncio.create_task(on.witnesses.run())
    first = await on.commit()
    await on.until(lambda: witness.known)
    second = await on.commit()
    gate.set()
    await on.until(lambda: on.published)
    assert on.published == [second + "— slow c2ln\n"]
    assert on.kept == [("slow", f"{note}— slow c2ln\n") for note in (first, second)]
    working.cancel()


async def test_under_constant_load_a_slow_witness_is_heard_of_all_the_same() -> None:
    """While it thinks, another commit is made: always."""
    asked, answer = Event(), Event()

    def slow(note: str) -> str:
        asked.set()
        answer.wait(PATIENCE_SECONDS)
        answer.clear()
        return note + "— slow c2ln\n"

    on = Round(FakeWitness("slow", slow))
    working = asyncio.create_task(on.witnesses.run())
    await on.commit()
    for answers in range(1, 4):
        await on.until(asked.is_set)
        asked.clear()
        await on.commit()
        answer.set()
        await on.until(lambda count=answers: len(on.kept) == count)  # type: ignore[misc]
    assert on.published == []
    sizes = [claimed_checkpoint(note).size for _, note in on.kept]
    assert sizes == sorted(set(sizes))
    answer.set()
    working.cancel()


async def test_one_that_has_seen_more_of_the_manifest_ends_it() -> None:
    on = Round(FakeWitness("quick"), FakeWitness("knows", raising(PutBack("it was put back"))))
    working = asyncio.create_task(on.witnesses.run())
    await on.commit()
    with pytest.raises(ExceptionGroup) as ended:
        await working
    assert ended.group_contains(PutBack, match="it was put back")


async def test_without_witnesses_nothing_happens() -> None:
    on = Round()
    working = asyncio.create_task(on.witnesses.run())
    await on.commit()
    assert not working.done()
    working.cancel()
