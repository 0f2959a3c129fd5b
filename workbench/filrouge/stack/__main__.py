"""`python -m filrouge.stack fetch`, `lock` and `jars`: what the local servers are run from, for make."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from filrouge.stack import StackFailed, jars
from filrouge.stack.local import KAFKA_GIVEN, POSTGRES_GIVEN
from filrouge.stack.postgres_programs import programs


def main(arguments: Sequence[str]) -> str | None:
    try:
        match arguments:
            case ["fetch"]:
                _fetch()
            case ["lock"]:
                jars.write_lock()
            case ["jars"]:
                sys.stdout.write("".join(f"{path}\n" for path in jars.class_path()))
            case _:
                return "usage: python -m filrouge.stack fetch|lock|jars"
    except StackFailed as failure:
        return str(failure)
    return None


def _fetch() -> None:
    if os.environ.get(KAFKA_GIVEN):
        sys.stdout.write(f"{KAFKA_GIVEN} is set: the jars of the local broker are not needed\n")
    else:
        jars.class_path()
        jars.metrics_agent()
    if os.environ.get(POSTGRES_GIVEN):
        sys.stdout.write(f"{POSTGRES_GIVEN} is set: the programs of PostgreSQL are not needed\n")
    else:
        programs()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
