"""Whether Kafka lets us in, asked once at start.

Whoever is away is waited for. Who refuses a password, or shows somebody else's certificate, goes on doing so,
and clients would only say that nobody answers.
"""

from __future__ import annotations

import asyncio
import ssl

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from filrouge_chassis.kafka_address import MECHANISM, KafkaAddress, client_options
from filrouge_chassis.settings import SettingsInvalid

PATIENCE_SECONDS = 5.0
CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""A server that ends in the middle of saying hello."""
_NO_ENTRANCE = (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError)


async def kafka_lets_in(text: str) -> None:
    """Returns as well if nobody is there; raises SettingsInvalid if one of the two refuses the other."""
    address = KafkaAddress.parse(text)
    if address.user is None:
        return
    for place in address.bootstrap.split(","):
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await _enter(place, text)
            return
        except _NO_ENTRANCE as error:
            raise SettingsInvalid(
                f"FILROUGE_KAFKA: {place} does not let {address.user} in ({error}): it wants a user of"
                f" {MECHANISM} and the password in {address.password_file}; put the user's password"
                " there, or have the user made"
            ) from error
        except CUT_OFF:
            continue
        except ssl.SSLError as error:
            raise SettingsInvalid(
                f"FILROUGE_KAFKA: {place} is not who it should be ({reason(error)}): it has to show a"
                f" certificate for that host by an authority in {address.ca_file or 'the system'};"
                " name the file with the authority of this Kafka as ca-file"
            ) from error
        except (KafkaError, OSError, TimeoutError):
            continue


async def _enter(place: str, text: str) -> None:
    host, _, port = place.rpartition(":")
    options = client_options(text)
    del options["bootstrap_servers"]
    connection = await create_conn(host, int(port), **options)
    connection.close()


def reason(error: ssl.SSLError) -> str:
    """What is wrong with the certificate, or, if there is none, with the answer."""
    return getattr(error, "verify_message", None) or error.reason or str(error)
