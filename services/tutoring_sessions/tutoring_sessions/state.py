"""What is remembered of a programme, and how each event changes it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_contracts.budget import CommitmentReleaseRequested, CommitmentRequested
from filrouge_contracts.programme import (
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefusal,
    ProgrammeRefused,
)
from msgspec.structs import replace


class Step(StrEnum):
    """Where a programme is on its way."""

    UNKNOWN = "unknown"
    COMMITTING = "committing"
    FUNDED = "funded"
    REFUSED = "refused"


class Programme(msgspec.Struct, frozen=True, omit_defaults=True):
    """A programme: who is paid for how many hours at which rate."""

    step: Step = Step.UNKNOWN
    association: str = ""
    iban: str = ""
    budget_line: str = ""
    funded_hours: int = 0
    hourly_rate_cents: int = 0
    registered_by: str = ""
    due_at: datetime | None = None


def _opened(programme: Programme, event: ProgrammeOpened) -> Programme:
    return replace(
        programme,
        step=Step.COMMITTING,
        association=event.association,
        iban=event.iban,
        budget_line=event.budget_line,
        funded_hours=event.funded_hours,
        hourly_rate_cents=event.hourly_rate_cents,
        registered_by=event.registered_by,
        due_at=event.due_at,
    )


def _funded(programme: Programme, _event: ProgrammeFunded) -> Programme:
    return replace(programme, step=Step.FUNDED, due_at=None)


def _refused(programme: Programme, event: ProgrammeRefused) -> Programme:
    if event.reason is ProgrammeRefusal.ALREADY_OPEN:
        return programme  # the programme of that name that was registered first goes its way
    return replace(programme, step=Step.REFUSED, due_at=None)


EVOLUTIONS: Evolutions = {
    ("programme", ProgrammeOpened): _opened,
    ("programme", CommitmentRequested): unchanged,
    ("programme", CommitmentReleaseRequested): unchanged,
    ("programme", ProgrammeFunded): _funded,
    ("programme", ProgrammeRefused): _refused,
}
