"""The commands on a running installation: a bad release parks, a mended one takes everything again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from filrouge.cli import filrouge
from filrouge.kafka_world import new_partner
from filrouge.operator import Operator, OperatorRefuses
from filrouge.parked import StillParked, closed_keys, redrive
from filrouge.quiet import NotQuiet, Quiet
from filrouge.rebuilding import states_of
from filrouge.reexecution import reexecute_everything
from filrouge.running import Running
from filrouge.simulator.cast import Cast, cast_of
from filrouge.simulator.client import Client
from filrouge.simulator.plan import Line, Opening
from filrouge.simulator.play import Found
from filrouge.simulator.says import open_credits
from filrouge.simulator.scale import Size
from filrouge.simulator.words import START, Word, tick_of
from filrouge.stack import Stack, StackFailed
from filrouge.stream import our_partitions
from filrouge.supervisor import Supervisor, supervised
from filrouge.testing.emptied import empty
from filrouge.testing.releases import raising
from filrouge.topics import ensure_topics
from filrouge.verification import check_installation
from filrouge_chassis.control import Control
from filrouge_chassis.kafka import KafkaLog
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import all_topics

pytestmark = pytest.mark.stack
LANES = 2
PATIENCE_ASKS = 60
HEARS_OF_CREDITS = ("partner_gateway", "budget_accounting")


@dataclass
class Installation:
    """One partner, the ministry, and a bad release of the accounts."""

    stack: Stack
    folder: Path
    supervisor: Supervisor
    cast: Cast

    @property
    def running(self) -> Running:
        ports = {p.name: p.http_port for p in self.supervisor.processes.values() if p.running}
        return Running(self.stack.kafka, self.stack.postgres, LANES, ports)

    def command(self, *arguments: str) -> tuple[int, str]:
        """Exit status and output; the environment must not name another installation."""
        self.running.note(self.folder)
        data = ("--data", str(self.folder))
        done = CliRunner().invoke(filrouge, [*arguments, *data], env={"COLUMNS": "200"})
        return done.exit_code, done.output

    def say(self, lines: Sequence[str], first: int = 0, seconds: float = 60) -> None:
        words = [
            open_credits(self.cast, Line(line, "UO-1", ()), Opening(0, 100, 100), "UO-1", f"{n}")
            for n, line in enumerate(lines, first)
        ]
        asyncio.run(self._say(words, seconds))

    async def _say(self, words: list[Word], seconds: float) -> None:
        async with Client(self.stack.kafka, LANES, ["ministry"], Found(())) as client:
            await client.say(words)
        await self.quiet(seconds)

    async def quiet(self, seconds: float = 60) -> None:
        async with Quiet(self.stack.kafka, self.stack.postgres, LANES, ["ministry"]) as quiet:
            await quiet.wait(tick_of(0), timeout_seconds=seconds)


@pytest.fixture(scope="module")
def installation(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("commands")
    (folder / "bad_release.py").write_text(raising("P147-BAD"))
    cast = cast_of(Size.of(0.01))
    asyncio.run(empty(stack))
    asyncio.run(_prepare(stack, cast))
    with supervised(stack, LANES, {"PYTHONPATH": str(folder)}) as supervisor:
        names = [name for name in SERVICES if name != "budget_accounting"]
        supervisor.start_all([*names, "bad_release"])
        yield Installation(stack, folder, supervisor, cast)
    asyncio.run(empty(stack))


async def _prepare(stack: Stack, cast: Cast) -> None:
    await ensure_topics(stack.kafka, all_topics(LANES, SERVICES, ()))
    async with Operator(stack.kafka, LANES) as operator:
        await operator.register([new_partner(cast.ministry)], START)
        await operator.tick(tick_of(0))


def test_without_an_installation_the_commands_say_where_to_find_one(tmp_path: Path) -> None:
    done = CliRunner().invoke(filrouge, ["status", "--data", str(tmp_path)])
    assert isinstance(done.exception, StackFailed)
    assert "filrouge up" in str(done.exception)


def test_a_bad_release_parks_and_the_mended_one_takes_everything_again(
    installation: Installation,
) -> None:
    installation.say(["P147-BAD", "P147-GOOD", "P147-BAD"])
    status, output = installation.command("status", "--lanes")
    assert status == 1
    assert "has 1 closed keys: filrouge parked list" in output
    status, output = installation.command("parked", "list")
    assert status == 0
    assert "line:P147-BAD" in output
    assert "RuleFailed" in output
    assert "ZeroDivisionError: a bad release" in output
    assert "P147-GOOD" not in output

    status, output = installation.command("parked", "show", "budget_accounting", "line:P147-BAD")
    assert '"budget_line":"P147-BAD"' in output
    assert "waits behind an earlier record" in output

    stuck = asyncio.run(_closed(installation))
    with pytest.raises(StillParked, match="ZeroDivisionError"):
        asyncio.run(_redrive(installation, seconds=3))

    installation.supervisor["bad_release"].stop()
    installation.supervisor.start_all(["budget_accounting"])
    assert asyncio.run(_closed(installation)) == stuck
    status, output = installation.command("parked", "redrive", "budget_accounting", "--all")
    assert (status, "2 records were taken again" in output) == (0, True)
    assert installation.command("parked", "list") == (0, "Nothing is parked.\n")
    states = asyncio.run(states_of(installation.stack.postgres, "budget_accounting"))
    bodies = {row[1]: row[3] for row in states.rows}
    assert b'"ae_cents":200' in bodies["line:P147-BAD"]
    status, output = installation.command("status")
    assert (status, "closed keys: filrouge" in output) == (0, False)


def test_what_was_parked_and_taken_again_hangs_together(installation: Installation) -> None:
    found = asyncio.run(check_installation(installation.stack.kafka))
    assert (found.breaches, found.parked) == ([], 2)


def test_what_was_parked_is_decided_again_alike(installation: Installation) -> None:
    done = asyncio.run(reexecute_everything(KafkaLog(installation.stack.kafka, "test"), LANES))
    assert done.differences == []
    assert done.decisions > 0


@pytest.mark.parametrize("service", SERVICES)
def test_a_dropped_database_comes_back_as_it_was(installation: Installation, service: str) -> None:
    before = asyncio.run(states_of(installation.stack.postgres, service))
    status, output = installation.command("rebuild", service, "--yes")
    assert status == 0, output
    assert f"with {len(before.rows)} aggregates rebuilt" in output
    after = asyncio.run(states_of(installation.stack.postgres, service))
    assert before.difference(after) is None
    assert before.rows or service not in HEARS_OF_CREDITS


def test_a_partner_that_is_registered_while_all_runs_gets_a_lane(
    installation: Installation,
) -> None:
    async def register() -> Control:
        async with Operator(installation.stack.kafka, LANES) as operator:
            for partner in (installation.cast.buyers[0], *installation.cast.suppliers):
                await operator.register([new_partner(partner)], tick_of(1))
            await operator.register([new_partner(installation.cast.ministry)], tick_of(1))
            return operator.control

    control = asyncio.run(register())
    assert {p.partner: p.lane for p in control.partners.values()} == {
        "ministry": 0,
        "buyer-1": 1,
        "supplier-1": 2,
        "supplier-2": 3,
        "supplier-3": 4,
    }
    partitions = asyncio.run(our_partitions(installation.stack.kafka))
    assert partitions["journal.partner_gateway.g1"] == 5
    assert partitions["journal.budget_accounting.g1"] == LANES
    asyncio.run(ensure_topics(installation.stack.kafka, all_topics(LANES, SERVICES, ["buyer-1"])))


def test_the_operator_changes_nothing_in_the_past(installation: Installation) -> None:
    async def try_to() -> None:
        async with Operator(installation.stack.kafka, LANES) as operator:
            now, end = operator.control.now, operator.control.offset
            yesterday = now - timedelta(days=1)
            with pytest.raises(OperatorRefuses, match="choose a later moment"):
                await operator.set_parameter("grace_seconds", 1, yesterday)
            with pytest.raises(OperatorRefuses, match="choose a later moment"):
                await operator.start_rule_version("budget_accounting", "commit", 2, yesterday)
            with pytest.raises(OperatorRefuses, match="does not go back"):
                await operator.tick(now)
            assert operator.control.offset == end
            await operator.set_parameter("grace_seconds", 7, now)
        async with Operator(installation.stack.kafka, LANES) as next_operator:
            context = next_operator.control.context("budget_accounting")
            assert context.parameter("grace_seconds", 0) == 7

    asyncio.run(try_to())


def test_two_operators_at_a_time_are_noticed(installation: Installation) -> None:
    async def both() -> None:
        async with (
            Operator(installation.stack.kafka, LANES) as one,
            Operator(installation.stack.kafka, LANES) as other,
        ):
            await one.tick(one.control.now + timedelta(seconds=1))
            with pytest.raises(OperatorRefuses, match="somebody else has written"):
                await other.tick(other.control.now + timedelta(seconds=2))

    asyncio.run(both())


def test_what_a_stopped_service_has_not_read_is_not_quiet(installation: Installation) -> None:
    service = installation.supervisor["budget_accounting"]
    service.stop()
    try:
        with pytest.raises(NotQuiet):
            installation.say(["P147-LATER"], first=100, seconds=0)
        reasons = (_reason(installation) for _ in range(PATIENCE_ASKS))
        assert any("budget_accounting has read budget" in reason for reason in reasons)
    finally:
        service.start()
    asyncio.run(installation.quiet())


def _reason(installation: Installation) -> str:
    """Why it is not quiet; the gateway may still be on its way."""
    with pytest.raises(NotQuiet) as told:
        asyncio.run(installation.quiet(seconds=1))
    return str(told.value)


async def _closed(installation: Installation) -> list[tuple[str, int]]:
    found = await closed_keys(installation.stack.kafka, installation.stack.postgres)
    return [(closed.key, len(closed.waiting)) for closed in found]


async def _redrive(installation: Installation, seconds: float) -> None:
    kafka, postgres = installation.stack.kafka, installation.stack.postgres
    (closed,) = await closed_keys(kafka, postgres)
    await redrive(kafka, postgres, closed, by="test", timeout_seconds=seconds)
