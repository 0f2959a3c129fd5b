"""How many of everything there are at a scale; 1.0 is the plan of April 2020."""

from __future__ import annotations

from dataclasses import dataclass

from filrouge.targets import DEVICES, PUPILS

ORDERS = 300
NOTES_PER_ORDER = 3
ORDERS_AT_LEAST, ACCIDENTS_AT_LEAST, DEVICES_PER_NOTE_AT_LEAST = 50, 5, 2
ACCIDENTS = 10
DAYS_OF_ORDERS = 8
PUPILS_AT_LEAST = 60
"""Half of the pupils are from the beginning."""


@dataclass(frozen=True, slots=True)
class Size:
    """The counts of one play."""

    scale: float
    orders: int
    """Orders that end as placed; those that an accident keeps from it come on top."""
    accidents: int
    """Of each kind."""
    devices: int
    schools: int
    authorities: int
    associations: int
    suppliers: int
    buyers: int
    lines: int
    pupils: int
    tutoring_weeks: int
    """Of the ten and a half of the plan, those after which hours can still be paid in a play."""

    @classmethod
    def of(cls, scale: float) -> Size:
        """Small scales keep enough orders for every accident to happen several times."""
        if scale <= 0:
            raise ValueError("the scale must be above 0; 1.0 is the whole plan")
        orders = max(ORDERS_AT_LEAST, round(ORDERS * scale))
        return cls(
            scale=scale,
            orders=orders,
            accidents=max(ACCIDENTS_AT_LEAST, round(ACCIDENTS * scale)),
            devices=max(
                round(DEVICES * scale), orders * NOTES_PER_ORDER * DEVICES_PER_NOTE_AT_LEAST
            ),
            schools=_grows(6, 18, scale),
            authorities=_grows(2, 6, scale),
            associations=_grows(3, 5, scale),
            suppliers=_grows(3, 3, scale),
            buyers=_grows(2, 3, scale),
            lines=_grows(4, 8, scale),
            pupils=max(PUPILS_AT_LEAST, round(PUPILS * scale)),
            tutoring_weeks=2 + round(5 * min(scale, 1.0)),
        )

    @property
    def devices_per_note(self) -> int:
        return max(DEVICES_PER_NOTE_AT_LEAST, round(self.devices / (self.orders * NOTES_PER_ORDER)))


def _grows(least: int, more: int, scale: float) -> int:
    return least + round(more * min(scale, 2.0))
