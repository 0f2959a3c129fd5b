"""What `filrouge status` says of a service whose lanes it could not read."""

from __future__ import annotations

import asyncpg
from filrouge.overview import unanswered


def test_a_database_that_is_lost_is_told_from_a_server_that_is_away() -> None:
    lost = asyncpg.InvalidCatalogNameError('database "b" does not exist')
    away = ConnectionRefusedError("Connect call failed")
    assert unanswered("b", lost) == 'b has no database: database "b" does not exist'
    said = "PostgreSQL cannot be asked about b: ConnectionRefusedError: Connect call failed"
    assert unanswered("b", away) == said
