"""What a scripted story needs: names nobody else has, somebody to speak, ears, and what must come of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from filrouge.simulator import identities
from filrouge.simulator.act import Data
from filrouge.simulator.cast import Cast, Partner
from filrouge.simulator.words import Word, at, text, type_of, word

FIRST_IMEI = 800_000
IMEIS_PER_STORY = 1_000
_MARK = re.compile(r"\bX(\d{2,})-")
_PUPIL = re.compile(r"^f([0-9a-f]{7})-0000-4000-8000-")
"""As `identities.pupil` makes those of stories."""
_IMEI_DIGITS = slice(8, 14)
"""Where an invented IMEI holds its number."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """So many events of this type with these fields, no more and no fewer."""

    kind: str
    fields: Mapping[str, Any]
    times: int = 1

    def fits(self, kind: str, data: Data) -> bool:
        return kind == self.kind and all(
            data.get(name) == value for name, value in self.fields.items()
        )

    def __str__(self) -> str:
        fields = ", ".join(f"{name} {value}" for name, value in self.fields.items())
        return f"{self.kind.removeprefix('fr.filrouge.')} with {fields or 'anything'}"


@dataclass
class Stage:
    """One story's own. Its names begin with its mark, so that its events are known among all others."""

    number: int
    cast: Cast
    day: int = 0
    expected: list[Expectation] = field(default_factory=list)
    heard: list[tuple[str, Data]] = field(default_factory=list)
    """What its people have read so far, of what concerns the story."""
    _said: int = 0

    # --- names -----------------------------------------------------------------------------------

    @property
    def mark(self) -> str:
        return mark_of(self.number)

    def ref(self, what: str) -> str:
        """`X07-ORDER`: a reference of this story's own."""
        return f"{self.mark}{what}"

    def imei(self, number: int) -> str:
        """The story's devices, by number from 0."""
        return identities.imei(FIRST_IMEI + self.number * IMEIS_PER_STORY + number)

    def imeis(self, first: int, count: int) -> list[str]:
        return [self.imei(number) for number in range(first, first + count)]

    def pupil(self, number: int = 0) -> str:
        """The story's pupils, by number from 0."""
        return identities.pupil(number, self.number)

    # --- speaking --------------------------------------------------------------------------------

    def moment(self, hour: int = 9, days: int = 0) -> datetime:
        """An hour of the story's present day, or so many days from it."""
        return at(self.day + days, hour)

    def time(self, hour: int = 9, days: int = 0) -> str:
        return text(self.moment(hour, days))

    def say(self, partner: Partner, name: str, hour: int = 9, **data: Any) -> Word:
        """A sentence of today, such as `say(school, "device.device-lost", imei=…)`."""
        self._said += 1
        return word(partner, name, f"{self.mark}{self._said}", self.moment(hour), data)

    # --- reading ---------------------------------------------------------------------------------

    def read(self, name: str, **fields: Any) -> list[Data]:
        """Events of this story read so far, such as `read("payment.payment-ordered", invoice=…)`."""
        wanted = Expectation(type_of(name), fields)
        return [data for kind, data in self.heard if wanted.fits(kind, data)]

    def expect(self, name: str, times: int = 1, **fields: Any) -> None:
        """What must be in the stream in the end."""
        self.expected.append(Expectation(type_of(name), fields, times))


class Story(Protocol):
    """A generator that yields every evening what its people say on that day; its docstring tells it."""

    __name__: str

    def __call__(self, on: Stage) -> Iterator[list[Word]]: ...


def mark_of(number: int) -> str:
    return f"X{number:02d}-"


def numbers_in(data: Data) -> set[int]:
    """The stories that an event is about, by the marks, pupils and devices in it."""
    return {number for value in _texts(data.values()) for number in _numbers(value)}


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _texts(value)


def _numbers(text: str) -> Iterator[int]:
    for mark in _MARK.findall(text):
        yield int(mark)
    if pupil := _PUPIL.match(text):
        yield int(pupil[1], base=16)
    if len(text) == 15 and text.isdigit():
        number = int(text[_IMEI_DIGITS]) - FIRST_IMEI
        if number >= 0:
            yield number // IMEIS_PER_STORY
