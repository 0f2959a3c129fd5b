"""What several tests of the chassis ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from filrouge.stack import Stack
from filrouge_chassis.testing.sites import FakeSite, PostgresSite, Site


@pytest.fixture(params=["fake", pytest.param("postgres", marks=pytest.mark.stack)])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """A database of the test's own, in memory and in PostgreSQL."""
    if request.param == "fake":
        yield FakeSite()
        return
    stack: Stack = request.getfixturevalue("stack")
    real = PostgresSite(stack.postgres)
    yield real
    await real.close()
