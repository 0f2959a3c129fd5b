"""Tutoring sessions that count: nobody is in two at once, and everybody may be there.

T1 counted sessions of a mentor do not overlap, nor those of a pupil, whichever associations held them
T2 when a counted session begins, its mentor has a valid check, is not suspended, and is paired with the pupil
T3 when a counted session begins, its pupil is enrolled in the programme, which lasts
T4 who reported a session does not validate it
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from filrouge.checks.dossier import ids
from filrouge.checks.fact import Breach, Data, Fact

RULES = ("T1", "T2", "T3", "T4")
OF = {
    "session-opened": "session",
    "minutes-changed": "session",
    "report-recorded": "session",
    "validation-recorded": "session",
    "standing-recorded": "mentor",
    "pair-recorded": "pair",
    "pair-end-recorded": "pair",
    "enrolment-recorded": "pupil",
    "leave-recorded": "pupil",
}
"""Event → whose it is."""
BARS = ("suspended", "not_clear")


@dataclass(frozen=True, slots=True)
class Counted:
    """A session that counts in the end, and the event by which it does."""

    id: str
    plan: Data
    starts_at: datetime
    ends_at: datetime
    fact: Fact


class Sessions:
    """Collects by whom an event is about, and judges what is left to count when everything was read."""

    def __init__(self) -> None:
        self.wants = frozenset(OF)
        self.checked = dict.fromkeys(RULES, 0)
        self._facts: dict[tuple[str, str], list[Fact]] = defaultdict(list)

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in OF:
            self._facts[fact.name, fact.data[OF[fact.name]]].append(fact)
        yield from ()

    def close(self) -> Iterator[Breach]:
        counted = list(self._counted())
        for whose in ("mentor", "pupil"):
            yield from self._overlaps(whose, counted)
        for session in counted:
            yield from self._mentor(session)
            yield from self._pupil(session)
            yield from self._people(session)

    def _of(self, name: str, whose: str) -> list[Fact]:
        """In the order in which they were decided: an aggregate stays in one lane."""
        return sorted(self._facts.get((name, whose), ()), key=lambda fact: fact.sequence)

    def _counted(self) -> Iterator[Counted]:
        sessions = [session for name, session in self._facts if name == "minutes-changed"]
        for session in sessions:
            *_, last = self._of("minutes-changed", session)
            held = last.data["now"]
            if held is not None:
                (opened,) = self._of("session-opened", session)[:1] or (last,)
                ends_at = held["starts_at"] + timedelta(minutes=held["minutes"])
                yield Counted(session, opened.data, held["starts_at"], ends_at, last)

    def _overlaps(self, whose: str, counted: Iterable[Counted]) -> Iterator[Breach]:
        """T1."""
        days: dict[str, list[Counted]] = defaultdict(list)
        for session in counted:
            days[session.plan.get(whose, "")].append(session)
        for name, sessions in days.items():
            self.checked["T1"] += len(sessions)
            sessions.sort(key=lambda session: session.starts_at)
            for one, other in pairwise(sessions):
                if other.starts_at < one.ends_at:
                    sentence = f"{whose} {name} is in {one.id} and {other.id} at once"
                    yield Breach("T1", sentence, (one.fact.id, other.fact.id))

    def _mentor(self, session: Counted) -> Iterator[Breach]:
        """T2."""
        self.checked["T2"] += 1
        plan, at = session.plan, session.starts_at
        words = _last_words(self._of("standing-recorded", plan.get("mentor", "")), at)
        for fact in words:
            if fact.data["standing"] in BARS:
                yield _of(session, "T2", f"while its mentor is {fact.data['standing']}", fact)
        if not any(fact.data["expires_at"] and at < fact.data["expires_at"] for fact in words):
            yield _of(session, "T2", "while its mentor has no valid check", *words)
        formed = self._of("pair-recorded", plan.get("pair", ""))
        ended = self._of("pair-end-recorded", plan.get("pair", ""))
        if not any(
            fact.data["formed_at"] <= at
            and (fact.data["mentor"], fact.data["pupil"]) == (plan["mentor"], plan["pupil"])
            for fact in formed
        ) or any(fact.data["ended_at"] <= at for fact in ended):
            yield _of(session, "T2", "while its mentor and pupil are no pair", *formed, *ended)

    def _pupil(self, session: Counted) -> Iterator[Breach]:
        """T3; a pupil may have left and come again."""
        self.checked["T3"] += 1
        plan, at = session.plan, session.starts_at
        enrolled = self._of("enrolment-recorded", plan.get("pupil", ""))
        left = self._of("leave-recorded", plan.get("pupil", ""))
        mine = [fact for fact in enrolled if fact.data["programme"] == plan["programme"]]
        gone = [fact for fact in left if fact.data["programme"] == plan["programme"]]
        for fact in mine:
            leaving = [
                f.data["left_at"] for f in gone if f.data["left_at"] >= fact.data["enrolled_at"]
            ]
            begins_at = max(fact.data["enrolled_at"], fact.data["starts_at"])
            if begins_at <= at <= fact.data["ends_at"] and (not leaving or at < min(leaving)):
                return
        yield _of(session, "T3", "while its pupil is not enrolled", *mine, *gone)

    def _people(self, session: Counted) -> Iterator[Breach]:
        """T4, for the report that holds."""
        self.checked["T4"] += 1
        reports = self._of("report-recorded", session.id)
        for validated in self._of("validation-recorded", session.id):
            before = [fact for fact in reports if fact.sequence < validated.sequence]
            user = validated.data["validated_by"]
            if before and before[-1].data["told_by"] == user:
                sentence = f"{session.id} is reported and validated by {user}"
                yield Breach("T4", sentence, (before[-1].id, validated.id))


def _last_words(standings: Iterable[Fact], at: datetime) -> list[Fact]:
    """What was said last for this moment, of each type of check and of suspensions."""
    last: dict[str, Fact] = {}
    said = [fact for fact in standings if fact.data["since"] <= at]
    for fact in sorted(said, key=lambda f: (f.data["since"], f.data["standing"] in BARS)):
        last[fact.data["subject"]] = fact
    return list(last.values())


def _of(session: Counted, rule: str, why: str, *facts: Fact) -> Breach:
    return Breach(rule, f"{session.id} counts {why}", (session.fact.id, *ids(facts)))
