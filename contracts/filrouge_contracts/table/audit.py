"""What is said about the archive: by the one who serves it, and by the operator."""

from __future__ import annotations

from filrouge_contracts.audit import AccessRecorded, RecordErased, StreamRestored
from filrouge_contracts.entry import AUDIT_TRAIL, Entry
from filrouge_contracts.topics import AUDIT

_KEY = "record:{topic}/{partition}/{offset}"

ENTRIES = (
    Entry(
        AccessRecorded,
        AUDIT,
        _KEY,
        (AUDIT_TRAIL,),
        (),
        "an auditor, or the one concerned, sees who looked",
        "whenever asked",
        spread="single",
    ),
    Entry(
        RecordErased,
        AUDIT,
        _KEY,
        ("operator",),
        (AUDIT_TRAIL,),
        "the object beside the log is deleted",
        "when this event is archived",
        spread="single",
    ),
    Entry(
        StreamRestored,
        AUDIT,
        "archive:{archive}",
        ("operator",),
        (),
        "services are started, and rebuild themselves",
        "at once",
        spread="single",
    ),
)
