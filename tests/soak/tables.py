"""The figures of a soak as tables: the same ones are printed, and shown in docs/capacity.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filrouge_chassis.metrics import AGE_SECONDS
from filrouge_contracts.entry import GATEWAY
from filrouge_contracts.generate import between_markers

DOCUMENT = Path(__file__).parents[2] / "docs" / "capacity.md"
MEASURED = Path(__file__).with_name("measured.json")
"""The run that the document shows."""
BLOCK = "soak"
Numbers = Mapping[str, Any]


def keep(found: Numbers) -> None:
    """Puts the run into the document, and its numbers beside the program."""
    MEASURED.write_text(json.dumps(found, indent=2) + "\n")
    DOCUMENT.write_text(shown_in(DOCUMENT.read_text(), found))


def shown_in(document: str, found: Numbers) -> str:
    return between_markers(document, BLOCK, markdown(found))


def console_text(found: Numbers) -> str:
    """What a person reads at the end of a run."""
    problems = "".join(f"✗ {problem}\n" for problem in found["problems"])
    return f"\n{markdown(found)}\n\n{problems}{'' if problems else 'Nothing is lost.'}"


def markdown(found: Numbers) -> str:
    return "\n\n".join(
        (
            f"Measured on {found['machine']}.",
            _table(("what", "measured"), _whole(found)),
            _table(
                ("at", "what happened", "records that waited", "all well again after"),
                _changes(found),
            ),
            _table(
                ("process", "seen for", "MB first", "last", "most", "MB an hour, once settled"),
                _memory(found),
            ),
            _table(
                (
                    "program",
                    "processors busy",
                    "records taken a second",
                    "of them by a lane",
                    "events decided a second",
                    "events/s of the installation that one processor of it carries",
                ),
                _processors(found),
            ),
        )
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _whole(found: Numbers) -> Iterator[tuple[str, str]]:
    wanted, rate, booked = found["wanted"], found["events_per_second"], found["booked_seconds"]
    lag, late, outcomes = found["lag_records"], found["said_late_ms"], found["outcomes"]
    yield (
        "asked for",
        f"{wanted['events_per_second']:g} events/s for {wanted['seconds'] / 60:g} min",
    )
    yield "lanes of a service", f"{wanted['lanes']}; the gateway has one per partner"
    yield (
        "appended",
        f"{found['events']:,} events: {rate['mean']:g}/s (median {rate['median']:g}/s)",
    )
    yield (
        "partner's word → booked",
        ", ".join(f"{name} {_age(seconds)}" for name, seconds in booked.items()),
    )
    yield "words said late by", f"p50 {late['p50']:g} ms, p99 {late['p99']:g} ms"
    waited = f"p50 {lag['p50']:,.0f}, p99 {lag['p99']:,.0f}, at most {lag['max']:,.0f}"
    yield "records that waited", waited
    yield "nothing left to read after", f"{found['drain_seconds']:g} s"
    told = ", ".join(f"{outcomes[name]:,} {name}" for name in sorted(outcomes))
    yield "partners' records", f"{found['partner_records']:,}, each with one verdict: {told}"
    yield (
        "records in all",
        f"{found['records_in_all']:,} with verdicts and journals, {found['republished']:,} of them twice",
    )
    audit = found["audit"]
    yield (
        "archive",
        f"{audit['leaves']:,} leaves verified, {audit['re_executed']:,} decisions again",
    )
    grown = ", ".join(f"{name} {size:,.0f} MB" for name, size in sorted(found["megabytes"].items()))
    yield "disk", f"{grown}, for {found['events_in_all']:,} events"
    yield "problems", str(len(found["problems"])) if found["problems"] else "none"


def _changes(found: Numbers) -> Iterator[tuple[str, ...]]:
    for one in found["changes"]:
        back = _seconds(one["back_after_seconds"])
        yield f"{one['at']} s", one["change"], f"{one['lag_records']:,.0f}", back


def _memory(found: Numbers) -> Iterator[tuple[str, ...]]:
    for name, one in found["memory_mb"].items():
        slope = one["megabytes_per_hour"]
        sizes = (f"{one[when]:,.0f}" for when in ("first", "last", "most"))
        yield name, f"{one['seconds']} s", *sizes, "too short" if slope is None else f"{slope:+.0f}"


def _processors(found: Numbers) -> Iterator[tuple[str, ...]]:
    for name, one in found["processors"].items():
        own = ("", "", "")
        if "taken_per_second" in one:
            taken, lanes = one["taken_per_second"], found["wanted"]["lanes"]
            of_a_lane = "a partner's words" if name == GATEWAY else f"{taken / lanes:,.0f}"
            own = (f"{taken:,.0f}", of_a_lane, f"{one['decided_per_second']:,.0f}")
        yield name, f"{one['processors']:.2f}", *own, f"{one['events_per_processor_second']:,}"


def _age(value: float | None) -> str:
    """The histogram does not tell how much longer than its last bound something took."""
    if value is None:
        return "of nothing"
    return f"{'more than ' if value >= AGE_SECONDS.buckets[-1] else ''}{value:g} s"


def _seconds(value: float | None) -> str:
    return "not before the next" if value is None else f"{value:g} s"
