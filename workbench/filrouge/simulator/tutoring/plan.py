"""What the act of tutoring consists of: fixed before the first word is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from filrouge.simulator.cast import Partner


class Fate(StrEnum):
    """What is particular about a session."""

    NONE = "none"
    NOT_HELD = "not_held"
    """Somebody did not come, and the report says so."""
    TOO_SHORT = "too_short"
    """Reported with five minutes, by mistake, and again with the right ones."""
    CORRECTED_UP = "corrected_up"
    CORRECTED_DOWN = "corrected_down"
    NOT_HELD_AFTER_ALL = "not_held_after_all"
    """Validated, and then corrected: the pupil was absent."""
    MENTOR_BUSY = "mentor_busy"
    """Its mentor was with another pupil at that time."""
    PUPIL_BUSY = "pupil_busy"
    """Its pupil was with the mentor of another association at that time."""


@dataclass(frozen=True, slots=True)
class Programme:
    """Hours that the State funds on a budget line of their own."""

    id: str
    association: Partner
    line: str
    rate_cents: int
    funded_hours: int
    pupils: int
    begins: datetime
    ends: datetime

    @property
    def engagement(self) -> str:
        return f"programme:{self.id}"

    @property
    def amount_cents(self) -> int:
        return self.funded_hours * self.rate_cents


@dataclass(frozen=True, slots=True)
class Mentor:
    """Somebody who was checked; the check holds until `checked_until`."""

    id: str
    association: Partner
    capacity: int
    checked: datetime
    checked_until: datetime
    suspended: datetime | None = None

    @property
    def user(self) -> str:
        """As whom it reports."""
        return f"U-{self.id}"


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil of a school in a priority neighbourhood."""

    id: str
    uai: str
    qpv: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentor and a pupil in a programme; the pupil enrols on `day`, they form the pair on the next."""

    id: str
    programme: Programme
    mentor: Mentor
    pupil: Pupil
    day: int


@dataclass(frozen=True, slots=True)
class Session:
    """A meeting of a pair on a day of the play; `minutes` are what it really lasts."""

    id: str
    pair: Pair
    day: int
    starts: datetime
    minutes: int
    fate: Fate = Fate.NONE


@dataclass(frozen=True, slots=True)
class TutoringPlan:
    """The whole act."""

    programmes: tuple[Programme, ...]
    mentors: tuple[Mentor, ...]
    pairs: tuple[Pair, ...]
    sessions: tuple[Session, ...]
    last_day: int
    """Of the sessions."""
