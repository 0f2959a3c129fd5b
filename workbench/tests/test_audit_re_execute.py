"""Decided again the past is the same; other rules are asked beside it, and each difference is found."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import budget_accounting
import pytest
from click.testing import CliRunner
from filrouge.audit.again import DIVERGED, MATCH, NOT_REPLAYABLE, decide_again
from filrouge.audit.beside import decide_beside
from filrouge.audit.errors import AuditFailed
from filrouge.audit.share import Share
from filrouge.audit.shares import Part, merge, re_execute
from filrouge.cli import filrouge
from filrouge.services import LaneOf, Pasts
from filrouge.stream import Source
from filrouge.testing.recorded_world import open_recorded
from filrouge.verification import check_source
from filrouge_chassis.history import written_partitions
from filrouge_chassis.records import Record
from filrouge_chassis.replay import Past
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise, parked_in
from filrouge_contracts.budget import CommitmentAccepted, CommitmentRequested
from filrouge_contracts.equipment import OrderRequested

ACCEPTED = CommitmentAccepted.event_type
RULE = "line/CommitmentRequested"
LANE = LaneOf("budget_accounting", 0)
REQUEST = ("line", CommitmentRequested)


async def past_of(source: Source) -> Past:
    return (await Pasts.read(source.log, source.lanes)).of(LANE)


def with_rule(past: Past, rule: Callable[..., Any]) -> Past:
    rules: dict[Any, Any] = {**past.decider.rules, REQUEST: rule}
    return replace(past, decider=replace(past.decider, rules=rules))


async def accepted_by(source: Source, past: Past) -> list[Record]:
    """Commitments that the lane accepted, in their order."""
    mine = past.identity.source.encode()
    found = []
    async for record in source.records(written_partitions(past.identity, None)):
        headers = dict(record.headers)
        if headers["ce_source"] == mine and headers["ce_type"] == ACCEPTED.encode():
            found.append(record)
    return sorted(found, key=lambda record: int(dict(record.headers)["ce_sequence"]))


def cause_of(record: Record) -> str:
    return dict(record.headers)["ce_id"].decode().rpartition("/")[0]


async def test_what_is_recorded_holds_every_invariant(source: Source) -> None:
    assert (await check_source(source)).breaches == []


def test_every_decision_comes_out_the_same_in_shares_that_make_a_whole(recorded: Path) -> None:
    opener = partial(open_recorded, str(recorded))
    parts = [re_execute(opener, Share(index, 2)) for index in (0, 1)]
    whole = merge(parts)
    assert (whole.counts, whole.good) == ({MATCH: whole.lanes}, True)
    assert whole.decisions == sum(part.decisions for part in parts) > 10_000
    with pytest.raises(AuditFailed, match="shares 0, 0 of 2 are no whole"):
        merge([parts[0], parts[0]])
    with pytest.raises(AuditFailed, match="shares 1 of 2 are no whole"):
        merge([parts[1]])
    lost = Part(parts[0].share, parts[0].lanes, "", parts[0].results[1:])
    with pytest.raises(AuditFailed, match=r"are no \d+ lanes"):
        merge([lost, parts[1]])
    other = Part(parts[0].share, parts[0].lanes, "rules", parts[0].results)
    with pytest.raises(AuditFailed, match="of the same record and rules"):
        merge([other, parts[1]])


async def test_a_changed_line_of_a_rule_is_found_at_the_first_decision_that_it_touches(
    recorded: Path, source: Source, tmp_path: Path
) -> None:
    copy = tmp_path / "rules" / "budget_accounting"
    shutil.copytree(Path(budget_accounting.__path__[0]), copy)
    line = "if request.amount_cents > line.ae_available_cents:"
    text = (copy / "rules.py").read_text()
    assert text.count(line) == 1
    (copy / "rules.py").write_text(text.replace(line, "if request.amount_cents > 0:"))
    opener = partial(open_recorded, str(recorded))
    done = await asyncio.to_thread(re_execute, opener, rules=copy.parent)
    assert {r.service for r in done.results if r.result == DIVERGED} == {"budget_accounting"}
    assert done.counts.keys() == {MATCH, DIVERGED}
    pasts = await Pasts.read(source.log, source.lanes)
    accepted = 0
    for result in done.results:
        if result.service != "budget_accounting":
            continue
        records = await accepted_by(source, pasts.of(LaneOf(result.service, result.lane)))
        accepted += len({cause_of(record) for record in records})
        found = result.difference
        assert found is not None
        assert (found.rule, found.cause) == (RULE, cause_of(records[0]))
        assert found.then is not None
        assert found.then["type"] == ACCEPTED
        differing = {one.field: (one.then, one.now) for one in found.fields}
        refused = "fr.filrouge.budget.commitment-refused.v1"
        assert differing["headers.ce_type"] == (ACCEPTED, refused)
        assert differing["data.reason"] == (None, "not_enough_ae")
        assert found.release_then == "workbench"
        assert found.release_now.startswith("0.1.0+")
        assert result.reason == ""
    compared, different = done.rules_compared[f"budget_accounting {RULE}"]
    assert 0 < different < compared
    assert accepted == sum(different for _, different in done.rules_compared.values())
    assert Part.read(_written(tmp_path / "part.json", done)) == done


def _written(path: Path, part: Part) -> Path:
    path.write_text(part.to_json())
    return path


async def test_the_same_rules_would_have_decided_the_same_and_every_decision_was_compared(
    source: Source,
) -> None:
    past = await past_of(source)
    again, beside = await decide_again(past), await decide_beside(past)
    assert (again.result, beside.result, beside.reason) == (MATCH, MATCH, "")
    assert (beside.batches, beside.decisions) == (again.batches, again.decisions)
    assert beside.rules[RULE][0] > 10


async def test_decided_again_by_another_rule_the_lane_diverges_where_that_rule_decides_first(
    source: Source,
) -> None:
    past = await past_of(source)

    def cheaper(*question: Any) -> Any:
        for said in past.decider.rules[REQUEST](*question):
            assert isinstance(said, CommitmentAccepted)
            yield said.model_copy(update={"amount_cents": said.amount_cents - 1})

    found = await decide_again(with_rule(past, cheaper))
    first = (await accepted_by(source, past))[0]
    assert (found.result, found.reason) == (DIVERGED, "")
    assert found.difference is not None
    assert found.difference.cause == cause_of(first)
    then = json.loads(first.value or b"")["amount_cents"]
    assert found.difference.fields == [("data.amount_cents", then, then - 1)]


async def test_a_rule_that_would_raise_is_a_difference_and_the_lane_is_followed_to_its_end(
    source: Source,
) -> None:
    def raising(*_question: Any) -> Any:
        raise ZeroDivisionError("a bad release")

    past = await past_of(source)
    found = await decide_beside(with_rule(past, raising))
    assert (found.result, found.batches) == (DIVERGED, (await decide_again(past)).batches)
    assert found.rules[RULE][0] == found.rules[RULE][1]
    assert "raises ZeroDivisionError: a bad release" in found.reason


async def test_a_lane_whose_rule_is_gone_is_followed_up_to_what_it_had_decided(
    source: Source,
) -> None:
    past = await past_of(source)
    rules = {place: rule for place, rule in past.decider.rules.items() if place != REQUEST}
    found = await decide_beside(replace(past, decider=replace(past.decider, rules=rules)))
    assert (found.result, RULE in found.rules) == (DIVERGED, False)
    assert found.batches < (await decide_again(past)).batches
    assert "no rule takes what" in found.reason


async def test_what_is_not_recorded_cannot_be_decided_again(source: Source, recorded: Path) -> None:
    cut = await open_recorded(str(recorded))
    first = (await accepted_by(source, past := await past_of(cut)))[0]
    broker = past.log._broker  # type: ignore[attr-defined]
    del broker.partitions[first.topic, first.partition][first.offset :]
    found = await decide_again(past)
    assert (found.result, found.difference) == (NOT_REPLAYABLE, None)
    assert "LogLost" in found.reason
    assert (await decide_beside(past)).result == NOT_REPLAYABLE


def test_rules_that_cannot_be_imported_are_refused_in_a_sentence(
    recorded: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "budget_accounting"
    broken.mkdir()
    (broken / "__init__.py").write_text("")
    (broken / "app.py").write_text("1 / 0")
    with pytest.raises(AuditFailed, match="cannot be imported: ZeroDivisionError"):
        re_execute(partial(open_recorded, str(recorded)), rules=tmp_path)


async def test_what_was_parked_and_redriven_is_followed_and_compared_when_it_was_decided() -> None:
    lane = Stepwise()
    await lane.open()
    lane.hear(toy.order_requested(1, toy.POISON), toy.order_requested(2))
    lane.publish(await lane.commit(lane.batch(*lane.unread())))
    parked = parked_in(lane.last)
    lane.decider = toy.MENDED
    lane.redrive(*parked)
    lane.publish(await lane.commit(lane.batch(*lane.unread())))
    past = replace(lane.past, decider=toy.MENDED)
    found = await decide_beside(past)
    assert (found.result, found.reason) == (MATCH, "")
    assert found.rules[f"order/{OrderRequested.__name__}"] == [2, 0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--source", "ftp://x"], "'ftp://x' names no record that can be read"),
        ([], "name what to read"),
        (["--source", "kafka://x", "--lane-index", "2", "--of", "2"], "there is no share 2 of 2"),
        (["--source", "kafka://x", "--of", "2"], "say together which share"),
        (["--merge"], "there is nothing to add up"),
        (["--merge", "nothing.json"], "nothing.json is no part of a re-execution"),
        (["--source", "kafka://x", "--rules", "."], ". holds no rules: copy a service's package"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    arguments: Sequence[str], sentence: str
) -> None:
    done = CliRunner().invoke(filrouge, ["audit", "re-execute", *arguments])
    assert isinstance(done.exception, AuditFailed)
    assert sentence in str(done.exception)
