"""Session → mentor → pupil → session: who keeps the time of a session, and gives it back."""

from __future__ import annotations

from filrouge_contracts.entry import TUTORING, Entry
from filrouge_contracts.event import Event
from filrouge_contracts.slot import (
    MentorBooked,
    PupilBooked,
    SlotLost,
    SlotRefused,
    SlotReleased,
    SlotReleaseRequested,
    SlotRequested,
    SlotRevoked,
)
from filrouge_contracts.table.programme import TUTORING_TOPIC


def _asks(model: type[Event], key: str, next_step: str, within: str = "at once") -> Entry:
    return Entry(model, TUTORING_TOPIC, key, (TUTORING,), (TUTORING,), next_step, within)


ENTRIES = (
    _asks(SlotRequested, "mentor:{mentor}", "MentorBooked or SlotRefused", "answer_by"),
    _asks(MentorBooked, "pupil:{pupil}", "PupilBooked or SlotRefused", "answer_by"),
    _asks(PupilBooked, "session:{session}", "ReportRecorded"),
    _asks(SlotRefused, "session:{session}", "SessionRefused"),
    _asks(SlotReleaseRequested, "{target}", "SlotReleased"),
    Entry(SlotReleased, TUTORING_TOPIC, "{target}", (TUTORING,), (), "another session", "no limit"),
    _asks(SlotRevoked, "session:{session}", "SlotLost"),
    Entry(
        SlotLost,
        TUTORING_TOPIC,
        "session:{session}",
        (TUTORING,),
        (),
        "MinutesChanged; the association corrects it",
        "no limit",
    ),
)
