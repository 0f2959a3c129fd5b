"""The supervisor starts, stops, kills, freezes and revives processes; a small HTTP server stands in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from filrouge.stack import Stack, StackFailed, local_stack
from filrouge.supervisor import REVIVALS_AT_MOST, Supervisor, supervised

SERVICE = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

print(os.environ["FILROUGE_KAFKA"], os.environ["FILROUGE_LANES"])
HTTPServer(("127.0.0.1", int(os.environ["FILROUGE_HTTP_PORT"])), Health).serve_forever()
"""


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setenv("FILROUGE_KAFKA", "kafka.example:9092")
    monkeypatch.setenv("FILROUGE_POSTGRES", "postgresql://me@db.example/postgres")
    with local_stack(tmp_path) as stack:
        yield stack


@pytest.fixture
def supervisor(given: Stack, tmp_path: Path) -> Iterator[Supervisor]:
    (tmp_path / "stand_in.py").write_text(SERVICE)
    (tmp_path / "ends_at_once.py").write_text("raise SystemExit('out of order')")
    with supervised(given, lanes=3, environment={"PYTHONPATH": str(tmp_path)}) as supervisor:
        yield supervisor


def test_services_are_told_where_things_are_and_become_ready(supervisor: Supervisor) -> None:
    supervisor.start_all(["stand_in"])
    assert supervisor["stand_in"].ready()
    assert "kafka.example:9092 3" in supervisor["stand_in"].child.log.read_text()


def test_a_killed_service_comes_back_on_its_port(supervisor: Supervisor) -> None:
    service = supervisor.start("stand_in")
    service.wait_ready()
    port = service.http_port
    service.kill()
    assert not service.running
    assert not service.ready()
    service.start()
    service.wait_ready()
    assert service.http_port == port


def test_a_restarted_service_is_another_process(supervisor: Supervisor) -> None:
    service = supervisor.start("stand_in")
    service.wait_ready()
    before = service.child.pid
    service.restart()
    service.wait_ready()
    assert service.child.pid != before


def test_a_frozen_service_is_not_ready_until_it_is_woken(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filrouge.supervisor.PROBE_SECONDS", 0.2)
    service = supervisor.start("stand_in")
    service.wait_ready()
    service.freeze()
    assert service.running
    assert not service.ready()
    service.wake()
    service.wait_ready()


def test_two_instances_have_logs_and_ports_of_their_own(supervisor: Supervisor) -> None:
    first, second = supervisor.start("stand_in"), supervisor.start("stand_in", instance=2)
    first.wait_ready()
    second.wait_ready()
    assert first.child.log != second.child.log
    assert first.http_port != second.http_port


def test_a_service_that_ends_while_it_starts_is_reported_with_its_log(
    supervisor: Supervisor,
) -> None:
    with pytest.raises(StackFailed, match="out of order"):
        supervisor.start_all(["ends_at_once"])


def test_a_service_that_ended_is_revived_a_few_times(supervisor: Supervisor) -> None:
    service = supervisor.start("stand_in")
    for _ in range(REVIVALS_AT_MOST):
        service.wait_ready()
        service.kill()
        assert list(supervisor.revive()) == [service]
    service.kill()
    with pytest.raises(StackFailed, match="again and again"):
        list(supervisor.revive())
