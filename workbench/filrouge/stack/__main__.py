"""`python -m filrouge.stack fetch` and `lock`: the jars of the local broker, for `make setup`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from filrouge.stack import StackFailed, jars


def main(arguments: Sequence[str]) -> str | None:
    try:
        match arguments:
            case ["fetch"]:
                jars.class_path()
                jars.metrics_agent()
            case ["lock"]:
                jars.write_lock()
            case _:
                return "usage: python -m filrouge.stack fetch|lock"
    except StackFailed as failure:
        return str(failure)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
