"""How sessions are reported, validated and counted."""

from __future__ import annotations

from filrouge_contracts.entry import TUTORING, Entry
from filrouge_contracts.event import Event
from filrouge_contracts.session import (
    ReportRecorded,
    SessionCorrected,
    SessionLapsed,
    SessionOpened,
    SessionRefused,
    SessionRejected,
    SessionRejectionRecorded,
    SessionReported,
    SessionScheduled,
    SessionValidated,
    ValidationRecorded,
)
from filrouge_contracts.table.programme import TUTORING_TOPIC

KEY = "session:{session}"


def _word(model: type[Event], next_step: str, within: str = "grace_seconds") -> Entry:
    answer = f"{next_step} or SessionRefused"
    return Entry(model, TUTORING_TOPIC, KEY, ("association",), (TUTORING,), answer, within)


def _record(model: type[Event], next_step: str, within: str = "no limit") -> Entry:
    return Entry(model, TUTORING_TOPIC, KEY, (TUTORING,), (), next_step, within)


ENTRIES = (
    _word(SessionScheduled, "SessionOpened", "at once"),
    _word(SessionReported, "SlotRequested, ReportRecorded"),
    _word(SessionCorrected, "SlotRequested, ReportRecorded"),
    _word(SessionValidated, "ValidationRecorded"),
    _word(SessionRejected, "SessionRejectionRecorded"),
    _record(SessionOpened, "SessionReported or SessionLapsed", "report_by"),
    _record(ReportRecorded, "SessionValidated or SessionRejected"),
    _record(ValidationRecorded, "MinutesChanged", "at once"),
    _record(SessionRejectionRecorded, "the association corrects it"),
    _record(SessionRefused, "the association corrects it"),
    _record(SessionLapsed, "nothing"),
)
