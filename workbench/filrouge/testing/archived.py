"""An archive of a source in a folder, made without the service, for tests of what reads archives."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge_archive.archiver import Archiver
from filrouge_archive.note import Signer
from filrouge_archive.store import Store

from filrouge.stream import Source

SIGNER = Signer("localhost/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SALT_KEY = b"a salt key of the tests, no secret"
COMMITTED_AT_MS = 1_587_400_000_000
RECORDS_A_COMMIT = 5000


async def archive(source: Source, folder: Path, writer: str = "w1") -> Archiver:
    """Everything that the source holds, in several commits."""
    archiver = Archiver(Store(str(folder)), SIGNER, SALT_KEY, writer)
    waiting = 0
    for place, (first, end) in sorted(source.bounds.items()):
        assert archiver.open(place) == first == 0, "an archive begins with the first record"
        async for chunk in source.log.read(place, first, end):
            archiver.append(place, chunk)
            waiting += len(chunk)
            if waiting >= RECORDS_A_COMMIT:
                waiting = 0
                archiver.commit(COMMITTED_AT_MS)
    archiver.flush()
    archiver.commit(COMMITTED_AT_MS)
    return archiver
