"""States in memory while the lane is owned: what a batch needs is there, what nobody needs is forgotten."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from filrouge_chassis.decider import Decider, State, kind_of
from filrouge_chassis.states import decode_state
from filrouge_chassis.store import LaneStore


class StateCache:
    """At most `at_most` states, or those of one batch if they are more; the least recently needed go."""

    def __init__(self, decider: Decider, store: LaneStore, at_most: int) -> None:
        self._decider, self._store, self._at_most = decider, store, at_most
        self._states: OrderedDict[str, State] = OrderedDict()

    def __len__(self) -> int:
        return len(self._states)

    def get(self, key: str) -> State:
        """Raises LookupError for a key that was not fetched: a mistake here must not become a new
        aggregate."""
        return self._states[key]

    async def fetch(self, keys: Iterable[str]) -> None:
        """Makes sure that all of these are here. Raises Transient."""
        states, needed = self._states, 0
        missing: list[str] = []
        for key in keys:
            if key in states:
                states.move_to_end(key)
                needed += 1
            elif kind_of(key) in self._decider.states:
                missing.append(key)
        if missing:
            found = await self._store.states(missing)
            for key in missing:
                body, kind = found.get(key), kind_of(key)
                states[key] = (
                    self._decider.initial(kind)
                    if body is None
                    else decode_state(self._decider, kind, body)
                )
        while len(states) > max(self._at_most, needed + len(missing)):
            states.popitem(last=False)

    def remember(self, changed: Mapping[str, State]) -> None:
        """What was committed."""
        self._states.update(changed)

    def clear(self) -> None:
        self._states.clear()
