"""What the chart `platform` has its operators do, on the local servers: topics, users with the access that its
register says, and a role of PostgreSQL for each service."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import asyncpg
from aiokafka.protocol.admin import CreateAclsRequest
from filrouge.deployment.access import dashed
from filrouge.deployment.generate import PLATFORM, ROOT
from filrouge.operator import lanes_of_gateway
from filrouge.rebuilding import drop_database
from filrouge.stack import Stack
from filrouge.stack.secured import Entrance
from filrouge.topics import ensure_topics, grow_topics
from filrouge_chassis.kafka_admin import kafka_admin
from filrouge_contracts.entry import SERVICES
from filrouge_contracts.topic_specs import all_topics

from tests.integration.village import LANES, Names

KINDS = {"topic": 2, "group": 3}
OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8, "DescribeConfigs": 10, "AlterConfigs": 11}
LITERAL = ALLOW = 3
"""As Kafka's protocol numbers them."""


class Grant(NamedTuple):
    """One thing that one user may do."""

    user: str
    kind: str
    name: str
    operation: str


@cache
def register() -> Any:
    """The file that the chart reads."""
    return json.loads((ROOT / PLATFORM / "register.json").read_text())


def grants(partners: Collection[str]) -> set[Grant]:
    """As the chart fills the register in, for its partners."""
    found = {one for user in register()["users"] for one in _of(user, user["name"], partners)}
    for partner in partners:
        name = register()["partner"]["name"].replace("{partner}", partner)
        found |= set(_of(register()["partner"], name, [partner]))
    return found


def _of(user: Any, name: str, partners: Collection[str]) -> Iterator[Grant]:
    for acl in user["acls"]:
        template = acl["resource"]["name"]
        assert acl["resource"]["patternType"] == "literal"
        for one in {template.replace("{partner}", partner) for partner in partners}:
            for operation in acl["operations"]:
                yield Grant(name, acl["resource"]["type"], one, operation)


class SignedIn(Names):
    """Everybody under a name, over TLS."""

    def __init__(self, stack: Stack, entrance: Entrance, postgres_port: int) -> None:
        super().__init__(stack)
        self._entrance, self._postgres_port = entrance, postgres_port

    def kafka(self, user: str) -> str:
        return self._entrance.kafka(user)

    def environment(self, service: str) -> Mapping[str, str]:
        said = {"FILROUGE_KAFKA": self.kafka(dashed(service))}
        if service in SERVICES:
            said["FILROUGE_POSTGRES"] = self._entrance.postgres(service, self._postgres_port)
        return said

    async def make(self, partners: Sequence[str]) -> None:
        """Topics, access for these partners, and roles that may make their databases."""
        await ensure_topics(self.stack.kafka, all_topics(LANES, SERVICES, partners))
        await grow_topics(self.stack.kafka, lanes_of_gateway(), len(partners))
        async with kafka_admin(self.stack.kafka) as admin:
            for user, kind, name, operation in sorted(grants(partners)):
                asked = CreateAclsRequest(
                    *(KINDS[kind], name, LITERAL, f"User:{user}", "*", OPERATIONS[operation], ALLOW)
                )
                answer = await admin._send_request(asked)  # the public client has no call for it
                assert answer.creation_responses[0][0] == 0
        passwords = self._entrance.passwords
        await self._statements(
            statement
            for role in SERVICES
            for statement in (
                f'DROP ROLE IF EXISTS "{role}"',
                f"CREATE ROLE \"{role}\" LOGIN CREATEDB PASSWORD '{passwords[dashed(role)]}'",
            )
        )

    async def take_back(self) -> None:
        """The roles; what is granted to a name in Kafka stays, and nobody else has it."""
        for role in SERVICES:
            await drop_database(self.stack.postgres, role)
        await self._statements(f'DROP ROLE IF EXISTS "{role}"' for role in SERVICES)

    async def _statements(self, statements: Iterable[str]) -> None:
        connection = await asyncpg.connect(self.stack.postgres)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()
