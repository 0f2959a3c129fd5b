"""A local Kafka and PostgreSQL that are entered as on a cluster: by TLS, with a name and a password.

For whoever wants to see that names, passwords and access are right; everybody else is let in on loopback.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from filrouge.stack.waiting import free_port

HOST = "127.0.0.1"
VALID = timedelta(days=1)


@dataclass(frozen=True)
class Entrance:
    """A port of Kafka's, a certificate for both servers, and a password file for each name."""

    folder: Path
    names: tuple[str, ...]
    certificate: bytes
    key: bytes
    passwords: Mapping[str, str]
    port: int = field(default_factory=free_port)

    @classmethod
    def made(cls, folder: Path, names: Collection[str]) -> Self:
        """New passwords, and a certificate that is its own authority."""
        folder.mkdir(parents=True)
        certificate, key = _self_signed()
        passwords = {name: secrets.token_urlsafe(16) for name in names}
        (folder / "ca.crt").write_bytes(certificate)
        (folder / "server.key").write_bytes(key)
        for name, password in passwords.items():
            (folder / name).write_text(f"{password}\n")
        return cls(folder, tuple(names), certificate, key, passwords)

    def kafka(self, name: str) -> str:
        """As FILROUGE_KAFKA says it."""
        files = f"password-file={self.folder / name}&ca-file={self.folder / 'ca.crt'}"
        return f"sasl-ssl://{name}@{HOST}:{self.port}?{files}"

    def postgres(self, role: str, port: int) -> str:
        """As FILROUGE_POSTGRES says it. A role has the password of the user that is named alike, where
        underscores are dashes."""
        password_file = self.folder / role.replace("_", "-")
        files = f"password-file={password_file}&sslrootcert={self.folder / 'ca.crt'}"
        return f"postgresql://{role}@{HOST}:{port}/postgres?sslmode=verify-full&{files}"

    # --- what the servers are told ------------------------------------------------------------------

    @property
    def broker_properties(self) -> Mapping[str, str]:
        """Besides those of everybody's broker; names that nobody knows stay what they may do everything."""
        return {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.certificate.chain": _on_one_line(self.certificate),
            "ssl.keystore.key": _on_one_line(self.key),
            "listener.name.secure.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
        }

    @property
    def broker_users(self) -> tuple[str, ...]:
        """Options of the command that formats Kafka's folder."""
        said = (f"SCRAM-SHA-512=[name={n},password={p}]" for n, p in self.passwords.items())
        return tuple(word for option in said for word in ("--add-scram", option))


def _self_signed() -> tuple[bytes, bytes]:
    """Certificate and key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID)
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(pem), private


def _on_one_line(pem: bytes) -> str:
    """As a file of properties has it."""
    return pem.decode().strip().replace("\n", "\\n")
