"""I11 for tutoring: no session counts in two programmes, no hour is certified twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from filrouge.invariants import HOLDS, Finding, Invariants
from filrouge.testing.stream import PARTITIONS, stream_of
from filrouge_chassis.testing.conversation import Said
from filrouge_chassis.testing.examples import example
from filrouge_contracts.entry import TUTORING
from filrouge_contracts.event import Event
from filrouge_contracts.programme import Held, HoursCertified, MinutesChanged

START = datetime(2020, 5, 6, 14, tzinfo=UTC)


def _session(number: int, programme: str = "P-1") -> Said:
    """An hour that is validated."""
    changed = example(
        MinutesChanged,
        session=f"S-{number}",
        programme=programme,
        now=Held(starts_at=START, minutes=60),
    )
    return _said(f"session:S-{number}", changed)


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


def test_sessions_and_certificates_of_their_own_hold() -> None:
    sessions = [_session(number) for number in (1, 2, 2)]
    finding = _finding([*sessions, _certified("C-1", 2), _certified("C-2", 1)])
    assert (finding.status, finding.breaches) == (HOLDS, [])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("S-1 counts in two programmes", [_session(1), _session(1, programme="P-2")]),
        ("C-1 is certified twice", [_certified("C-1", 1)] * 2),
    ],
)
def test_is_breached_by(what: str, said: Sequence[Said]) -> None:
    assert any(what in str(breach) for breach in _finding(said).breaches)
