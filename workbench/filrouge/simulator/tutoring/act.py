"""The act of tutoring: from a programme's registration to the payment of its hours."""

from __future__ import annotations

from collections.abc import Iterator

from filrouge.simulator.act import Data
from filrouge.simulator.cast import Cast
from filrouge.simulator.stage import numbers_in
from filrouge.simulator.tutoring.books import TutoringBooks
from filrouge.simulator.tutoring.ledger import Ledger, differences
from filrouge.simulator.tutoring.plan import TutoringPlan
from filrouge.simulator.tutoring.script import Script
from filrouge.simulator.tutoring.seen import READ, Account, Seen
from filrouge.simulator.words import Word


class Tutoring:
    """Associations, the ministry that approves their hours, and the accountant; a story is a programme."""

    wants = READ

    def __init__(self, plan: TutoringPlan, cast: Cast) -> None:
        self._plan = plan
        self._seen = Seen({programme.engagement: Account() for programme in plan.programmes})
        self._script = Script(plan, cast, self._seen)
        self._books = TutoringBooks()
        self._day = 0
        self.stories = len(plan.programmes)

    @property
    def open(self) -> int:
        return sum(not self._script.is_done(p, self._day) for p in self._plan.programmes)

    def take(self, kind: str, data: Data) -> None:
        self._seen.take(kind, data)

    def words(self, day: int) -> Iterator[Word]:
        self._day = day
        return self._script.words(day)

    def hear(self, name: str, data: Data) -> None:
        if not numbers_in(data):
            self._books.hear(name, data)

    def ledger(self) -> Ledger:
        return Ledger()

    def differences(self, ledger: Ledger) -> Iterator[str]:
        yield from differences(self._books.expected(), ledger)
