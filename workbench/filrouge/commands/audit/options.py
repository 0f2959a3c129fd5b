"""What all commands of auditors ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from filrouge_archive.errors import Refused
from filrouge_archive.note import Verifier

from filrouge.audit.errors import AuditFailed
from filrouge.audit.share import Share
from filrouge.audit.source import opener_of

from_source = click.option(
    "--source",
    "opener",
    required=True,
    envvar="FILROUGE_SOURCE",
    callback=lambda _context, _option, url: opener_of(url),
    metavar="URL",
    help="What to read: an archive's folder or URL, kafka://host:port, or sasl-ssl://…; FILROUGE_SOURCE.",
)
"""Gives a command the argument `opener`."""


def parsed_keys(
    _context: object, option: click.Parameter | None, texts: tuple[str, ...]
) -> list[Verifier]:
    """Of `--verifier` and `--witness`: a key, or a file with a key per line."""
    try:
        lines = [line for text in texts for line in _lines(text)]
        return [Verifier.parse(line) for line in lines]
    except Refused as error:
        name = option.opts[0] if option is not None else "--verifier"
        raise AuditFailed(f"{name}: {error}") from error


def _lines(text: str) -> list[str]:
    path = Path(text)
    return path.read_text().split() if path.is_file() else [text]


with_verifiers = click.option(
    "--verifier",
    "verifiers",
    multiple=True,
    callback=parsed_keys,
    metavar="KEY|FILE",
    help="Trust this key, and not what the archive says is its own. May be given again.",
)


def with_share(*older_names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command the arguments `share_index` and `of`; `share_of` makes a share of them."""
    index = click.option(
        "--share-index", *older_names, "share_index", type=int, help="Which share, from 0 on."
    )
    of = click.option("--of", type=int, help="How many shares there are.")
    return lambda command: index(of(command))


def share_of(index: int | None, of: int | None) -> Share | None:
    """None: the whole, undivided. Raises AuditFailed."""
    if index is None and of is None:
        return None
    if index is None or of is None:
        raise AuditFailed("--share-index and --of say together which share is meant")
    return Share(index, of)
