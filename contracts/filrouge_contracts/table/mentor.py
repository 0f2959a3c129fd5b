"""How mentors are checked and paired."""

from __future__ import annotations

from filrouge_contracts.entry import TUTORING, Entry
from filrouge_contracts.event import Event
from filrouge_contracts.mentor import (
    MentorChecked,
    MentorOpened,
    MentorRefused,
    MentorRegistered,
    MentorReinstated,
    MentorSuspended,
    PairEnded,
    PairEndRecorded,
    PairFormed,
    PairRecorded,
    StandingRecorded,
)
from filrouge_contracts.table.programme import TUTORING_TOPIC

KEY = "mentor:{mentor}"


def _word(model: type[Event], next_step: str) -> Entry:
    return Entry(
        model,
        TUTORING_TOPIC,
        KEY,
        ("association",),
        (TUTORING,),
        f"{next_step} or MentorRefused",
        "grace_seconds",
    )


def _record(model: type[Event], next_step: str) -> Entry:
    return Entry(model, TUTORING_TOPIC, KEY, (TUTORING,), (), next_step, "no limit")


ENTRIES = (
    _word(MentorRegistered, "MentorOpened and StandingRecorded,"),
    _word(MentorChecked, "StandingRecorded"),
    _word(MentorSuspended, "StandingRecorded"),
    _word(MentorReinstated, "StandingRecorded"),
    _word(PairFormed, "PairRecorded"),
    _word(PairEnded, "PairEndRecorded"),
    _record(MentorOpened, "PairFormed"),
    _record(StandingRecorded, "slots that it forbids are taken back by SlotRevoked"),
    _record(PairRecorded, "SessionScheduled"),
    _record(PairEndRecorded, "later slots are taken back by SlotRevoked"),
    _record(MentorRefused, "the association corrects it"),
)
