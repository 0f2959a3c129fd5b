"""Every revision of every contract that was ever published, and whom a change of today would hurt.

`python -m filrouge_contracts.published` names what would break; with `--publish` it adds what is new, if
nothing does. A published file is never edited: its digest is kept beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from filrouge_contracts.compatibility import Change, unread
from filrouge_contracts.entry import PARTNER_KINDS, Entry, writers
from filrouge_contracts.event import successor_name
from filrouge_contracts.generate import ROOT, schema_text
from filrouge_contracts.register import REGISTER, Register

DIGESTS = "SHA256SUMS"


@dataclass(frozen=True)
class Contract:
    """What is promised of a type to those who say, hear and remember it."""

    type: str
    topic: str
    key: str
    spread: str
    said_by: tuple[str, ...]
    heard_by: tuple[str, ...]
    schema: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        schema = json.loads(schema_text(entry))
        return cls(
            entry.type, entry.topic, entry.key, entry.spread, entry.said_by, entry.heard_by, schema
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        data = json.loads(text)
        names = {"said_by": tuple(data["said_by"]), "heard_by": tuple(data["heard_by"])}
        return cls(**data | names)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def readers(self) -> frozenset[str]:
        """Hearers, and those who wrote it: they fold what they said into their states."""
        return frozenset((*self.heard_by, *writers(self.said_by))) - {"operator"}

    @property
    def partners(self) -> frozenset[str]:
        return PARTNER_KINDS.intersection(self.said_by)


Revisions = dict[str, list[Contract]]  # of each type, from the first to the last


class Published:
    """The folder `<type>/<number>.json`, with the digests of all that is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def revisions(self) -> Revisions:
        found: Revisions = {}
        for path in sorted(self.folder.glob("*/*.json"), key=lambda path: int(path.stem)):
            contract = Contract.from_json(path.read_text(encoding="utf-8"))
            found.setdefault(path.parent.name, []).append(contract)
        return found

    def damages(self) -> Iterator[str]:
        """What is not as it was published, or was never published."""
        listed = self._digests()
        there = {
            path.relative_to(self.folder).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in self.folder.glob("*/*.json")
        }
        for name in sorted(listed.keys() | there.keys()):
            if name not in there:
                yield f"published/{name} is gone. Put it back as it was published."
            elif name not in listed:
                yield f"published/{name} was not written by `make publish`. Take it away, and do so."
            elif listed[name] != there[name]:
                yield (
                    f"published/{name} is not what was published. Put it back as it was; what is new"
                    " is a revision of its own, by `make publish`."
                )

    def add(self, contract: Contract, number: int) -> Path:
        path = self.folder / contract.type / f"{number}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(contract.to_json())
        digest = sha256(path.read_bytes()).hexdigest()
        with (self.folder / DIGESTS).open("a", encoding="utf-8") as file:
            file.write(f"{digest}  {path.relative_to(self.folder).as_posix()}\n")
        return path

    def _digests(self) -> dict[str, str]:
        path = self.folder / DIGESTS
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def breaks(revisions: Revisions, register: Register) -> Iterator[str]:
    """Every break of a published type as a sentence: what, where, who is hurt, what to do."""
    for name, contracts in sorted(revisions.items()):
        entry = register.by_type.get(name)
        if entry is None:
            yield (
                f"{name} was published and is not in the register any more."
                f" {_lost(contracts[-1])} Put its class and its entry back: what is on a topic stays"
                " there for ever."
            )
            continue
        today = Contract.of(entry)
        found: dict[str, list[str]] = {}
        for number, contract in enumerate(contracts, 1):
            hurt: dict[str, dict[str, None]] = {}
            for what, whom in _hurt(contract, today):
                hurt.setdefault(what, {})[whom] = None
            for what, whoms in hurt.items():
                found.setdefault(" ".join((what, *whoms)), []).append(str(number))
        for sentences, numbers in found.items():
            yield (
                f"{name}, revision {', '.join(numbers)}: {sentences} Keep it as published, and put"
                f" {successor_name(name)} beside it: CONTRIBUTING.md, “Change an event”."
            )


def _hurt(published: Contract, today: Contract) -> Iterator[tuple[str, str]]:
    """What changed, and whom that hurts: those who find what was said before, and earlier releases that
    find what is said now."""
    hearers = _names(published.readers)
    for word in ("topic", "key", "spread"):
        then, now = getattr(published, word), getattr(today, word)
        if then != now:
            yield _was_and_is(f"its {word}", then, now), f"It is looked for in vain by {hearers}."
    if silenced := published.partners - today.partners:
        yield f"it may no longer be said by {_names(silenced)}.", _refused(silenced)
    for change in unread(published.schema, today.schema):
        what = _was_and_is(_place(change), change.said, change.read)
        if not change.at_door:
            yield what, _lost(today)
        if published.partners:
            yield what, _refused(published.partners)
    for change in unread(today.schema, published.schema):
        if not change.at_door:
            what = _was_and_is(_place(change), change.read, change.said)
            yield what, f"Said now, it is not read rightly by earlier releases of {hearers}."


def _lost(contract: Contract) -> str:
    return f"Said before, it is no longer read rightly by {_names(contract.readers)}."


def _refused(partners: frozenset[str]) -> str:
    return f"Said as before by {_names(partners)}, it is refused or misread."


def _place(change: Change) -> str:
    return f"{change.where}: {change.what}" if change.where else change.what


def _was_and_is(what: str, then: str, now: str) -> str:
    return f"{what} was {then} and is {now}."


def _names(names: frozenset[str]) -> str:
    if names >= PARTNER_KINDS:
        names = names - PARTNER_KINDS | {"every partner"}
    *others, last = sorted(names) or ["auditors"]
    return f"{', '.join(others)} and {last}" if others else last


def publish(published: Published, register: Register) -> list[Path]:
    """Adds a revision of every contract that is not as it was last published."""
    revisions = published.revisions()
    added = []
    for entry in register:
        contract, earlier = Contract.of(entry), revisions.get(entry.type, [])
        if not earlier or earlier[-1] != contract:
            added.append(published.add(contract, len(earlier) + 1))
    return added


def main(arguments: Sequence[str] | None = None, register: Register = REGISTER) -> int:
    """0 when nothing is damaged or broken, else 1 with a sentence for each."""
    parser = argparse.ArgumentParser(prog="python -m filrouge_contracts.published")
    parser.add_argument("--publish", action="store_true", help="add what is new, if nothing breaks")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout")
    options = parser.parse_args(arguments)
    published = Published(options.root / "contracts" / "published")
    wrong = list(published.damages()) or list(breaks(published.revisions(), register))
    for sentence in wrong:
        sys.stdout.write(f"{sentence}\n")
    if options.publish and not wrong:
        for path in publish(published, register):
            sys.stdout.write(f"published: {path.relative_to(options.root)}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
