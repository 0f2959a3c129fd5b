"""One pass over everything that Kafka holds: does it hang together, and does every invariant hold?

I1 to I14 are the invariants of auditors; what there was nothing to hold against is reported as such, and
never as holding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from filrouge_archive.archive import ErasedRecord
from filrouge_contracts.topics import AUDIT

from filrouge.checks import (
    admission,
    bookings,
    closing,
    cohorts,
    corrections,
    dates,
    devices,
    documents,
    erasures,
    funding,
    hours,
    lines,
    liquidation,
    loans,
    numbering,
    payments,
    people,
    sessions,
    stocks,
    sums,
)
from filrouge.checks.admission import Admission
from filrouge.checks.bookings import Bookings
from filrouge.checks.closing import Closing
from filrouge.checks.cohorts import Cohorts
from filrouge.checks.dates import Dates
from filrouge.checks.devices import Devices
from filrouge.checks.engagements import Engagements
from filrouge.checks.erasures import Erasures
from filrouge.checks.fact import Breach, Check
from filrouge.checks.funding import Funding
from filrouge.checks.hours import Hours
from filrouge.checks.lines import Lines
from filrouge.checks.loans import Loans
from filrouge.checks.numbering import Numbering
from filrouge.checks.sessions import Sessions
from filrouge.checks.stocks import Stocks

OF_RULES = (
    numbering,
    erasures,
    admission,
    bookings,
    lines,
    sums,
    dates,
    devices,
    stocks,
    loans,
    liquidation,
    people,
    payments,
    documents,
    funding,
    corrections,
    closing,
    cohorts,
    sessions,
    hours,
)
"""The modules whose docstrings say what each rule is."""
BREACHES_KEPT = 100
HOLDS, BREACHED, NOTHING = "holds", "breached", "nothing to check"


@dataclass(slots=True)
class Finding:
    """What became of one invariant."""

    status: str
    checked: int = 0
    breaches: list[Breach] = field(default_factory=list)


@dataclass(slots=True)
class Report:
    """All invariants, and what was counted on the way."""

    findings: dict[str, Finding]
    records: int = 0
    events: int = 0
    partner_records: int = 0
    republished: int = 0
    parked: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=dict)

    @property
    def breaches(self) -> list[Breach]:
        return [breach for finding in self.findings.values() for breach in finding.breaches]


class Invariants:
    """Feed it every record of every topic, partition by partition in order, then `close` it."""

    def __init__(self, partitions: Mapping[str, int], *more: Check) -> None:
        self._numbering, self._admission = Numbering(partitions), Admission()
        self._bookings, self._erasures = Bookings(), Erasures()
        self._checks: list[Check] = [
            self._admission,
            self._erasures,
            self._bookings,
            Lines(),
            Engagements(),
            Dates(),
            Devices(),
            Stocks(),
            Loans(),
            Funding(),
            Closing(),
            Sessions(),
            Hours(),
            Cohorts(),
            *more,
        ]
        self._wants = frozenset().union(*(check.wants for check in self._checks))
        self._breaches: list[Breach] = []
        self._report = Report({})

    def take(self, record: Any) -> None:
        self._report.records += 1
        self._breaches.extend(self._numbering.offset(record))
        topic: str = record.topic
        if isinstance(record, ErasedRecord):
            self._erasures.hear(record)
        if topic.startswith("partners.") and ".in." in topic:
            self._admission.hear(record)
            return
        if isinstance(record, ErasedRecord):
            self._numbering.pass_over(record)
            self._report.parked += topic.startswith("parked.")
            return
        if ".redrive." in topic or topic.startswith("redrive."):
            return  # an operator's instructions: what they lead to is in the journal
        fact = self._numbering.read(record, self._wants, self._breaches)
        if fact is None:
            return
        self._report.events += not topic.startswith("journal.")
        self._report.parked += fact.name == "record-parked"
        for check in self._checks:
            if (
                topic != AUDIT or fact.name in check.wants
            ):  # said by the wall's clock, not at a tick
                self._breaches.extend(check.take(fact))

    def close(self) -> Report:
        self._breaches.extend(self._numbering.close(self._erasures.of_lanes()))
        for check in self._checks:
            self._breaches.extend(check.close())
        report = self._report
        checked = Counter(self._numbering.checked)
        for check in self._checks:
            checked.update(check.checked)
        report.findings = dict(self._findings(checked))
        report.partner_records = self._admission.records
        report.outcomes = dict(self._admission.outcomes)
        report.balances = dict(self._bookings.balances)
        report.republished = self._numbering.republished
        return report

    def _findings(self, checked: dict[str, int]) -> Iterator[tuple[str, Finding]]:
        for rule in sorted(checked, key=_place):
            breaches = [breach for breach in self._breaches if breach.rule == rule]
            number = checked.get(rule, 0)
            if breaches:
                yield rule, Finding(BREACHED, number, breaches[:BREACHES_KEPT])
            else:
                yield rule, Finding(HOLDS if number else NOTHING, number)


def _place(rule: str) -> tuple[bool, str, int]:
    """The auditors' invariants first, each family by number."""
    return (rule[0] != "I", rule[0], int(rule[1:]))


def sentence(rule: str) -> str:
    """What the invariant says, from the docstrings of the modules that check it."""
    found = []
    for module in OF_RULES:
        for line in (module.__doc__ or "").splitlines():
            name, _, says = line.partition(" ")
            if name == rule:
                found.append(says.strip())
    if not found:
        raise KeyError(rule)
    return "; ".join(found)


async def check_stream(
    records: AsyncIterator[Any], partitions: Mapping[str, int], *more: Check
) -> Report:
    """The whole pass over `records`, such as `filrouge.stream` reads them."""
    invariants = Invariants(partitions, *more)
    async for record in records:
        invariants.take(record)
    return invariants.close()
