"""The local stack is real: it keeps its data over kill -9, and nothing of it outlives its run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from filrouge.stack import Stack, StackFailed, jars, local_stack
from filrouge.stack.child import Child, Command, identity
from filrouge.stack.janitor import Janitor
from filrouge.stack.waiting import free_port, wait_until
from filrouge_chassis.kafka_address import client_options
from filrouge_chassis.kafka_admin import kafka_admin

RUN_AND_WAIT = """
import sys
from pathlib import Path
from filrouge.stack.child import Child, Command
from filrouge.stack.janitor import Janitor
folder = Path(sys.argv[1])
child = Child("sleeper", folder, Janitor())
child.start(Command(["sleep", "600"], {"PATH": "/usr/bin:/bin"}, folder))
print(child.pid, child.janitor.pid, flush=True)
sys.stdin.read()
"""
SLEEPER = ["sleep", "600"]
ENVIRONMENT = {"PATH": os.defpath}


def gone(pid: int) -> None:
    wait_until(lambda: identity(pid) is None, 10, lambda why: StackFailed(f"process {pid}: {why}"))


@pytest.mark.stack
async def test_records_and_rows_survive_kill_9(stack: Stack) -> None:
    await create_topic(stack, "kept")
    await produce(stack, "kept", b"before")
    connection = await asyncpg.connect(stack.postgres)
    await connection.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept (word text)")
    await connection.execute("INSERT INTO kept VALUES ('before')")

    for server in (stack.broker, stack.database):
        address = (stack.broker.address, stack.database.url)
        await asyncio.to_thread(server.kill)
        assert not server.child.running
        await asyncio.to_thread(server.start)
        assert (stack.broker.address, stack.database.url) == address

    await produce(stack, "kept", b"after")
    assert await consume(stack, "kept", 2) == [b"before", b"after"]
    connection = await asyncpg.connect(stack.postgres)
    assert await connection.fetchval("SELECT word FROM kept") == "before"
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.close()


@pytest.mark.stack
async def test_a_topic_that_nobody_created_is_not_created_by_asking(stack: Stack) -> None:
    async with kafka_admin(stack.kafka) as admin:
        asked = await admin.describe_topics(["never-created"])
        assert asked[0]["error_code"] != 0
        assert "never-created" not in await admin.list_topics()


def test_what_the_environment_names_is_used_and_nothing_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILROUGE_KAFKA", "kafka.example:9092")
    monkeypatch.setenv("FILROUGE_POSTGRES", "postgresql://me@db.example/postgres")
    with local_stack(tmp_path) as stack:
        assert stack.kafka == "kafka.example:9092"
        assert stack.postgres == "postgresql://me@db.example/postgres"
        with pytest.raises(StackFailed, match="FILROUGE_KAFKA"):
            _ = stack.broker
        with pytest.raises(StackFailed, match="FILROUGE_POSTGRES"):
            _ = stack.database


def test_a_second_run_in_the_same_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILROUGE_KAFKA", "kafka.example:9092")
    monkeypatch.setenv("FILROUGE_POSTGRES", "postgresql://me@db.example/postgres")
    with (
        local_stack(tmp_path),
        pytest.raises(StackFailed, match="another run uses"),
        local_stack(tmp_path),
    ):
        pass


def test_children_do_not_outlive_a_run_that_is_killed(tmp_path: Path) -> None:
    with run_and_wait(tmp_path) as run:
        child, _ = pids(run)
        run.kill()
    gone(child)


def test_what_is_left_when_the_janitor_was_killed_too_is_ended_by_the_next_run(
    tmp_path: Path,
) -> None:
    with run_and_wait(tmp_path) as run:
        child, janitor = pids(run)
        os.kill(janitor, signal.SIGKILL)
        run.kill()
    assert identity(child) is not None
    janitor_of_next_run = Janitor()
    Child("sleeper", tmp_path, janitor_of_next_run).kill_leftover()
    gone(child)
    janitor_of_next_run.close()


def test_a_pid_file_that_names_somebody_elses_process_kills_nobody(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEPER) as innocent:
        janitor = Janitor()
        child = Child("sleeper", tmp_path, janitor)
        child.pid_file.parent.mkdir()
        child.pid_file.write_text(json.dumps({"pid": innocent.pid, "is": "an/earlier one"}))
        child.kill_leftover()
        assert innocent.poll() is None
        assert not child.pid_file.exists()
        innocent.kill()
        janitor.close()


def test_a_frozen_child_can_be_woken_and_stopped(tmp_path: Path) -> None:
    janitor = Janitor()
    child = Child("sleeper", tmp_path, janitor)
    child.start(Command(SLEEPER, ENVIRONMENT, tmp_path))
    pid = child.pid
    child.freeze()
    child.stop()
    assert not child.running
    gone(pid)
    janitor.close()


def test_a_child_that_does_not_want_to_end_is_ended(tmp_path: Path) -> None:
    janitor = Janitor()
    child = Child("deaf", tmp_path, janitor, stop_seconds=0.2)
    ignores = "trap '' TERM; echo deaf; while :; do sleep 600; done"
    child.start(Command(["sh", "-c", ignores], ENVIRONMENT, tmp_path))
    wait_until(lambda: "deaf" in child.log.read_text(), 10, child.explained)
    child.stop()
    assert not child.running
    janitor.close()


def test_a_jar_that_is_not_the_locked_one_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = jars.locked()[0]
    forged = tmp_path / "kafka-jars.lock"
    forged.write_text(f"{first.coordinate} {'0' * 64}\n")
    genuine = jars.class_path()[0].read_bytes()
    monkeypatch.setattr(jars, "LOCK", forged)
    monkeypatch.setenv("M2_REPO", str(tmp_path / "repository"))
    monkeypatch.setattr(jars, "fetched", lambda _: written(tmp_path / "fetched.jar", genuine))
    with pytest.raises(StackFailed, match="SHA-256"):
        jars.class_path()


def test_ports_are_given_once() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == len(ports)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def run_and_wait(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN_AND_WAIT, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def pids(run: subprocess.Popen[str]) -> tuple[int, int]:
    assert run.stdout is not None
    child, janitor = run.stdout.readline().split()
    return int(child), int(janitor)


async def create_topic(stack: Stack, name: str) -> None:
    async with kafka_admin(stack.kafka) as admin:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])


async def produce(stack: Stack, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(**client_options(stack.kafka), acks="all") as producer:
        await producer.send_and_wait(topic, value)


async def consume(stack: Stack, topic: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(
        **client_options(stack.kafka), auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        async with asyncio.timeout(20):
            return [(await anext(consumer)).value for _ in range(count)]
