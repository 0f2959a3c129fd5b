"""Where Kafka is and how to get in, as one setting says it."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from faststream.security import SASLScram512
from filrouge_chassis.errors import Transient
from filrouge_chassis.kafka import KafkaLog
from filrouge_chassis.kafka_address import KafkaAddress, checked, client_options, security_of


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("pw 1\n")
    return path


@pytest.mark.parametrize("text", ["k.example:9092", "a:1,b:2", "127.0.0.1:9092"])
def test_a_plain_address_is_taken_as_it_is(text: str) -> None:
    assert checked(text) == text
    assert client_options(text) == {"bootstrap_servers": text}
    assert security_of(text) == (text, None)


def test_a_secured_address_says_who_gets_in_and_where_the_password_is(password_file: Path) -> None:
    text = f"sasl-ssl://partner%2Ea@k1:9093,k2:9093?password-file={password_file}"
    found = KafkaAddress.parse(text)
    assert found == KafkaAddress("k1:9093,k2:9093", "partner.a", password_file, None)
    options = client_options(checked(text))
    context = options.pop("ssl_context")
    assert options == {
        "bootstrap_servers": "k1:9093,k2:9093",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "partner.a",
        "sasl_plain_password": "pw 1",
    }
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    bootstrap, security = security_of(text)
    assert bootstrap == "k1:9093,k2:9093"
    assert isinstance(security, SASLScram512)
    assert (security.username, security.password, security.use_ssl) == ("partner.a", "pw 1", True)


def test_a_password_that_was_changed_is_taken_up_with_the_next_client(password_file: Path) -> None:
    text = f"sasl-ssl://a@k:9093?password-file={password_file}"
    assert client_options(text)["sasl_plain_password"] == "pw 1"
    password_file.write_text("pw 2")
    assert client_options(text)["sasl_plain_password"] == "pw 2"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is neither host:port"),
        ("k.example", "is neither host:port"),
        ("a:1,b", "is neither host:port"),
        ("kafka://k:9092", "is neither host:port"),
        ("sasl-ssl://k:9093?password-file=p", "is neither host:port"),
        ("sasl-ssl://a@k?password-file=p", "is neither host:port"),
        ("sasl-ssl://a@k:9093", "names no password-file"),
        ("sasl-ssl://a@k:9093?password=secret", "does not know password;"),
        ("sasl-ssl://a@k:9093?password-file=p&tls=no", "does not know tls;"),
        ("sasl-ssl://a@k:9093?password-file=nowhere", "a cannot get in: .*nowhere"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as raised:
        checked(text)
    assert "secret" not in str(raised.value)


def test_authorities_that_are_not_there_are_named(password_file: Path) -> None:
    with pytest.raises(ValueError, match=r"a cannot get in: .*No such file"):
        checked(f"sasl-ssl://a@k:9093?password-file={password_file}&ca-file=nowhere.crt")


async def test_a_password_that_is_gone_for_a_moment_is_looked_for_again(
    password_file: Path,
) -> None:
    log = KafkaLog(f"sasl-ssl://a@127.0.0.1:1?password-file={password_file}", "tests", 1)
    await asyncio.to_thread(password_file.unlink)
    with pytest.raises(Transient, match="it is tried again"):
        await log.publisher()
    with pytest.raises(Transient, match="it is tried again"):
        await log.partitions_of(["a.g1"])
    with pytest.raises(Transient, match="it is tried again"):
        await log.bounds([])
