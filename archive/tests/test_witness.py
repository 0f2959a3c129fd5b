"""Whatever a witness answers, there is one thing to do about it; a real one is in test_other_tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge_archive.archive import Archive
from filrouge_archive.checkpoint import Checkpoint
from filrouge_archive.errors import Forked, PutBack, Refused, StoreAway
from filrouge_archive.history import cosigned_path
from filrouge_archive.log_writer import LogWriter
from filrouge_archive.note import COSIGNATURE, Verifier, open_note, signature_line
from filrouge_archive.store import Store
from filrouge_archive.witness import Witness

from archive.tests.naive import entries
from archive.tests.scene import BUDGET, KEYS, SIGNER, archiver, take

NAME = "witness.example/w1"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"w")
KEY = Verifier(NAME, COSIGNATURE, PRIVATE.public_key().public_bytes_raw())
Answer = tuple[int, str]


@contextmanager
def answering(*answers: Answer) -> Iterator[tuple[Witness, list[str]]]:
    """A witness that says these, one after the other; and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers["content-length"])).decode()
            status, text = answers[len(asked)]
            asked.append(f"{self.path}\n{said}")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Witness(f"http://127.0.0.1:{server.server_port}/", KEY, timeout_seconds=5), asked
        finally:
            server.shutdown()
            thread.join()


def manifest(size: int = 5) -> tuple[str, LogWriter]:
    log = LogWriter(Store("memory:"), "manifest", "localhost/test/manifest")
    log.append(entries(size))
    return log.checkpoint().signed(SIGNER), log


def cosignature(note: str, time: int = 1_600_000_000) -> str:
    text = note.partition("\n\n")[0] + "\n"
    signature = PRIVATE.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return signature_line(NAME, KEY.id, time.to_bytes(8) + signature)


def test_a_cosignature_is_added_and_what_strangers_signed_is_not() -> None:
    note, log = manifest()
    stranger = signature_line("stranger.example", b"1234", bytes(72))
    with answering((200, cosignature(note) + stranger)) as (witness, asked):
        cosigned = witness.cosign(note, log.reader())
    assert cosigned == note + cosignature(note)
    assert [one.time for one in open_note(cosigned, [KEY])[1]] == [1_600_000_000]
    assert asked == [f"/add-checkpoint\nold 0\n\n{note}"]


def test_the_size_that_it_tells_is_proven_to() -> None:
    note, log = manifest()
    with answering((409, "3\n"), (200, cosignature(note))) as (witness, asked):
        witness.cosign(note, log.reader(), 4)
    proofs = [said.split("\n\n")[0].split("\n")[1:] for said in asked]
    assert [proof[0] for proof in proofs] == ["old 4", "old 3"]
    assert [len(proof) - 1 for proof in proofs] == [1, 4]


OTHER = Checkpoint("localhost/test/manifest", 5, bytes(32)).signed(SIGNER)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([(409, "9\n")], PutBack),
        ([(409, "3\n"), (409, "3\n")], Forked),
        ([(409, "2\n")], Forked),
        ([(422, "")], Forked),
        ([(409, "many")], Refused),
        ([(409, "")], Refused),
        ([(400, "")], Refused),
        ([(403, "")], Refused),
        ([(404, "")], Refused),
        ([(418, "")], Refused),
        ([(500, "")], StoreAway),
        ([(503, "")], StoreAway),
        ([(200, "")], Refused),
        ([(200, "nonsense\n")], Refused),
        ([(200, cosignature(OTHER))], Refused),
        ([(200, signature_line("stranger.example", b"1234", bytes(72)))], Refused),
    ],
)
def test_every_other_answer_is_an_error_of_its_kind(
    answers: list[Answer], error: type[Exception]
) -> None:
    note, log = manifest()
    with answering(*answers) as (witness, _), pytest.raises(error):
        witness.cosign(note, log.reader(), 2)


def test_a_witness_that_is_away_is_asked_again() -> None:
    note, log = manifest()
    with answering() as (witness, _):
        pass
    with pytest.raises(StoreAway, match=r"127\.0\.0\.1"):
        witness.cosign(note, log.reader())


def test_beside_the_checkpoint_lies_the_newest_one_that_a_witness_has_cosigned() -> None:
    store = Store("memory:")
    made, notes = archiver(store), list[str]()
    for end in (1, 2, 3):
        take(made, BUDGET, end)
        notes.append(made.commit(end) or "")
    for number, kept in ((1, 1), (0, 1), (2, 2)):  # an answer may overtake another one
        made.committer.keep_cosigned(KEY, notes[number] + cosignature(notes[number]))
        found = store.get(cosigned_path(KEY)).decode()
        assert found == notes[kept] + cosignature(notes[kept])
    assert Archive(store, KEYS).signed_manifest()[0] == notes[2]
