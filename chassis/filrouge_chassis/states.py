"""States as PostgreSQL keeps them: JSON, so that a person can read them with psql."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from filrouge_chassis.control import to_microseconds
from filrouge_chassis.decider import Decider, State
from filrouge_chassis.store import StoredState

_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}
_encoder = msgspec.json.Encoder()


def decode_state(decider: Decider, kind: str, body: bytes) -> State:
    shape = decider.states[kind]
    decoder = _decoders.get(shape)
    if decoder is None:
        decoder = _decoders[shape] = msgspec.json.Decoder(shape)
    return decoder.decode(body)


def due_of(state: State) -> int | None:
    """When the clock shall wake the aggregate, in µs since 1970; None if its shape has no due time."""
    due_at = getattr(state, "due_at", None)
    return None if due_at is None else to_microseconds(due_at)


def stored_states(states: Mapping[str, State]) -> list[StoredState]:
    """The states encoded, with their due times."""
    return [
        StoredState(key, _encoder.encode(state), due_of(state)) for key, state in states.items()
    ]
