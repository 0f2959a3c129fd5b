"""How long the buyer and the supplier have, and when the clock decides for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from filrouge_chassis.decider import Context
from filrouge_chassis.waiting import DAY_SECONDS, later

TACIT_ADMISSION_SECONDS = 15 * DAY_SECONDS


def decide_by(context: Context) -> datetime:
    """Until when the buyer may decide on goods that it can see from now on."""
    return later(context, "tacit_admission_seconds", TACIT_ADMISSION_SECONDS)


def after_grace(context: Context, deadline: datetime) -> datetime:
    """When the clock acts on a deadline: what was said before it may still be on its way then."""
    return deadline + timedelta(seconds=context.parameter("deadline_grace_seconds", 0))


def is_late(context: Context, deadline: datetime | None) -> bool:
    """Whether what is decided now was said after the deadline, whenever it arrived."""
    said_at = context.said_at
    return said_at is not None and deadline is not None and said_at > deadline
