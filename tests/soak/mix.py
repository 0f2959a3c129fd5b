"""What partners say all day: purchases and tutoring in turn, each story by a timetable of its own.

A word is said when its time has come, whatever was heard by then: what comes too early waits in the
services, as it does in reality. Payments alone are answers. One word in fifty goes wrong on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count, cycle

from filrouge.simulator import identities, says
from filrouge.simulator.cast import Cast, cast_of
from filrouge.simulator.mishaps import Mishaps
from filrouge.simulator.plan import Mishap, Note, Order, Plan, Slip
from filrouge.simulator.play import Play
from filrouge.simulator.purchases import Purchases
from filrouge.simulator.scale import Size
from filrouge.simulator.tutoring import says as tutored
from filrouge.simulator.tutoring.act import Tutoring
from filrouge.simulator.tutoring.plan import Mentor, Pair, Programme, Pupil, Session, TutoringPlan
from filrouge.simulator.tutoring.planning import CAPACITY, CHECKED, CHECKED_UNTIL, RATE_CENTS
from filrouge.simulator.tutoring.says import Sentence
from filrouge.simulator.words import Word, at, word

from tests.bench.orders import agreements_of, foundations, order_of

DAY = 30
"""Of the play's calendar; the clock goes on within its evening, on which orders are placed."""
DELIVERED_ON = DAY + 1
JOINED_ON, SESSIONS_ON = 3, (20, 24)
NOTES, DEVICES_PER_NOTE = 2, 3
FUNDED_HOURS = 1_000_000
STORIES_IN_TURN = 3
GOES_WRONG_ONE_IN = 50
SLIPS = (
    Slip(Mishap.DUPLICATE),
    Slip(Mishap.CONFLICT),
    Slip(Mishap.BROKEN, "cut_off"),
    Slip(Mishap.OTHER_SOURCE),
)
Timed = tuple[float, Word]
"""Seconds since its story began, and what is said then."""


class Mix:
    """Says no two things alike; its play keeps the books on all of it."""

    def __init__(self, scale: float) -> None:
        """`scale`: of the cast alone."""
        size = Size.of(scale)
        self.cast = cast_of(size)
        self._agreements = agreements_of(self.cast)
        self._programmes = tuple(
            _programme(self.cast, n) for n in range(len(self.cast.associations))
        )
        told = TutoringPlan(self._programmes, mentors=(), pairs=(), sessions=(), last_day=DAY)
        self._plan = Plan(size, 1, self.cast, (), (), (), slips={}, twice_declared=(), wrong_uo=())
        self.tutoring = Tutoring(told, self.cast)
        self.play = Play(self._plan, acts=(Purchases(self._plan), self.tutoring))
        self._mishaps = Mishaps(self._plan, refused=frozenset())
        self._said, self._slips = count(1), cycle(SLIPS)

    def foundations(self) -> list[Word]:
        """Credits, agreements and programmes, before anything else."""
        beginning = [said for day in (0, 1) for said in self.tutoring.words(day)]
        return [*foundations(self.cast, self._agreements), *beginning]

    def story(self, number: int) -> list[Timed]:
        """A pupil with two sessions, then two purchases."""
        return list(
            self._lessons(number) if number % STORIES_IN_TURN == 0 else self._purchase(number)
        )

    def sent(self, said: Word) -> list[Word]:
        """The records that go out for it."""
        slips = self._plan.slips
        if next(self._said) % GOES_WRONG_ONE_IN == 0:
            slips[said.id] = next(self._slips)
        records = list(self._mishaps.sent(said, DAY))
        slips.clear()
        return records

    def _purchase(self, number: int) -> Iterator[Timed]:
        notes = tuple(_note(number, place) for place in range(NOTES))
        quantity = NOTES * DEVICES_PER_NOTE
        order = order_of(self.cast, self._agreements, number, DAY, quantity, notes)
        yield 0.0, says.need(order, DAY, quantity, f"need:{order.need}")
        yield 1.0, says.order(order, DAY)
        for place, note in enumerate(notes):
            yield from ((after + 0.5 * place, said) for after, said in _delivery(order, note))

    def _lessons(self, number: int) -> Iterator[Timed]:
        pair = self._pair(number)
        programme, joined = pair.programme, at(JOINED_ON, 9)
        yield 0.0, _word("mentor", pair, tutored.register_mentor(pair.mentor, joined))
        yield 0.5, _word("enrol", pair, tutored.enrol(pair.pupil, programme, joined))
        yield 1.5, _word("pair", pair, tutored.form_pair(pair, joined))
        for place, day in enumerate(SESSIONS_ON):
            name, told = f"S-{number:06d}-{place}", 0.5 * place
            session = Session(name, pair, day, starts=at(day, 14), minutes=60)
            planned, reported = at(DAY, 11), at(DAY, 17, 50)
            yield 3 + told, _word(f"plan:{place}", pair, tutored.schedule(session, planned))
            yield 5 + told, _word(f"report:{place}", pair, tutored.report(session, reported, 60))
            yield 8 + told, _word(f"vouch:{place}", pair, tutored.validate(session, reported))

    def _pair(self, number: int) -> Pair:
        turn = number // STORIES_IN_TURN
        programme = self._programmes[turn % len(self._programmes)]
        name, school = f"M-{number:06d}", self.cast.schools[turn % len(self.cast.schools)]
        mentor = Mentor(name, programme.association, CAPACITY, CHECKED, CHECKED_UNTIL)
        pupil = Pupil(identities.pupil(number), school.school(number), school.place.qpv)
        return Pair(f"PA-{number:06d}", programme, mentor, pupil, DAY)


def _note(number: int, place: int) -> Note:
    first = (number * NOTES + place) * DEVICES_PER_NOTE
    imeis = tuple(identities.imei(1 + first + device) for device in range(DEVICES_PER_NOTE))
    return Note(f"BL-{number:06d}-{place}", imeis, DAY)


def _delivery(order: Order, note: Note) -> Iterator[Timed]:
    yield 3.0, says.ship(order, note, DELIVERED_ON, DELIVERED_ON)
    yield 5.0, says.receive(order, note, DELIVERED_ON, DELIVERED_ON)
    yield 7.0, says.admit(order, note, DELIVERED_ON, 2, f"decide:{note.id}")
    yield 9.0, says.invoice(order, note, DELIVERED_ON, len(note.imeis), f"F-{note.id}")


def _programme(cast: Cast, number: int) -> Programme:
    return Programme(
        id=f"T-{number + 1}",
        association=cast.associations[number],
        line=f"P147-TUTORING-{number + 1}",
        rate_cents=RATE_CENTS,
        funded_hours=FUNDED_HOURS,
        pupils=1_000,
        begins=at(2, 0),
        ends=at(DAY, 23),
    )


def _word(what: str, pair: Pair, said: Sentence) -> Word:
    moment: datetime = at(DAY, 17, 50)
    return word(said.partner, said.name, f"{what}:{pair.id}", moment, said.data)
