"""The golden examples of the contracts as events: one thread of an order, told by every event."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import filrouge_contracts
from filrouge_contracts.event import Event
from filrouge_contracts.identifiers import luhn_remainder

E = TypeVar("E", bound=Event)
EXAMPLES = Path(filrouge_contracts.__file__).parents[1] / "examples"


def example(model: type[E], **changes: Any) -> E:
    """The golden example of this event, valid with these fields changed (None leaves one out)."""
    golden = _golden(model)
    if not changes:
        return golden  # type: ignore[return-value]
    return model.model_validate({**dict(golden), **changes})


@cache
def _golden(model: type[Event]) -> Event:
    path = EXAMPLES / model.event_type / "good-first-thread.json"
    return model.from_json(path.read_bytes())


def imei(number: int) -> str:
    """An invented device with a right check digit; another one for every number below a million."""
    body = f"49015420{number:06d}"
    return f"{body}{-luhn_remainder(body + '0') % 10}"
