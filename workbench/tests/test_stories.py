"""A scripted story is told evening by evening, and held against the stream to the event."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from filrouge.simulator import identities
from filrouge.simulator.cast import cast_of
from filrouge.simulator.scale import Size
from filrouge.simulator.stage import Stage
from filrouge.simulator.stories import Stories
from filrouge.simulator.words import Word, type_of

CAST = cast_of(Size.of(0.01))
REFUSED = type_of("equipment.need-refused")
OPENED = type_of("equipment.need-opened")


def _two_needs(on: Stage) -> Iterator[list[Word]]:
    yield [on.say(CAST.schools[0], "need", need=on.ref("N"))]
    assert on.read("equipment.need-opened", need=on.ref("N"))
    yield [on.say(CAST.schools[0], "need", need=on.ref("N"))]
    on.expect("equipment.need-opened", need=on.ref("N"))
    on.expect("equipment.need-refused", need=on.ref("N"), reason="already_open")


def _nothing(on: Stage) -> Iterator[list[Word]]:
    yield from ()


def _told() -> Stories:
    stories = Stories(CAST, {"nothing": _nothing, "two needs": _two_needs}, 3)
    assert list(stories.words(2)) == []
    (first,) = stories.words(3)
    stories.take(OPENED, {"need": "X01-N"})
    (second,) = stories.words(4)
    assert (first.id, second.id) == ("X01-1", "X01-2")
    assert list(stories.words(5)) == []
    assert stories.open == 0
    return stories


@pytest.mark.parametrize(
    ("events", "difference"),
    [
        ([(OPENED, {}), (REFUSED, {"reason": "already_open"})], None),
        ([(OPENED, {})], "1 × equipment.need-refused.v1 with need X01-N"),
        ([(OPENED, {})] * 2 + [(REFUSED, {"reason": "already_open"})], "2 found"),
        (
            [(OPENED, {})] + [(REFUSED, {"reason": why}) for why in ("already_open", "withdrawn")],
            "nobody expected equipment.need-refused.v1",
        ),
    ],
)
def test_what_a_story_expects_is_in_the_stream_and_no_other_refusal(
    events: list[tuple[str, dict[str, str]]], difference: str | None
) -> None:
    stories = _told()
    ledger = stories.ledger()
    for kind, fields in events:
        ledger.take(kind, {"need": "X01-N", **fields})
        ledger.take(kind, {"need": "N-1", **fields})
    found = list(stories.differences(ledger))
    assert [(difference or "-") in line for line in found] == [True] * bool(difference), found


def test_a_story_knows_its_devices_and_pupils() -> None:
    stories = Stories(CAST, {"first": _two_needs, "second": _two_needs}, 0)
    ledger = stories.ledger()
    ledger.take(OPENED, {"imeis": [Stage(1, CAST).imei(999)]})
    ledger.take(OPENED, {"pupil": Stage(1, CAST).pupil(3)})
    ledger.take(OPENED, {"pupil": identities.pupil(3)})
    assert {number: len(events) for number, events in ledger.events.items()} == {1: 2}


def test_a_story_that_never_ends_is_a_difference() -> None:
    def endless(on: Stage) -> Iterator[list[Word]]:
        while True:
            on.day += 1
            yield []

    stories = Stories(CAST, {"endless": endless}, 0)
    assert list(stories.words(0)) == []
    assert list(stories.differences(stories.ledger())) == ["endless: it has not come to its end"]
