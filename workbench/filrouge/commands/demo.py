"""`filrouge demo`: the plan in small on this machine, and whether everything about it can be proved."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from filrouge import demonstration
from filrouge.checks.variety import POSSIBLE_REASONS, TYPES
from filrouge.demonstration import Outcome, demonstrate
from filrouge.invariants import HOLDS, sentence
from filrouge.offline import Audited
from filrouge.reexecution import MATCH
from filrouge.targets import TARGETS

STEPS = {
    "start": "Kafka, PostgreSQL, every service",
    "play": "stories told to their end",
    "archive": "a receipt asked for, words erased",
    "check": "records read and checked",
    "rebuild": "databases dropped and rebuilt",
    "re-execute": "lanes decided again",
    "audit": "all stopped: verified, decided again, checked",
}
SHOWN = 20


@click.command()
@click.option("--scale", default=0.01, show_default=True, help="1.0 is the plan of April 2020.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other stories.")
@click.option("--lanes", default=4, show_default=True, help="Partitions of the shared topics.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what was found as JSON.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".stack/demo"),
    show_default=True,
    help="Where data and logs lie; emptied first.",
)
@click.option("--archive", help="Where the archive lies: a folder, or s3://, gs:// or az://.")
def demo(
    scale: float, seed: int, lanes: int, report: Path | None, data: Path, archive: str | None
) -> None:
    """Play the plan in small: partners speak, goods come, invoices are paid, and all of it is checked."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters is raised as well
    console = Console()
    with _bars(console) as progress:
        outcome = demonstrate(scale, seed, lanes, data, archive, progress)
    show(console, outcome)
    if report is not None:
        report.write_text(json.dumps(outcome.as_json(), indent=2, ensure_ascii=False) + "\n")
    sys.exit(0 if outcome.good else 1)


@contextmanager
def _bars(console: Console) -> Iterator[demonstration.Progress]:
    """One bar per step, which appears when the step begins."""
    columns = (
        TextColumn("{task.fields[step]:<11}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console) as bars:

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(STEPS[step], total=total, step=step)
            bars.update(tasks[step], completed=done, total=total)

        yield progress


def show(console: Console, outcome: Outcome) -> None:
    """The summary for people."""
    said = outcome.as_json()
    table = Table(
        title=f"The plan at scale {outcome.scale:g}, seed {outcome.seed}", show_header=False
    )
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    table.add_row("said by partners", f"{said['partner_events']:,}", "records, right and wrong")
    table.add_row("  accepted", f"{said['accepted']:,}", "each became exactly one fact")
    table.add_row("  refused", f"{said['refused']:,}", "each with a rule and a remedy")
    table.add_row("  known already", f"{said['duplicates']:,}", "counted once")
    table.add_row("  contradicting", f"{said['conflicts']:,}", "the first words count")
    table.add_row("events", f"{said['events']:,}", f"in {said['play_seconds']:g} s of play")
    table.add_row("  kinds of them", *_seen(said["event_types_unseen"], len(TYPES), "types"))
    table.add_row("  refusals", *_seen(said["reasons_unseen"], len(POSSIBLE_REASONS), "reasons"))
    table.add_row("parked", f"{said['parked']:,}", "defects of ours")
    table.add_row("archived", f"{said['archived_records']:,}", f"records, in {said['archive']}")
    if outcome.audited is not None:
        table.add_row("  audited alone", *_audited(outcome.audited))
    table.add_row(
        "books", *_verdict(said["books_match"], f"{len(outcome.differences)} differences")
    )
    table.add_row("rebuilt", *_result(outcome.rebuild, "every aggregate, byte for byte"))
    table.add_row(
        "decided again",
        *_result(outcome.reexecuted.result, f"{outcome.reexecuted.decisions:,} decisions"),
    )
    console.print(table)
    console.print(_figures(outcome))
    console.print(_invariants(outcome))
    for line in [*outcome.differences, *map(str, outcome.stream.breaches)][:SHOWN]:
        console.print(f"[red]✗[/red] {line}", highlight=False)
    word = "[green]Everything agrees.[/green]" if outcome.good else "[red]Something differs.[/red]"
    console.print(f"{word} {outcome.seconds:.0f} seconds in all.")


def _audited(found: Audited) -> tuple[str, str]:
    said = found.as_json()
    again = f"{said['re_executed']:,} decisions again, {said['erased']} records erased"
    return _result(MATCH if found.good else "differs", f"{said['leaves']:,} leaves, {again}")


def _seen(unseen: Sequence[str], of: int, what: str) -> tuple[str, str]:
    """How much of what can be said was said; at the smallest size some of it never happens."""
    left = f", without {', '.join(unseen[:3])}" if unseen else ""
    return f"{of - len(unseen):,}", f"of {of:,} {what}{left}{' …' if len(unseen) > 3 else ''}"


def _figures(outcome: Outcome) -> Table:
    """What was reached, beside what the plan announced for a play of this size."""
    table = Table(title="The plan so far")
    table.add_column("")
    table.add_column("reached", justify="right")
    table.add_column("announced at this scale", justify="right")
    for name, reached in outcome.figures.as_json().items():
        announced = TARGETS.get(name)
        shown = "" if announced is None else _amount(name, round(announced * outcome.scale))
        label = name.removesuffix("_cents").replace("_", " ")
        table.add_row(label, _amount(name, reached), shown)
    return table


def _amount(name: str, value: int) -> str:
    return f"{value / 100:,.2f} €" if name.endswith("_cents") else f"{value:,}"


def _verdict(good: bool, otherwise: str) -> tuple[str, str]:
    return (
        ("[green]agree[/green]", "with the simulator's own")
        if good
        else ("[red]✗[/red]", otherwise)
    )


def _result(result: str, what: str) -> tuple[str, str]:
    return ("[green]match[/green]", what) if result == "match" else ("[red]✗[/red]", result[:200])


def _invariants(outcome: Outcome) -> Table:
    table = Table(title="Over the whole stream")
    table.add_column("")
    table.add_column("rule")
    table.add_column("held against", justify="right")
    table.add_column("")
    for rule, finding in outcome.stream.findings.items():
        colour = "green" if finding.status == HOLDS else "red"
        number = f"{finding.checked:,}"
        table.add_row(rule, sentence(rule), number, f"[{colour}]{finding.status}[/{colour}]")
    return table
