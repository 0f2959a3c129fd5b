"""How much of what can be said was said: every type of event, every reason to refuse something."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from enum import StrEnum

from filrouge_contracts.event import Event
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.register import PARTNER_KINDS, REGISTER
from filrouge_contracts.topics import AUDIT

from filrouge.checks.fact import Breach, Fact

OF_DEFECTS = {RecordParked, RecordRedriven}
"""Said only when something of ours is broken: a play without defects has none."""
OF_THE_ARCHIVE = frozenset(entry.type for entry in REGISTER if entry.topic == AUDIT)
TYPES = frozenset(entry.type for entry in REGISTER if entry.model not in OF_DEFECTS)


class Variety:
    """Collects types and reasons; nothing is a breach by itself."""

    def __init__(self) -> None:
        self.wants = frozenset(kind.split(".")[-2] for kind in (*REASONS, *OF_THE_ARCHIVE))
        self.checked: dict[str, int] = {}
        self._types: set[str] = set()
        self._reasons: set[str] = set()

    def take(self, fact: Fact) -> Iterator[Breach]:
        self._types.add(fact.kind)
        for name in REASONS.get(fact.kind, ()):
            self._reasons.add(reason(fact.kind, name, str(fact.data[name])))
        return iter(())

    def close(self) -> Iterator[Breach]:
        return iter(())

    @property
    def unseen_types(self) -> list[str]:
        return sorted(TYPES - self._types)

    @property
    def unseen_reasons(self) -> list[str]:
        """As `equipment.order-refused.v1 reason=need_refused`."""
        return sorted(POSSIBLE_REASONS - self._reasons)


def reason(kind: str, field: str, value: str) -> str:
    return f"{kind.removeprefix('fr.filrouge.')} {field}={value}"


def _reasons_of(model: type[Event]) -> dict[str, tuple[str, ...]]:
    """Field → its values, of fields that say why something was refused."""
    hints = typing.get_type_hints(model)
    return {
        name: tuple(hints[name])
        for name in model.model_fields
        if isinstance(hints[name], type)
        and issubclass(hints[name], StrEnum)
        and hints[name].__name__.endswith(("Refusal", "Dispute"))
    }


REASONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    entry.type: fields
    for entry in REGISTER
    if not PARTNER_KINDS.intersection(entry.said_by) and (fields := _reasons_of(entry.model))
}
POSSIBLE_REASONS = frozenset(
    reason(kind, name, value)
    for kind, fields in REASONS.items()
    for name, values in fields.items()
    for value in values
)
