"""Time and parameters as events, said by the operator, so that a replay decides under the same."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import Siret, Uai
from filrouge_contracts.values import Instant, PartnerId

PartnerKind = Literal[
    "school", "association", "authority", "supplier", "buyer", "ministry", "accountant"
]
Word = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z][a-z0-9_]*$")]


class TickPassed(Event):
    """The clock of all decisions has reached this instant."""

    at: Instant


class ParameterSet(Event):
    """A rate, ceiling, delay or capacity has this value from an instant on that is not in the past."""

    name: Word
    value: int
    effective_at: Instant


class PartnerRegistered(Event):
    """A partner may speak, on its own topics, as this kind of partner."""

    partner: PartnerId
    lane: Annotated[int, Field(ge=0)]
    kind: PartnerKind
    siret: Siret | None = None
    uai: Uai | None = None
    registered_at: Instant


class RuleVersionStarted(Event):
    """A service decides by this version of a rule from this instant on."""

    service: Word
    rule: Word
    rule_version: Annotated[int, Field(ge=1)]
    effective_at: Instant
