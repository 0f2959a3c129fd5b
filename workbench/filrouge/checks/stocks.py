"""Stocks: the equation of every model in every school, at any moment.

I9 accepted + swapped in = where devices are, per model and school, after each of the devices' moves

What a stock says of itself is not believed: its counts are compared with what the moves add up to.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping

from filrouge.checks.fact import Breach, Fact

RULES = ("I9",)
CAME_IN: Mapping[str | None, str] = {None: "swapped_in", "received": "accepted"}
"""Where a device came from → the side of the equation that it is counted on."""
MOVE = ("moved_from", "moved_to", "moved_at")
StockName = tuple[str, str]


class Stocks:
    """Collects what devices say of themselves and what stocks say of them, and compares in the end."""

    def __init__(self) -> None:
        self.wants = frozenset({"device-moved", "stock-moved"})
        self.checked = dict.fromkeys(RULES, 0)
        self._moves: dict[StockName, list[Fact]] = defaultdict(list)
        self._counts: dict[StockName, list[Fact]] = defaultdict(list)

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name in self.wants:
            kept = self._moves if fact.name == "device-moved" else self._counts
            kept[fact.data["item"], fact.data["uai"]].append(fact)
        return iter(())

    def close(self) -> Iterator[Breach]:
        for stock in self._moves.keys() | self._counts.keys():
            moves = _by_device(self._moves[stock])
            yield from self._follow(f"{stock[0]} in {stock[1]}", self._counts[stock], moves)
            for imei, left in moves.items():
                for fact in left:
                    sentence = f"{stock[0]} in {stock[1]} does not count a move of {imei}"
                    yield Breach("I9", sentence, (fact.id,))

    def _follow(
        self, stock: str, told: list[Fact], moves: Mapping[str, deque[Fact]]
    ) -> Iterator[Breach]:
        """The stock's own story beside those of its devices; one error makes all that follows wrong."""
        sums: Counter[str] = Counter()
        wrong = False
        for fact in sorted(told, key=lambda fact: fact[1:3]):
            self.checked["I9"] += 1
            imei = fact.data["imei"]
            move = moves[imei].popleft() if moves.get(imei) else None
            if move is None:
                yield Breach("I9", f"{stock} counts a move that {imei} never made", (fact.id,))
                continue
            if any(move.data.get(name) != fact.data.get(name) for name in MOVE):
                sentence = f"{stock} counts another move of {imei} than it made"
                yield Breach("I9", sentence, (move.id, fact.id))
            _add(sums, move)
            if not wrong and (difference := _difference(sums, fact)):
                wrong = True
                yield Breach("I9", f"{stock}: {difference}", (move.id, fact.id))


def _by_device(moves: list[Fact]) -> dict[str, deque[Fact]]:
    """Of each device in its own order: one lane decides all of them."""
    found: dict[str, deque[Fact]] = defaultdict(deque)
    for fact in sorted(moves, key=lambda fact: fact[1:3]):
        found[fact.data["imei"]].append(fact)
    return found


def _add(sums: Counter[str], move: Fact) -> None:
    moved_from = move.data["moved_from"]
    if moved_from in CAME_IN:
        sums[CAME_IN[moved_from]] += 1
    else:
        sums[str(moved_from)] -= 1
    sums[move.data["moved_to"]] += 1


def _difference(sums: Counter[str], fact: Fact) -> str:
    counts: Mapping[str, int] = fact.data["counts"]
    for place in sorted(sums.keys() | counts.keys()):
        if sums[place] != counts.get(place, 0):
            return (
                f"{counts.get(place, 0)} are counted {place}, its devices' moves give {sums[place]}"
            )
    came = sum(counts.get(name, 0) for name in CAME_IN.values())
    there = sum(counts.values()) - came
    return f"{came} came and {there} are somewhere" if came != there else ""
