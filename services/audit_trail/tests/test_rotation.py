"""A new key: it continues what the former one signed, and what that one signed can be checked for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_trail import reading, trail
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge_archive.archive import Archive, read_verifiers
from filrouge_archive.errors import Refused
from filrouge_archive.note import Signer
from filrouge_archive.store import Store

from services.audit_trail.tests.around import AUDITED, FACTS, PARTNER, SIGNER, Instance, Kafka

NEW = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
BOTH = [NEW.verifier, SIGNER.verifier]


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(trail, "COMMIT_SECONDS", 0.0)


@pytest.fixture
async def signed(tmp_path: Path) -> Instance:
    """By the former key."""
    kafka = Kafka()
    kafka.say(FACTS, *[b"said"] * 300)
    kafka.say(PARTNER, b"words")
    kafka.say(AUDITED)
    instance = Instance(kafka, Store("memory:"), tmp_path)
    async with instance.at_work():
        await instance.all_archived()
    return instance


async def test_a_new_key_goes_on_where_the_former_one_was(signed: Instance, tmp_path: Path) -> None:
    before = signed.archive().receipt(PARTNER, 0)
    new = Instance(signed.kafka, signed.store, tmp_path, signer=NEW, former=[SIGNER.verifier])
    signed.kafka.say(FACTS, b"with the new key")
    async with new.at_work():
        await new.all_archived()
    assert read_verifiers(signed.store) == [SIGNER.verifier, NEW.verifier]
    archive = Archive(signed.store, BOTH)
    archive.verify_manifest()
    for place in archive.partitions:
        archive.verify(place)
    assert before.verify([SIGNER.verifier]).value == b"words"
    assert archive.receipt(PARTNER, 0).verify(BOTH).value == b"words"
    newest = archive.receipt(FACTS, 300)
    assert newest.verify([NEW.verifier]).value == b"with the new key"
    with pytest.raises(Refused):
        newest.verify([SIGNER.verifier])


async def test_a_new_key_that_nobody_announced_continues_nothing(
    signed: Instance, tmp_path: Path
) -> None:
    new = Instance(signed.kafka, signed.store, tmp_path, signer=NEW)
    async with new.stopped_by(Refused, "no signature is by a known key"):
        pass
    assert read_verifiers(signed.store) == [SIGNER.verifier]
