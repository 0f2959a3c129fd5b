"""`filrouge up`: Kafka, PostgreSQL, the topics and every service, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import all_topics

from filrouge.local_archive import LocalArchive
from filrouge.local_watch import start_watch
from filrouge.running import Running
from filrouge.stack import Stack, local_stack
from filrouge.stack.waiting import run_coroutine
from filrouge.supervisor import Supervisor, supervised
from filrouge.topics import ensure_topics

LOOK_AGAIN_SECONDS = 0.5


@click.command()
@click.option("--lanes", default=4, show_default=True, help="Partitions of the shared topics.")
@click.option("--partner", "partners", multiple=True, help="Make this partner's topics (repeat).")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".stack"),
    show_default=True,
    help="Where data and logs lie; kept from run to run.",
)
@click.option("--fresh", is_flag=True, help="Forget the data of earlier runs first.")
@click.option("--archive", help="Where the archive lies: a folder, or s3://, gs:// or az://.")
def up(lanes: int, partners: tuple[str, ...], data: Path, fresh: bool, archive: str | None) -> None:
    """Run everything on this machine until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the same clean stop
    try:
        with local_stack(data, fresh=fresh) as stack:
            click.echo(f"Kafka       {stack.kafka}\nPostgreSQL  {stack.postgres}")
            run_coroutine(lambda: ensure_topics(stack.kafka, all_topics(lanes, SERVICES, partners)))
            local = LocalArchive(stack.folder, archive)
            if fresh:
                local.forget()
            _run_services(stack, lanes, local)
    except KeyboardInterrupt:
        click.echo("stopped")


def _run_services(stack: Stack, lanes: int, archive: LocalArchive) -> None:
    with supervised(stack, lanes) as supervisor:
        trail = archive.start(
            supervisor
        )  # the first to start is the last to stop, and archives all
        supervisor.start_all()
        trail.wait_ready()
        start_watch(supervisor).wait_ready()
        click.echo(f"Archive     {archive.url}")
        ports = {process.name: process.http_port for process in supervisor.processes.values()}
        Running(stack.kafka, stack.postgres, lanes, ports).note(stack.folder)
        for process in supervisor.processes.values():
            click.echo(
                f"{process.name:<24}http://127.0.0.1:{process.http_port}  {process.child.log}"
            )
        click.echo("Everything is ready. Ctrl-C stops it.")
        _watch(supervisor)


def _watch(supervisor: Supervisor) -> None:
    never = threading.Event()
    while not never.wait(LOOK_AGAIN_SECONDS):
        for process in supervisor.revive():
            click.echo(f"{process.child.name} ended and was started again: {process.child.log}")
