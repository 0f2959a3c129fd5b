"""`make bench`: what a stage costs, against a floor and against the ordinary way, in one run; how long partners
wait; and how fast an auditor is. `--only` measures one part of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filrouge.stack import Stack, local_stack
from filrouge_chassis.memory import collect_seldom

from tests.bench.archive import archive_figures
from tests.bench.contestants import floor_below, naive_handler, stage, traced_stage
from tests.bench.installation import LANES, Installation
from tests.bench.latency import Span, latency
from tests.bench.past import past_of
from tests.bench.rates import Measured, summary
from tests.bench.receipts import receipt_delays_ms

Numbers = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    records: int
    naive_records: int
    span: Span
    archived_records: int
    receipts: int
    lines: int = 400


ORDERS_PER_SECOND = (100, 500)
TRACED = {
    "1_percent": {"FILROUGE_TRACE_RATIO": "0.01"},
    "all_bounded": {"FILROUGE_TRACE_RATIO": "1"},
    "all": {"FILROUGE_TRACE_RATIO": "1", "FILROUGE_TRACE_SPANS_PER_SECOND": "1000000"},
}
FULL = Size(5, 120_000, 500, Span(5, 20), 100_000, 100)
QUICK = Size(1, 8_000, 100, Span(1, 3), 8_000, 5)


@dataclass
class Figures:
    """Every round of everything; what is printed and kept is made of these."""

    stage: list[Measured] = field(default_factory=list)
    traced: dict[str, list[Measured]] = field(default_factory=lambda: {name: [] for name in TRACED})
    floor: list[Measured] = field(default_factory=list)
    naive: list[Measured] = field(default_factory=list)
    rebuild: list[float] = field(default_factory=list)
    re_execution: list[float] = field(default_factory=list)

    def as_json(self) -> Numbers:
        rounds = zip(self.stage, self.floor, self.naive, strict=True)
        ratios = [(ours, below, naive) for ours, below, naive in rounds]
        return {
            **_both("stage", self.stage),
            **_both("floor", self.floor),
            **_both("naive", self.naive),
            "ratio_to_naive": summary(
                [o.events_per_second / n.events_per_second for o, _, n in ratios]
            ),
            "ratio_to_floor": summary(
                [o.events_per_second / b.events_per_second for o, b, _ in ratios]
            ),
            "ratio_to_floor_cpu": summary(
                [o.events_per_cpu_second / b.events_per_cpu_second for o, b, _ in ratios]
            ),
            **{f"ratio_traced_{name}": self._ratio(rounds) for name, rounds in self.traced.items()},
            "rebuild": summary(self.rebuild),
            "re_execution": summary(self.re_execution),
        }

    def _ratio(self, rounds: Sequence[Measured]) -> dict[str, float]:
        """Events per processor second, to the untraced stage of the same round."""
        return summary(
            [
                traced.events_per_cpu_second / plain.events_per_cpu_second
                for traced, plain in zip(rounds, self.stage, strict=True)
            ]
        )


def _both(name: str, rounds: Sequence[Measured]) -> dict[str, dict[str, float]]:
    return {
        name: summary([one.events_per_second for one in rounds]),
        f"{name}_per_cpu_second": summary([one.events_per_cpu_second for one in rounds]),
    }


async def run(size: Size, here: Installation) -> Figures:
    figures = Figures()
    await stage(here, await here.prepare())  # the credits, and a broker that has warmed up
    for number in range(size.rounds):
        asked = await here.ask(size.records)
        figures.naive.append(await naive_handler(here, number, size.naive_records))
        figures.stage.append(await stage(here, asked))
        figures.floor.append(await floor_below(here, asked, number))
        for name, settings in TRACED.items():
            asked = await here.ask(size.records)
            figures.traced[name].append(await traced_stage(here, asked, settings))
        _say(
            f"round {number + 1} of {size.rounds}: stage {_shown(figures.stage[-1])}, "
            f"floor {_shown(figures.floor[-1])}, naive {_shown(figures.naive[-1])}"
        )
    for lane in range(LANES):
        past = await past_of(here, lane)
        figures.rebuild.append(past.rebuilt_per_second)
        figures.re_execution.append(past.reexecuted_per_second)
    return figures


def _shown(measured: Measured) -> str:
    return f"{measured.events_per_second:,.0f}/s ({measured.events_per_cpu_second:,.0f}/cpu-s)"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@contextmanager
def _new_stack() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory() as folder, local_stack(Path(folder)) as stack:
        yield stack


def _stage(size: Size) -> Numbers:
    with _new_stack() as stack:
        return asyncio.run(run(size, Installation(stack, size.lines))).as_json()


def _latency(size: Size) -> Numbers:
    numbers = {}
    for rate in ORDERS_PER_SECOND:
        with _new_stack() as stack:
            numbers[f"latency_ms_at_{rate}"] = asyncio.run(latency(stack, size.span, rate))
    return numbers


def _archive(size: Size) -> Numbers:
    with _new_stack() as stack:
        here = Installation(stack, size.lines)
        return asyncio.run(archive_figures(here, size.archived_records, size.rounds))


def _receipts(size: Size) -> Numbers:
    with _new_stack() as stack:
        return {"receipt_ms": asyncio.run(receipt_delays_ms(stack, size.receipts))}


PARTS: Mapping[str, Callable[[Size], Numbers]] = {
    "stage": _stage,
    "latency": _latency,
    "archive": _archive,
    "receipts": _receipts,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the numbers")
    parser.add_argument("--quick", action="store_true", help="one small round: does it run at all?")
    parser.add_argument("--only", choices=PARTS, help="this part alone")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    collect_seldom()
    numbers: dict[str, object] = {}
    for name in [options.only] if options.only else PARTS:
        numbers |= PARTS[name](size)
    for name, value in numbers.items():
        _say(f"{name:24} {value}")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
