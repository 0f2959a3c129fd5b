"""What commands ask for that need Kafka alone."""

from __future__ import annotations

import click

of_kafka = click.option(
    "--kafka", required=True, envvar="FILROUGE_KAFKA", help="host:port; also FILROUGE_KAFKA."
)
"""Gives a command the argument `kafka`."""
