"""Every scripted story, by the name of its function: a module for each domain, found by itself."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module

from filrouge.simulator.stage import Story


def _told() -> Iterator[Story]:
    """Of every module here that has some; their order is their number, which their names hold."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        yield from getattr(import_module(module.name), "STORIES", ())


STORIES: Mapping[str, Story] = {story.__name__.replace("_", " "): story for story in _told()}
