"""Makes the plan of tutoring out of a scale and a seed, in the proportions of April 2020.

Half of the pupils are there from the beginning, the others come day by day until the end; each has
three sessions in a fortnight, of which four in five are held; a mentor has two pupils.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from random import Random

from filrouge.simulator import identities
from filrouge.simulator.cast import Cast
from filrouge.simulator.places import spread
from filrouge.simulator.scale import Size
from filrouge.simulator.tutoring.plan import (
    Fate,
    Mentor,
    Pair,
    Programme,
    Pupil,
    Session,
    TutoringPlan,
)
from filrouge.simulator.words import at

ENROLLED_ON, FIRST_SESSIONS_ON = 2, 4
"""A pupil has its first session two days after it has enrolled, or later."""
RATE_CENTS = 350
"""A million euros for all the hours of the plan."""
PUPILS_OF_A_MENTOR, CAPACITY = 2, 3
DAYS_BETWEEN = (4, 5, 5)
HOURS = (14, 16)
"""One for each pupil of a mentor, so that it is with one of them at a time."""
ANOTHER_HOUR = 10
LASTING_MINUTES = (45, 60, 60, 75)
OVERLAPPING = timedelta(minutes=15)
ONE_NOT_HELD_IN = 5
SHORT_OF_FUNDING = 5
"""The last programme is funded for one of so many of its hours."""
CHECKED, CHECKED_UNTIL = at(-60, 9), at(300, 9)
TO_ONE = (Fate.TOO_SHORT, Fate.CORRECTED_UP, Fate.CORRECTED_DOWN, Fate.NOT_HELD_AFTER_ALL)
"""Accidents to a session alone."""


def tutoring_of(size: Size, cast: Cast, seed: int) -> TutoringPlan:
    """The whole act, fixed."""
    return _Planning(size, cast, Random(f"tutoring {seed}")).plan()


class _Planning:
    """Mentors, pupils and sessions as they should be, then the accidents to some of them."""

    def __init__(self, size: Size, cast: Cast, chance: Random) -> None:
        self._size, self._cast, self._chance = size, cast, chance
        self._days = 7 * size.tutoring_weeks
        self._last_day = FIRST_SESSIONS_ON + self._days - 1
        self._places = spread(size.schools)
        self._programmes = [self._programme(n) for n in range(len(cast.associations))]

    def plan(self) -> TutoringPlan:
        mentors = [
            self._mentor(number) for number in range(self._size.pupils // PUPILS_OF_A_MENTOR)
        ]
        pairs = [
            self._pair(number, mentors[number // PUPILS_OF_A_MENTOR])
            for number in range(self._size.pupils)
        ]
        sessions = [session for pair in pairs for session in self._sessions(pair)]
        sessions, more = self._with_accidents(sessions, pairs)
        second = {session.pair.id: session.pair for session in more if session.pair not in pairs}
        return TutoringPlan(
            programmes=tuple(self._programmes),
            mentors=(*mentors, *(pair.mentor for pair in second.values())),
            pairs=(*pairs, *second.values()),
            sessions=(*sessions, *more),
            last_day=self._last_day,
        )

    # --- as it should be -------------------------------------------------------------------------

    def _programme(self, number: int) -> Programme:
        """Funded as if everybody came from the beginning; the last one for far less."""
        among = len(self._cast.associations)
        pupils = self._size.pupils // among
        hours = pupils * self._size.tutoring_weeks * 3 // 2
        return Programme(
            id=f"T-{number + 1}",
            association=self._cast.associations[number],
            line=f"P147-TUTORING-{number + 1}",
            rate_cents=RATE_CENTS,
            funded_hours=hours // SHORT_OF_FUNDING if number == among - 1 else hours,
            pupils=pupils,
            begins=at(ENROLLED_ON, 0),
            ends=at(self._last_day, 23),
        )

    def _mentor(self, number: int) -> Mentor:
        """In the middle, the check of the first ones expires, and the next ones are suspended."""
        middle = FIRST_SESSIONS_ON + self._days // 2
        kind = number // self._size.accidents
        return Mentor(
            id=f"M-{number + 1:05d}",
            association=self._programme_of(number).association,
            capacity=CAPACITY,
            checked=CHECKED,
            checked_until=at(middle, 0) if kind == 0 else CHECKED_UNTIL,
            suspended=at(middle - 2, 12) if kind == 1 else None,
        )

    def _programme_of(self, mentor: int) -> Programme:
        return self._programmes[mentor % len(self._programmes)]

    def _pair(self, number: int, mentor: Mentor) -> Pair:
        place = self._places[number % len(self._places)]
        late, half = number - self._size.pupils // 2, self._size.pupils // 2
        return Pair(
            id=f"PA-{number + 1:05d}",
            programme=self._programme_of(number // PUPILS_OF_A_MENTOR),
            mentor=mentor,
            pupil=Pupil(
                identities.pupil(number), identities.uai(place.departement, number % 50), place.qpv
            ),
            day=ENROLLED_ON if late < 0 else ENROLLED_ON + 1 + late * (self._days - 3) // half,
        )

    def _sessions(self, pair: Pair) -> Iterator[Session]:
        number = int(pair.id.removeprefix("PA-")) - 1
        hour = HOURS[number % PUPILS_OF_A_MENTOR]
        day = pair.day + 2 + (number % DAYS_BETWEEN[0] if pair.day == ENROLLED_ON else 0)
        count = 0
        while day <= self._last_day:
            held = self._chance.randrange(ONE_NOT_HELD_IN) > 0
            yield Session(
                id=f"S-{number + 1:05d}-{count + 1}",
                pair=pair,
                day=day,
                starts=at(day, hour),
                minutes=self._chance.choice(LASTING_MINUTES) if held else 0,
                fate=Fate.NONE if held else Fate.NOT_HELD,
            )
            day += DAYS_BETWEEN[count % len(DAYS_BETWEEN)]
            count += 1

    # --- accidents -------------------------------------------------------------------------------

    def _with_accidents(
        self, sessions: list[Session], pairs: list[Pair]
    ) -> tuple[list[Session], list[Session]]:
        """The sessions with their fates, and some more that could not have been held as well."""
        number, lapsing = self._size.accidents, 2 * self._size.accidents * PUPILS_OF_A_MENTOR
        sound = {pair.id for pair in pairs[lapsing:]}
        ordinary = [s for s in sessions if s.fate is Fate.NONE and s.pair.id in sound]
        chosen = iter(self._chance.sample(ordinary, len(ordinary)))
        fates = {next(chosen).id: fate for fate in TO_ONE for _ in range(number)}
        more = [
            _beside(busy, _other_pupil(busy.pair, pairs), Fate.MENTOR_BUSY)
            for busy in islice(chosen, number)
        ]
        of_pupils = {session.pair.id: session for session in chosen}
        for session in islice(of_pupils.values(), number):
            more.extend(self._with_another_association(session))
        fated = [replace(s, fate=fates[s.id]) if s.id in fates else s for s in sessions]
        return fated, more

    def _with_another_association(self, session: Session) -> Iterator[Session]:
        """Its pupil has a second mentor elsewhere, in the morning, and once at the very same time."""
        first = session.pair
        place = self._programmes.index(first.programme) + 1
        programme = self._programmes[place % len(self._programmes)]
        mentor = Mentor(
            id=f"{first.mentor.id}-{first.id}",
            association=programme.association,
            capacity=CAPACITY,
            checked=CHECKED,
            checked_until=CHECKED_UNTIL,
        )
        pair = Pair(f"{first.id}-B", programme, mentor, first.pupil, first.day)
        morning = at(session.day, ANOTHER_HOUR)
        yield Session(f"{session.id}-B", pair, session.day, morning, minutes=60)
        yield _beside(session, pair, Fate.PUPIL_BUSY)


def _beside(session: Session, pair: Pair, fate: Fate) -> Session:
    """Said to be held while the session was."""
    name = f"{session.id}-{fate[0].upper()}"
    return Session(name, pair, session.day, session.starts + OVERLAPPING, 60, fate)


def _other_pupil(pair: Pair, pairs: list[Pair]) -> Pair:
    """Of the same mentor."""
    return next(other for other in pairs if other.mentor is pair.mentor and other is not pair)
