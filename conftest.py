"""What tests of every folder may ask for: a real Kafka and a real PostgreSQL, one pair for the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from filrouge.stack import Stack, local_stack

pytest.register_assert_rewrite("tests.faults.scene", "tests.integration.village")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Shared: whoever kills a server starts it again; names of topics and databases are each test's own."""
    # late: it brings the client of an engine, which most runs have no use for
    from tests.containers import chosen, container_stack

    start = container_stack if chosen() else local_stack
    with start(tmp_path_factory.mktemp("stack")) as started:
        yield started
