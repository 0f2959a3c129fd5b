"""`python -m filrouge.stack fetch`, `lock` and `jars`: the jars of the local broker, for make."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from filrouge.stack import StackFailed, jars


def main(arguments: Sequence[str]) -> str | None:
    try:
        match arguments:
            case ["fetch"]:
                jars.class_path()
            case ["lock"]:
                jars.write_lock()
            case ["jars"]:
                sys.stdout.write("".join(f"{path}\n" for path in jars.class_path()))
            case _:
                return "usage: python -m filrouge.stack fetch|lock|jars"
    except StackFailed as failure:
        return str(failure)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
