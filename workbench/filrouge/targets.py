"""What the plan of April 2020 announced, equipment and tutoring together: the play is made to that measure, and
what is reached is shown beside it."""

from __future__ import annotations

from collections.abc import Mapping

DEVICES = 60_000
PUPILS = 30_000
"""Tutored in the end."""
TARGETS: Mapping[str, int] = {
    "committed_cents": 10_000_000_00,
    "paid_cents": 10_000_000_00,
    "devices_in_stock": DEVICES,
    "devices_handed_over": 58_000,
    "pupils_equipped": 58_000,
    "pupils_accompanied": PUPILS,
}
"""By the names of `checks.figures`."""
