"""Where Kafka is and how to get in, in one setting:

    host:port[,host:port]                                               nothing is encrypted: a laptop
    sasl-ssl://USER@host:port[,host:port]?password-file=PATH[&ca-file=PATH]

The second is TLS with SCRAM-SHA-512; without `ca-file` the machine's own authorities count. Files are read
when a client is made; whoever keeps one for long keeps what it read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote

from aiokafka.helpers import create_ssl_context
from faststream.security import SASLScram512

_BOOTSTRAP = re.compile(r"[^,:/@?]+:\d+(,[^,:/@?]+:\d+)*")
_SECURED = re.compile(r"sasl-ssl://(?P<user>[^@]+)@(?P<bootstrap>[^/?@]+)/?(\?(?P<query>.*))?")
_FORMS = (
    "host:port[,host:port] or"
    " sasl-ssl://USER@host:port[,host:port]?password-file=PATH[&ca-file=PATH]"
)
MECHANISM = "SCRAM-SHA-512"


class KafkaAddress(NamedTuple):
    """`user` None: plain text, without a name."""

    bootstrap: str
    user: str | None = None
    password_file: Path = Path()
    ca_file: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError, which says what is wrong with it."""
        if _BOOTSTRAP.fullmatch(text):
            return cls(text)
        found = _SECURED.fullmatch(text)
        if found is None or not _BOOTSTRAP.fullmatch(found["bootstrap"]):
            raise ValueError(f"is neither {_FORMS}")
        said = dict(parse_qsl(found["query"] or ""))
        password_file, ca_file = said.pop("password-file", ""), said.pop("ca-file", "")
        if said or not password_file:
            wrong = f"does not know {', '.join(said)}" if said else "names no password-file"
            raise ValueError(f"{wrong}; write {_FORMS}")
        ca = Path(ca_file) if ca_file else None
        return cls(found["bootstrap"], unquote(found["user"]), Path(password_file), ca)

    def password(self) -> str:
        """Raises OSError if the file cannot be read."""
        return self.password_file.read_text().strip()


def checked(text: str) -> str:
    """The address as it is; raises ValueError for one that cannot be used, with files that are not there."""
    address = KafkaAddress.parse(text)
    try:
        client_options(text)
    except OSError as error:
        raise ValueError(f"{address.user} cannot get in: {error}") from error
    return text


def client_options(text: str) -> dict[str, Any]:
    """What every client of aiokafka takes. Raises ValueError, and OSError if a file cannot be read."""
    address = KafkaAddress.parse(text)
    if address.user is None:
        return {"bootstrap_servers": address.bootstrap}
    return {
        "bootstrap_servers": address.bootstrap,
        "security_protocol": "SASL_SSL",
        "ssl_context": create_ssl_context(cafile=address.ca_file),
        "sasl_mechanism": MECHANISM,
        "sasl_plain_username": address.user,
        "sasl_plain_password": address.password(),
    }


def security_of(text: str) -> tuple[str, SASLScram512 | None]:
    """The same as FastStream takes it: where, and how."""
    address = KafkaAddress.parse(text)
    if address.user is None:
        return address.bootstrap, None
    context = create_ssl_context(cafile=address.ca_file)
    security = SASLScram512(address.user, address.password(), ssl_context=context, use_ssl=True)
    return address.bootstrap, security
