"""Budget lines: never more engaged than the AE, never more granted or paid than the CP, at any moment.

I1 Σ engaged ≤ AE and Σ paid ≤ CP, per line (and so per manager), after every event
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from filrouge.checks.fact import Breach, Data, Fact

RULES = ("I1",)
CREDITS: Mapping[str, int] = {
    "credits-recorded": 1,
    "credits-withdrawal-recorded": -1,
    "delegation-sent": -1,
    "delegation-received": 1,
    "delegation-taken-back": 1,
}
"""Event → whether the credits come to the line (1) or leave it (-1)."""
DRAWN: Mapping[str, tuple[str, int]] = {
    "commitment-accepted": ("engaged", 1),
    "commitment-released": ("engaged", -1),
    "cash-granted": ("granted", 1),
    "cash-returned": ("granted", -1),
}
"""Event → what it takes from the credits (1) or gives back (-1)."""
PAID: Mapping[str, int] = {
    "payment-recorded": 1,
    "payment-rejection-recorded": -1,
    "repayment-recorded": -1,
}
"""Event of an engagement → whether money leaves (1) or is back (-1)."""


class Lines:
    """Collects what moves money and goes through it in the order of the lanes that decided it."""

    def __init__(self) -> None:
        self.wants = frozenset({*CREDITS, *DRAWN, *PAID})
        self.checked = dict.fromkeys(RULES, 0)
        self._moves: dict[str, list[tuple[str, int, str, str, Data]]] = defaultdict(list)

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name not in self.wants:
            return
        move = (fact.source, fact.sequence, fact.id, fact.name, fact.data)
        self._moves[fact.data["budget_line"]].append(move)
        yield from ()

    def close(self) -> Iterator[Breach]:
        for line, moves in self._moves.items():
            yield from self._ceilings(line, moves)

    def _ceilings(
        self, line: str, moves: list[tuple[str, int, str, str, Data]]
    ) -> Iterator[Breach]:
        """I1; a line's own moves are all of one lane, payments of an order may be of another."""
        own = sorted((m for m in moves if m[3] in CREDITS or m[3] in DRAWN), key=lambda m: m[:2])
        if own and own[0][0] != own[-1][0]:
            yield Breach("I1", f"{line} is decided by two lanes", (own[0][2], own[-1][2]))
        sums: Counter[str] = Counter()
        for _, _, identity, name, data in own:
            self.checked["I1"] += 1
            if name in CREDITS:
                sums["ae"] += CREDITS[name] * data["ae_cents"]
                sums["cp"] += CREDITS[name] * data["cp_cents"]
            else:
                drawn, sign = DRAWN[name]
                sums[drawn] += sign * data["amount_cents"]
            for drawn, ceiling in (("engaged", "ae"), ("granted", "cp")):
                if not 0 <= sums[drawn] <= sums[ceiling]:
                    sentence = f"{line} has {sums[drawn]} cents {drawn} of {sums[ceiling]}"
                    yield Breach("I1", f"{sentence} {ceiling.upper()}", (identity,))
        paid = [move for move in moves if move[3] in PAID and _moved_money(move[4])]
        paid_cents = sum(PAID[name] * data["amount_cents"] for *_, name, data in paid)
        if paid_cents > sums["granted"]:
            sentence = f"{line} has {paid_cents} cents paid of {sums['granted']} granted"
            yield Breach("I1", sentence, tuple(identity for _, _, identity, _, _ in paid))


def _moved_money(data: Data) -> bool:
    """Not so where an order to pay is rejected before it was paid."""
    return data.get("payment", "") is not None
