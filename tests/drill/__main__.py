"""`make drill`: something breaks, and whoever is on call has alerts, dashboards, logs and runbooks.

The stack, every service, the clock, the watch and a Prometheus are started here and ended with it; alerts
have their windows shortened, so that minutes are seconds. Which fault it is, a seed decides.
"""

from __future__ import annotations

import argparse
import logging
import random
import signal
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from anyio.from_thread import start_blocking_portal
from filrouge.stack import StackFailed, local_stack

from tests.drill.breaking import BREAKS, LAST
from tests.drill.prompt import HELP, Prompt, say, typed
from tests.drill.site import Site, site
from tests.monitoring.programs import found


def in_order(seed: int, names: Iterable[str] = BREAKS) -> list[str]:
    """By chance, but for those that leave something behind."""
    chosen = sorted(names)
    random.Random(seed).shuffle(chosen)
    return sorted(chosen, key=lambda name: LAST.index(name) if name in LAST else -1)


def introduction(site: Site) -> str:
    settings = " ".join(f"{name}={value}" for name, value in site.settings.items())
    return f"""Everything runs; partners speak, and the clock ticks.
Prometheus  {site.there.prometheus.url}
Folder      {site.work}: commands of runbooks can be run there as they are written
Settings    {settings}
An alert's minutes are seconds here; its hours are seconds or minutes, and a day of partners is 2.5 seconds.
{HELP}"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument(
        "--fault", choices=sorted(BREAKS), action="append", help="this one (all, by chance)"
    )
    parser.add_argument("--seed", type=int, help="by which the order is chosen (by chance)")
    options = parser.parse_args()
    if found("prometheus") is None:
        say("there is no prometheus: `make setup` unpacks Debian's where there is apt-get")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the same clean stop as Ctrl-C
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what is broken, others tell
    seed = random.SystemRandom().randrange(1000) if options.seed is None else options.seed
    names = in_order(seed, options.fault or BREAKS)
    say(f"seed {seed}: the stack, the services and some days of a play, a minute or less")
    try:
        with (
            TemporaryDirectory() as work,
            local_stack(Path(work) / ".stack") as stack,
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(site(stack, Path(work))) as here,
        ):
            say(introduction(here))
            Prompt(here, portal, names).run(typed())
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except StackFailed as failure:
        say(f"drill: {failure}")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
