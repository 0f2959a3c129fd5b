"""The register for people: a chart and a table of domains for the README, and a page with every event."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from filrouge_contracts.entry import PARTNER_KINDS, Entry
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import CONTROL

PAGE = "contracts/EVENTS.md"
_TEXT = """# Every event

Generated from the [register](filrouge_contracts/table/) by `make generate`. Time and parameters are said by the
operator; every service also says what holds for all of them: its journal, what it parks, what waits.
"""


def flow_chart() -> str:
    """Who tells whom about what; without time and parameters, which everybody hears."""
    said: dict[tuple[str, str], dict[str, None]] = {}
    for entry in REGISTER:
        if entry.topic == CONTROL or entry.spread != "key":
            continue
        for sayer in entry.said_by:
            for hearer in entry.heard_by:
                said.setdefault((sayer, hearer), {})[domain_of(entry)] = None
    edges = [f'    {a} -->|"{", ".join(about)}"| {b}' for (a, b), about in said.items() if a != b]
    kinds = sorted({sayer for sayer, _ in said} & PARTNER_KINDS)
    return "\n".join(
        ["```mermaid", "flowchart LR", *(f"    {kind}([{kind}])" for kind in kinds), *edges, "```"]
    )


def domain_table() -> str:
    """Every domain: what it is about, what partners say in it, and who decides."""
    lines = [
        "| Domain | About | What partners say | Events | Decided by |",
        "| --- | --- | --- | --- | --- |",
    ]
    for domain, entries in domains().items():
        words = [entry.model.__name__ for entry in entries if is_word(entry)]
        cells = (
            f"[{domain}]({PAGE}#{domain})",
            _about(domain),
            ", ".join(words) or "–",
            str(len(entries)),
            _names(dict.fromkeys(who for entry in entries for who in _deciders(entry))),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def events_text() -> str:
    """The page: for every event what it means, who says and hears it, what comes next and by when."""
    parts = [_TEXT]
    for domain, entries in domains().items():
        topics = ", ".join(f"`{topic}`" for topic in sorted({entry.topic for entry in entries}))
        parts += [
            f"## {domain}\n\n{_about(domain)} On {topics}.\n",
            "| Event | Meaning | Key | Said by | Heard by | What comes next | By when |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *map(_row, entries),
            "",
        ]
    return "\n".join(parts)


def domains() -> dict[str, list[Entry]]:
    """The entries of each domain, which is the module of the event's class."""
    found: dict[str, list[Entry]] = {}
    for entry in REGISTER:
        found.setdefault(domain_of(entry), []).append(entry)
    return found


def domain_of(entry: Entry) -> str:
    """`equipment` of `fr.filrouge.equipment.order-placed.v1`."""
    return entry.type.split(".")[2]


def is_word(entry: Entry) -> bool:
    """Whether a partner, or the operator, says it."""
    return bool(set(entry.said_by) & {*PARTNER_KINDS, "operator"})


def _deciders(entry: Entry) -> tuple[str, ...]:
    return entry.heard_by if is_word(entry) else entry.said_by


def _about(domain: str) -> str:
    text = import_module(f"filrouge_contracts.{domain}").__doc__ or ""
    return text.strip().partition("\n")[0]


def _row(entry: Entry) -> str:
    cells = (
        f"[{entry.model.__name__}](schemas/{entry.type}.json)",
        entry.meaning,
        f"`{entry.key}`",
        _names(entry.said_by),
        _names(entry.heard_by) or "auditors",
        entry.next_step,
        entry.within,
    )
    return "| " + " | ".join(cells) + " |"


def _names(names: Iterable[str]) -> str:
    names = tuple(names)
    if set(names) >= PARTNER_KINDS:
        return "every partner"
    return ", ".join(names)
