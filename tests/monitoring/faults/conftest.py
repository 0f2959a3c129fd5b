"""One installation for all faults, each of which leaves it mended; alerts with shortened windows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from filrouge.stack import Stack

from tests.monitoring.installation import Installation, installation
from tests.monitoring.short import SHORT_RULES


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def there(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    async with installation(stack, tmp_path_factory.mktemp("monitored"), SHORT_RULES) as running:
        yield running
