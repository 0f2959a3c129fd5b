"""Breaches come with their events and amounts; a day's report is the same bytes for everybody."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from filrouge.audit.check import check
from filrouge.audit.report import daily_report
from filrouge.invariants import BREACHED
from filrouge.stream import Bounds, Source
from filrouge.testing.recorded_world import open_recorded
from filrouge_chassis.records import Partition
from filrouge_contracts.payment import PaymentRecorded
from filrouge_contracts.verdicts import VerdictGiven
from msgspec.structs import replace as changed

from workbench.tests.audited import Auditor, all_told


async def test_everything_holds_and_the_command_says_so(source: Source, auditor: Auditor) -> None:
    done = await auditor.invoke("check")
    assert done.exit_code == 0
    assert "I1   holds" in done.stdout
    said = json.loads((await auditor.invoke("check", "--json")).stdout)
    assert said["rules"]["I5"]["breaches"] == []
    assert said["records"] == sum(end for _, end in source.bounds.values())


async def test_a_breach_comes_with_its_events_and_their_amounts(
    source: Source, recorded: Path
) -> None:
    wrong = await open_recorded(str(recorded))
    payment = (await all_told(wrong, PaymentRecorded))[0]
    records = wrong.log._broker.partitions[payment.place.on]  # type: ignore[attr-defined]
    cents = payment.data["amount_cents"]
    doctored = payment.value.replace(b'"amount_cents":%d,' % cents, b'"amount_cents":%d,' % 7, 1)
    records[payment.place.offset] = changed(records[payment.place.offset], value=doctored)
    found = await check(wrong)
    assert not found.good
    assert found.amounts[payment.id]["amount_cents"] == 7
    assert any(payment.id in line and "amount_cents 7" in line for line in found.lines())
    broken = [rule for rule in found.as_json()["rules"].values() if rule["status"] == BREACHED]
    events = [event for rule in broken for one in rule["breaches"] for event in one["events"]]
    assert {event["id"]: event["cents"] for event in events}[payment.id]["amount_cents"] == 7


async def a_day(source: Source) -> tuple[str, Sequence[int]]:
    """The one with most payments, and what was paid."""
    payments = await all_told(source, PaymentRecorded)
    ((day, _),) = Counter(one.time[:10] for one in payments).most_common(1)
    return day, [one.data["amount_cents"] for one in payments if one.time[:10] == day]


async def test_a_days_report_counts_what_came_in_and_what_was_paid_on_it(source: Source) -> None:
    day, paid = await a_day(source)
    report = json.loads(await daily_report(source, date.fromisoformat(day)))
    assert (report["payments"], report["paid_cents"]) == (len(paid), sum(paid))
    verdicts = [one for one in await all_told(source, VerdictGiven) if one.time[:10] == day]
    assert sum(sum(outcomes.values()) for outcomes in report["came_in"].values()) == len(verdicts)
    refused = [one.data["rule"] for one in verdicts if one.data["outcome"] == "refused"]
    assert report["refused_at_the_door"] == Counter(refused)
    assert report["decided"]["budget_accounting"][PaymentRecorded.event_type] == len(paid)
    sizes = {part["partition"]: part["size"] for part in report["partitions"]}
    assert sizes == {str(place): end for place, (_, end) in source.bounds.items() if end}


async def test_days_add_up_to_the_whole(source: Source) -> None:
    payments = await all_told(source, PaymentRecorded)
    days = sorted({one.time[:10] for one in payments})
    reports = [json.loads(await daily_report(source, date.fromisoformat(day))) for day in days]
    assert sum(r["paid_cents"] for r in reports) == sum(
        one.data["amount_cents"] for one in payments
    )


async def test_whatever_order_partitions_are_read_in_the_bytes_are_the_same(
    source: Source, auditor: Auditor, tmp_path: Path
) -> None:
    day, _ = await a_day(source)
    other = _Backwards(log=source.log, partitions=source.partitions, bounds=source.bounds)
    said = await daily_report(source, date.fromisoformat(day))
    assert await daily_report(other, date.fromisoformat(day)) == said
    out = tmp_path / "report.json"
    await auditor.run("report", "--day", day, "--out", str(out))
    assert out.read_bytes() == said == (await auditor.run("report", "--day", day)).encode()
    assert (
        json.dumps(json.loads(said), sort_keys=True, separators=(",", ":")) + "\n" == said.decode()
    )


class _Backwards(Source):
    """Reads the last partition first."""

    def _wanted(self, chosen: Collection[Partition] | None) -> dict[Partition, Bounds]:
        return dict(reversed(super()._wanted(chosen).items()))


async def test_roots_are_reported_where_there_are_any(source: Source) -> None:
    place = Partition("budget.g1", 0)
    rooted = replace(source, roots={place: "ab" * 32})
    said = await daily_report(rooted, date(2020, 5, 4))
    (part,) = (p for p in json.loads(said)["partitions"] if p["partition"] == str(place))
    assert part["root"] == "ab" * 32
