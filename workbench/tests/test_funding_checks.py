"""I11 for tutoring: no session counts twice, nobody is at two of them at once, no hour is certified twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from filrouge.invariants import HOLDS, Finding, Invariants
from filrouge.testing.stream import PARTITIONS, stream_of
from filrouge_chassis.testing.conversation import Said
from filrouge_chassis.testing.examples import example
from filrouge_contracts.entry import TUTORING
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    Held,
    HoursCertified,
    MinutesChanged,
    MinutesCounted,
)
from filrouge_contracts.session import SessionOpened

START = datetime(2020, 5, 6, 14, tzinfo=UTC)
PUPILS = ("7c9e6679-7425-40de-944b-e07fc1f90ae7", "16fd2706-8baf-433b-82eb-8c7fada847da")


def _session(
    number: int, minutes_later: int, mentor: int = 1, pupil: int = 0, programme: str = "P-1"
) -> list[Said]:
    """An hour that is validated."""
    session, starts_at = f"S-{number}", START + timedelta(minutes=minutes_later)
    opened = example(
        SessionOpened,
        session=session,
        mentor=f"M-{mentor}",
        pupil=PUPILS[pupil],
        starts_at=starts_at,
    )
    changed = example(
        MinutesChanged,
        session=session,
        programme=programme,
        now=Held(starts_at=starts_at, minutes=60),
    )
    return [_said(f"session:{session}", event) for event in (opened, changed)]


def _counted(number: int, difference: int, total: int) -> Said:
    event = example(
        MinutesCounted,
        programme="P-1",
        session=f"S-{number}",
        difference_minutes=difference,
        validated_minutes=total,
    )
    return _said("programme:P-1", event)


def _certified(certificate: str, hours: int) -> Said:
    event = example(HoursCertified, programme="P-1", certificate=certificate, hours=hours)
    return _said("programme:P-1", event)


def _said(subject: str, event: Event) -> Said:
    return Said(TUTORING, subject, event, START)


def _finding(said: Sequence[Said]) -> Finding:
    invariants = Invariants(PARTITIONS)
    for record in stream_of((), said):
        invariants.take(record)
    return invariants.close().findings["I11"]


def test_sessions_one_after_the_other_are_certified_once() -> None:
    finding = _finding(
        [
            *_session(1, 0),
            *_session(2, 60),
            *_session(3, 30, mentor=2, pupil=1),
            _counted(1, 60, 60),
            _counted(2, 60, 120),
            _certified("C-1", 2),
            _counted(2, -60, 60),
            _counted(2, 60, 120),
            _counted(3, 60, 180),
            _certified("C-2", 1),
        ]
    )
    assert (finding.status, finding.breaches) == (HOLDS, [])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("pupil 7c9e6679", [*_session(1, 0), *_session(2, 59, mentor=2)]),
        ("mentor M-1", [*_session(1, 0), *_session(2, 59, pupil=1)]),
        ("S-1 counts in two programmes", [*_session(1, 0), *_session(1, 0, programme="P-2")]),
        ("120 minutes of sessions, 60 counted", [_counted(1, 60, 60), _counted(2, 60, 60)]),
        ("-1 minutes of sessions", [_counted(1, -1, 0)]),
        ("1 hours certified of 59 minutes", [_counted(1, 59, 59), _certified("C-1", 1)]),
        (
            "2 hours certified of 60 minutes",
            [_counted(1, 60, 60), _certified("C-1", 1), _certified("C-2", 1)],
        ),
        ("C-1 is certified twice", [_counted(1, 120, 120), *[_certified("C-1", 1)] * 2]),
    ],
)
def test_is_breached_by(what: str, said: Sequence[Said]) -> None:
    assert any(what in str(breach) for breach in _finding(said).breaches)
