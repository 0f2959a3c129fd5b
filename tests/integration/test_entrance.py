"""Who is let in, and what those read who are not: on a Kafka and a PostgreSQL with TLS and names."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner
from filrouge.audit.errors import AuditFailed
from filrouge.cli import filrouge
from filrouge.deployment.access import AUDITOR, dashed
from filrouge.local_archive import LocalArchive
from filrouge.operator import SOURCE as OPERATOR
from filrouge.stack import Stack
from filrouge.stack.secured import HOST, Entrance
from filrouge.stack.waiting import free_port
from filrouge_chassis.kafka_entrance import kafka_lets_in
from filrouge_chassis.postgres import database_url
from filrouge_chassis.postgres_entrance import postgres_lets_in
from filrouge_chassis.settings import SettingsInvalid
from filrouge_contracts.entry import AUDIT_TRAIL, ORDERS

pytestmark = pytest.mark.stack
END_SECONDS = 120.0
NOT_LET_IN = r"does not let \w+ in \(.*password in .*; put the user's password there"
NOT_LET_IN_THERE = r"does not let us in \(.*put the password into password-file"
NOT_WHO = "is not who it should be .*certificate .* authority in .*; name the file with"


@pytest.fixture
def entrance(stack: Stack) -> Entrance:
    if stack.entrance is None:
        pytest.skip("Kafka or PostgreSQL was given: who gets in is not ours to say")
    return stack.entrance


@pytest.fixture
def wrong(entrance: Entrance, tmp_path: Path) -> Mapping[str, str]:
    """What may be put in the place of something right."""
    guessed = tmp_path / "guessed"
    guessed.write_text("guessed")
    others = Entrance.made(tmp_path / "others", ()).folder
    return {
        "password": str(guessed),
        "authority": str(others / "ca.crt"),
        "nowhere": str(tmp_path / "nowhere"),
    }


@pytest.fixture
def postgres(stack: Stack, entrance: Entrance) -> Iterator[str]:
    """The address of a role that is there."""

    async def say(*statements: str) -> None:
        connection = await asyncpg.connect(stack.postgres)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    gone = (f'DROP DATABASE IF EXISTS "{ORDERS}" WITH (FORCE)', f'DROP ROLE IF EXISTS "{ORDERS}"')
    password = entrance.passwords[dashed(ORDERS)]
    asyncio.run(say(*gone, f"CREATE ROLE \"{ORDERS}\" LOGIN PASSWORD '{password}'"))
    yield entrance.postgres(ORDERS, stack.database.port)
    asyncio.run(say(*gone))


# --- Kafka --------------------------------------------------------------------------------------------


async def test_kafka_lets_in_who_has_the_right_password(entrance: Entrance) -> None:
    for name in entrance.names:
        await kafka_lets_in(entrance.kafka(name))


@pytest.mark.parametrize(
    ("right", "put", "told"),
    [
        ("{folder}/auditor", "{password}", NOT_LET_IN),
        ("//auditor@", "//nobody@", NOT_LET_IN),
        ("//auditor@", "//operator@", NOT_LET_IN),
        ("{folder}/ca.crt", "{authority}", NOT_WHO),
        ("&ca-file={folder}/ca.crt", "", NOT_WHO),
        (HOST, "localhost", NOT_WHO),
    ],
)
async def test_kafka_and_who_comes_say_why_they_do_not_come_together(
    entrance: Entrance, wrong: Mapping[str, str], right: str, put: str, told: str
) -> None:
    address = entrance.kafka(AUDITOR)
    changed = address.replace(right.format(folder=entrance.folder), put.format(**wrong))
    assert changed != address
    with pytest.raises(SettingsInvalid, match=rf"^FILROUGE_KAFKA: \S+:{entrance.port} {told}"):
        await kafka_lets_in(changed)


async def test_a_kafka_that_is_away_or_asks_nobody_is_no_reason_to_stop(
    stack: Stack, entrance: Entrance
) -> None:
    await kafka_lets_in(entrance.kafka(AUDITOR).replace(str(entrance.port), str(free_port())))
    await kafka_lets_in(stack.kafka)


# --- PostgreSQL ---------------------------------------------------------------------------------------


async def test_postgresql_lets_in_who_has_the_right_password(postgres: str) -> None:
    await postgres_lets_in(postgres, "postgres")
    await postgres_lets_in(postgres, "one-that-is-not-there")
    connection = await asyncpg.connect(database_url(postgres, "postgres"))
    assert await connection.fetchval("SELECT current_user") == ORDERS
    await connection.close()


@pytest.mark.parametrize(
    ("right", "put", "told"),
    [
        ("{folder}/equipment-orders", "{password}", NOT_LET_IN_THERE),
        ("//equipment_orders@", "//nobody@", NOT_LET_IN_THERE),
        ("{folder}/ca.crt", "{authority}", NOT_WHO),
        (HOST, "localhost", NOT_WHO),
        ("{folder}/equipment-orders", "{nowhere}", "nowhere.*have to be there"),
        ("{folder}/ca.crt", "{nowhere}", "have to be there"),
        ("&sslrootcert={folder}/ca.crt", "", "root.crt.*have to be there"),
    ],
)
async def test_postgresql_and_who_comes_say_why_they_do_not_come_together(
    entrance: Entrance, postgres: str, wrong: Mapping[str, str], right: str, put: str, told: str
) -> None:
    changed = postgres.replace(right.format(folder=entrance.folder), put.format(**wrong))
    assert changed != postgres
    with pytest.raises(SettingsInvalid, match=rf"(?s)^FILROUGE_POSTGRES: .*{told}"):
        await postgres_lets_in(changed, "postgres")


async def test_a_postgresql_that_is_away_is_no_reason_to_stop_and_without_tls_nobody_gets_in(
    postgres: str,
) -> None:
    open_to_all = postgres.replace("sslmode=verify-full", "sslmode=disable")
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await asyncpg.connect(database_url(open_to_all, "postgres"))
    await postgres_lets_in(f"postgresql://me@{HOST}:{free_port()}/", "postgres")


# --- processes ----------------------------------------------------------------------------------------


def test_a_process_that_is_refused_ends_with_a_sentence(
    entrance: Entrance, postgres: str, wrong: Mapping[str, str], tmp_path: Path
) -> None:
    guessed = {name: entrance.kafka(name) for name in map(dashed, (ORDERS, AUDIT_TRAIL))}
    guessed = {
        name: address.replace(f"{entrance.folder / name}", wrong["password"])
        for name, address in guessed.items()
    }
    cases = {
        f"{ORDERS}: FILROUGE_KAFKA: ": (
            ORDERS,
            {"FILROUGE_KAFKA": guessed[dashed(ORDERS)], "FILROUGE_POSTGRES": postgres},
        ),
        f"{ORDERS}: FILROUGE_POSTGRES: ": (
            ORDERS,
            {
                "FILROUGE_KAFKA": entrance.kafka(dashed(ORDERS)),
                "FILROUGE_POSTGRES": postgres.replace("equipment-orders", "auditor"),
            },
        ),
        f"{AUDIT_TRAIL}: FILROUGE_KAFKA: ": (
            AUDIT_TRAIL,
            {
                "FILROUGE_KAFKA": guessed[dashed(AUDIT_TRAIL)],
                **LocalArchive(tmp_path).environment(),
            },
        ),
    }
    for sentence, (program, said) in cases.items():
        done = subprocess.run(
            [sys.executable, "-m", program],
            env={"PATH": os.defpath, **said},
            capture_output=True,
            text=True,
            timeout=END_SECONDS,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.startswith(sentence)
        assert " let " in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "user"),
    [
        (["clock"], OPERATOR),
        (["prepare", "installation.json"], OPERATOR),
        (["watch"], AUDITOR),
    ],
)
def test_a_command_that_is_refused_says_the_same(
    entrance: Entrance, wrong: Mapping[str, str], arguments: list[str], user: str
) -> None:
    address = entrance.kafka(user).replace(str(entrance.folder / user), wrong["password"])
    done = CliRunner().invoke(filrouge, arguments, env={"FILROUGE_KAFKA": address})
    assert done.exit_code == 2
    assert f"does not let {user} in" in " ".join(done.output.split())


def test_an_audit_that_is_refused_says_the_same(
    entrance: Entrance, wrong: Mapping[str, str]
) -> None:
    address = entrance.kafka(AUDITOR).replace(str(entrance.folder / AUDITOR), wrong["password"])
    done = CliRunner().invoke(filrouge, ["audit", "check", f"--source={address}"])
    assert isinstance(done.exception, AuditFailed)
    assert "does not let auditor in" in str(done.exception)
