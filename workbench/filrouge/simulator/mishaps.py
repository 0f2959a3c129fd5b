"""What becomes of a word on its way: said twice, garbled, with a wrong digit, or as somebody else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from filrouge.simulator import identities
from filrouge.simulator.broken import BROKEN, UNUSUAL
from filrouge.simulator.plan import Mishap, Plan, Slip
from filrouge.simulator.words import Word, text, user_field, word

LATE_DAYS = 3
LATER_QPV = "QN07501M"


class Mishaps:
    """Turns what a partner means to say into what it sends, today and on later days."""

    def __init__(self, plan: Plan, refused: Set[tuple[str, str]]) -> None:
        """`refused`: (source, id) of what the gateway refused, as partners come to know it."""
        self._plan, self._refused = plan, refused
        self._again: list[tuple[int, Word]] = []
        self._to_correct: list[Word] = []

    def sent(self, said: Word, day: int) -> Iterator[Word]:
        """The records that go out in place of `said`."""
        slip = self._plan.slips.get(said.id)
        if slip is None:
            yield said
            return
        marked = replace(said, slip=slip)
        match slip.kind:
            case Mishap.DUPLICATE:
                yield from (said, marked)
            case Mishap.LATE_DUPLICATE:
                self._again.append((day + LATE_DAYS, marked))
                yield said
            case Mishap.CONFLICT:
                yield from (said, _with_data(marked, _other_user(said.data)))
            case Mishap.WRONG_DIGIT:
                self._to_correct.append(said)
                yield _with_data(marked, _with_wrong_digit(said.data, slip.variant))
            case Mishap.UNUSUAL:
                yield UNUSUAL[slip.variant](marked)
            case _:
                yield from (self._intruder(marked, slip), said)

    def due(self, day: int) -> Iterator[Word]:
        """Late copies of this day, and corrections of what was seen to be refused."""
        later, self._again = self._again, []
        for on, late in later:
            if on <= day:
                yield late
            else:
                self._again.append((on, late))
        waiting, self._to_correct = self._to_correct, []
        for right in waiting:
            if (right.partner.source, right.id) in self._refused:
                yield right
            else:
                self._to_correct.append(right)

    @property
    def finished(self) -> bool:
        return not self._again and not self._to_correct

    def _intruder(self, said: Word, slip: Slip) -> Word:
        """A record that must not be passed on; it has an id of its own and stands before `said`."""
        identity = f"{slip.variant or slip.kind}-{said.id}"
        if slip.kind is Mishap.NOT_ITS_TO_SAY:
            return _credits(said, identity, slip)
        own = _with_header(replace(said, id=identity), "ce_id", identity)
        if slip.kind is Mishap.OTHER_SOURCE:
            other = next(partner for partner in self._plan.cast if partner != said.partner)
            return _with_header(own, "ce_source", other.source)
        return BROKEN[slip.variant].damage(own)


def _credits(said: Word, identity: str, slip: Slip) -> Word:
    """Credits that somebody opens who is not the ministry."""
    data = {
        "budget_line": "P147-1",
        "uo": "UO-1",
        "ae_cents": 10_000,
        "cp_cents": 10_000,
        "opened_at": text(said.moment),
        "opened_by": said.partner.user(1),
    }
    return word(said.partner, "credits", identity, said.moment, data, slip)


def _with_header(said: Word, name: str, value: str) -> Word:
    headers = tuple((n, value.encode() if n == name else old) for n, old in said.headers)
    return replace(said, headers=headers)


def _with_data(said: Word, data: Mapping[str, Any]) -> Word:
    return replace(said, data=data, value=json.dumps(data, separators=(",", ":")).encode())


def _other_user(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, user_field(data): "U-SOMEBODY-ELSE"}


def _with_wrong_digit(data: Mapping[str, Any], field: str) -> dict[str, Any]:
    wrong: Callable[[Any], Any] = identities.with_wrong_digit
    if field == "imeis":
        first, *others = data[field]
        return {**data, field: [wrong(first), *others]}
    return {**data, field: LATER_QPV if field == "qpv" else wrong(data[field])}
