"""The books of tutoring: what every session counts for, from what was said and accepted.

Minutes count when a coordinator vouches for the last report that could be held: by a mentor with a valid
check, not suspended, at a time that neither it nor the pupil has given to another session.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from filrouge.simulator.act import Data

PLAUSIBLE_MINUTES = range(15, 241)
MINUTES_AN_HOUR = 60


@dataclass(slots=True)
class Meeting:
    """A session as it was planned, and what holds of it."""

    programme: str
    mentor: str
    pupil: str
    starts: datetime | None = None
    minutes: int = 0
    validated: bool = False

    @property
    def counted_minutes(self) -> int:
        return self.minutes if self.validated else 0

    def overlaps(self, starts: datetime, minutes: int) -> bool:
        if self.starts is None or not self.minutes:
            return False
        ends = self.starts + timedelta(minutes=self.minutes)
        return self.starts < starts + timedelta(minutes=minutes) and starts < ends


@dataclass(slots=True)
class Expected:
    """What the books say has to be found in the stream."""

    minutes: Counter[str] = field(default_factory=Counter)
    """Session → minutes that count in the end."""
    validated_minutes: Counter[str] = field(default_factory=Counter)
    """Programme → minutes, also those beyond its funding."""
    hours: Counter[str] = field(default_factory=Counter)
    """Programme → approved, certified, and not corrected away afterwards."""
    paid_cents: Counter[str] = field(default_factory=Counter)
    """Programme → cents."""
    refused: Counter[str] = field(default_factory=Counter)
    """Reason → reports."""
    enrolments: Counter[str] = field(default_factory=Counter)
    """Pupil → programmes."""
    accompanied: set[str] = field(default_factory=set)
    """Pupils, each once, however many associations there are."""


class TutoringBooks:
    """Hears what was accepted, in the order of each partner, day after day."""

    def __init__(self) -> None:
        self._programmes: dict[str, Data] = {}
        self._checked_until: dict[str, datetime] = {}
        self._suspended: dict[str, datetime] = {}
        self._meetings: dict[str, Meeting] = {}
        self._of_mentor: dict[str, list[Meeting]] = defaultdict(list)
        self._of_pupil: dict[str, list[Meeting]] = defaultdict(list)
        self._found = Expected()

    def hear(self, name: str, data: Data) -> None:
        match name:
            case "programme.programme-registered":
                self._programmes[data["programme"]] = data
            case "mentor.mentor-registered":
                self._checked_until[data["mentor"]] = _moment(data["check"]["expires_at"])
            case "mentor.mentor-suspended":
                self._suspend(data["mentor"], _moment(data["suspended_at"]))
            case "pupil.pupil-enrolled":
                self._found.enrolments[data["pupil"]] += 1
            case "session.session-scheduled":
                self._plan(data)
            case "session.session-reported" | "session.session-corrected":
                self._tell(self._meetings[data["session"]], data)
            case "session.session-validated":
                self._meetings[data["session"]].validated = True

    def expected(self) -> Expected:
        """Closes the books."""
        found = self._found
        for name, meeting in self._meetings.items():
            found.minutes[name] = meeting.counted_minutes
            found.validated_minutes[meeting.programme] += meeting.counted_minutes
        for name, programme in self._programmes.items():
            validated_hours = found.validated_minutes[name] // MINUTES_AN_HOUR
            found.hours[name] = min(validated_hours, programme["funded_hours"])
            found.paid_cents[name] = found.hours[name] * programme["hourly_rate_cents"]
        return found

    def _plan(self, data: Data) -> None:
        meeting = Meeting(data["programme"], data["mentor"], data["pupil"])
        self._meetings[data["session"]] = meeting
        self._of_mentor[meeting.mentor].append(meeting)
        self._of_pupil[meeting.pupil].append(meeting)

    def _suspend(self, mentor: str, since: datetime) -> None:
        """What was held since then counts no longer."""
        self._suspended[mentor] = since
        for meeting in self._of_mentor[mentor]:
            if meeting.starts is not None and meeting.starts >= since:
                meeting.minutes, meeting.validated = 0, False

    def _tell(self, meeting: Meeting, data: Data) -> None:
        starts, minutes = _moment(data["starts_at"]), data["minutes"]
        reason = self._objection(meeting, starts, minutes) if minutes else ""
        if reason:
            self._found.refused[reason] += 1
            return
        meeting.starts, meeting.minutes, meeting.validated = starts, minutes, False
        if minutes:
            self._found.accompanied.add(meeting.pupil)

    def _objection(self, meeting: Meeting, starts: datetime, minutes: int) -> str:
        suspended = self._suspended.get(meeting.mentor)
        if minutes not in PLAUSIBLE_MINUTES:
            return "implausible_minutes"
        if suspended is not None and starts >= suspended:
            return "mentor_suspended"
        if starts >= self._checked_until[meeting.mentor]:
            return "no_valid_check"
        for others, reason in (
            (self._of_mentor[meeting.mentor], "mentor_busy"),
            (self._of_pupil[meeting.pupil], "pupil_busy"),
        ):
            if any(m is not meeting and m.overlaps(starts, minutes) for m in others):
                return reason
        return ""


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
