"""Whether PostgreSQL lets us in, asked once at start, as Kafka is."""

from __future__ import annotations

import asyncio
import ssl

import asyncpg

from filrouge_chassis.kafka_entrance import CUT_OFF, PATIENCE_SECONDS, reason
from filrouge_chassis.postgres import DATABASE_AWAY, database_url
from filrouge_chassis.settings import SettingsInvalid


async def postgres_lets_in(url: str, database: str) -> None:
    """Returns as well if nobody is there, or no database; raises SettingsInvalid if we are refused."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            connection = await asyncpg.connect(database_url(url, database))
        await connection.close()
    except (FileNotFoundError, PermissionError, asyncpg.ClientConfigurationError) as error:
        raise SettingsInvalid(
            f"FILROUGE_POSTGRES: {error}: the files named password-file and sslrootcert have to be"
            " there; mount them, or correct the path"
        ) from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise SettingsInvalid(
            f"FILROUGE_POSTGRES: the server does not let us in ({error}): it wants the role in the URL"
            " and that role's password; put the password into password-file, or have the role made"
        ) from error
    except CUT_OFF:
        return
    except ssl.SSLError as error:
        raise SettingsInvalid(
            f"FILROUGE_POSTGRES: the server is not who it should be ({reason(error)}): it has to show"
            " a certificate for the host in the URL by an authority in sslrootcert; name the file with"
            " the authority of this PostgreSQL there"
        ) from error
    except DATABASE_AWAY:
        return
