"""Every partition is archived from its beginning, and going on where it would be wrong is refused."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, OffsetOutOfRangeError
from audit_trail import reading, trail
from audit_trail.cut import Cut
from audit_trail.settings import Share
from filrouge_archive.errors import Forked, Gap, PutBack, StoreAway
from filrouge_archive.store import Store
from filrouge_chassis.errors import LogLost
from filrouge_chassis.records import Partition

from services.audit_trail.tests.around import AUDITED, FACTS, PARTNER, Instance, Kafka
from services.audit_trail.tests.lanes import Stream, faults

VALUES = [b"value %d" % number for number in range(700)]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(reading, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(trail, "COMMIT_SECONDS", 0.0)


@pytest.fixture
def kafka() -> Kafka:
    kafka = Kafka()
    kafka.say(FACTS, *VALUES)
    kafka.say(PARTNER, b"words")
    kafka.say(AUDITED)
    return kafka


@pytest.fixture
def instance(kafka: Kafka, tmp_path: Path) -> Instance:
    return Instance(kafka, Store("memory:"), tmp_path)


def again(instance: Instance, tmp_path: Path) -> Instance:
    """The same archive, the next process."""
    return Instance(instance.kafka, instance.store, tmp_path)


async def archived(instance: Instance) -> None:
    async with instance.at_work():
        await instance.all_archived()


async def test_all_is_archived_and_so_is_a_topic_that_comes_later(instance: Instance) -> None:
    async with instance.at_work():
        await instance.all_archived()
        instance.kafka.say(Partition("delivery.g1", 3), b"new")
        await instance.all_archived()
        await instance.until(lambda: instance.reading.lag_records() == 0)
    archive = instance.archive()
    for place, records in instance.kafka.records.items():
        found = [one for chunk in archive.read(place, 0, len(records)) for one in chunk]
        assert found == records
    assert instance.metric("records_archived_total") == 702


async def test_a_restart_reads_the_last_records_again_and_archives_none_twice(
    instance: Instance, tmp_path: Path
) -> None:
    await archived(instance)
    instance.kafka.sought.clear()
    second = again(instance, tmp_path)
    instance.kafka.say(FACTS, b"one more")
    await archived(second)
    assert (FACTS, 700 - 256) in instance.kafka.sought
    assert second.metric("records_archived_total") == 1


@pytest.mark.parametrize("number", [0, 443, 444, 699])
async def test_another_record_among_the_last_256_stops_it(
    instance: Instance, tmp_path: Path, number: int
) -> None:
    await archived(instance)
    records = instance.kafka.records[FACTS]
    records[number] = records[0].__class__(*FACTS, number, 0, b"key", b"another")
    instance.kafka.say(FACTS, b"one more")
    second = again(instance, tmp_path)
    if number < 444:
        await archived(second)
        return
    with pytest.raises(Forked, match=rf"budget\.g1/0: offset {number} in Kafka is another record"):
        await archived(second)


async def test_another_record_behind_the_logs_checkpoint_stops_it_before_it_is_overwritten(
    instance: Instance, tmp_path: Path
) -> None:
    async with instance.at_work():
        await instance.until(lambda: instance.store.exists(f"log/{FACTS}/checkpoint"))
        await instance.all_archived()
        checkpoint = instance.store.get(f"log/{FACTS}/checkpoint")
        instance.kafka.say(FACTS, *VALUES)
        await instance.all_archived()
    instance.store.put(f"log/{FACTS}/checkpoint", checkpoint)  # as if it had died before the flush
    bundles = {path: instance.store.get(path) for path in instance.store.list(f"log/{FACTS}")}
    del instance.kafka.records[FACTS][1300:]
    instance.kafka.say(FACTS, *[b"another history"] * 101)
    with pytest.raises(Forked, match="offset 1300 in Kafka is another record"):
        await archived(again(instance, tmp_path))
    assert {path: instance.store.get(path) for path in bundles} == bundles


async def test_when_somebody_else_leads_a_partition_its_last_records_are_compared(
    instance: Instance,
) -> None:
    async with instance.stopped_by(Forked, "offset 650 in Kafka is another record"):
        await instance.all_archived()
        sought = list(instance.kafka.sought)
        await instance.looked(3)
        assert instance.kafka.sought == sought
        records = instance.kafka.records[FACTS]
        records[650] = records[0].__class__(*FACTS, 650, 0, b"key", b"another")
        await instance.looked(3)
        instance.kafka.leaders[FACTS] = 2


async def test_a_partition_without_a_leader_waits_and_is_compared_afterwards(
    instance: Instance,
) -> None:
    async with instance.at_work():
        await instance.all_archived()
        instance.kafka.sought.clear()
        instance.kafka.leaders[FACTS] = -1
        await instance.looked(3)
        assert instance.kafka.sought == []
        instance.kafka.leaders[FACTS] = 1
        await instance.until(lambda: (FACTS, 444) in instance.kafka.sought)


async def test_a_partition_that_does_not_begin_at_0_stops_it(instance: Instance) -> None:
    instance.kafka.first[FACTS] = 5
    with pytest.raises(Gap, match=r"budget\.g1/0 begins at offset 5 in Kafka"):
        await archived(instance)


async def test_a_partition_that_ends_too_early_stops_it(instance: Instance, tmp_path: Path) -> None:
    await archived(instance)
    del instance.kafka.records[FACTS][-1]
    with pytest.raises(Gap, match="ends at offset 699 in Kafka, and 700 records are archived"):
        await archived(again(instance, tmp_path))


async def test_a_gap_stops_it(instance: Instance) -> None:
    del instance.kafka.records[FACTS][300]
    with pytest.raises(Gap, match="offsets of our topics have no gaps"):
        await archived(instance)


async def test_an_archived_topic_that_is_gone_stops_it_unless_it_is_there_at_the_next_look(
    instance: Instance,
) -> None:
    async with instance.stopped_by(Gap, "is archived and is not in Kafka any more"):
        await instance.all_archived()
        leader = instance.kafka.leaders.pop(PARTNER)
        await instance.looked(1)
        instance.kafka.leaders[PARTNER] = leader
        await instance.looked(5)
        del instance.kafka.leaders[PARTNER]


async def test_what_the_broker_has_lost_stops_it(instance: Instance) -> None:
    instance.kafka.failures.append(OffsetOutOfRangeError({TopicPartition(*FACTS): 700}))
    with pytest.raises(LogLost, match="offset 700 is not there"):
        await archived(instance)


async def test_a_broker_that_is_away_is_asked_again(instance: Instance) -> None:
    instance.kafka.failures += [KafkaConnectionError("gone"), OSError("gone too")]
    await archived(instance)


async def test_a_store_that_was_put_back_stops_it(instance: Instance, tmp_path: Path) -> None:
    await archived(instance)
    with pytest.raises(PutBack):
        await archived(Instance(instance.kafka, Store("memory:"), tmp_path))


async def test_several_share_the_partitions_and_all_follow_the_audit_topic(
    kafka: Kafka, tmp_path: Path
) -> None:
    for number in range(20):
        kafka.say(Partition("delivery.g1", number), b"said")
    kafka.say(AUDITED, b"said")
    store = Store("memory:")
    for number in (1, 2, 3):
        share = Share(number, 3)
        mine = {place for place in kafka.records if share.has(place)}
        assert 1 < len(mine) < len(kafka.records)
        one = Instance(kafka, store, tmp_path / str(number), share.has)
        async with one.at_work():
            await one.until(lambda: mine <= one.ends().keys())  # noqa: B023
    everything = Instance(kafka, store, tmp_path / "reader").ends()
    assert everything == {place: len(records) for place, records in kafka.records.items()}


# --- lanes ----------------------------------------------------------------------------------------

JOURNAL = Partition("journal.budget_accounting.g1", 1)


def note(first: int, last: int) -> bytes:
    return b'{"first_sequence":%d,"last_sequence":%d,"control_end":0}' % (first, last)


async def test_what_a_lane_says_is_archived_no_sooner_than_its_note(instance: Instance) -> None:
    kafka = instance.kafka
    kafka.say(JOURNAL, note(1, 1))
    async with instance.at_work():
        await instance.all_archived()
        kafka.said_by("budget_accounting/1", 3, FACTS)
        kafka.say(PARTNER, b"more words")
        await instance.until(lambda: instance.ends()[PARTNER] == 2)
        await instance.looked(3)
        assert instance.ends()[FACTS] == 700
        kafka.say(JOURNAL, note(2, 3))
        await instance.all_archived()
    assert instance.lost == []


async def test_who_starts_anew_knows_what_a_lane_has_yet_to_say(
    instance: Instance, tmp_path: Path
) -> None:
    kafka = instance.kafka
    kafka.say(JOURNAL, note(1, 3))
    kafka.said_by("budget_accounting/1", 2, FACTS)
    await archived(instance)
    kafka.say(JOURNAL, note(4, 4))
    async with again(instance, tmp_path).at_work() as second:
        kafka.say(PARTNER, b"more words")
        await second.until(lambda: second.ends()[PARTNER] == 2)
        await second.looked(3)
        assert second.ends()[JOURNAL] == 1
        kafka.said_by("budget_accounting/1", 3, FACTS)
        await second.all_archived()


async def test_what_waits_is_read_again_when_somebody_else_leads_the_partition(
    instance: Instance,
) -> None:
    kafka = instance.kafka
    kafka.said_by("budget_accounting/1", 2, FACTS)
    async with instance.at_work():
        await instance.until(lambda: instance.ends().get(FACTS) == 700)
        kafka.leaders[FACTS] = 2
        await instance.looked(3)
        kafka.failures = [KafkaConnectionError("away")]
        await instance.looked(3)
        kafka.say(JOURNAL, note(1, 2))
        await instance.all_archived()
    assert instance.metric("records_archived_total") == 703


async def test_where_many_wait_others_are_read_first(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = instance.kafka
    kafka.said_by("budget_accounting/1", 2, FACTS)
    async with instance.at_work():
        await instance.until(lambda: instance.ends().get(FACTS) == 700)
        monkeypatch.setattr(reading, "RECORDS_AT_LEAST", 1)
        monkeypatch.setattr(reading, "WAITING_RECORDS", 1)
        await instance.looked(1)
        kafka.asked.clear()
        kafka.say(PARTNER, b"more words")
        await instance.until(lambda: instance.ends()[PARTNER] == 2)
        assert all(asked and TopicPartition(*FACTS) not in asked for asked in kafka.asked)
        kafka.say(JOURNAL, note(1, 2))
        await instance.all_archived()
        await instance.until(lambda: () in kafka.asked)


async def test_who_has_a_share_makes_no_cuts(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka = instance.kafka
    kafka.said_by("budget_accounting/1", 2, FACTS)
    monkeypatch.setattr(instance.reading, "_make_cut", None)
    await archived(instance)


async def test_an_archive_that_cannot_be_read_at_the_start_is_asked_again(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([StoreAway("no answer")])

    def away_once() -> Cut:
        for error in times:
            raise error
        return instance._cut()

    monkeypatch.setattr(instance.reading, "_make_cut", away_once)
    await archived(instance)


async def test_what_a_commit_covers_is_a_consistent_cut_whenever_it_is_made(
    instance: Instance, tmp_path: Path
) -> None:
    """Lanes at work; the archiver is ended and begun again meanwhile."""
    for seed in range(5):
        stream, kafka = Stream(Random(seed)), Kafka()
        kafka.records = stream.records
        store, commits = Store("memory:"), set[int]()
        for _ in range(6):
            stream.work(40)
            kafka.leaders = dict.fromkeys(kafka.records, 1)
            current = Instance(kafka, store, tmp_path / str(seed))
            async with current.at_work():
                for _ in range(6):
                    stream.work(5)
                    kafka.leaders = dict.fromkeys(kafka.records, 1)
                    await current.looked(1)
                    archive = current.archive()
                    commits.add(archive.commits)
                    assert faults(stream.records, current.ends()) == []
            assert faults(stream.records, current.ends()) == []
        assert len(commits) > 6
