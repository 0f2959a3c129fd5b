"""Where a running installation is: `filrouge up` leaves a note of it, the other commands read the note."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import click

from filrouge.stack import StackFailed
from filrouge.stack.local import KAFKA_GIVEN, POSTGRES_GIVEN

NOTE = "running.json"
LANES_GIVEN = "FILROUGE_LANES"


@dataclass(frozen=True, slots=True)
class Running:
    """Addresses, the number of lanes, and the port of each service if it runs on this machine."""

    kafka: str
    postgres: str
    lanes: int
    ports: dict[str, int] = field(default_factory=dict)

    def note(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NOTE).write_text(json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def find(cls, folder: Path) -> Running:
        """What the environment names, else what the note in `folder` says."""
        kafka, postgres = os.environ.get(KAFKA_GIVEN), os.environ.get(POSTGRES_GIVEN)
        if kafka and postgres:
            return cls(kafka, postgres, int(os.environ.get(LANES_GIVEN, "4")))
        try:
            return cls(**json.loads((folder / NOTE).read_text()))
        except OSError as error:
            raise StackFailed(
                f"nothing is known of a running installation: start `filrouge up`, name its --data"
                f" folder (not {folder}), or set {KAFKA_GIVEN} and {POSTGRES_GIVEN}"
            ) from error


def of_a_running_installation(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a click command the option --data and the argument `running` found with it."""

    @click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(".stack"),
        show_default=True,
        help="The folder that `filrouge up` was given.",
    )
    @wraps(command)
    def with_running(data: Path, **arguments: Any) -> Any:
        return command(running=Running.find(data), **arguments)

    return with_running
