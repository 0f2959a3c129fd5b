"""What is promised, as service-level objectives: their errors over windows, and how fast these eat the budget.

After the SRE workbook: an alert needs a long window, so that it matters, and a short one, so that it is over
when the trouble is. What pages would use up the budget of 30 days in days; what is slower is a ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from filrouge_contracts.entry import AUDIT_TRAIL, BUDGET_ACCOUNTING, GATEWAY

from filrouge.monitoring.scale import DAY, HOUR, MINUTE, Scale, duration

ADMISSION_LATE = "filrouge:admission_late:ratio"
ERRORS = "filrouge:objective_errors:ratio"
"""With the window behind it: a recorded series for each."""
EVENTS_AT_LEAST = 20
"""In the long window: one late batch in a quiet night is no trend."""


@dataclass(frozen=True, slots=True)
class Burn:
    """`rate`: how many times faster than the budget allows."""

    rate: float
    long: int
    short: int
    severity: str


BURNS = (
    Burn(14.4, HOUR, 5 * MINUTE, "page"),
    Burn(6, 6 * HOUR, 30 * MINUTE, "page"),
    Burn(3, DAY, 2 * HOUR, "ticket"),
    Burn(1, 3 * DAY, 6 * HOUR, "ticket"),
)
WINDOWS = sorted({window for burn in BURNS for window in (burn.long, burn.short)})


@dataclass(frozen=True, slots=True)
class Objective:
    """`goal`: share of what has to be in time, over 30 days. `histogram`: of seconds, one of whose buckets ends
    at `limit`; without one the errors are those of time itself."""

    name: str
    alert: str
    goal: float
    says: str
    because: str
    job: str
    histogram: str = ""
    limit: str = ""

    def errors(self, window: str) -> str:
        """The share that was not in time, of all in the window."""
        if not self.histogram:
            return f"avg_over_time({ADMISSION_LATE}[{window}])"
        in_time = f'{self.histogram}_bucket{{job="{self.job}",le="{self.limit}"}}'
        return f"1 - sum by (namespace) (rate({in_time}[{window}])) / {self._all('rate', window)}"

    def enough(self, window: str) -> str:
        """Whether there was enough traffic to speak of a share; time always passes."""
        if not self.histogram:
            return ""
        return f" and on (namespace) {self._all('increase', window)} >= {EVENTS_AT_LEAST}"

    def _all(self, function: str, window: str) -> str:
        return (
            f'sum by (namespace) ({function}({self.histogram}_count{{job="{self.job}"}}[{window}]))'
        )


OBJECTIVES = (
    Objective(
        "admission",
        "FilrougeAdmissionBudgetBurning",
        0.999,
        "99.9 % of the time, no partner waits more than 30 seconds for its verdict.",
        "By the gateway's lanes, one of each partner: the share of them whose oldest unread record is older, or"
        " that cannot work. A gateway of which no instance answers is late for all.",
        GATEWAY,
    ),
    Objective(
        "booked",
        "FilrougeBookingBudgetBurning",
        0.99,
        "99 % of batches are booked within 30 seconds of the oldest partner's word in them.",
        "Three services lie on the way, and a lane that moves to another instance takes some 20 seconds:"
        " that happens at each deployment, and must not use up the budget. Work that waits for a date does"
        " not count.",
        BUDGET_ACCOUNTING,
        "filrouge_age_seconds",
        "30.0",
    ),
    Objective(
        "proof",
        "FilrougeProofBudgetBurning",
        0.999,
        "99.9 % of commits prove their oldest record within 5 seconds.",
        "A receipt is promised for a second or two after the verdict, and there is a commit a second:"
        " at 5 a partner that asks again has asked in vain.",
        AUDIT_TRAIL,
        "filrouge_archive_delay_seconds",
        "5.0",
    ),
)


def recorded(scale: Scale) -> Iterator[dict[str, Any]]:
    """Long windows are read once per evaluation, and dashboards may use them too."""
    yield {"record": ADMISSION_LATE, "expr": _admission_late(scale)}
    for objective in OBJECTIVES:
        for seconds in WINDOWS:
            yield {
                "record": series_of(seconds),
                "expr": objective.errors(scale.window(seconds)),
                "labels": {"objective": objective.name},
            }


def series_of(seconds: int) -> str:
    """Named after the window as it is, also when it is shortened."""
    return f"{ERRORS}_{duration(seconds)}"


def burning(objective: Objective, burn: Burn, scale: Scale) -> str:
    chosen, limit = f'{{objective="{objective.name}"}}', f"{burn.rate * (1 - objective.goal):.6g}"
    long, short = series_of(burn.long), series_of(burn.short)
    enough = objective.enough(scale.window(burn.long))
    return f"{long}{chosen} > {limit} and {short}{chosen} > {limit}{enough}"


def _admission_late(scale: Scale) -> str:
    """A lane that has just got its first record for a day is not late: it has to be so for a minute."""
    gateway = f'{{job="{GATEWAY}"}}'
    behind = f"min_over_time(filrouge_lane_lag_seconds{gateway}[{scale.window(MINUTE)}])"
    unable = f"(filrouge_lane_unloaded_seconds{gateway} > bool {scale.limit(30)})"
    late = f"clamp_max(({behind} > bool {scale.limit(30)}) + {unable}, 1)"
    nobody = f"1 - max by (namespace) (up{gateway})"
    return f"avg by (namespace) ({late}) or {nobody}"
