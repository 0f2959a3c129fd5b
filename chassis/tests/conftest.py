"""What several tests of the chassis ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from filrouge.stack import Stack
from filrouge_chassis.testing.log_sites import FakeLogSite, KafkaLogSite, LogSite
from filrouge_chassis.testing.sites import FakeSite, PostgresSite, Site
from hypothesis import settings

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")


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


@pytest.fixture(params=["fake", pytest.param("kafka", marks=pytest.mark.stack)])
async def log_site(request: pytest.FixtureRequest) -> AsyncIterator[LogSite]:
    """A broker on which the test makes topics of its own, in memory and real."""
    if request.param == "fake":
        yield FakeLogSite()
        return
    stack: Stack = request.getfixturevalue("stack")
    real = KafkaLogSite(stack.kafka)
    await real.start()
    yield real
    await real.close()
