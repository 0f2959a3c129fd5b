"""What is remembered, for ever, of an event that a partner said and that was accepted."""

from __future__ import annotations

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_contracts.register import PARTNER_KINDS, REGISTER
from filrouge_contracts.verdicts import VerdictGiven


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """An accepted event by its source and id; nothing as long as none was accepted."""

    payload_sha256: str = ""
    type: str = ""
    admitted_id: str = ""


def _answered(said: Said, event: VerdictGiven) -> Said:
    """Only acceptance uses up the id: what was refused may be said again, corrected."""
    if event.outcome != "accepted":
        return said
    return Said(event.payload_sha256, event.said_type or "", event.admitted_id or "")


EVOLUTIONS: Evolutions = {
    ("said", VerdictGiven): _answered,
    **{
        ("said", entry.model): unchanged
        for entry in REGISTER
        if PARTNER_KINDS.intersection(entry.said_by)
    },
}
