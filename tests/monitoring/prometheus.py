"""A real Prometheus that scrapes processes of this machine, as a child of the stack."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml
from filrouge.stack import Stack
from filrouge.stack.child import Child, Command
from filrouge.stack.waiting import free_port, wait_until

from tests.monitoring.programs import found

EVERY = "1s"
READY_SECONDS = 30.0
Sample = tuple[Mapping[str, str], float]


class Refused(Exception):
    """Prometheus does not take the question; it says why."""


class Prometheus:
    """`jobs`: the port of each process, by the name of its job."""

    def __init__(
        self, stack: Stack, jobs: Mapping[str, int], rules: Sequence[Mapping[str, Any]]
    ) -> None:
        self._folder, self._port = stack.folder / "prometheus", free_port()
        self._folder.mkdir(exist_ok=True)
        self._child = Child("prometheus", stack.folder, stack.janitor)
        scraped = [
            {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
            for job, port in jobs.items()
        ]
        files = [self._written(f"rules-{n}", one) for n, one in enumerate(rules)]
        pace = {"scrape_interval": EVERY, "scrape_timeout": EVERY, "evaluation_interval": EVERY}
        said = {"global": pace, "rule_files": files, "scrape_configs": scraped}
        self._config = self._written("prometheus", said)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _written(self, name: str, said: Mapping[str, Any]) -> str:
        path = self._folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(dict(said)))
        return str(path)

    def start(self) -> None:
        program = found("prometheus")
        assert program is not None
        argv = [
            program,
            f"--config.file={self._config}",
            f"--storage.tsdb.path={self._folder / f'data-{self._port}'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
        ]
        self._child.start(Command(argv, {}, Path(self._folder)))
        explained = self._child.explained
        wait_until(self._ready, READY_SECONDS, lambda why: explained(f"Prometheus: {why}"))

    def stop(self) -> None:
        self._child.stop()

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/-/ready") as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def ask(self, path: str, **parameters: str) -> Any:
        url = f"{self.url}/api/v1/{path}?{urlencode(parameters)}"
        try:
            with urlopen(url) as answer:
                return json.load(answer)["data"]
        except HTTPError as error:
            with error:
                raise Refused(json.load(error)["error"]) from None

    def samples(self, expression: str) -> list[Sample]:
        """What it is now; a number is a sample without labels."""
        data = self.ask("query", query=expression)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(one["metric"], float(one["value"][1])) for one in data["result"]]

    def ranges(
        self, expression: str, seconds: float, points: int
    ) -> list[tuple[Mapping[str, str], list[float]]]:
        """What it was until now, at so many moments."""
        now = time.time()
        span = {"start": f"{now - seconds}", "end": f"{now}", "step": f"{seconds / (points - 1)}"}
        found = self.ask("query_range", query=expression, **span)["result"]
        return [(one["metric"], [float(value) for _, value in one["values"]]) for one in found]

    def values_of(self, label: str, metric: str) -> list[str]:
        """As a variable of a dashboard has them."""
        found: list[str] = self.ask(f"label/{label}/values", **{"match[]": metric})
        return found

    def fires(self, alert: str, **labels: str) -> bool:
        named = {"alertname": alert, "alertstate": "firing", **labels}
        chosen = ", ".join(f'{name}="{value}"' for name, value in named.items())
        return bool(self.samples(f"ALERTS{{{chosen}}}"))
