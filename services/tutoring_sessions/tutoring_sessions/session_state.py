"""What is remembered of a session, and how each event changes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec
from filrouge_chassis.decider import Evolutions, unchanged
from filrouge_chassis.waiting import Holder, held, let_go, timed
from filrouge_contracts.programme import MinutesChanged
from filrouge_contracts.register import REGISTER
from filrouge_contracts.session import (
    ReportRecorded,
    SessionLapsed,
    SessionOpened,
    SessionRefused,
    SessionRejected,
    SessionRejectionRecorded,
    SessionValidated,
    ValidationRecorded,
)
from filrouge_contracts.slot import SlotLost, SlotReleaseRequested, SlotRequested
from filrouge_contracts.waiting import EventHeld
from msgspec.structs import replace

from tutoring_sessions.tables import refused


class Stage(StrEnum):
    """Where a session is on its way."""

    UNKNOWN = "unknown"
    SCHEDULED = "scheduled"
    REPORTED = "reported"
    VALIDATED = "validated"
    REJECTED = "rejected"
    LAPSED = "lapsed"


class Counted(msgspec.Struct, frozen=True):
    """What the programme was told that the session is worth."""

    starts_at: datetime
    minutes: int


class Report(msgspec.Struct, frozen=True):
    """What is said of a session and by whom."""

    starts_at: datetime
    minutes: int
    told_by: str


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report whose slot is asked for. `lost`: why, if it was taken back before it was given."""

    report: Report
    claim: int
    told_type: str
    told_at: datetime
    lost: str = ""


class Session(Holder, frozen=True, omit_defaults=True):
    """A session of a pair, its report, and the slot that mentor and pupil keep for it.

    `claim`: number of the kept slot, 0 for none; `claims`: how many it has asked for.
    `counted`: what its programme was told last.
    """

    stage: Stage = Stage.UNKNOWN
    association: str = ""
    programme: str = ""
    pair: str = ""
    mentor: str = ""
    pupil: str = ""
    report_by: datetime | None = None
    report: Report | None = None
    claim: int = 0
    claims: int = 0
    asked: Asked | None = None
    counted: Counted | None = None

    def deadlines(self) -> Iterable[datetime | None]:
        if self.stage is Stage.SCHEDULED and self.asked is None:
            yield self.report_by


def _scheduled(session: Session, event: SessionOpened) -> Session:
    opened = replace(
        session,
        stage=Stage.SCHEDULED,
        association=event.association,
        programme=event.programme,
        pair=event.pair,
        mentor=event.mentor,
        pupil=event.pupil,
        report_by=event.report_by,
    )
    return timed(opened)


def _asking(session: Session, event: SlotRequested) -> Session:
    report = Report(event.starts_at, event.minutes, event.told_by)
    asked = Asked(report, event.claim, event.told_type, event.told_at)
    session = replace(session, asked=asked, claims=event.claim)
    return timed(_told(session, event))


def _reported(session: Session, event: ReportRecorded) -> Session:
    report = Report(event.starts_at, event.minutes, event.told_by)
    session = replace(
        session, stage=Stage.REPORTED, report=report, claim=event.claim or 0, asked=None
    )
    return timed(_told(session, event))


def _told(session: Session, event: SlotRequested | ReportRecorded) -> Session:
    """The report or correction no longer waits."""
    return let_go(session, REGISTER.by_type[event.told_type].model, event.told_at.isoformat())


def _session_refused(session: Session, event: SessionRefused) -> Session:
    asked = session.asked
    if asked and (asked.told_type, asked.told_at.isoformat()) == (event.refused_type, event.about):
        return timed(replace(session, asked=None))
    return refused(session, event)


def _lost(session: Session, event: SlotLost) -> Session:
    if session.asked is not None and session.asked.claim == event.claim:
        return replace(session, asked=replace(session.asked, lost=event.reason))
    return timed(replace(session, stage=Stage.SCHEDULED, report=None, claim=0))


def _validated(session: Session, event: ValidationRecorded) -> Session:
    session = let_go(session, SessionValidated, event.validated_at.isoformat())
    return replace(session, stage=Stage.VALIDATED)


def _rejected(session: Session, event: SessionRejectionRecorded) -> Session:
    session = let_go(session, SessionRejected, event.rejected_at.isoformat())
    return replace(session, stage=Stage.REJECTED, claim=0)


def _told_programme(session: Session, event: MinutesChanged) -> Session:
    now = event.now
    return replace(session, counted=Counted(now.starts_at, now.minutes) if now else None)


def _lapsed(session: Session, _event: SessionLapsed) -> Session:
    return timed(replace(session, stage=Stage.LAPSED))


EVOLUTIONS: Evolutions = {
    ("session", EventHeld): held,
    ("session", SessionOpened): _scheduled,
    ("session", SlotRequested): _asking,
    ("session", ReportRecorded): _reported,
    ("session", SessionRefused): _session_refused,
    ("session", SlotLost): _lost,
    ("session", SlotReleaseRequested): unchanged,
    ("session", ValidationRecorded): _validated,
    ("session", SessionRejectionRecorded): _rejected,
    ("session", MinutesChanged): _told_programme,
    ("session", SessionLapsed): _lapsed,
}
