"""`filrouge audit …`: one module per subcommand."""

from __future__ import annotations

import click

from filrouge.commands.audit.check import check
from filrouge.commands.audit.export import export
from filrouge.commands.audit.pack import pack
from filrouge.commands.audit.re_execute import re_execute
from filrouge.commands.audit.receipt import receipt
from filrouge.commands.audit.replay import replay
from filrouge.commands.audit.report import report
from filrouge.commands.audit.state import diff, state
from filrouge.commands.audit.trace import trace
from filrouge.commands.audit.verify import verify

COMMANDS = (verify, receipt, pack, re_execute, trace, state, diff, replay, check, report, export)


@click.group()
def audit() -> None:
    """Read, check and decide again what was recorded: of an archive, or of Kafka. Nothing is changed."""


for command in COMMANDS:
    audit.add_command(command)
