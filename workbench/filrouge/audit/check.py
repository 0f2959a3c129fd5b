"""Every invariant over everything that was recorded, and of each breach the amounts of its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from filrouge.audit.told import told
from filrouge.checks.fact import Breach
from filrouge.invariants import Report, sentence
from filrouge.stream import Progress, Source
from filrouge.verification import check_source

CENTS = "_cents"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the pass found; `amounts`: event id → field → cents, of the events of breaches."""

    report: Report
    amounts: Mapping[str, Mapping[str, int]]

    @property
    def good(self) -> bool:
        return not self.report.breaches

    def as_json(self) -> dict[str, Any]:
        report = self.report
        return {
            "records": report.records,
            "events": report.events,
            "partner_records": report.partner_records,
            "parked": report.parked,
            "rules": {
                rule: {
                    "says": sentence(rule),
                    "status": finding.status,
                    "checked": finding.checked,
                    "breaches": [self._breach(breach) for breach in finding.breaches],
                }
                for rule, finding in report.findings.items()
            },
        }

    def lines(self) -> Iterator[str]:
        """For people: a line a rule, and one for each breach."""
        for rule, finding in self.report.findings.items():
            yield f"{rule:4} {finding.status:18} {finding.checked:>10,}  {sentence(rule)}"
            for breach in finding.breaches:
                yield f"     {breach.sentence}"
                for event in breach.events:
                    cents = self.amounts.get(event, {})
                    amounts = ", ".join(f"{name} {value}" for name, value in cents.items())
                    yield f"       {event}" + (f": {amounts}" if amounts else "")

    def _breach(self, breach: Breach) -> dict[str, Any]:
        events = [{"id": event, "cents": self.amounts.get(event, {})} for event in breach.events]
        return {"sentence": breach.sentence, "events": events}


async def check(source: Source, progress: Progress = lambda *_: None) -> Checked:
    """One pass; another one only if something is breached."""
    report = await check_source(source, progress=progress)
    wanted = {event for breach in report.breaches for event in breach.events}
    return Checked(report, await _amounts(source, wanted) if wanted else {})


async def _amounts(source: Source, wanted: set[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    async for record in source.records():
        one = told(record)
        if one.ours and one.id in wanted:
            found[one.id] = dict(_cents(one.data))
    return found


def _cents(value: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """Every amount in the data: `postings[0].amount_cents`."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            where = f"{path}.{name}" if path else name
            if name.endswith(CENTS) and isinstance(inner, int):
                yield where, inner
            else:
                yield from _cents(inner, where)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _cents(inner, f"{path}[{number}]")
