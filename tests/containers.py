"""Kafka and PostgreSQL in containers, with FILROUGE_STACK=containers: as in compose, on ports of their own.

Which images is said as for compose: KAFKA_IMAGE, POSTGRES_IMAGE. Tests that kill or freeze a server need
the local stack, and say so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, cast

import yaml
from docker.errors import DockerException
from filrouge.stack import Stack, StackFailed
from filrouge.stack.janitor import Janitor
from filrouge.stack.waiting import free_port
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import ExecWaitStrategy

CHOSEN_BY, CONTAINERS = "FILROUGE_STACK", "containers"
READY_SECONDS = 120
LOOPBACK = "127.0.0.1"
_COMPOSE = Path(__file__).parents[1] / "docker-compose.yml"


def chosen() -> bool:
    """Raises StackFailed for a stack that nobody knows."""
    said = os.environ.get(CHOSEN_BY, "local")
    if said not in {"local", CONTAINERS}:
        raise StackFailed(f"{CHOSEN_BY} is {said}: it may be local or {CONTAINERS}")
    return said == CONTAINERS


@contextmanager
def container_stack(folder: Path) -> Iterator[Stack]:
    """Both servers, until the end of the block; they keep nothing."""
    said: Mapping[str, Any] = yaml.safe_load(_COMPOSE.read_text())["services"]
    kafka_port, postgres_port = free_port(), free_port()
    otherwise = {
        "KAFKA_ADVERTISED_LISTENERS": f"CLIENT://{LOOPBACK}:{kafka_port},INSIDE://kafka:19092",
        # tests want the death of an instance to be noticed sooner than an installation does
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    }
    with closing(Janitor()) as janitor, ExitStack() as started:
        try:
            kafka = _as_compose_has_it(said["kafka"], 9092, kafka_port)
            kafka.with_envs(**otherwise).with_kwargs(hostname="kafka")
            postgres = _as_compose_has_it(said["postgres"], 5432, postgres_port)
            postgres.with_command(said["postgres"]["command"])
            for container in (kafka, postgres):
                started.enter_context(container)
        except (DockerException, TimeoutError) as error:
            raise StackFailed(
                f"{CHOSEN_BY}={CONTAINERS}, and no container could be started: {error}. Start an engine "
                f"(DOCKER_HOST), have the images (docs/images.md), or unset {CHOSEN_BY}."
            ) from error
        yield Stack(
            kafka=f"{LOOPBACK}:{kafka_port}",
            postgres=f"postgresql://postgres@{LOOPBACK}:{postgres_port}/postgres",
            folder=folder,
            janitor=janitor,
            own_broker=None,
            own_database=None,
        )


def _as_compose_has_it(said: Mapping[str, Any], port: int, outside: int) -> DockerContainer:
    image = re.sub(
        r"\$\{(\w+):-(.*)\}", lambda one: os.environ.get(one[1]) or one[2], said["image"]
    )
    container = DockerContainer(image).with_envs(**said["environment"])
    # on loopback alone, which `with_bind_ports` cannot say
    cast(dict[str, Any], container.ports)[f"{port}/tcp"] = (LOOPBACK, outside)
    ready = ExecWaitStrategy(said["healthcheck"]["test"][1:]).with_startup_timeout(READY_SECONDS)
    return container.waiting_for(ready)
