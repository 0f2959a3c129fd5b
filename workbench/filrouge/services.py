"""The services as the workbench sees them: their rules, their lanes, and whose door each lane is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

from filrouge_chassis.control import Control, ControlLog
from filrouge_chassis.control_reader import load_control
from filrouge_chassis.decider import Decider
from filrouge_chassis.facts import FactReader
from filrouge_chassis.layout import layout_of
from filrouge_chassis.log import Log
from filrouge_chassis.outbound import Identity
from filrouge_chassis.replay import Past
from filrouge_contracts.entry import GATEWAY, SERVICES


@dataclass(frozen=True, slots=True)
class LaneOf:
    """One lane of a service; the gateway's are partners'."""

    service: str
    number: int
    partner: str | None = None

    def __str__(self) -> str:
        return f"{self.service}/{self.number}" + (f" ({self.partner})" if self.partner else "")


def decider_of(service: str) -> Decider:
    decider: Decider = import_module(f"{service}.app").DECIDER
    return decider


def deciders() -> list[Decider]:
    return [decider_of(service) for service in SERVICES]


def lanes_of(service: str, lanes: int, control: Control) -> Iterator[LaneOf]:
    """The gateway has a lane for every partner, the others one for every partition."""
    if service == GATEWAY:
        for partner in control.partners.values():
            yield LaneOf(service, partner.lane, partner.partner)
    else:
        for number in range(lanes):
            yield LaneOf(service, number)


def all_lanes(lanes: int, control: Control) -> list[LaneOf]:
    return [lane for service in SERVICES for lane in lanes_of(service, lanes, control)]


class Pasts:
    """What deciding again needs, per lane; control is read once for all of them."""

    def __init__(self, log: Log, lanes: int, control: ControlLog) -> None:
        self._log, self._lanes, self._control = log, lanes, control
        self._deciders: Mapping[str, Decider] = {name: decider_of(name) for name in SERVICES}

    @classmethod
    async def read(cls, log: Log, lanes: int) -> Pasts:
        control = ControlLog()
        await load_control(log, control)
        return cls(log, lanes, control)

    @property
    def control(self) -> Control:
        return self._control.advance(Control(), self._control.end)

    def of(self, lane: LaneOf) -> Past:
        decider = self._deciders[lane.service]
        return Past(
            decider,
            FactReader(decider, layout_of(decider).redrive_suffix),
            self._log,
            self._control,
            Identity(lane.service, lane.number, self._lanes, "workbench", decider.fingerprint()),
            lane.partner,
        )
