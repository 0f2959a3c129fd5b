"""Loans: who has a device, since when, by which word, and why that pupil.

I10 every loan has evidence, a pupil and a neighbourhood of 2015, as whoever handed it over said
L1 a device is in one place, as one model in one school: each move begins where the one before ended
L2 a device is with one pupil at a time, and lent to nobody else until it has left that pupil
L3 a device comes in once, by admission or swap; all that happens to it comes after that, in turn
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from filrouge.checks.fact import Breach, Data, Fact

RULES = ("I10", "L1", "L2", "L3")
QPV_OF_2015 = re.compile(r"QP(\d{3}|02[AB])\d{3}")
HANDED_OVER = "fr.filrouge.loan.device-handed-over.v1"
SENT_BACK = "fr.filrouge.device.device-sent-back.v1"
WITH_A_PUPIL = ("in_transit", "on_loan")


class Loans:
    """Collects each device's moves and what they came from, and goes through them in the end."""

    def __init__(self) -> None:
        self.wants = frozenset(
            {"device-moved", "device-handed-over", "device-accepted", "swap-accepted"}
        )
        self.checked = dict.fromkeys(RULES, 0)
        self._moves: dict[str, list[Fact]] = defaultdict(list)
        self._handovers: dict[str, list[Fact]] = defaultdict(list)
        self._admissions: dict[str, list[Fact]] = defaultdict(list)
        """What lets a device in: admissions of it, and swaps for it."""

    def take(self, fact: Fact) -> Iterator[Breach]:
        match fact.name:
            case "device-moved":
                self._moves[fact.data["imei"]].append(fact)
            case "device-handed-over":
                self._handovers[fact.data["imei"]].append(fact)
            case "device-accepted":
                self._admissions[fact.data["imei"]].append(fact)
            case "swap-accepted":
                self._admissions[fact.data["new_imei"]].append(fact)
        return iter(())

    def close(self) -> Iterator[Breach]:
        for imei, moves in self._moves.items():
            moves.sort(key=lambda fact: fact[1:3])  # one lane decides all that happens to a device
            yield from self._entry(imei, moves)
            yield from self._places(imei, moves)
            yield from self._pupils(imei, moves)
            for move in moves:
                if move.data["said_type"] == HANDED_OVER:
                    yield from self._eligibility(imei, move)
        for imei in self._admissions.keys() - self._moves.keys():
            ids = tuple(fact.id for fact in self._admissions[imei])
            yield Breach("L3", f"{imei} is admitted, and nowhere", ids)

    def _entry(self, imei: str, moves: list[Fact]) -> Iterator[Breach]:
        """L3"""
        self.checked["L3"] += 1
        admissions, first = self._admissions[imei], moves[0]
        if len(admissions) != 1:
            ids = tuple(fact.id for fact in admissions)
            yield Breach("L3", f"{imei} is admitted {len(admissions)} times", (first.id, *ids))
            return
        swapped = admissions[0].name == "swap-accepted"
        comes_from = first.data.get("moved_from")
        if comes_from != (None if swapped else "received") or first.data["moved_to"] != "in_stock":
            sentence = (
                f"{imei} goes from {comes_from} to {first.data['moved_to']} before it came in"
            )
            yield Breach("L3", sentence, (admissions[0].id, first.id))
        for before, move in pairwise(moves):
            is_early = move.data["moved_at"] < before.data["moved_at"]
            if is_early and move.data["said_type"] != SENT_BACK:
                sentence = (
                    f"{imei} is {move.data['moved_to']} before it was {move.data['moved_from']}"
                )
                yield Breach("L3", sentence, (before.id, move.id))

    def _places(self, imei: str, moves: list[Fact]) -> Iterator[Breach]:
        """L1"""
        for before, move in pairwise(moves):
            self.checked["L1"] += 1
            if move.data.get("moved_from") != before.data["moved_to"]:
                sentence = (
                    f"{imei} is {before.data['moved_to']} and leaves {move.data['moved_from']}"
                )
                yield Breach("L1", sentence, (before.id, move.id))
            for name in ("item", "uai"):
                if move.data[name] != before.data[name]:
                    sentence = f"{imei} is {before.data[name]} and {move.data[name]}"
                    yield Breach("L1", sentence, (before.id, move.id))

    def _pupils(self, imei: str, moves: list[Fact]) -> Iterator[Breach]:
        """L2"""
        pupil, since = None, ""
        for move in moves:
            self.checked["L2"] += 1
            said = move.data.get("pupil")
            if pupil is not None and said != pupil:
                yield Breach("L2", f"{imei} is with one pupil, and with another", (since, move.id))
            there = move.data["moved_to"] in WITH_A_PUPIL
            if there and said is None:
                yield Breach("L2", f"{imei} is {move.data['moved_to']} with nobody", (move.id,))
            if pupil is not None and move.data["said_type"] == HANDED_OVER:
                yield Breach("L2", f"{imei} is handed over twice", (since, move.id))
            pupil, since = (said, move.id) if there else (None, "")

    def _eligibility(self, imei: str, move: Fact) -> Iterator[Breach]:
        """I10"""
        self.checked["I10"] += 1
        if not QPV_OF_2015.fullmatch(move.data.get("qpv") or ""):
            sentence = f"{imei} is lent for {move.data.get('qpv')}, no neighbourhood of 2015"
            yield Breach("I10", sentence, (move.id,))
        words = [word for word in self._handovers[imei] if _is_told_by(move.data, word.data)]
        if not words:
            yield Breach("I10", f"{imei} is lent, and nobody said so", (move.id,))
        elif not any(word.data["evidence"] for word in words):
            ids = tuple(word.id for word in words)
            yield Breach("I10", f"{imei} is lent, and nothing shows it", (*ids, move.id))


def _is_told_by(move: Data, word: Data) -> bool:
    return (
        word["handed_over_at"] == move["moved_at"]
        and word["handed_over_by"] == move["moved_by"]
        and all(word[name] == move.get(name) for name in ("uai", "pupil", "qpv", "due_back_at"))
    )
