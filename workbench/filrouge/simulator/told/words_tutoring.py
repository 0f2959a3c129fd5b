"""How stories of tutoring begin and go on: a programme, a mentor and a pupil, all of the story's own.

    tutored = Tutored(on)
    yield from tutored.ready()          one day: funded, checked, enrolled and paired
    session = tutored.session("1")
    yield from tutored.held(session)    one day: planned and reported
    yield from tutored.vouched(session) one day: validated
    yield [tutored.reports(session, minutes=30), …]   or any word alone, with other data

A method named for what somebody does is a word of today; one named for what has come about is days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any

from filrouge.simulator.cast import Partner, Receiver
from filrouge.simulator.stage import Stage
from filrouge.simulator.tutoring import says
from filrouge.simulator.tutoring.plan import Mentor, Pair, Programme, Pupil, Session
from filrouge.simulator.tutoring.says import Sentence
from filrouge.simulator.words import Word, at

RATE_CENTS = 1_000
Days = Iterator[list[Word]]


@dataclass(frozen=True)
class Tutored:
    """One pair and its programme; `name` tells several of a story apart, `turn` their associations."""

    on: Stage
    _: KW_ONLY
    name: str = ""
    turn: int = 0
    pupils_number: int = 0
    funded_hours: int = 10
    capacity: int = 3
    checked_days: int = 300
    """How long the mentor's check holds from the first day on."""
    begun_on: int = -1

    def __post_init__(self) -> None:
        if self.begun_on < 0:
            object.__setattr__(self, "begun_on", self.on.day)

    # --- who and what ----------------------------------------------------------------------------

    @property
    def association(self) -> Partner:
        associations = self.on.cast.associations
        return associations[(self.on.number + self.turn) % len(associations)]

    @property
    def programme(self) -> Programme:
        """It lasts for 25 days."""
        return Programme(
            id=self.on.ref(f"T{self.name}"),
            association=self.association,
            line=self.on.ref(f"LINE{self.name}"),
            rate_cents=RATE_CENTS,
            funded_hours=self.funded_hours,
            pupils=10,
            begins=at(self.begun_on, 0),
            ends=at(self.begun_on + 25, 0),
        )

    @property
    def mentor(self) -> Mentor:
        return Mentor(
            id=self.on.ref(f"M{self.name}"),
            association=self.association,
            capacity=self.capacity,
            checked=at(self.begun_on - 60, 9),
            checked_until=at(self.begun_on + self.checked_days, 9),
        )

    @property
    def pupil(self) -> Pupil:
        schools = self.on.cast.schools
        school: Receiver = schools[self.on.number % len(schools)]
        return Pupil(self.on.pupil(self.pupils_number), school.school(1), school.place.qpv)

    @property
    def pair(self) -> Pair:
        name = self.on.ref(f"PA{self.name}")
        return Pair(name, self.programme, self.mentor, self.pupil, self.begun_on)

    def session(self, name: str, starts: datetime | None = None) -> Session:
        """An hour at ten o'clock of today, unless said otherwise."""
        starts = starts or self.on.moment(10)
        return Session(self.on.ref(f"S{self.name}{name}"), self.pair, self.on.day, starts, 60)

    # --- words of a programme --------------------------------------------------------------------

    def opens_credits(self, **other: Any) -> Word:
        programme, moment = self.programme, self.on.moment(7)
        cents = programme.amount_cents
        return self.says(says.open_credits(self.on.cast, programme.line, cents, moment), **other)

    def registers(self, **other: Any) -> Word:
        return self.says(says.register_programme(self.programme, self.on.moment(8)), **other)

    def ends(self, ended: datetime, **other: Any) -> Word:
        return self.says(says.end_programme(self.programme, ended), **other)

    def approves(self, certificate: str, **other: Any) -> Word:
        moment = self.on.moment(14)
        sentence = says.approve(self.on.cast, self.programme.id, certificate, moment)
        return self.says(sentence, **other)

    # --- of mentors and pupils -------------------------------------------------------------------

    def registers_mentor(self, **other: Any) -> Word:
        return self.says(says.register_mentor(self.mentor, self.on.moment(8)), **other)

    def checks(self, checked: datetime, until: datetime, result: str = "clear") -> Word:
        return self.says(says.check_mentor(self.mentor, checked, until, result))

    def suspends(self, since: datetime, **other: Any) -> Word:
        return self.says(says.suspend(self.mentor, since), **other)

    def reinstates(self, since: datetime) -> Word:
        return self.says(says.reinstate(self.mentor, since))

    def enrols(self, **other: Any) -> Word:
        return self.says(says.enrol(self.pupil, self.programme, self.on.moment(8)), **other)

    def leaves(self, left: datetime, **other: Any) -> Word:
        return self.says(says.leave(self.pupil, self.programme, left), **other)

    def pairs_up(self, **other: Any) -> Word:
        return self.says(says.form_pair(self.pair, self.on.moment(9)), **other)

    def parts(self, ended: datetime, **other: Any) -> Word:
        return self.says(says.end_pair(self.pair, ended), **other)

    # --- of sessions -----------------------------------------------------------------------------

    def schedules(self, session: Session, **other: Any) -> Word:
        return self.says(says.schedule(session, self.on.moment(9)), **other)

    def reports(self, session: Session, minutes: int = 60, **other: Any) -> Word:
        return self.says(says.report(session, self.on.moment(17), minutes), **other)

    def corrects(self, session: Session, minutes: int, **other: Any) -> Word:
        return self.says(says.correct(session, self.on.moment(17), minutes), **other)

    def validates(self, session: Session, **other: Any) -> Word:
        return self.says(says.validate(session, self.on.moment(12)), **other)

    def rejects(self, session: Session, **other: Any) -> Word:
        return self.says(says.reject(session, self.on.moment(12)), **other)

    def says(self, sentence: Sentence, **other: Any) -> Word:
        return self.on.say(sentence.partner, sentence.name, **{**sentence.data, **other})

    # --- days ------------------------------------------------------------------------------------

    def begins(self) -> list[Word]:
        """All that is said before the first session; it may be said in one day."""
        return [
            self.opens_credits(),
            self.registers(),
            self.registers_mentor(),
            self.enrols(),
            self.pairs_up(),
        ]

    def ready(self) -> Days:
        """One day: the programme is funded, the pupil enrolled, the pair formed."""
        yield self.begins()
        self.on.expect("programme.programme-funded", programme=self.programme.id)
        self.on.expect("pupil.enrolment-recorded", programme=self.programme.id, pupil=self.pupil.id)
        self.on.expect("mentor.pair-recorded", pair=self.pair.id)

    def held(self, *sessions: Session, minutes: int = 60) -> Days:
        """One day: planned, and reported to be held."""
        words = [
            word
            for session in sessions
            for word in (self.schedules(session), self.reports(session, minutes))
        ]
        yield words
        for session in sessions:
            self.on.expect("session.report-recorded", session=session.id, minutes=minutes)

    def vouched(self, *sessions: Session, minutes: int = 60) -> Days:
        """One day: a coordinator vouches for what was reported last."""
        yield [self.validates(session) for session in sessions]
        for session in sessions:
            self.on.expect("session.validation-recorded", session=session.id, minutes=minutes)

    # --- what must come of it --------------------------------------------------------------------

    def expects_refusal(self, session: Session, reason: str, slot: bool = True) -> None:
        """Of a report or correction; `slot`: because the mentor or the pupil does not keep its time."""
        self.on.expect("session.session-refused", session=session.id, reason=reason)
        if slot:
            self.on.expect("slot.slot-refused", session=session.id, reason=reason)


def days(count: int) -> Days:
    """So many days on which the story says nothing."""
    for _ in range(count):
        yield []
