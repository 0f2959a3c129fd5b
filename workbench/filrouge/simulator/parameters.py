"""What the operator says in a play: parameters from its start on, and those that change on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from filrouge_contracts.entry import BUDGET_ACCOUNTING

DAY_SECONDS = 86_400
LINE_WAITING_AT_MOST = 50
"""Few enough for a story to reach, and more than any other play has waiting for one line."""
NEED_WAITING_AT_MOST, AGREEMENT_WAITING_AT_MOST = 10, 30
"""The same for needs, each of which one order waits for, and for agreements."""
TUTORING_WAITING_AT_MOST, SLOTS_AT_MOST = 6, 24
MENTOR_PAIRS_AT_MOST, PUPIL_ENROLMENTS_AT_MOST = 6, 3
"""Again for stories; a mentor of the plan has twenty sessions before the first one is forgotten."""
FROM_THE_START: Mapping[str, int] = {
    "grace_seconds": 3 * DAY_SECONDS,
    "cash_retry_seconds": 4 * DAY_SECONDS,
    "line_waiting_at_most": LINE_WAITING_AT_MOST,
    "need_waiting_at_most": NEED_WAITING_AT_MOST,
    "agreement_waiting_at_most": AGREEMENT_WAITING_AT_MOST,
    "tutoring_waiting_at_most": TUTORING_WAITING_AT_MOST,
    "slots_at_most": SLOTS_AT_MOST,
    "mentor_pairs_at_most": MENTOR_PAIRS_AT_MOST,
    "pupil_enrolments_at_most": PUPIL_ENROLMENTS_AT_MOST,
}
RULES = ((BUDGET_ACCOUNTING, "match", 1),)
"""Service, rule and version, from the start on: the first version of a rule is begun like any later one."""


class Change(NamedTuple):
    """Said on one day, in force from another: what is decided before is decided as before."""

    said_on: int
    name: str
    value: int
    from_day: int


USUAL_INTEREST_BP = 800
LATE_INTEREST = Change(said_on=20, name="late_interest_bp", value=850, from_day=39)
CHANGES = (LATE_INTEREST,)


def changes_on(day: int) -> Iterator[Change]:
    return (change for change in CHANGES if change.said_on == day)
