"""A day in numbers: what came in, what was refused and why, what was decided, what was paid.

The report is canonical JSON (sorted keys, no spaces, UTF-8, a newline at the end), and a pure function of
what is recorded: whoever has the same record makes the same bytes. A day is one in UTC, by the time of our own
events; a partner's record counts when it was answered.

It is signed as a C2SP note, whose first line it is, by a key of its own, `<archive>/report`: whoever vouches
for the numbers does not need the archive's. Ed25519 signs the same bytes alike, so the file is the same too.
The sizes in it say what it is over, so it can be made again after more was recorded.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from filrouge_archive.errors import Refused
from filrouge_archive.note import Signer, Verifier, open_note
from filrouge_chassis.records import Partition
from filrouge_contracts.payment import PaymentRecorded, PaymentRejectionRecorded
from filrouge_contracts.verdicts import VerdictGiven

from filrouge.audit.errors import AuditFailed
from filrouge.audit.told import Told, told
from filrouge.stream import Source

FORMAT = "filrouge-daily-report/1"


@dataclass(slots=True)
class _Day:
    """The numbers of one day, collected."""

    came_in: dict[str, Counter[str]] = field(default_factory=dict)
    """Partner → outcome → how many."""
    refused: Counter[str] = field(default_factory=Counter)
    """By the gateway: rule → how many."""
    decided: dict[str, Counter[str]] = field(default_factory=dict)
    """Service → type → how many."""
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    """By a service, for reasons of its own: type → reason → how many."""
    payments: int = 0
    paid_cents: int = 0
    came_back_cents: int = 0

    def take(self, one: Told) -> None:
        service, data = one.source.partition("/")[0], one.data
        self.decided.setdefault(service, Counter())[one.type] += 1
        if one.type == VerdictGiven.event_type:
            self.came_in.setdefault(data["partner"], Counter())[data["outcome"]] += 1
            if data["outcome"] == "refused":
                self.refused[data["rule"]] += 1
        elif ".v" in one.type and one.type.rpartition(".v")[0].endswith("-refused"):
            self.reasons.setdefault(one.type, Counter())[str(data.get("reason", ""))] += 1
        if one.type == PaymentRecorded.event_type:
            self.payments += 1
            self.paid_cents += data["amount_cents"]
        elif one.type == PaymentRejectionRecorded.event_type and data.get("payment"):
            self.came_back_cents += data["amount_cents"]


async def daily_report(source: Source, day: date) -> bytes:
    """The report of that day over all that the source holds."""
    found, seen = _Day(), dict[str, int]()
    places = [place for place in source.bounds if not place.topic.startswith("journal.")]
    async for record in source.records(places):
        one = told(record)
        if one.ours and _is_new(one, seen) and one.time[:10] == day.isoformat():
            found.take(one)
    return canonical(
        {
            "format": FORMAT,
            "day": day.isoformat(),
            "came_in": found.came_in,
            "refused_at_the_door": found.refused,
            "decided": found.decided,
            "refused_by_services": found.reasons,
            "payments": found.payments,
            "paid_cents": found.paid_cents,
            "came_back_cents": found.came_back_cents,
            "partitions": _partitions(source),
        }
    )


async def made_again(source: Source, report: bytes) -> bytes:
    """The report of the same day, over as much as that one is. Raises AuditFailed if the source has less."""
    said = _parsed(report)
    sizes = {Partition.parse(one["partition"]): one["size"] for one in said["partitions"]}
    for place, size in sizes.items():
        if size > source.bounds.get(place, (0, 0))[1]:
            raise AuditFailed(f"the report is over {size} records of {place}, and there are fewer")
    if not source.roots and any("root" in one for one in said["partitions"]):
        raise AuditFailed("the report names the roots of an archive: compare it with an archive")
    return await daily_report(source.up_to(sizes), date.fromisoformat(said["day"]))


def key_name(archive: str) -> str:
    """Under which the reports of an archive are signed."""
    return f"{archive}/report"


def signed(report: bytes, signer: Signer) -> bytes:
    text = report.decode()
    return f"{text}\n{signer.sign(text)}".encode()


def opened(note: bytes, verifiers: Iterable[Verifier]) -> tuple[bytes, Verifier]:
    """The report, and who has signed it. Raises AuditFailed if none of these has."""
    try:
        text, ((verifier, _), *_) = open_note(note.decode(), verifiers)
    except (Refused, UnicodeDecodeError) as error:
        raise AuditFailed(f"this is no signed report: {error}") from error
    _parsed(text.encode())
    return text.encode(), verifier


def summary(report: bytes) -> str:
    """For people."""
    said = _parsed(report)
    paid = f"{said['paid_cents'] / 100:,.2f}"
    records = sum(one["size"] for one in said["partitions"])
    return f"{said['day']}: {said['payments']:,} payments of {paid} €, over {records:,} records"


def _parsed(report: bytes) -> dict[str, Any]:
    try:
        said = json.loads(report)
    except ValueError as error:
        raise AuditFailed(f"this is no report of a day: {error}") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise AuditFailed(f"this is no report of a day: its format is not {FORMAT}")
    return said


def canonical(said: Mapping[str, Any]) -> bytes:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def _is_new(one: Told, seen: dict[str, int]) -> bool:
    """What a lane published twice in a partition counts once."""
    place = f"{one.place.topic}/{one.place.partition} {one.source}"
    if one.sequence <= seen.get(place, 0):
        return False
    seen[place] = one.sequence
    return True


def _partitions(source: Source) -> Collection[Mapping[str, Any]]:
    """How much the report is over; with its roots where the source has them."""
    return [
        {"partition": str(place), "size": end}
        | ({"root": source.roots[place]} if place in source.roots else {})
        for place, (_, end) in sorted(source.bounds.items())
        if end
    ]
