"""Does this Prometheus reach all that it should, and evaluate every rule? `scraped.py URL`."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.request import urlopen

from filrouge.monitoring.programs import JOBS
from filrouge.stack import StackFailed
from filrouge.stack.waiting import wait_until

SECONDS = 60


def asked(url: str, what: str) -> Any:
    with urlopen(f"{url}/api/v1/{what}", timeout=SECONDS) as answer:
        return json.load(answer)["data"]


def all_is_well(url: str) -> bool:
    targets = {
        one["labels"]["job"]: one["health"] for one in asked(url, "targets")["activeTargets"]
    }
    rules = [rule["health"] for group in asked(url, "rules")["groups"] for rule in group["rules"]]
    return targets == dict.fromkeys(JOBS, "up") and set(rules) == {"ok"}


if __name__ == "__main__":
    address = sys.argv[1]
    wait_until(lambda: all_is_well(address), SECONDS, lambda why: StackFailed(f"{address}: {why}"))
    sys.stdout.write(f"{', '.join(JOBS)} are up, and every rule is evaluated\n")
