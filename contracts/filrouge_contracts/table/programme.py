"""How tutoring is funded and paid."""

from __future__ import annotations

from filrouge_contracts.entry import BUDGET_ACCOUNTING, TUTORING, Entry
from filrouge_contracts.event import Event
from filrouge_contracts.programme import (
    HoursApproved,
    HoursCertified,
    HoursStated,
    MinutesChanged,
    MinutesCounted,
    MinutesRefused,
    ProgrammeClosed,
    ProgrammeEnded,
    ProgrammeEndRecorded,
    ProgrammeFunded,
    ProgrammeOpened,
    ProgrammeRefused,
    ProgrammeRegistered,
    StatementWithdrawn,
)
from filrouge_contracts.topics import topic

TUTORING_TOPIC = topic("tutoring")
KEY = "programme:{programme}"


def _word(model: type[Event], said_by: tuple[str, ...], next_step: str, within: str) -> Entry:
    return Entry(model, TUTORING_TOPIC, KEY, said_by, (TUTORING,), next_step, within)


def _booked(model: type[Event], next_step: str) -> Entry:
    heard_by = (BUDGET_ACCOUNTING,)
    return Entry(model, TUTORING_TOPIC, KEY, (TUTORING,), heard_by, next_step, "at once")


def _record(model: type[Event], next_step: str, within: str = "no limit") -> Entry:
    return Entry(model, TUTORING_TOPIC, KEY, (TUTORING,), (), next_step, within)


ENTRIES = (
    _word(ProgrammeRegistered, ("association",), "ProgrammeOpened or ProgrammeRefused", "at once"),
    _word(
        ProgrammeEnded,
        ("association",),
        "ProgrammeEndRecorded or ProgrammeRefused",
        "grace_seconds",
    ),
    _word(HoursApproved, ("ministry", "buyer"), "HoursCertified or ProgrammeRefused", "at once"),
    _record(ProgrammeOpened, "CommitmentRequested", "at once"),
    _record(ProgrammeRefused, "the association corrects it"),
    _booked(ProgrammeFunded, "EngagementRecorded"),
    Entry(
        MinutesChanged,
        TUTORING_TOPIC,
        KEY,
        (TUTORING,),
        (TUTORING,),
        "MinutesCounted or MinutesRefused",
        "at once",
    ),
    _record(MinutesCounted, "HoursStated", "certification_seconds"),
    _record(MinutesRefused, "nothing"),
    _record(HoursStated, "HoursApproved or StatementWithdrawn", "the programme closes"),
    _record(StatementWithdrawn, "HoursStated", "next_at"),
    _booked(HoursCertified, "ServiceRecorded"),
    _record(ProgrammeEndRecorded, "ProgrammeClosed", "closes_at"),
    _booked(ProgrammeClosed, "the engagement is adjusted, the remainder released"),
)
