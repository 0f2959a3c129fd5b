"""Who says what about tutoring on which day, given what was read by the evening before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from filrouge.simulator import says as purchases
from filrouge.simulator.cast import Cast
from filrouge.simulator.tutoring import says
from filrouge.simulator.tutoring.plan import Fate, Mentor, Programme, Session, TutoringPlan
from filrouge.simulator.tutoring.says import Sentence
from filrouge.simulator.tutoring.seen import Account, Seen
from filrouge.simulator.words import START, Word, at, word

CREDITS_ON, REGISTERED_ON = 0, 1
CORRECTED_AFTER_DAYS = 3
SUSPENSION_SAID_AFTER_DAYS = 3
TOO_SHORT_MINUTES, MISTAKEN_MINUTES = 5, 30
T = TypeVar("T")
ABSENCES = ("absent", "absent_excused", "cancelled_by_mentor")


class Script:
    """Plans by day what does not depend on anything that is read."""

    def __init__(self, plan: TutoringPlan, cast: Cast, seen: Seen) -> None:
        self._plan, self._cast, self._seen = plan, cast, seen
        self._said: set[str] = set()
        self._sessions = {session.id: session for session in plan.sessions}
        self._enrolled = _by_day((pair.day, pair) for pair in plan.pairs)
        self._scheduled = _by_day((session.day - 1, session) for session in plan.sessions)
        self._reported = _by_day((_reported_on(session), session) for session in plan.sessions)
        self._suspended = _by_day(
            (_said_on(mentor), mentor) for mentor in plan.mentors if mentor.suspended
        )

    def words(self, day: int) -> Iterator[Word]:
        """The day's sentences; none is said twice."""
        for said in self._all(day):
            if said.id not in self._said:
                self._said.add(said.id)
                yield said

    def is_done(self, programme: Programme, day: int) -> bool:
        """Whether all that will ever be certified is certified and paid."""
        account = self._seen.programmes[programme.engagement]
        worth = min(account.validated_minutes // 60, programme.funded_hours)
        over = day > self._plan.last_day + 2 * CORRECTED_AFTER_DAYS
        certified = account.certified
        return over and sum(certified.values()) >= worth and len(account.paid) == len(certified)

    def _all(self, day: int) -> Iterator[Word]:
        yield from self._beginning(day)
        yield from self._people(day)
        yield from self._meetings(day)
        yield from self._validations(day)
        for programme in self._plan.programmes:
            yield from self._money(programme, self._seen.programmes[programme.engagement], day)

    def _beginning(self, day: int) -> Iterator[Word]:
        for programme in self._plan.programmes:
            if day == CREDITS_ON:
                moment, cents = at(day, 7), programme.amount_cents
                sentence = says.open_credits(self._cast, programme.line, cents, moment)
                yield _word(f"credits:{programme.line}", moment, sentence)
            if day == REGISTERED_ON:
                moment = at(day, 8)
                sentence = says.register_programme(programme, moment)
                yield _word(f"register:{programme.id}", moment, sentence)
        if day == REGISTERED_ON:
            for mentor in self._plan.mentors:
                moment = at(day, 9)
                yield _word(f"register:{mentor.id}", moment, says.register_mentor(mentor, moment))

    def _people(self, day: int) -> Iterator[Word]:
        moment = at(day, 9)
        for pair in self._enrolled[day]:
            yield _word(f"enrol:{pair.id}", moment, says.enrol(pair.pupil, pair.programme, moment))
        for pair in self._enrolled[day - 1]:
            yield _word(f"pair:{pair.id}", moment, says.form_pair(pair, moment))
        for mentor in self._suspended[day]:
            assert mentor.suspended is not None  # of all that are suspended on some day
            yield _word(f"suspend:{mentor.id}", moment, says.suspend(mentor, mentor.suspended))

    # --- sessions --------------------------------------------------------------------------------

    def _meetings(self, day: int) -> Iterator[Word]:
        moment = at(day, 11)
        for session in self._scheduled[day]:
            yield _word(f"schedule:{session.id}", moment, says.schedule(session, moment))
        moment = at(day, 17, 50)
        for session in self._reported[day]:
            yield _word(f"report:{session.id}", moment, _first_report(session, moment))
        for session in self._reported[day - 1]:
            if session.fate is Fate.TOO_SHORT:
                sentence = says.report(session, moment, session.minutes)
                yield _word(f"report-again:{session.id}", moment, sentence)
        for session in self._reported[day - CORRECTED_AFTER_DAYS]:
            if session.fate in (Fate.CORRECTED_UP, Fate.CORRECTED_DOWN):
                sentence = says.correct(session, moment, session.minutes)
                yield _word(f"correct:{session.id}", moment, sentence)
            if session.fate is Fate.NOT_HELD_AFTER_ALL:
                yield _word(
                    f"correct:{session.id}", moment, says.correct(session, moment, 0, ABSENCES[0])
                )

    def _validations(self, day: int) -> Iterator[Word]:
        """A coordinator vouches for what was recorded, but not for whom it has suspended itself."""
        moment = at(day, 12)
        for name, told in sorted(self._seen.recorded.items()):
            session = self._sessions.get(name)
            if session is not None and not _is_suspended(session, day):
                identity = f"validate:{name}:{told.split('.')[-2]}"
                yield _word(identity, moment, says.validate(session, moment))
        self._seen.recorded.clear()

    # --- money -----------------------------------------------------------------------------------

    def _money(self, programme: Programme, account: Account, day: int) -> Iterator[Word]:
        if account.stated:
            moment = at(day, 14)
            sentence = says.approve(self._cast, programme.id, account.stated, moment)
            yield _word(f"approve:{programme.id}:{account.stated}", moment, sentence)
        for certificate, hours in account.certified.items():
            moment = at(day, 15)
            sentence = says.invoice(programme, certificate, hours, moment)
            yield _word(f"invoice:{programme.id}:{certificate}", moment, sentence)
        for invoice, ordered in account.to_pay.items():
            yield purchases.pay(self._cast, ordered, day, f"V-{invoice.removeprefix('F-')}")


def _word(identity: str, moment: datetime, said: Sentence) -> Word:
    return word(said.partner, said.name, identity, moment, said.data)


def _by_day(dated: Iterable[tuple[int, T]]) -> Mapping[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for day, what in dated:
        found[day].append(what)
    return found


def _said_on(mentor: Mentor) -> int:
    """The day on which the association says that it was suspended."""
    assert mentor.suspended is not None
    return (mentor.suspended - START).days + SUSPENSION_SAID_AFTER_DAYS


def _reported_on(session: Session) -> int:
    """A day late if it must come after what is said on the first one."""
    mentor = session.pair.mentor
    late = session.fate in (Fate.MENTOR_BUSY, Fate.PUPIL_BUSY)
    if mentor.suspended is not None and session.day == _said_on(mentor):
        late = True
    return session.day + late


def _is_suspended(session: Session, day: int) -> bool:
    mentor = session.pair.mentor
    since = mentor.suspended
    return since is not None and session.starts >= since and day >= _said_on(mentor)


def _first_report(session: Session, moment: datetime) -> Sentence:
    """The mentor's, with the mistakes that will have to be corrected."""
    minutes = session.minutes
    match session.fate:
        case Fate.NOT_HELD:
            return says.report(session, moment, 0, ABSENCES[session.day % len(ABSENCES)])
        case Fate.TOO_SHORT:
            minutes = TOO_SHORT_MINUTES
        case Fate.CORRECTED_UP:
            minutes -= MISTAKEN_MINUTES
        case Fate.CORRECTED_DOWN:
            minutes += MISTAKEN_MINUTES
    return says.report(session, moment, minutes)
