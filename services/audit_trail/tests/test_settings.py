"""What the audit trail is told: secrets from files, one name for all keys, and a sentence for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_trail.settings import Settings, Share
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge_archive.note import COSIGNATURE, Signer, Verifier
from filrouge_chassis.records import Partition
from filrouge_chassis.settings import ProcessSettings, SettingsInvalid
from filrouge_contracts.topics import AUDIT

from services.audit_trail.tests.around import SALT, SIGNER

OLD = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier
OTHER = Verifier("localhost/other", 1, bytes(32))
WITNESS = Verifier("witness.example", COSIGNATURE, bytes(32))


@pytest.fixture
def needed(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "key").write_text(SIGNER.secret_text() + "\n")
    (tmp_path / "salt").write_bytes(SALT + b"\n")
    return {
        "FILROUGE_KAFKA": "k.example:9092",
        "FILROUGE_ARCHIVE": "s3://bucket/archive",
        "FILROUGE_ARCHIVE_ORIGIN": SIGNER.name,
        "FILROUGE_ARCHIVE_KEY": str(tmp_path / "key"),
        "FILROUGE_ARCHIVE_SALT": str(tmp_path / "salt"),
        "FILROUGE_ARCHIVE_MEMORY": str(tmp_path / "memory"),
    }


def test_what_must_be_said_is_enough(needed: dict[str, str]) -> None:
    settings = Settings.from_environment(needed)
    assert settings.archive_key.secret_text() == SIGNER.secret_text()
    assert settings.archive_salt == SALT
    assert settings.verifiers == [SIGNER.verifier]
    assert settings.archive_share == (1, 1)
    assert settings.archive_witnesses == ()
    assert "salt key" not in repr(settings)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("name", set(Settings.model_fields) - set(ProcessSettings.model_fields))
def test_a_setting_that_is_missing_is_named_or_has_a_default(
    needed: dict[str, str], name: str
) -> None:
    variable = f"FILROUGE_{name.upper()}"
    if variable not in needed:
        Settings.from_environment(needed)
        return
    del needed[variable]
    with pytest.raises(SettingsInvalid, match=variable):
        Settings.from_environment(needed)


def test_more_can_be_said(needed: dict[str, str]) -> None:
    needed["FILROUGE_ARCHIVE_FORMER_KEYS"] = str(OLD)
    needed["FILROUGE_ARCHIVE_WITNESSES"] = (
        f"https://a.example {WITNESS}, http://b.example {WITNESS}"
    )
    needed["FILROUGE_ARCHIVE_SHARE"] = "2/3"
    settings = Settings.from_environment(needed)
    assert settings.verifiers == [SIGNER.verifier, OLD]
    assert [one.url for one in settings.archive_witnesses] == [
        "https://a.example",
        "http://b.example",
    ]
    assert settings.archive_share == Share(2, 3)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("KEY", "/nowhere/key", "cannot be read"),
        ("SALT", "/nowhere/salt", "cannot be read"),
        ("SHARE", "0/3", "is written i/n"),
        ("SHARE", "4/3", "is written i/n"),
        ("SHARE", "1", "is written i/n"),
        ("FORMER_KEYS", "nonsense", "a key is written name"),
        ("FORMER_KEYS", str(OTHER), "it is a key of localhost/other, not of localhost/test"),
        ("ORIGIN", "localhost/other", "it is a key of localhost/test, not of localhost/other"),
        ("ORIGIN", "two words", "FILROUGE_ARCHIVE_ORIGIN"),
        ("WITNESSES", "https://a.example", "a key is written name"),
        ("WITNESSES", f"https://a.example {OLD}", "the key is that of a cosigner"),
        ("WITNESSES", f"a.example {WITNESS}", "is written URL KEY"),
        ("WAITING_MB", "0", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said(needed: dict[str, str], name: str, text: str, sentence: str) -> None:
    needed[f"FILROUGE_ARCHIVE_{name}"] = text
    with pytest.raises(SettingsInvalid) as wrong:
        Settings.from_environment(needed)
    assert sentence in str(wrong.value)


def test_a_short_salt_is_refused_and_not_shown(needed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "salt").write_text("too little")
    with pytest.raises(SettingsInvalid, match="has fewer than 32 characters") as wrong:
        Settings.from_environment(needed)
    assert "too little" not in str(wrong.value)


def test_every_partition_is_in_one_share_and_the_audit_topic_in_all() -> None:
    places = [Partition(f"topic-{n % 7}.g1", n) for n in range(200)]
    shares = [Share(number, 4) for number in range(1, 5)]
    assert [sum(share.has(place) for share in shares) for place in places] == [1] * 200
    assert all(sum(map(share.has, places)) > 20 for share in shares)
    assert all(share.has(Partition(AUDIT, 0)) for share in shares)
