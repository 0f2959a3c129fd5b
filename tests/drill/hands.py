"""What somebody on call can do: what a cluster does for its operator, and calls to whoever is not of us."""

from __future__ import annotations

from dataclasses import dataclass

from filrouge.stack.waiting import run_coroutine

from tests.drill.breaking import RELEASE_BEFORE
from tests.drill.desk import Misunderstood
from tests.drill.site import Site
from tests.monitoring.faults.troubles import Handled, replace_release, set_back


@dataclass
class Hands:
    """`broken`: says which releases there are to go back to."""

    site: Site
    broken: str

    def restart(self, *words: str) -> str:
        """Raises StackFailed if it does not come back."""
        name, process = self._named(words)
        process.stop()
        process.start()
        return f"{name} was started"

    def rollback(self, *words: str) -> str:
        name, _ = self._named(words)
        before = RELEASE_BEFORE.get(self.broken, ("", ""))
        if before[0] != name:
            return f"{name} has run in one release only"
        replace_release(self.site.there.supervisor[name], before[1])
        return f"{name} runs in the release before"

    def platform(self, *_: str) -> str:
        run_coroutine(lambda: set_back(self.site.there.stack))
        return "all topics have the settings that the chart gives them"

    def processor(self, *words: str) -> str:
        name, _ = self._named(words)
        if name in self.site.limits:
            self.site.limits.pop(name).set()
        return f"{name} may use a whole processor"

    def call(self, *words: str) -> str:
        there, partners = self.site.there, self.site.partners
        match words:
            case ["witness"]:
                if not there.witness.running:
                    there.witness.start()
                return "its operator has looked after it"
            case [name] if name in {partner.id for partner in there.plan.cast}:
                if name == there.plan.cast.ministry.id:
                    partners.silent = False
                return "they have looked after their system"
        raise Misunderstood("call whom? `witness`, or a partner by its name in Partners")

    def _named(self, words: tuple[str, ...]) -> tuple[str, Handled]:
        handled = self.site.handled
        if len(words) != 1 or words[0] not in handled:
            raise Misunderstood(f"which? {', '.join(handled)}")
        return words[0], handled[words[0]]
