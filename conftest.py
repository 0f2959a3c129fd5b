"""What tests of every folder may ask for: a real Kafka and a real PostgreSQL, one pair for the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from filrouge.deployment.access import PARTNER, users
from filrouge.stack import Stack, local_stack
from filrouge.stack.secured import Entrance

pytest.register_assert_rewrite("tests.faults.scene", "tests.integration.village")
PARTNERS = ("ministry", "accountant", "buyer", "supplier", "school", "association")
NAMES = (*(user.name for user in users()), *(PARTNER.format(partner=one) for one in PARTNERS))
"""Who can sign in to Kafka; of PostgreSQL's roles the passwords only."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Shared: whoever kills a server starts it again; names of topics and databases are each test's own."""
    # late: it brings the client of an engine, which most runs have no use for
    from tests.containers import chosen, container_stack

    folder = tmp_path_factory.mktemp("stack")
    with (
        container_stack(folder)
        if chosen()
        else local_stack(folder, entrance=Entrance.made(folder / "entrance", NAMES))
    ) as started:
        yield started
