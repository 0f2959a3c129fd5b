"""What a cluster installation runs besides its services: prepared, ticking, and checked from door to proof."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from filrouge.cli import filrouge
from filrouge.installation import tick_for_ever
from filrouge.local_archive import LocalArchive
from filrouge.operator import Operator
from filrouge.smoke import SmokeFailed
from filrouge.stack import Stack
from filrouge.supervisor import ServiceProcess, Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge.topics import TopicsDiffer
from filrouge_archive.note import Signer
from filrouge_chassis.control import Control
from filrouge_contracts.entry import BUDGET_ACCOUNTING, GATEWAY

pytestmark = pytest.mark.stack
SAID = {
    "lanes": 2,
    "partners": [{"id": "smoke", "kind": "school"}],
    "parameters": {"grace_seconds": 60},
    "rules": {f"{BUDGET_ACCOUNTING}/match": 1},
}


class EndOfTimeError(Exception):
    """No further tick."""


class Prepared(NamedTuple):
    """A gateway and an archiver over topics that `filrouge prepare` has made."""

    stack: Stack
    supervisor: Supervisor
    archive: LocalArchive
    trail: ServiceProcess
    told: str

    def run(self, *arguments: str) -> str:
        return run(self.stack, *arguments)

    def smoke(self, partner: str = "smoke", key: str | None = None, seconds: float = 60) -> str:
        (verifier,) = self.archive.verifiers()
        return self.run(
            "smoke",
            f"--receipts=http://127.0.0.1:{self.trail.http_port}/",
            f"--partner={partner}",
            f"--verifier={key or verifier}",
            f"--timeout={seconds}",
        )

    def control(self) -> Control:
        async def read() -> Control:
            async with Operator(self.stack.kafka, 2) as operator:
                return operator.control

        return asyncio.run(read())


def run(stack: Stack, *arguments: str) -> str:
    done = CliRunner().invoke(filrouge, arguments, env={"FILROUGE_KAFKA": stack.kafka})
    if done.exception is not None:
        raise done.exception
    return done.output


@pytest.fixture(scope="module")
def prepared(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("installation")
    archive = LocalArchive(folder)
    asyncio.run(empty(stack))
    told = run(stack, "prepare", "--make-topics", said_in(folder))
    with supervised(stack, 2) as supervisor:
        trail = archive.start(supervisor)
        supervisor.start_all([GATEWAY])
        yield Prepared(stack, supervisor, archive, trail.wait_ready(), told)
    asyncio.run(empty(stack))


def said_in(folder: Path, **changed: object) -> str:
    path = folder / "installation.json"
    path.write_text(json.dumps({**SAID, **changed}))
    return str(path)


def test_what_is_missing_is_said_once_and_what_is_changed_again(
    prepared: Prepared, tmp_path: Path
) -> None:
    assert [line.split(" is ")[0] for line in prepared.told.splitlines()[1:]] == [
        "partner smoke",
        "parameter grace_seconds",
        "rule budget_accounting/match",
    ]
    before = prepared.control()
    assert prepared.run("prepare", said_in(tmp_path)).count("\n") == 1
    assert prepared.control().offset == before.offset
    again = prepared.run("prepare", said_in(tmp_path, parameters={"grace_seconds": 90}))
    assert again.splitlines()[1:] == ["parameter grace_seconds is 90"]
    context = prepared.control()
    assert [said.value for said in context.settings] == [60, 90]


def test_topics_that_nobody_makes_are_named(prepared: Prepared, tmp_path: Path) -> None:
    two = [*SAID["partners"], {"id": "later", "kind": "supplier"}]  # type: ignore[misc]
    with pytest.raises(TopicsDiffer, match=r"has not got partners\.later\.in\.g1, partners"):
        prepared.run("prepare", "--timeout=0.2", said_in(tmp_path, partners=two))


def test_a_word_goes_from_the_door_to_a_proof(prepared: Prepared) -> None:
    told = prepared.smoke().splitlines()
    assert told[0].startswith("partners.smoke.in.g1/0/")
    assert told[1].endswith("refused by type-unknown")
    assert told[2] == "the receipt proves it, signed by localhost/filrouge"


def test_a_proof_of_somebody_else_is_none(prepared: Prepared) -> None:
    other = Signer.generate("localhost/filrouge").verifier
    with pytest.raises(SmokeFailed, match="the receipt does not hold"):
        prepared.smoke(key=str(other))


def test_without_a_gateway_it_says_how_far_the_word_has_come(prepared: Prepared) -> None:
    prepared.supervisor[GATEWAY].stop()
    try:
        with pytest.raises(SmokeFailed, match=r"the gateway gives no verdict.*\(2 seconds\)"):
            prepared.smoke(seconds=2)
    finally:
        prepared.supervisor[GATEWAY].start()
        prepared.supervisor[GATEWAY].wait_ready()


def test_the_clock_says_how_late_it_is_again_and_again(prepared: Prepared) -> None:
    times = [datetime(2031, 1, 1, 0, minute, tzinfo=UTC) for minute in range(3)]
    left = list(times)

    def now() -> datetime:
        if not left:
            raise EndOfTimeError
        return left.pop(0)

    with pytest.raises(EndOfTimeError):
        asyncio.run(tick_for_ever(prepared.stack.kafka, 0, now))
    assert prepared.control().now == times[-1]


def test_an_operator_that_stays_goes_on_after_another_one_has_spoken(prepared: Prepared) -> None:
    asyncio.run(_speak_in_turns(prepared.stack.kafka, datetime(2032, 1, 1, tzinfo=UTC)))
    assert prepared.control().now == datetime(2032, 1, 1, 0, 1, tzinfo=UTC)


async def _speak_in_turns(kafka: str, at: datetime) -> None:
    async with Operator(kafka, 2) as first, Operator(kafka, 2) as second:
        await first.tick(at)
        await second.catch_up()
        await second.set_parameter("slots_at_most", 20, at)
        await first.catch_up()
        await first.tick(at + timedelta(minutes=1))
