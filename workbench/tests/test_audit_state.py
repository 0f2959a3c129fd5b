"""What an aggregate was is its own events folded, up to a time or an event; the differences have makers."""

from __future__ import annotations

import json

import pytest
from filrouge.audit.past_state import as_json, changes, life_of
from filrouge.audit.told import Told
from filrouge.services import LaneOf, Pasts
from filrouge.stream import Source
from filrouge_chassis.journal import Journal
from filrouge_chassis.partitioner import partition_of
from filrouge_chassis.rebuild import rebuild
from filrouge_contracts.payment import PaymentRecorded
from filrouge_contracts.verdicts import VerdictGiven

from workbench.tests.audited import Auditor, all_told

SERVICE = "budget_accounting"


async def a_payment(source: Source) -> Told:
    """The last: much has happened before it."""
    return (await all_told(source, PaymentRecorded))[-1]


async def test_folded_to_its_end_a_life_is_the_state_that_the_lane_rebuilds(source: Source) -> None:
    key = (await a_payment(source)).subject
    pasts = await Pasts.read(source.log, source.lanes)
    past = pasts.of(LaneOf(SERVICE, partition_of(key, source.lanes)))
    rebuilt = await rebuild(past, Journal.of(source.log, past.identity))
    life = await life_of(source, SERVICE, key)
    assert life.at(None) == as_json(rebuilt.states[key])


async def test_at_an_event_the_state_is_that_after_it_and_at_a_time_that_of_all_until_then(
    source: Source,
) -> None:
    payment = await a_payment(source)
    life = await life_of(source, SERVICE, payment.subject)
    number = [one.id for one in life.events].index(payment.id)
    before = life.events[number - 1]
    paid = payment.data["amount_cents"]
    known = [life.at(moment)["paid_cents"] for moment in (before.id, payment.id)]
    assert known[1] - known[0] == paid
    assert life.at(str(payment.place)) == life.at(payment.id)
    assert life.at(payment.time)["paid_cents"] >= known[1]
    recorded = payment.recorded_at.isoformat()
    assert life.at(recorded, recorded=True) == life.at(payment.id)


async def test_what_differs_is_named_with_the_events_that_made_it_differ(
    source: Source, auditor: Auditor
) -> None:
    payment = await a_payment(source)
    life = await life_of(source, SERVICE, payment.subject)
    first = life.events[0]
    found = {changed.field: changed for changed in changes(life, first.id, payment.id)}
    paid = found["paid_cents"]
    assert payment in paid.events
    assert paid.now - paid.then == sum(
        one.data["amount_cents"] for one in paid.events if one.name == "PaymentRecorded"
    )
    assert changes(life, payment.id, payment.id) == []
    printed = await auditor.run(
        "diff", SERVICE, payment.subject, "--from", first.id, "--to", payment.id
    )
    assert f"paid_cents: {paid.then} -> {paid.now}\n" in printed
    assert f"{payment.time} PaymentRecorded {payment.id}" in printed


async def test_the_gateways_memory_of_a_partners_words_can_be_asked_too(
    source: Source, auditor: Auditor
) -> None:
    verdict = next(
        one for one in await all_told(source, VerdictGiven) if one.data["outcome"] == "accepted"
    )
    said = json.loads(await auditor.run("state", "partner_gateway", verdict.subject))
    assert said["payload_sha256"] == verdict.data["payload_sha256"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["state", SERVICE, "need:N-1"], "budget_accounting keeps no 'need:N-1': its keys are"),
        (["state", SERVICE, "order:O-NONE"], "order:O-NONE of budget_accounting has said nothing"),
        (["state", "partner_gateway", "said:urn:filrouge:partner:x/1"], "no partner 'x' was ever"),
    ],
)
async def test_what_was_never_there_is_refused_in_a_sentence(
    auditor: Auditor, arguments: list[str], sentence: str
) -> None:
    assert sentence in await auditor.refuses(*arguments)


async def test_a_moment_that_is_none_or_too_early_is_refused_in_a_sentence(
    source: Source, auditor: Auditor
) -> None:
    key = (await a_payment(source)).subject
    assert "'noon' is no moment" in await auditor.refuses("state", SERVICE, key, "--at", "noon")
    early = await auditor.refuses("state", SERVICE, key, "--at", "2020-01-01")
    assert f"{key} of {SERVICE} had decided nothing by 2020-01-01: its first event is of" in early
    backwards = ("--from", "2020-07-01", "--to", "2020-04-01")
    assert "is before" in await auditor.refuses("diff", SERVICE, key, *backwards)
