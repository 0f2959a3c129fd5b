"""The act of tutoring: in the plan's proportions, with its accidents, and with books that miss nothing."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from itertools import product
from random import Random

import pytest
from filrouge.simulator.planning import plan_of
from filrouge.simulator.play import Play
from filrouge.simulator.stage import numbers_in
from filrouge.simulator.tutoring.act import Tutoring
from filrouge.simulator.tutoring.ledger import COMPARED, Ledger
from filrouge.simulator.tutoring.plan import Fate, TutoringPlan
from filrouge.simulator.tutoring.planning import CHECKED_UNTIL, FIRST_SESSIONS_ON, tutoring_of
from filrouge.simulator.words import at
from filrouge.testing.memory_world import MemoryWorld
from filrouge_contracts.register import REGISTER

SCALE = 0.002


def _planned(scale: float, seed: int = 1) -> TutoringPlan:
    plan = plan_of(scale, seed)
    return tutoring_of(plan.size, plan.cast, seed)


async def _played(seed: int) -> tuple[Play, MemoryWorld]:
    """Tutoring alone."""
    plan = plan_of(SCALE, seed)
    act = Tutoring(tutoring_of(plan.size, plan.cast, seed), plan.cast)
    play = Play(plan, acts=(act,))
    world = MemoryWorld(play, Random(seed))
    await play.run(world)
    return play, world


@pytest.mark.parametrize("scale", [0.001, 0.01, 0.2])
def test_half_of_the_pupils_come_later_and_most_sessions_are_held(scale: float) -> None:
    plan, size = _planned(scale), plan_of(scale, 1).size
    pupils = {pair.pupil.id for pair in plan.pairs}
    assert len(pupils) == size.pupils
    early = {pair.pupil.id for pair in plan.pairs if pair.day == FIRST_SESSIONS_ON - 2}
    assert len(early) == size.pupils // 2
    weeks = Counter(
        (session.pair.id, (session.day - FIRST_SESSIONS_ON) // 14) for session in plan.sessions
    )
    assert max(weeks.values()) <= 4
    held = sum(session.minutes > 0 for session in plan.sessions) / len(plan.sessions)
    assert 0.7 < held < 0.9


@pytest.mark.parametrize("scale", [0.001, 0.01, 0.2])
def test_every_accident_of_tutoring_happens_as_often_as_the_scale_says(scale: float) -> None:
    plan, number = _planned(scale), plan_of(scale, 1).size.accidents
    fates = Counter(session.fate for session in plan.sessions)
    ordinary = (Fate.NONE, Fate.NOT_HELD)
    assert {fate: fates[fate] for fate in Fate if fate not in ordinary} == {
        fate: number for fate in Fate if fate not in ordinary
    }
    assert sum(mentor.suspended is not None for mentor in plan.mentors) == number
    assert sum(mentor.checked_until < CHECKED_UNTIL for mentor in plan.mentors) == number
    associations = Counter(
        pupil for pupil, _ in {(p.pupil.id, p.programme.association.id) for p in plan.pairs}
    )
    assert sum(many == 2 for many in associations.values()) == number
    *others, short = plan.programmes
    assert all(short.funded_hours * 5 <= programme.funded_hours for programme in others)


@pytest.mark.parametrize("seed", range(3))
async def test_the_books_of_tutoring_agree_in_any_order_of_arrival(seed: int) -> None:
    play, world = await _played(seed)
    assert play.differences(world.found) == []
    (ledger,) = world.found.ledgers
    assert isinstance(ledger, Ledger)
    assert set(ledger.refused) == {
        "implausible_minutes",
        "mentor_busy",
        "mentor_suspended",
        "no_valid_check",
        "pupil_busy",
    }
    assert all(ledger.paid_cents.values())


async def test_what_is_said_of_tutoring_is_what_the_contracts_understand() -> None:
    play, world = await _played(seed=4)
    assert len(world.records) > 400
    for record in world.records:
        headers = dict(record.headers)
        entry = REGISTER.by_type[headers["ce_type"].decode()]
        assert record.value is not None
        entry.model.from_json(record.value)
        assert at(0, 0) <= datetime.fromisoformat(headers["ce_time"].decode())
    assert all(outcome == "accepted" for outcome, _ in world.found.verdicts)
    assert play.open == 0


async def test_the_books_of_tutoring_miss_no_event_and_notice_those_that_count_twice() -> None:
    """With a seed by which a programme closes with hours that it cannot prove."""
    play, world = await _played(seed=6)
    (act,) = play.acts
    events = [(said.event.event_type, json.loads(said.event.to_json())) for said in world.said]
    ours = [event for event in events if event[0] in COMPARED and not numbers_in(event[1])]
    assert {kind for kind, _ in ours} == COMPARED
    for wrong, twice in product(sorted(COMPARED), (False, True)):
        ledger, times = act.ledger(), 2 * twice
        for kind, data in ours:
            for _ in range(times if kind == wrong else 1):
                ledger.take(kind, data)
            times = 1 if kind == wrong else times
        assert any(act.differences(ledger)), f"{wrong} {'twice' if twice else 'lost'}"
