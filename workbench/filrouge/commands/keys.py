"""`filrouge keys`: what an archive signs and salts with, made once by whoever installs."""

from __future__ import annotations

import json
from pathlib import Path
from secrets import token_hex

import click
from filrouge_archive.note import Signer

from filrouge.operator import OperatorRefuses

SALT_BYTES = 32
WRITTEN_LAST = "values.json"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--origin", required=True, help="Name that the archive signs under.")
@click.option("--keep", is_flag=True, help="If FOLDER has keys, leave them and be content.")
def keys(folder: Path, origin: str, keep: bool) -> None:
    """Make the archive's signing key and salt in FOLDER, and the public key, also as values for the chart."""
    if keep and (folder / WRITTEN_LAST).exists():
        return
    if folder.exists():
        raise OperatorRefuses(f"{folder} exists: keys are never written over; name another folder")
    folder.mkdir(mode=0o700, parents=True)
    signer = Signer.generate(origin)
    public = {"archive": {"origin": origin, "verifiers": [str(signer.verifier)]}}
    for name, text, mode in (
        ("key", signer.secret_text(), 0o600),
        ("salt", token_hex(SALT_BYTES), 0o600),
        ("verifier", str(signer.verifier), 0o644),
        (WRITTEN_LAST, json.dumps(public, indent=2), 0o644),
    ):
        path = folder / name
        path.touch(mode=mode)
        path.write_text(text + "\n")
        click.echo(path)
