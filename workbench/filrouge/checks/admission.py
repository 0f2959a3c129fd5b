"""Every record of a partner has exactly one answer, and every fact of a partner exactly one origin.

A1 each record on a partner's topic has one verdict, which knows its payload
A2 each accepted record became one fact with the same words, and no fact comes from anything else
A3 a partner's (source, id) is accepted once; a duplicate says what was accepted, a conflict does not
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from filrouge_archive.archive import ErasedRecord
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.register import PARTNER_KINDS, REGISTER
from pydantic import ValidationError

from filrouge.checks.fact import Breach, Data, Fact

RULES = ("A1", "A2", "A3")
_SAID_BY_PARTNERS = frozenset(
    entry.type.split(".")[-2] for entry in REGISTER if PARTNER_KINDS.intersection(entry.said_by)
)


class Admission:
    """Compares partners' records, verdicts and facts when all were read."""

    def __init__(self) -> None:
        self.wants = frozenset({"verdict-given"})
        self.checked = dict.fromkeys(RULES, 0)
        self.records = 0
        self.outcomes: Counter[str] = Counter()
        self._said: dict[tuple[str, int], tuple[str, bytes] | None] = {}
        """(topic, offset) → digest of the payload, and of the words as the gateway passes them on; None if
        they were erased: then the verdict alone says what they were."""
        self._verdicts: list[tuple[str, Data]] = []
        self._facts: dict[str, bytes] = {}

    def hear(self, record: Any) -> None:
        """A partner's own record."""
        self.records += 1
        if isinstance(record, ErasedRecord):
            self._said[record.topic, record.offset] = None
            return
        value = record.value or b""
        self._said[record.topic, record.offset] = (sha256(value).hexdigest(), _words(record))

    def take(self, fact: Fact) -> Iterator[Breach]:
        if fact.name == "verdict-given":
            self.outcomes[fact.data["outcome"]] += 1
            self._verdicts.append((fact.id, fact.data))
        elif fact.source.startswith(f"{GATEWAY}/") and fact.name in _SAID_BY_PARTNERS:
            self._facts[fact.id] = sha256(fact.value).digest()
        elif fact.name in _SAID_BY_PARTNERS:
            yield Breach("A2", f"{fact.source} says {fact.name} for a partner", (fact.id,))

    def close(self) -> Iterator[Breach]:
        yield from self._answers()
        yield from self._origins()
        yield from self._memory()

    def _answers(self) -> Iterator[Breach]:
        answered: dict[tuple[str, int], str] = {}
        for identity, verdict in self._verdicts:
            self.checked["A1"] += 1
            place = (verdict["position"]["topic"], verdict["position"]["offset"])
            if place in answered:
                both = (answered[place], identity)
                yield Breach("A1", f"{place[0]}/{place[1]} has two verdicts", both)
            answered[place] = identity
            said = self._said.get(place, ("", b""))
            if said is not None and said[0] != verdict["payload_sha256"]:
                yield Breach("A1", f"{place[0]}/{place[1]} is another payload", (identity,))
        for place in self._said.keys() - answered.keys():
            yield Breach(
                "A1", "a partner's record without a verdict", (f"{place[0]}/0/{place[1]}",)
            )

    def _origins(self) -> Iterator[Breach]:
        unclaimed = dict(self._facts)
        for identity, verdict in self._verdicts:
            if verdict["outcome"] != "accepted":
                continue
            self.checked["A2"] += 1
            position, admitted = verdict["position"], verdict["admitted_id"]
            words = unclaimed.pop(admitted, None)
            said = self._said.get((position["topic"], position["offset"]), ("", b""))
            if words is None:
                yield Breach("A2", f"{admitted} was accepted and is not there", (identity,))
            elif said is not None and words != said[1]:
                yield Breach("A2", "the fact says something else", (identity, admitted))
        for admitted in unclaimed:
            yield Breach("A2", "a partner's fact that nobody accepted", (admitted,))

    def _memory(self) -> Iterator[Breach]:
        accepted: dict[tuple[str, str], Data] = {}
        for identity, verdict in self._verdicts:
            said = (verdict["event_source"], verdict["event_id"])
            if verdict["outcome"] == "accepted":
                self.checked["A3"] += 1
                if said in accepted:
                    yield Breach("A3", f"{said[1]} of {said[0]} is accepted twice", (identity,))
                accepted[said] = verdict
        for identity, verdict in self._verdicts:
            if verdict["outcome"] not in ("duplicate", "conflict"):
                continue
            self.checked["A3"] += 1
            first = accepted.get((verdict["event_source"], verdict["event_id"]))
            same = first is not None and first["payload_sha256"] == verdict["payload_sha256"]
            if same != (verdict["outcome"] == "duplicate"):
                yield Breach("A3", f"{verdict['event_id']} is no {verdict['outcome']}", (identity,))


def _words(record: Any) -> bytes:
    """Digest of the event as its contract writes it; nothing if there is no such event."""
    kind = dict(record.headers).get("ce_type") or b""
    entry = REGISTER.by_type.get(kind.decode(errors="replace"))
    if entry is None:
        return b""
    try:
        return sha256(entry.model.from_json(record.value or b"").to_json()).digest()
    except ValidationError:
        return b""
