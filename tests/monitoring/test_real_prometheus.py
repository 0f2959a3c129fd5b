"""A real Prometheus asks every query of real services after a play: each has an answer, or a reason not to.

Two faults are here as well, the quickest; the others are in faults/.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator

import promql_parser as promql
import pytest
import pytest_asyncio
from filrouge.monitoring.alerts import rules
from filrouge.stack import Stack
from filrouge_contracts.entry import BUDGET_ACCOUNTING

from tests.monitoring.asked import Asked, of_panels, of_rules, of_variables
from tests.monitoring.installation import Installation, installation
from tests.monitoring.known import compared, needs_cluster
from tests.monitoring.programs import needs_prometheus
from tests.monitoring.short import SHORT_RULES

pytestmark = [
    pytest.mark.stack,
    needs_prometheus,
    pytest.mark.asyncio(loop_scope="module"),
]
WITHOUT_ANSWER = {
    "service: Records parked": "nothing was parked",
    "service: Reasons to load a lane again": "no lane failed",
    "audit: The store or a witness did not answer, or a cut was lost": "the witness always did",
    "FilrougeLaneFailing": "no lane failed",
    "FilrougeWitnessSilent": "the witness always answered",
    "FilrougeKafkaCopiesMissing": "it needs a cluster",
    "FilrougeVolumeNearlyFull": "it needs a cluster",
    "FilrougeDeadlinesMissed": "nobody was there a day ago",
}
"""Or only from some of its queries. Besides panels that need a cluster, which say so themselves."""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def there(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    folder = tmp_path_factory.mktemp("monitored")
    async with installation(stack, folder, rules(), SHORT_RULES) as running:
        yield running


def _answers(there: Installation, asked: Asked) -> bool:
    values = [value for _, value in there.prometheus.samples(asked.expression)]
    return any(not math.isnan(value) for value in values)


async def test_every_query_of_a_panel_is_answered(there: Installation) -> None:
    ours = [asked for asked in of_panels() if not needs_cluster(asked.expression)]
    silent = {asked.where for asked in ours if not _answers(there, asked)}
    assert silent - WITHOUT_ANSWER.keys() == set()
    assert len(ours) > 70


async def test_panels_that_need_a_cluster_are_taken_and_have_no_answer(there: Installation) -> None:
    others = [asked for asked in of_panels() if needs_cluster(asked.expression)]
    assert others
    assert [asked.where for asked in others if _answers(there, asked)] == []


async def test_every_variable_has_values(there: Installation) -> None:
    for asked in of_variables():
        assert there.prometheus.values_of(asked.legend, asked.expression), asked.where


async def test_what_an_alert_compares_is_there_although_it_keeps_quiet(there: Installation) -> None:
    silent = set()
    for asked in of_rules():
        for inner in compared(promql.parse(asked.expression)):
            if not _answers(there, Asked(asked.where, inner)):
                silent.add(asked.where)
    assert silent - WITHOUT_ANSWER.keys() == set()


async def test_the_reasons_for_no_answer_are_not_older_than_the_panels() -> None:
    there_are = {asked.where for asked in (*of_panels(), *of_rules())}
    assert WITHOUT_ANSWER.keys() <= there_are


async def test_prometheus_evaluates_every_rule_without_an_error(there: Installation) -> None:
    groups = (await asyncio.to_thread(there.prometheus.ask, "rules"))["groups"]
    assert len(groups) == 4
    health = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
    assert {name for name, one in health.items() if one != "ok"} == set()


async def test_a_service_that_is_killed_is_missed_until_it_is_back(there: Installation) -> None:
    await there.is_over("FilrougeServiceDown", job=BUDGET_ACCOUNTING)
    process = there.supervisor[BUDGET_ACCOUNTING]
    await asyncio.to_thread(process.kill)
    await there.fires("FilrougeServiceDown", job=BUDGET_ACCOUNTING)
    process.start()
    await there.is_over("FilrougeServiceDown", job=BUDGET_ACCOUNTING)


async def test_a_broken_invariant_is_told_at_once_and_what_is_parked_too(
    there: Installation,
) -> None:
    assert not there.prometheus.fires("FilrougeInvariantBroken")
    assert not there.prometheus.fires("FilrougeRecordsParked")
    await there.put_garbage()
    await there.fires("FilrougeInvariantBroken")
    await there.fires("FilrougeRecordsParked")
