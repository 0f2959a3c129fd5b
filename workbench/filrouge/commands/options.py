"""What commands ask for that need Kafka alone."""

from __future__ import annotations

import asyncio

import click
from filrouge_chassis import kafka_address
from filrouge_chassis.kafka_entrance import kafka_lets_in
from filrouge_chassis.settings import SettingsInvalid


def _entered(context: click.Context, parameter: click.Parameter, kafka: str) -> str:
    """A wrong address or password is said before anything is begun."""
    try:
        asyncio.run(kafka_lets_in(kafka_address.checked(kafka)))
    except (ValueError, SettingsInvalid) as error:
        raise click.BadParameter(str(error)) from error
    return kafka


of_kafka = click.option(
    "--kafka",
    required=True,
    envvar="FILROUGE_KAFKA",
    callback=_entered,
    help="host:port, or sasl-ssl://… with a name; also FILROUGE_KAFKA.",
)
"""Gives a command the argument `kafka`."""
