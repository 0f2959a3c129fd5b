"""Control folded by offset: later decisions only, and a clock that never goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from filrouge_chassis.control import Control, ControlLog, from_microseconds, to_microseconds
from filrouge_contracts.control import ParameterSet, RuleVersionStarted, TickPassed
from filrouge_contracts.event import Event
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2020, 5, 4, 8, tzinfo=UTC)


def tick(minutes: int) -> TickPassed:
    return TickPassed(at=START + timedelta(minutes=minutes))


def log_of(*said: Event) -> ControlLog:
    log = ControlLog()
    for offset, event in enumerate(said):
        log.append(offset, event, 100 + offset)
    return log


def test_a_parameter_counts_from_its_effective_date_on() -> None:
    later = START + timedelta(minutes=5)
    log = log_of(tick(0), ParameterSet(name="grace_seconds", value=60, effective_at=later), tick(5))
    before = log.advance(Control(), 2)
    assert before.context("orders").parameter("grace_seconds", 10) == 10
    assert log.advance(before, 3).context("orders").parameter("grace_seconds", 10) == 60


def test_a_tick_that_is_not_later_is_ignored() -> None:
    log = log_of(tick(10), tick(3), tick(11))
    assert log.advance(Control(), 2).now == START + timedelta(minutes=10)
    assert log.next_tick(1) == 2
    assert log.tick_written_ms(1) == 102
    assert log.last_tick(2) == 0


def test_a_rule_version_starts_for_its_service_alone() -> None:
    started = RuleVersionStarted(
        service="budget_accounting", rule="match", rule_version=2, effective_at=START
    )
    control = log_of(started, tick(0)).advance(Control(), 2)
    assert control.context("budget_accounting").rule_version("match") == 2
    assert control.context("equipment_orders").rule_version("match") == 1


@given(st.lists(st.integers(0, 50), max_size=30), st.data())
def test_advancing_in_steps_or_at_once_comes_to_the_same(
    minutes: list[int], data: st.DataObject
) -> None:
    log = log_of(*(tick(minute) for minute in minutes))
    cut = data.draw(st.integers(0, len(minutes)))
    in_steps = log.advance(log.advance(Control(), cut), log.end)
    assert in_steps == log.advance(Control(), log.end)


@given(st.integers(0, 10**15).map(lambda us: START + timedelta(microseconds=us)))
def test_microseconds_are_exact(at: datetime) -> None:
    assert from_microseconds(to_microseconds(at)) == at
