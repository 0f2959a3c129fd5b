"""Where the plan is played: real communes, in which the schools are invented."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import cycle, islice

from filrouge.simulator import identities


@dataclass(frozen=True, slots=True)
class Place:
    """A commune, or an arrondissement of the largest ones, with a *cité éducative*."""

    cite_educative: str
    commune: str
    insee: str
    departement: str
    """In three characters, as UAI and QPV begin; they would differ only in Corsica."""
    academie: str
    qpv: str


@cache
def places() -> tuple[Place, ...]:
    """Every place of the table; a neighbourhood without a known code gets one of its département."""
    text = resources.files(__package__).joinpath("places.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(Place(**{**row, "qpv": row["qpv"] or _invented_qpv(row)}) for row in rows)


def spread(number: int) -> tuple[Place, ...]:
    """So many places, always the same ones; the académies take turns, so that few reach far."""
    turns: Counter[str] = Counter()
    order = []
    for place in places():
        turns[place.academie] += 1
        order.append((turns[place.academie], place.academie, place))
    order.sort(key=lambda entry: entry[:2])
    return tuple(islice(cycle(place for _, _, place in order), number))


def _invented_qpv(row: dict[str, str]) -> str:
    return identities.qpv(row["departement"], int(row["insee"][2:]))
