"""The `filrouge` command: what each subcommand does is in the module of its name."""

from __future__ import annotations

import sys

import click

from filrouge.audit.errors import AuditFailed
from filrouge.commands.audit import audit
from filrouge.commands.demo import demo
from filrouge.commands.erase import erase
from filrouge.commands.keys import keys
from filrouge.commands.parked import parked
from filrouge.commands.prepare import clock, prepare
from filrouge.commands.rebuild import rebuild
from filrouge.commands.restore import restore
from filrouge.commands.smoke import smoke
from filrouge.commands.status import status
from filrouge.commands.up import up
from filrouge.commands.watch import watch
from filrouge.operator import OperatorRefuses
from filrouge.parked import StillParked
from filrouge.quiet import NotQuiet
from filrouge.restoring.problems import RestoreRefused
from filrouge.smoke import SmokeFailed
from filrouge.stack import StackFailed
from filrouge.topics import TopicsDiffer


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def filrouge() -> None:
    """From a partner's word to a paid invoice, on one machine; and what a cluster is told."""


for command in (
    demo,
    up,
    status,
    parked,
    rebuild,
    restore,
    erase,
    audit,
    keys,
    prepare,
    clock,
    smoke,
    watch,
):
    filrouge.add_command(command)


def main() -> None:
    """What is known to go wrong is said in a sentence, without a traceback."""
    try:
        filrouge()
    except (
        AuditFailed,
        NotQuiet,
        OperatorRefuses,
        RestoreRefused,
        SmokeFailed,
        StackFailed,
        StillParked,
        TopicsDiffer,
    ) as failure:
        sys.exit(f"filrouge: {failure}")
