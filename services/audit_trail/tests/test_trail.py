"""The steps between reading and the archive: what is tried again, what waits, and what is erased when."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from audit_trail import reading, trail
from audit_trail.inbox import Inbox
from audit_trail.memory import Memory
from filrouge_archive.errors import Erased, NotYet, PutBack
from filrouge_archive.store import Store
from filrouge_chassis.records import Partition

from services.audit_trail.tests.around import (
    AUDITED,
    FACTS,
    PARTNER,
    SIGNER,
    Instance,
    Kafka,
    MoodyStore,
    erasure_of,
)

PARKED = Partition("parked.partner_gateway.g1", 0)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(trail, "COMMIT_SECONDS", 0.0)
    monkeypatch.setattr(trail, "BACKOFF_SECONDS", 0.0)


@pytest.fixture
def kafka() -> Kafka:
    kafka = Kafka()
    kafka.say(PARTNER, b"one", b"two", b"three")
    kafka.say(PARKED, b"a copy of two")
    kafka.say(AUDITED)
    return kafka


@pytest.fixture
def instance(kafka: Kafka, tmp_path: Path) -> Instance:
    return Instance(kafka, MoodyStore("memory:"), tmp_path)


def erased(instance: Instance) -> set[tuple[Partition, int]]:
    """Of everything that is archived."""
    found = set()
    archive = instance.archive()
    for place in archive.partitions:
        for offset in range(*archive.bounds(place)):
            try:
                list(archive.read(place, offset, offset + 1))
            except Erased:
                found.add((place, offset))
    return found


async def test_a_store_that_is_away_for_a_moment_costs_nothing(instance: Instance) -> None:
    assert isinstance(instance.store, MoodyStore)
    async with instance.at_work():
        await instance.all_archived()
        for away in range(1, 12):
            instance.store.away = away
            instance.kafka.say(FACTS, *[b"said"] * 100)
            await instance.all_archived()
    failures = instance.metric("archive_store_failures_total")
    assert failures is not None
    assert failures >= 11
    assert instance.metric("records_archived_total") == 4 + 1100
    for place in instance.archive().partitions:
        instance.archive().verify(place)
    instance.archive().verify_manifest()


async def test_a_backlog_does_not_keep_commits_back(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "TAKE_SECONDS", 0.0)
    monkeypatch.setattr(reading, "RECORDS_AT_LEAST", 1)
    monkeypatch.setattr(reading, "RECORDS_AT_MOST", 1)
    for number in range(8):
        instance.kafka.say(Partition("delivery.g1", number), b"said")
    async with instance.at_work():
        await instance.all_archived()
    assert len(instance.notes) >= 8
    # a commit to something new says how long its oldest record had no proof: the fake's are of 2020
    commits = instance.metric("archive_commits_total") or 0
    new = instance.metric("archive_delay_seconds_count") or 0
    assert 8 <= new <= commits
    assert (instance.metric("archive_delay_seconds_sum") or 0) > new * 6 * 365 * 86_400


async def test_when_it_is_told_to_end_all_that_was_read_is_archived_and_flushed(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "COMMIT_SECONDS", 1000.0)
    async with instance.at_work():
        await instance.until(lambda: instance.metric("records_archived_total") == 4)
        instance.kafka.say(PARTNER, b"four")
        await instance.until(lambda: instance.metric("records_archived_total") == 5)
        assert instance.ends().get(PARTNER) != 4
    assert instance.ends() == {PARTNER: 4, PARKED: 1}
    for place, head in instance.archive().partitions.items():
        assert head.stored == head.size
        assert instance.store.exists(f"log/{place}/checkpoint")


async def test_words_are_erased_once_the_erasure_is_archived_with_their_copies(
    instance: Instance,
) -> None:
    async with instance.at_work():
        await instance.all_archived()
        copies = [{"topic": PARKED.topic, "partition": 0, "offset": 0}]
        instance.kafka.tell(erasure_of(PARTNER, 1, copies=copies))
        await instance.until(lambda: erased(instance) == {(PARTNER, 1), (PARKED, 0)})
        assert instance.ends()[AUDITED] == 1
    instance.archive().verify(PARTNER)


async def test_what_is_written_again_after_a_restart_is_erased_again(
    instance: Instance, tmp_path: Path
) -> None:
    instance.kafka.tell(erasure_of(PARTNER, 1))
    async with instance.at_work():
        await instance.until(lambda: erased(instance) == {(PARTNER, 1)})
    (gone,) = set(_beside(instance, tmp_path / "whole")) - set(instance.store.list("beside"))
    instance.store.put(gone, b"as an archiver wrote it that was frozen meanwhile")
    async with Instance(instance.kafka, instance.store, tmp_path).at_work() as second:
        await second.until(lambda: not instance.store.exists(gone))


def _beside(instance: Instance, folder: Path) -> list[str]:
    """What would lie there without an erasure."""
    kafka = Kafka()
    kafka.records = {place: instance.kafka.records[place] for place in (PARTNER, PARKED)}
    other = Instance(kafka, Store("memory:"), folder)
    archiver = other._archiver()
    for place, records in kafka.records.items():
        archiver.open(place)
        archiver.append(place, records)
    archiver.write()
    return other.store.list("beside")


async def test_an_erasure_may_come_before_the_record_and_after_garbage(
    instance: Instance, caplog: pytest.LogCaptureFixture
) -> None:
    instance.kafka.tell(erasure_of(FACTS, 0))
    instance.kafka.tell(erasure_of(PARTNER, 4))
    broken = erasure_of(PARTNER, 0).model_copy(update={"ground": ""})
    instance.kafka.tell(broken)
    async with instance.at_work():
        await instance.all_archived()
        instance.kafka.say(FACTS, b"no words")
        instance.kafka.say(PARTNER, b"four", b"five")
        await instance.until(lambda: erased(instance) == {(PARTNER, 4)})
        complaint = "budget.g1/0/0 has no words that can be erased"
        await instance.until(lambda: complaint in caplog.text)
    assert "audit.g1/0/2 is not a valid RecordErased" in caplog.text


def test_memory_says_what_was_signed_last_and_refuses_to_guess(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "somewhere" / "memory")
    assert memory.recall() is None
    with pytest.raises(NotYet):
        Instance(Kafka(), Store("memory:"), tmp_path).archive().signed_manifest()
    note = f"localhost/test/manifest\n3\n{'A' * 43}=\n"
    memory.remember(f"{note}\n{SIGNER.named('localhost/test/manifest').sign(note)}")
    recalled = memory.recall()
    assert recalled is not None
    assert (recalled.origin, recalled.size) == ("localhost/test/manifest", 3)
    (tmp_path / "somewhere" / "memory").write_text("nothing that was ever signed")
    with pytest.raises(PutBack, match="does not say what was signed"):
        memory.recall()


async def test_whoever_reads_waits_when_the_archiver_is_behind(kafka: Kafka) -> None:
    inbox, records = Inbox(1100), kafka.records[PARTNER]
    first, second = [(PARTNER, records[:2])], [(PARTNER, records[2:])]
    await inbox.put(first)
    waiting = asyncio.create_task(inbox.put(second))
    await asyncio.sleep(0)
    assert not waiting.done()
    assert inbox.take() == [first, second]
    await waiting
    assert inbox.take() == []
    await inbox.wait(0)


async def test_a_portion_is_archived_as_a_whole_before_anything_is_committed_to(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever time is up, and whatever is flushed meanwhile."""
    monkeypatch.setattr(trail, "TAKE_SECONDS", 0.0)
    monkeypatch.setattr(trail, "FLUSH_SECONDS", 0.0)
    both = {FACTS: 3, PARTNER: 3}
    for place in both:
        await instance.trail.open(place)
    instance.kafka.say(FACTS, b"one", b"two", b"three")
    records = instance.kafka.records
    for first in range(3):
        await instance.inbox.put([(place, records[place][first : first + 1]) for place in both])
    for done in range(1, 4):
        await instance.trail.turn()
        assert instance.ends() == dict.fromkeys(both, done)
        heads = instance.archive().partitions
        assert [again_from(instance, place) for place in both] == [done, done]
        assert {head.size for head in heads.values()} == {done}


def again_from(instance: Instance, place: Partition) -> int:
    """From where the next process would go on."""
    return instance._archiver().open(place)
