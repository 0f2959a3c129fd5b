"""What all commands of auditors ask for."""

from __future__ import annotations

import click

from filrouge.audit.source import opener_of

from_source = click.option(
    "--source",
    "opener",
    required=True,
    envvar="FILROUGE_SOURCE",
    callback=lambda _context, _option, url: opener_of(url),
    metavar="URL",
    help="What to read: kafka://host:port. Also FILROUGE_SOURCE.",
)
"""Gives a command the argument `opener`."""
