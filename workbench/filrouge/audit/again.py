"""One lane's journalled decisions made again by the rules at hand, and compared to the byte.

MATCH           every batch has the digest that its journal record has
DIVERGED        an event is another one: the first is shown field by field, with both releases
NOT REPLAYABLE  the record does not hold what deciding again needs; the reason says what is missing
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filrouge_chassis.errors import Diverged, FilrougeError
from filrouge_chassis.records import Outgoing
from filrouge_chassis.replay import Past, reexecute
from filrouge_contracts.envelope import H_ID
from filrouge_contracts.journal import BatchDecided

from filrouge.audit.differences import Differs, of_records, shown

MATCH, DIVERGED, NOT_REPLAYABLE = "MATCH", "DIVERGED", "NOT REPLAYABLE"


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """The first event that the rules at hand would have said otherwise, and by which cause."""

    batch: int
    release_then: str
    release_now: str
    cause: str
    rule: str
    """Which rule differed; empty where only bytes were compared."""
    then: Mapping[str, Any] | None
    now: Mapping[str, Any] | None
    fields: list[Differs]

    def __str__(self) -> str:
        what = (self.then or self.now or {"type": "", "key": ""})["type"]
        key = (self.then or self.now or {"type": "", "key": ""})["key"]
        fields = "; ".join(f"{d.field}: {d.then!r} then, {d.now!r} now" for d in self.fields[:5])
        return (
            f"batch {self.batch} (release {self.release_then}, now {self.release_now}):"
            f" {what} of {key}, caused by {self.cause}: {fields}"
        )


@dataclass(slots=True)
class LaneResult:
    """What deciding one lane's past again came to."""

    service: str
    lane: int
    partner: str | None = None
    result: str = MATCH
    reason: str = ""
    """Why it is not replayable, or why it was followed no further."""
    batches: int = 0
    decisions: int = 0
    """Records taken and timers woken."""
    difference: FirstDifference | None = None
    rules: dict[str, list[int]] = field(default_factory=dict)
    """With other rules only: rule → decisions compared, of these different."""

    def __str__(self) -> str:
        name = f"{self.service}/{self.lane}" + (f" ({self.partner})" if self.partner else "")
        said = " ".join(str(part) for part in (self.difference, self.reason) if part)
        return f"{name}: {self.result}" + (f": {said}" if said else "")

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {
            "difference": self.difference
            and asdict(self.difference) | {"fields": [d._asdict() for d in self.difference.fields]}
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> LaneResult:
        found = said["difference"]
        if found is not None:
            fields = [Differs(**one) for one in found["fields"]]
            found = FirstDifference(**{**found, "fields": fields})
        return cls(**{**said, "difference": found})


async def decide_again(past: Past) -> LaneResult:
    """The whole lane, or up to the first difference."""
    identity = past.identity
    result = LaneResult(identity.service, identity.lane, past.partner)
    try:
        async for replayed in reexecute(past):
            result.batches, result.decisions = replayed.batches, replayed.decisions
            found = replayed.first_difference
            if found is not None:
                result.result = DIVERGED
                result.difference = difference(
                    past, found.note, _cause_of(found.then or found.now), found.then, found.now
                )
                result.reason = "" if found.then or found.now else found.sentence
    except Diverged as error:
        result.result, result.reason = DIVERGED, str(error)
    except FilrougeError as error:
        result.result, result.reason = NOT_REPLAYABLE, f"{type(error).__name__}: {error}"
    return result


def difference(
    past: Past,
    note: BatchDecided,
    cause: str,
    then: Outgoing | None,
    now: Outgoing | None,
    rule: str = "",
) -> FirstDifference:
    return FirstDifference(
        note.batch,
        note.release,
        release_at_hand(past.decider.service),
        cause,
        rule,
        shown(then),
        shown(now),
        of_records(then, now),
    )


def _cause_of(event: Outgoing | None) -> str:
    headers = {} if event is None else dict(event.headers)
    return headers.get(H_ID, b"").decode().rpartition("/")[0]


def release_at_hand(service: str) -> str:
    """Version and digest of the rules that are installed here: a changed line is another release."""
    package = import_module(service)
    digest = hashlib.sha256()
    for folder in package.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{version(service)}+{digest.hexdigest()[:8]}"
