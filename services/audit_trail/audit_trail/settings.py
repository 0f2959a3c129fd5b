"""What the audit trail is told from outside: where the archive lies, who signs, what of it is ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar, cast
from zlib import crc32

from filrouge_archive.errors import Refused
from filrouge_archive.note import COSIGNATURE, Signer, Verifier
from filrouge_archive.salt import SALT_KEY_BYTES_AT_LEAST
from filrouge_archive.witness import Witness
from filrouge_chassis.records import Partition
from filrouge_chassis.settings import ProcessSettings
from filrouge_contracts.topics import AUDIT
from pydantic import Field, PlainValidator, ValidationInfo, field_validator

T = TypeVar("T")


class Share(NamedTuple):
    """Which partitions are archived by this instance, one of several."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Share:
        found = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text)
        if found is None or int(found[1]) > int(found[2]):
            raise ValueError("is written i/n: the first of three is 1/3")
        return cls(int(found[1]), int(found[2]))

    def has(self, place: Partition) -> bool:
        """Everybody follows the audit topic: what was erased must not be written again by anybody."""
        return place.topic == AUDIT or crc32(str(place).encode()) % self.of == self.number - 1


def _secret(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {type(error).__name__}") from error


def _signer(path: str) -> Signer:
    return Signer.parse(_secret(path))


def _salt(path: str) -> bytes:
    salt = _secret(path).encode()
    if len(salt) < SALT_KEY_BYTES_AT_LEAST:
        raise ValueError(f"{path} has fewer than {SALT_KEY_BYTES_AT_LEAST} characters")
    return salt


def _former(text: str) -> tuple[Verifier, ...]:
    return tuple(map(Verifier.parse, text.split()))


def _witnesses(text: str) -> tuple[Witness, ...]:
    return tuple(_witness(*part.split()) for part in text.split(",")) if text else ()


def _witness(url: str = "", key: str = "", *_: str) -> Witness:
    verifier = Verifier.parse(key)
    if not re.match(r"https?://[^/]", url) or verifier.kind != COSIGNATURE:
        raise ValueError("is written URL KEY, and the key is that of a cosigner (kind 4)")
    return Witness(url, verifier)


def _read(parse: Callable[[str], T]) -> PlainValidator:
    """What is refused is a wrong setting, in the same words."""

    def read(text: str) -> T:
        try:
            return parse(text)
        except Refused as error:
            raise ValueError(str(error)) from error

    return PlainValidator(read)


class Settings(ProcessSettings):
    """What the audit trail is told, besides what every process is."""

    archive: Annotated[str, Field(min_length=1, description="Folder, or s3://, gs:// or az:// URL")]
    archive_origin: Annotated[
        str, Field(pattern=r"^[^\s+]+$", description="Name that the archive signs under")
    ]
    archive_key: Annotated[
        Signer, _read(_signer), Field(description="File with the key that signs", repr=False)
    ]
    archive_salt: Annotated[
        bytes, _read(_salt), Field(description="File with the key that salts digests", repr=False)
    ]
    archive_former_keys: Annotated[
        Sequence[Verifier], _read(_former), Field(description="Public keys that signed before")
    ] = ()
    archive_memory: Annotated[
        Path, Field(description="File that remembers what was signed, not in the archive")
    ]
    archive_witnesses: Annotated[
        Sequence[Witness],
        _read(_witnesses),
        Field(description="Who cosigns the manifest: URL KEY[, URL KEY]"),
    ] = ()
    archive_share: Annotated[
        Share, _read(Share.parse), Field(description="Which of several instances this is: i/n")
    ] = Share(1, 1)
    archive_waiting_mb: Annotated[
        int,
        Field(ge=1, description="Records read ahead of the archive, and as much beyond the cut"),
    ] = 64

    @property
    def waiting_bytes(self) -> int:
        return self.archive_waiting_mb * 1024 * 1024

    @field_validator("archive_key", "archive_former_keys")
    @classmethod
    def _of_this_archive(cls, given: T, around: ValidationInfo) -> T:
        origin = around.data.get("archive_origin")
        keys = [given.verifier] if isinstance(given, Signer) else cast(Sequence[Verifier], given)
        for key in keys:
            if key.name != origin:
                raise ValueError(f"it is a key of {key.name}, not of {origin}")
        return given

    @property
    def verifiers(self) -> list[Verifier]:
        return [self.archive_key.verifier, *self.archive_former_keys]
