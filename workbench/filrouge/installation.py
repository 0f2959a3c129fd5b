"""What an installation is told once: its topics, its partners, the parameters that decisions go by."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from filrouge_chassis.control import Control
from filrouge_contracts.control import PartnerKind
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.identifiers import Siret, Uai
from filrouge_contracts.topic_specs import all_topics
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from filrouge.operator import NewPartner, Operator, OperatorRefuses
from filrouge.topics import await_topics, ensure_topics


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Partner(_Said):
    """Who may publish, and as what."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    kind: PartnerKind
    siret: Siret | None = None
    uai: Uai | None = None

    def is_known(self, control: Control) -> bool:
        known = control.partners.get(self.id)
        return known is not None and (known.kind, known.siret, known.uai) == (
            self.kind,
            self.siret,
            self.uai,
        )


class Installation(_Said):
    """A file of it is what the charts hand to `filrouge prepare`."""

    lanes: int = Field(ge=1, le=1024)
    partners: Sequence[Partner] = ()
    parameters: Mapping[str, int] = Field(default_factory=dict)
    rules: Mapping[str, int] = Field(default_factory=dict)
    """`service/rule` → version."""

    @classmethod
    def read(cls, path: Path) -> Installation:
        """Raises OperatorRefuses, in a sentence."""
        try:
            return cls.model_validate(json.loads(path.read_text()))
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            where = ".".join(map(str, wrong["loc"]))
            raise OperatorRefuses(f"{path}: {where}: {wrong['msg']}") from error
        except (OSError, ValueError) as error:
            raise OperatorRefuses(f"{path} is no installation: {error}") from error


async def prepare(
    kafka: str, installation: Installation, now: datetime, make_topics: bool, timeout_seconds: float
) -> AsyncIterator[str]:
    """Says what is missing, once; leaves alone what is as it should be. Yields a line for each thing done."""
    names = [partner.id for partner in installation.partners]
    specs = all_topics(installation.lanes, SERVICES, names)
    if not make_topics:
        await await_topics(kafka, [spec.name for spec in specs], timeout_seconds)
    made = await ensure_topics(kafka, specs)
    yield f"{len(specs)} topics are as they should be, {len(made)} were made"
    async with Operator(kafka, installation.lanes) as operator:
        control = operator.control
        at = max(now, control.now)
        new = [one for one in installation.partners if not one.is_known(control)]
        await operator.register([NewPartner(p.id, p.kind, p.siret, p.uai) for p in new], at)
        for partner in new:
            yield f"partner {partner.id} is registered as {partner.kind}"
        said = {setting.name: setting.value for setting in control.settings}
        for name, value in installation.parameters.items():
            if said.get(name) != value:
                await operator.set_parameter(name, value, at)
                yield f"parameter {name} is {value}"
        for rule, version in _not_started(installation, control):
            await operator.start_rule_version(*rule, version, at)
            yield f"rule {'/'.join(rule)} is at version {version}"


def _not_started(installation: Installation, control: Control) -> list[tuple[tuple[str, str], int]]:
    """Rules of services that were never said to be at this version."""
    started = {(said.service, said.rule, said.rule_version) for said in control.versions}
    found = []
    for name, version in installation.rules.items():
        service, _, rule = name.partition("/")
        if service not in SERVICES or not rule:
            raise OperatorRefuses(f"{name}: a rule is named service/rule")
        if (service, rule, version) not in started:
            found.append(((service, rule), version))
    return found


async def tick_for_ever(kafka: str, seconds: float, now: Callable[[], datetime]) -> None:
    """Says how late it is, again and again. Whoever else wrote to control meanwhile is heard first."""
    async with Operator(kafka, lanes=1) as operator:  # it makes no topics
        while True:
            await operator.catch_up()
            await operator.tick(now())
            await asyncio.sleep(seconds)
