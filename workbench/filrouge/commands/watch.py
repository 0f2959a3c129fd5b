"""`filrouge watch`: the plan's figures, partners, deadlines and breaches, as metrics."""

from __future__ import annotations

import asyncio
import signal

import click
from filrouge_chassis.catalogue import registry_of_process
from prometheus_client import start_http_server

from filrouge.commands.options import of_kafka
from filrouge.watch.reading import Reading


@click.command()
@click.option(
    "--http-port",
    default=9464,
    show_default=True,
    envvar="FILROUGE_HTTP_PORT",
    help="Where Prometheus asks; also FILROUGE_HTTP_PORT.",
)
@click.option(
    "--http-host",
    default="127.0.0.1",
    show_default=True,
    envvar="FILROUGE_HTTP_HOST",
    help="Address to listen on; also FILROUGE_HTTP_HOST.",
)
@of_kafka
def watch(http_port: int, http_host: str, kafka: str) -> None:
    """Read everything that is said, for ever, and show what it comes to as metrics."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    registry = registry_of_process()
    server, _ = start_http_server(http_port, http_host, registry)
    click.echo(f"http://{http_host}:{http_port}/metrics", err=True)
    try:
        asyncio.run(Reading(kafka, registry, lambda line: click.echo(line, err=True)).run())
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        server.shutdown()
