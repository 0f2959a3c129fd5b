"""Signed notes: keys as Go writes them, unknown keys ignored, known ones never forgiven."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge_archive.checkpoint import (
    Checkpoint,
    claimed_checkpoint,
    open_checkpoint,
    parse_checkpoint,
)
from filrouge_archive.errors import Refused
from filrouge_archive.note import COSIGNATURE, Signer, Verifier, open_note, signature_line

# the example of the Go package `note`: a key that everybody knows
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngo"
    "tpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = Signer("example.com/log", Ed25519PrivateKey.from_private_bytes(bytes(31) + b"1"))
CHECKPOINT = Checkpoint("example.com/log", 7, bytes(32))


def test_keys_and_signatures_are_those_of_go() -> None:
    signer = Signer.parse(GO_SIGNER)
    assert signer.secret_text() == GO_SIGNER
    assert str(signer.verifier) == GO_VERIFIER
    assert Verifier.parse(GO_VERIFIER) == signer.verifier
    assert signer.sign(GO_TEXT) == GO_LINE
    text, signatures = open_note(f"{GO_TEXT}\n{GO_LINE}", [signer.verifier])
    assert (text, [one.time for one in signatures]) == (GO_TEXT, [None])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        GO_VERIFIER.replace("c74f", "c74e"),
        GO_VERIFIER[:-4],
        GO_VERIFIER.replace("Peter", "Peter "),
        "a+00000000+%%",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Verifier.parse(text)


@pytest.mark.parametrize(
    "text", ["", GO_VERIFIER, GO_SIGNER.replace("c74f", "c74e"), GO_SIGNER[:-8]]
)
def test_a_malformed_signing_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(Refused) as refused:
        Signer.parse(text)
    assert "AYEKFALV" not in str(refused.value)


def test_two_new_keys_differ_and_can_be_kept_as_text() -> None:
    one, two = Signer.generate("example.com/log"), Signer.generate("example.com/log")
    assert one.verifier.public != two.verifier.public
    assert Signer.parse(one.secret_text()).verifier == one.verifier


def test_a_checkpoint_is_opened_by_the_logs_key_whatever_others_signed() -> None:
    stranger = Signer.generate("stranger.example")
    note = CHECKPOINT.signed(SIGNER)
    text = CHECKPOINT.text()
    with_strangers = note + stranger.sign(text) + OTHER.sign(text)
    keys = [SIGNER.verifier]
    assert open_checkpoint(note, "example.com/log", keys) == CHECKPOINT
    assert open_checkpoint(with_strangers, "example.com/log", keys) == CHECKPOINT
    assert claimed_checkpoint(with_strangers) == CHECKPOINT


@pytest.mark.parametrize("keys", [[], [OTHER.verifier], [SIGNER.verifier, OTHER.verifier]])
def test_without_a_known_key_or_with_a_bad_signature_of_one_it_is_refused(
    keys: list[Verifier],
) -> None:
    forged = signature_line(OTHER.name, OTHER.verifier.id, bytes(64))
    with pytest.raises(Refused):
        open_checkpoint(CHECKPOINT.signed(SIGNER) + forged, "example.com/log", keys)


@pytest.mark.parametrize(
    "note",
    [
        CHECKPOINT.signed(SIGNER).replace("\n7\n", "\n8\n"),
        CHECKPOINT.signed(SIGNER)[:-1],
        CHECKPOINT.signed(SIGNER).replace("— ", "- "),
        CHECKPOINT.signed(SIGNER).replace("log\n", "log\r\n", 1),
        CHECKPOINT.signed(SIGNER) + "— nobody AAAA\n",
        CHECKPOINT.text(),
        "",
    ],
)
def test_a_changed_note_is_refused(note: str) -> None:
    with pytest.raises(Refused):
        open_checkpoint(note, "example.com/log", [SIGNER.verifier])


def test_a_note_with_more_signatures_than_anybody_needs_is_refused() -> None:
    with pytest.raises(Refused, match="more than 64"):
        open_note(CHECKPOINT.signed(SIGNER) * 1 + SIGNER.sign("x") * 64, [SIGNER.verifier])


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = CHECKPOINT._replace(origin="example.com/other").signed(SIGNER)
    with pytest.raises(Refused):
        open_checkpoint(note, "example.com/log", [SIGNER.verifier])
    renamed = f"{CHECKPOINT._replace(origin='example.com/other').text()}\n"
    renamed += SIGNER.sign(CHECKPOINT._replace(origin="example.com/other").text())
    with pytest.raises(Refused, match="is of the log"):
        open_checkpoint(renamed, "example.com/log", [SIGNER.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n01\n" + b64encode(bytes(32)).decode() + "\n",
        "o\n-1\n" + b64encode(bytes(32)).decode() + "\n",
        "o\n1\n" + b64encode(bytes(31)).decode() + "\n",
        "o\n1\n" + b64encode(bytes(32)).decode() + "\nextension\n",
        "\n1\n" + b64encode(bytes(32)).decode() + "\n",
        "o\n1\n?\n",
    ],
)
def test_a_checkpoint_is_three_lines_and_nothing_else(text: str) -> None:
    with pytest.raises(Refused):
        parse_checkpoint(text)


def test_a_cosignature_tells_its_time_and_covers_it() -> None:
    witness = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"w")
    public = witness.public_key().public_bytes_raw()
    verifier = Verifier("witness.example/w", COSIGNATURE, public)
    assert verifier.id == sha256(b"witness.example/w\n\x04" + public).digest()[:4]
    text = CHECKPOINT.text()
    signature = witness.sign(b"cosignature/v1\ntime 1679315147\n" + text.encode())
    time = (1679315147).to_bytes(8)
    note = f"{text}\n" + signature_line(verifier.name, verifier.id, time + signature)
    ((by, at),) = open_note(note, [Verifier.parse(str(verifier))])[1]
    assert (by, at) == (verifier, 1679315147)
    later = (1679315148).to_bytes(8)
    forged = f"{text}\n" + signature_line(verifier.name, verifier.id, later + signature)
    with pytest.raises(Refused, match="does not hold"):
        open_note(forged, [verifier])
