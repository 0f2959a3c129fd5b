"""Every command of auditors on what a small play has left in a real Kafka."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from filrouge.audit.errors import AuditFailed
from filrouge.cli import filrouge
from filrouge.kafka_world import kafka_world, prepare
from filrouge.simulator.acts import often
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.stack import Stack
from filrouge.stream import kafka_source
from filrouge.supervisor import supervised
from filrouge.testing.emptied import empty
from filrouge_chassis.kafka_admin import kafka_admin

pytestmark = pytest.mark.stack
LANES, SCALE, SEED = 2, 0.002, 11


class Auditor:
    """Reads from a Kafka whose services have stopped."""

    def __init__(self, kafka: str) -> None:
        self.kafka, self.before = kafka, asyncio.run(everything_there(kafka))

    def run(self, *arguments: str) -> str:
        source = {"FILROUGE_SOURCE": f"kafka://{self.kafka}"}
        done = CliRunner().invoke(filrouge, ["audit", *arguments], env=source)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    def events(self, *conditions: str) -> list[dict[str, object]]:
        lines = self.run("replay", "--ndjson", *conditions).splitlines()
        return [json.loads(line) for line in lines]


async def everything_there(kafka: str) -> tuple[object, object]:
    """How far every partition reaches, and who reads in a group."""
    async with kafka_admin(kafka) as admin:
        groups = sorted(str(group) for group, *_ in await admin.list_consumer_groups())
    return (await kafka_source(kafka)).bounds, groups


@pytest.fixture(scope="module")
def auditor(stack: Stack) -> Iterator[Auditor]:
    asyncio.run(empty(stack))
    asyncio.run(_play(stack))
    yield Auditor(stack.kafka)
    asyncio.run(empty(stack))


async def _play(stack: Stack) -> None:
    plan = plan_of(SCALE, SEED)
    play = Play(plan, acts=often(plan))
    await prepare(stack, LANES, plan.cast)
    with supervised(stack, LANES) as supervisor:
        await asyncio.to_thread(supervisor.start_all)
        async with kafka_world(stack, LANES, plan.cast, play) as world:
            await play.run(world)


def test_every_lane_is_decided_again_alike_in_two_shares(auditor: Auditor, tmp_path: Path) -> None:
    parts = [str(tmp_path / f"{index}.json") for index in (0, 1)]
    for index, part in enumerate(parts):
        auditor.run("re-execute", "--share-index", str(index), "--of", "2", "--json", part)
    merged = auditor.run("re-execute", "--merge", *parts)
    lanes, _, counts = merged.splitlines()[0].partition(" of ")
    assert counts == f"{lanes} lanes: {lanes} MATCH"


def test_every_invariant_holds_and_a_days_report_is_the_same_twice(auditor: Auditor) -> None:
    found = json.loads(auditor.run("check", "--json"))
    assert {rule["status"] for rule in found["rules"].values()} == {"holds"}
    paid = auditor.events("--type", "PaymentRecorded")
    day = str(paid[-1]["time"])[:10]
    report = auditor.run("report", "--day", day)
    assert report == auditor.run("report", "--day", day)
    assert json.loads(report)["payments"] == sum(str(one["time"])[:10] == day for one in paid)


def test_a_payment_leads_back_to_its_need_and_its_state_is_explained(
    auditor: Auditor, tmp_path: Path
) -> None:
    paid = next(
        one
        for one in reversed(auditor.events("--type", "PaymentRecorded"))
        if str(one["subject"]).startswith("order:")
    )
    identity, subject = str(paid["id"]), str(paid["subject"])
    svg = tmp_path / "thread.svg"
    thread = auditor.run("trace", identity, "--svg", str(svg))
    assert all(name in thread for name in ("NeedOpened", "OrderPlaced", "PaymentRecorded"))
    assert svg.read_text().startswith("<svg")
    state = json.loads(auditor.run("state", "budget_accounting", subject, "--at", identity))
    assert state["paid_cents"] > 0
    said = auditor.events("--key", subject, "--service", "budget_accounting")
    first = next(str(one["id"]) for one in said if one["subject"] == subject)
    changed = auditor.run("diff", "budget_accounting", subject, "--from", first, "--to", identity)
    assert f"-> {state['paid_cents']}" in changed
    assert identity in changed


def test_everything_is_exported(auditor: Auditor, tmp_path: Path) -> None:
    out = tmp_path / "parquet"
    events = int(auditor.run("export", "--to", str(out)).split()[0].replace(",", ""))
    found = json.loads(auditor.run("check", "--json"))
    assert events == found["records"] - found["partner_records"]
    assert (out / "fr.filrouge.payment.payment-recorded.v1.parquet").stat().st_size > 1000


def test_whatever_auditors_do_nothing_is_written_to_what_they_read(auditor: Auditor) -> None:
    """Before this test or in it: no record, no topic, no consumer group."""
    auditor.run("re-execute")
    auditor.run("replay", "--service", "budget_accounting")
    refused = CliRunner().invoke(
        filrouge,
        ["audit", "replay", "--to", auditor.kafka, "--yes"],
        env={"FILROUGE_SOURCE": f"kafka://{auditor.kafka}"},
    )
    assert isinstance(refused.exception, AuditFailed)
    assert "replay to a broker of its own" in str(refused.exception)
    assert asyncio.run(everything_there(auditor.kafka)) == auditor.before
