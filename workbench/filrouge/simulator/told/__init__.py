"""Every scripted story, by the name of its function: a module for each domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from filrouge.simulator.stage import Story
from filrouge.simulator.told import advances, corrections, invoices, lines, needs, payments


def _named(stories: Iterable[Story]) -> Mapping[str, Story]:
    return {story.__name__.replace("_", " "): story for story in stories}


STORIES: Mapping[str, Story] = _named(
    (
        *needs.STORIES,
        *lines.STORIES,
        *invoices.STORIES,
        *advances.STORIES,
        *corrections.STORIES,
        *payments.STORIES,
    )
)
"""Their order is their number, which their names hold: new ones come last."""
