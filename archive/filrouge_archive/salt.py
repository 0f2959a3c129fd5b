"""Whose words can be erased: what partners sent, and what quotes it. Their leaves are salted digests.

The salt is a function of the position under a secret key: two archivers write the same bytes, and without the
key nobody can try guesses against a digest once the object with the salt is erased.
"""

from __future__ import annotations

import hmac
import re

from filrouge_chassis.records import Partition
from filrouge_contracts.parking import RecordParked, RecordRedriven
from filrouge_contracts.register import REGISTER
from filrouge_contracts.topics import PARTNER_IN, PARTNER_REDRIVE

SALT_KEY_BYTES_AT_LEAST = 32
_TEMPLATES = (
    PARTNER_IN,
    PARTNER_REDRIVE,
    REGISTER.by_model[RecordParked].topic,
    REGISTER.by_model[RecordRedriven].topic,
)
_SALTED = re.compile(
    "|".join(re.sub(r"\\{\w+\\}", r"[^.]+", re.escape(name)) for name in _TEMPLATES)
)


def is_salted(topic: str) -> bool:
    return _SALTED.fullmatch(topic) is not None


def salt_of(key: bytes, place: Partition, offset: int) -> bytes:
    position = b"\0".join((place.topic.encode(), b"%d" % place.number, b"%d" % offset))
    return hmac.digest(key, position, "sha256")
