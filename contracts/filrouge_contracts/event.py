"""What every event has in common: frozen, strict data whose name says who may be told about it."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")
_SUCCESSOR = re.compile(r"V(\d+)$")


class Part(BaseModel):
    """A piece of an event: strict about what it knows, deaf to fields that a later release added."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)


def type_name(domain: str, class_name: str) -> str:
    """`equipment`, `OrderPlacedV2` → `fr.filrouge.equipment.order-placed.v2`."""
    name, version, _ = [*_SUCCESSOR.split(class_name), "1", ""][:3]
    return f"fr.filrouge.{domain}.{_WORD_START.sub('-', name).lower()}.v{version}"


def successor_name(event_type: str) -> str:
    """`….order-placed.v1` → `….order-placed.v2`."""
    stem, _, version = event_type.rpartition(".v")
    return f"{stem}.v{int(version) + 1}"


class Event(Part):
    """The data of one event; the docstring of each subclass says in a sentence what happened."""

    event_type: ClassVar[str]
    """CloudEvents type: `OrderPlaced` in module `equipment` is `fr.filrouge.equipment.order-placed.v1`,
    and its successor `OrderPlacedV2` is `….order-placed.v2`."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.event_type = type_name(cls.__module__.rpartition(".")[2], cls.__name__)

    def to_json(self) -> bytes:
        """The bytes to publish: fields in their order, no spaces, None left out."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Raises pydantic.ValidationError; `filrouge_contracts.problems` puts it in sentences."""
        return cls.__pydantic_validator__.validate_json(data)  # type: ignore[no-any-return]
