"""What becomes of every record that is sent, and the books of each act on what was accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from filrouge.simulator.act import Act
from filrouge.simulator.broken import BROKEN
from filrouge.simulator.plan import Mishap, Slip
from filrouge.simulator.words import Word, name_of

RULES: Mapping[str, str] = {
    **{variant: broken.rule for variant, broken in BROKEN.items()},
    "uai": "uai-check",
    "qpv": "qpv-generation",
    "supplier": "siret-check",
    "imeis": "imei-check",
    "iban": "iban-check",
    Mishap.NOT_ITS_TO_SAY: "not-your-event",
    Mishap.OTHER_SOURCE: "own-source",
}
"""Variant of a mishap, or its kind → the gateway's rule that refuses it."""


class Books:
    """Hears every record that is sent, in the order of each partner; `times` it is sent."""

    def __init__(self, acts: Sequence[Act], times: int = 1) -> None:
        self.verdicts: Counter[tuple[str, str]] = Counter()
        """(outcome, rule) → how many."""
        self._acts, self._times = acts, times
        self._accepted: dict[tuple[str, str], bytes] = {}

    def hear(self, words: Iterable[Word]) -> None:
        """The records of a day."""
        for word in words:
            for _ in range(self._times):
                outcome = self._outcome(word)
                self.verdicts[outcome, self._rule(outcome, word.slip)] += 1
                if outcome == "accepted":
                    self._accepted[word.partner.source, word.id] = word.value
                    for act in self._acts:
                        act.hear(name_of(word.type), word.data)

    def _outcome(self, word: Word) -> str:
        harmless = (Mishap.DUPLICATE, Mishap.LATE_DUPLICATE, Mishap.CONFLICT, Mishap.UNUSUAL)
        if word.slip is not None and word.slip.kind not in harmless:
            return "refused"
        before = self._accepted.get((word.partner.source, word.id))
        if before is None:
            return "accepted"
        return "duplicate" if before == word.value else "conflict"

    @staticmethod
    def _rule(outcome: str, slip: Slip | None) -> str:
        if outcome != "refused" or slip is None:
            return outcome
        return RULES[slip.variant or slip.kind]
