"""How pupils are enrolled and counted."""

from __future__ import annotations

from filrouge_contracts.entry import TUTORING, Entry
from filrouge_contracts.event import Event
from filrouge_contracts.pupil import (
    EnrolmentAccepted,
    EnrolmentRecorded,
    EnrolmentRefused,
    EnrolmentRequested,
    LeaveRecorded,
    PupilAccompanied,
    PupilEnrolled,
    PupilLeft,
    PupilNoLongerAccompanied,
    PupilRefused,
)
from filrouge_contracts.table.programme import TUTORING_TOPIC

KEY = "pupil:{pupil}"


def _word(model: type[Event], next_step: str, within: str) -> Entry:
    return Entry(model, TUTORING_TOPIC, KEY, ("association",), (TUTORING,), next_step, within)


def _answer(model: type[Event], next_step: str) -> Entry:
    return Entry(model, TUTORING_TOPIC, KEY, (TUTORING,), (TUTORING,), next_step, "at once")


def _record(model: type[Event], next_step: str, within: str = "no limit") -> Entry:
    return Entry(model, TUTORING_TOPIC, KEY, (TUTORING,), (), next_step, within)


ENTRIES = (
    _word(PupilEnrolled, "EnrolmentRequested or PupilRefused", "at once"),
    _word(PupilLeft, "LeaveRecorded or PupilRefused", "grace_seconds"),
    Entry(
        EnrolmentRequested,
        TUTORING_TOPIC,
        "programme:{programme}",
        (TUTORING,),
        (TUTORING,),
        "EnrolmentAccepted or EnrolmentRefused",
        "answer_by",
    ),
    _answer(EnrolmentAccepted, "EnrolmentRecorded"),
    _answer(EnrolmentRefused, "PupilRefused"),
    _record(EnrolmentRecorded, "PairFormed, SessionScheduled"),
    _record(LeaveRecorded, "later slots are taken back by SlotRevoked"),
    _record(PupilRefused, "the association corrects it"),
    _record(PupilAccompanied, "PupilNoLongerAccompanied", "accompanied_seconds without a session"),
    _record(PupilNoLongerAccompanied, "PupilAccompanied"),
)
