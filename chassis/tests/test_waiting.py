"""What waits comes back as it was heard, and leaves once it is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from filrouge_chassis.decider import Context
from filrouge_chassis.testing.scenario import stored
from filrouge_chassis.waiting import Waiting, first_due, grace_ends, waiting_of, waits, without
from filrouge_contracts.control import RuleVersionStarted, TickPassed

NOON = datetime(2020, 5, 4, 12, tzinfo=UTC)
EVENT = TickPassed(at=NOON)
KEPT = Waiting.of(EVENT, "noon", NOON + timedelta(2))


def test_an_event_waits_as_it_was_heard() -> None:
    assert stored(KEPT).event() == EVENT
    assert waiting_of((KEPT,), TickPassed) == [EVENT]
    assert waiting_of((KEPT,), RuleVersionStarted) == []


def test_what_was_decided_leaves_and_the_rest_stays() -> None:
    other = Waiting.of(EVENT, "midnight", NOON)
    assert without((KEPT, other), TickPassed, "noon") == (other,)
    assert without((KEPT, other), RuleVersionStarted, "noon") == (KEPT, other)
    assert waits((KEPT, other), TickPassed, "noon")
    assert not waits((other,), TickPassed, "noon")


def test_the_earliest_deadline_wakes() -> None:
    assert first_due(()) is None
    assert first_due((KEPT,), None) == NOON + timedelta(2)
    assert first_due((KEPT,), NOON) == NOON


def test_grace_is_three_days_unless_control_says_otherwise() -> None:
    assert grace_ends(Context(now=NOON)) == NOON + timedelta(days=3)
    assert grace_ends(Context(now=NOON, parameters={"grace_seconds": 60})) == NOON + timedelta(
        minutes=1
    )
