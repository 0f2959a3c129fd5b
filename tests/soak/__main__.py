"""`make soak`: a steady load for minutes while replicas come and go; what it took, and that nothing was lost.

An event is a record that is appended for a service to read: a partner's word, or a fact that follows from
one. Verdicts and journal records come on top of that, and are counted apart.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import tempfile
from pathlib import Path

from filrouge.stack import StackFailed, local_stack
from filrouge_chassis.memory import collect_seldom

from tests.soak.course import Course
from tests.soak.replicas import EVERYTHING
from tests.soak.report import Wanted
from tests.soak.tables import console_text, keep

CAST_SCALE = 0.2
"""Some thirty partners, each with a lane of the gateway: few enough for every one to speak every second."""
CACHED_SECONDS, CACHED_AT_LEAST = 0.4, 50
"""A lane remembers as many states as there are events in so many seconds: what a story needs, for as long as
it lasts, and not much more; then every cache is full before memory is judged."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--rate", type=float, default=500, help="events a second (500)")
    parser.add_argument("--minutes", type=float, default=10, help="for how long (10)")
    parser.add_argument("--lanes", type=int, default=4, help="partitions of shared topics (4)")
    parser.add_argument(
        "--memory", type=float, default=100, help="MB an hour a process may grow (100)"
    )
    parser.add_argument("--json", type=Path, help="file for the numbers")
    parser.add_argument("--keep", action="store_true", help="show this run in docs/capacity.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the same clean stop as Ctrl-C
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters is raised as well
    collect_seldom()
    wanted = Wanted(
        events_per_second=options.rate,
        seconds=60 * options.minutes,
        lanes=options.lanes,
        changes=EVERYTHING,
        cast_scale=CAST_SCALE,
        session_timeout_ms=10_000,
        cached_states=max(CACHED_AT_LEAST, round(options.rate * CACHED_SECONDS)),
        megabytes_per_hour=options.memory,
    )
    try:
        with tempfile.TemporaryDirectory() as folder, local_stack(Path(folder)) as stack:
            found = Course(stack, Path(folder), wanted, _say).run().as_json()
    except KeyboardInterrupt:
        _say("stopped")
        return 130
    except StackFailed as failure:
        _say(f"soak: {failure}")
        return 1
    _say(console_text(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    if options.keep:
        keep(found)
    return 0 if found["good"] else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
