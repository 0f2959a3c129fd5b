"""What the services said about tutoring in the end, added up to be compared with the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from filrouge.simulator.act import Data
from filrouge.simulator.stage import numbers_in
from filrouge.simulator.tutoring.books import MINUTES_AN_HOUR, Expected
from filrouge.simulator.words import type_of

ENGAGEMENT = "programme:"


@dataclass(slots=True)
class Ledger:
    """Filled by `take` with every event of the stream, each once; stories are told elsewhere."""

    minutes: Counter[str] = field(default_factory=Counter)
    """Session → as it is validated."""
    validated_minutes: Counter[str] = field(default_factory=Counter)
    """Programme → as it has counted them."""
    refused: Counter[str] = field(default_factory=Counter)
    certified_minutes: Counter[str] = field(default_factory=Counter)
    """Programme → certified in whole hours, less what was corrected away afterwards."""
    paid_cents: Counter[str] = field(default_factory=Counter)
    """Programme → less what is claimed back."""
    enrolments: Counter[str] = field(default_factory=Counter)
    accompanied: dict[str, int] = field(default_factory=dict)
    """Pupil → how often it began to be accompanied less how often that ended."""

    @property
    def wants(self) -> frozenset[str]:
        return COMPARED

    def take(self, kind: str, data: Data) -> None:
        if not numbers_in(data):
            _TAKES[kind](self, data)


def _changed(ledger: Ledger, data: Data) -> None:
    for said, sign in ((data.get("now"), 1), (data.get("before"), -1)):
        if said is not None:
            ledger.minutes[data["session"]] += sign * said["minutes"]


def _counted(ledger: Ledger, data: Data) -> None:
    ledger.validated_minutes[data["programme"]] += data["difference_minutes"]


def _refused(ledger: Ledger, data: Data) -> None:
    ledger.refused[data["reason"]] += 1


def _certified(ledger: Ledger, data: Data) -> None:
    ledger.certified_minutes[data["programme"]] += data["hours"] * MINUTES_AN_HOUR


def _closed(ledger: Ledger, data: Data) -> None:
    ledger.certified_minutes[data["programme"]] -= data["unproven_minutes"]


def _paid(ledger: Ledger, data: Data, sign: int = 1) -> None:
    if data["engagement"].startswith(ENGAGEMENT):
        programme = data["engagement"].removeprefix(ENGAGEMENT)
        ledger.paid_cents[programme] += sign * data["amount_cents"]


def _claimed_back(ledger: Ledger, data: Data) -> None:
    _paid(ledger, data, sign=-1)


def _enrolled(ledger: Ledger, data: Data) -> None:
    ledger.enrolments[data["pupil"]] += 1


def _accompanied(ledger: Ledger, data: Data) -> None:
    ledger.accompanied[data["pupil"]] = ledger.accompanied.get(data["pupil"], 0) + 1


def _left_alone(ledger: Ledger, data: Data) -> None:
    ledger.accompanied[data["pupil"]] = ledger.accompanied.get(data["pupil"], 0) - 1


_TAKES: Mapping[str, Callable[[Ledger, Data], None]] = {
    type_of(name): taker
    for name, taker in {
        "programme.minutes-changed": _changed,
        "programme.minutes-counted": _counted,
        "session.session-refused": _refused,
        "programme.hours-certified": _certified,
        "programme.programme-closed": _closed,
        "payment.payment-recorded": _paid,
        "correction.repayment-due": _claimed_back,
        "pupil.enrolment-recorded": _enrolled,
        "pupil.pupil-accompanied": _accompanied,
        "pupil.pupil-no-longer-accompanied": _left_alone,
    }.items()
}

COMPARED = frozenset(_TAKES)
"""Types of the events that the books can be compared with."""


def differences(expected: Expected, found: Ledger) -> Iterator[str]:
    """Nothing if the services did with tutoring what the books say."""
    certified_hours = Counter(
        {name: minutes // MINUTES_AN_HOUR for name, minutes in found.certified_minutes.items()}
    )
    for what, wanted, got in (
        ("minutes of", expected.minutes, found.minutes),
        ("minutes counted for", expected.validated_minutes, found.validated_minutes),
        ("reports refused for", expected.refused, found.refused),
        ("hours certified for", expected.hours, certified_hours),
        ("cents paid for", expected.paid_cents, found.paid_cents),
        ("enrolments of", expected.enrolments, found.enrolments),
    ):
        for name in sorted(wanted.keys() | got.keys()):
            if wanted[name] != got[name]:
                yield f"{what} {name}: {wanted[name]} expected, {got[name]} found"
    for pupil in sorted(expected.accompanied ^ found.accompanied.keys()):
        whom = "the books" if pupil in expected.accompanied else "the services"
        yield f"{pupil} is accompanied for {whom} alone"
    for pupil, still in sorted(found.accompanied.items()):
        if still:
            yield f"{pupil} began to be accompanied {still} times more than that ended"
