"""One JSON object a line, with what an operator needs and nothing that somebody said."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from filrouge_chassis import logs
from filrouge_chassis.errors import LaneLost, SequenceHole
from filrouge_chassis.testing import toy
from filrouge_chassis.testing.stepwise import Stepwise


@pytest.fixture(autouse=True)
def _root_stays_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_is_an_object_with_its_extra_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("orders", "INFO")
    logging.getLogger("here").info("an é in\n%s lines", 2, extra={"lane": 3})
    logging.getLogger("here").debug("unheard")
    logging.getLogger("aiokafka.consumer").info("unheard")
    (line,) = lines(capsys)
    at = line.pop("at")
    assert at.endswith("+00:00")
    assert line == {
        "level": "INFO",
        "service": "orders",
        "logger": "here",
        "message": "an é in\n2 lines",
        "lane": 3,
    }


def test_a_lane_that_is_loaded_again_or_has_stopped_says_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("orders", "INFO")
    logs.loaded_again("orders/3", LaneLost("another instance owns it"), {"sequence": 7})
    logs.stopped("orders/3", SequenceHole("find the missing records"), {"sequence": 8})
    again, stopped = lines(capsys)
    assert (again["level"], again["error"], again["sequence"]) == ("WARNING", "LaneLost", 7)
    assert again["message"] == "orders/3 is loaded again: another instance owns it"
    assert (stopped["level"], stopped["error"], stopped["sequence"]) == ("ERROR", "SequenceHole", 8)
    assert stopped["message"] == "orders/3 has stopped: find the missing records"


def test_only_of_a_mistake_of_the_chassis_it_is_told_where_it_was_made(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("orders", "INFO")
    for error in (SequenceHole("ours"), ZeroDivisionError("not ours")):
        try:
            try:
                raise ValueError("somebody's data")
            except ValueError as behind:
                raise error from behind
        except (SequenceHole, ZeroDivisionError) as caught:
            logs.stopped("orders/3", caught, {})
    ours, mistake = lines(capsys)
    assert "traceback" not in ours
    assert "test_logs.py" in mistake["traceback"]
    assert "somebody's data" not in json.dumps(ours)


def test_a_lane_that_is_loaded_says_how_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("orders", "INFO")
    logs.loaded("orders/3", False, {"sequence": 7})
    logs.loaded("orders/3", True, {"sequence": 8})
    left, rebuilt = lines(capsys)
    assert (left["message"], left["sequence"]) == ("orders/3 is loaded", 7)
    assert rebuilt["message"] == "orders/3 is rebuilt from its stream"
    assert (rebuilt["level"], rebuilt["sequence"]) == ("INFO", 8)


def test_a_decided_batch_names_what_raised_and_never_what_was_in_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("orders", "DEBUG")
    lane = Stepwise()
    heard = lane.hear(toy.order_requested(1), toy.order_requested(2, toy.POISON))
    decided = lane.keep(lane.batch(*heard))
    assert decided is not None
    logs.decided("orders/0", decided.note)
    batch, parked = lines(capsys)
    assert (batch["level"], batch["message"]) == ("DEBUG", "orders/0 has decided")
    assert (batch["batch"], batch["first_sequence"], batch["last_sequence"]) == (1, 1, 3)
    assert batch["read"] == {"equipment.g1/0": [0, 2]}
    assert (parked["level"], parked["message"]) == (
        "WARNING",
        "orders/0 could not process a record",
    )
    assert parked["event_id"] == "equipment_orders/equipment.g1/0/1"
    assert (parked["error"], parked["remedy"]) == ("RuleFailed", decided.note.defects[0].remedy)
    assert "O-2" not in json.dumps([batch, parked])
