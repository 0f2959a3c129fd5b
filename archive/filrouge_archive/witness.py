"""C2SP tlog-witness: somebody outside confirms that the manifest only ever grew, and when."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from filrouge_archive.checkpoint import claimed_checkpoint
from filrouge_archive.errors import Forked, PutBack, Refused, StoreAway
from filrouge_archive.log_reader import LogReader
from filrouge_archive.note import Verifier, open_note, split_note

ANSWER_BYTES_AT_MOST = 16 * 1024
_SAME, _STALE, _BAD_PROOF = 200, 409, 422
_REFUSALS = {
    400: "it finds the request malformed",
    403: "it knows neither this key nor, perhaps, this log",
    404: "it does not know this log",
}


@dataclass(frozen=True)
class Witness:
    """Where it listens, and its key (type 0x04)."""

    url: str
    verifier: Verifier
    timeout_seconds: float = 10

    def cosign(self, note: str, manifest: LogReader, known_size: int = 0) -> str:
        """The checkpoint with the witness's signature added. `known_size`: what it cosigned last, as far as
        we know; if it knows better it is asked again.

        Raises StoreAway if it does not answer, Refused if it will not, and PutBack or Forked if it has seen
        more of the manifest than there is, or another one.
        """
        size = claimed_checkpoint(note).size
        status, answer = self._ask(known_size, note, manifest)
        if status == _STALE and (told := _told_size(answer)) != known_size:
            if told > size:
                raise PutBack(
                    f"{self.url} has cosigned {told} commits, and there are {size}: the store was put back"
                )
            status, answer = self._ask(told, note, manifest)
        if status in (_STALE, _BAD_PROOF):
            raise Forked(
                f"{self.url} has cosigned another manifest than this one of {size} commits"
            )
        if status != _SAME:
            why = _REFUSALS.get(status, "it does not say why")
            raise Refused(f"{self.url} answered {status}: {why}")
        return self._added(note, answer)

    def _ask(self, old: int, note: str, manifest: LogReader) -> tuple[int, str]:
        size = claimed_checkpoint(note).size
        proof = manifest.consistency(old, size) if old <= size else []
        lines = [f"old {old}", *(b64encode(one).decode() for one in proof)]
        body = "\n".join(lines) + "\n\n" + note
        request = Request(f"{self.url.rstrip('/')}/add-checkpoint", body.encode(), method="POST")
        try:
            with urlopen(request, timeout=self.timeout_seconds) as response:
                return response.status, response.read(ANSWER_BYTES_AT_MOST).decode()
        except HTTPError as error:
            with error:
                if error.code >= 500:
                    raise StoreAway(
                        f"{self.url} answered {error.code}; it is asked again"
                    ) from error
                return error.code, error.read(ANSWER_BYTES_AT_MOST).decode(errors="replace")
        except (URLError, OSError, HTTPException, UnicodeDecodeError) as error:
            raise StoreAway(f"{self.url} did not answer: {error}; it is asked again") from error

    def _added(self, note: str, lines: str) -> str:
        """Only a signature of this witness that holds is taken over."""
        text, _ = split_note(note)
        open_note(f"{text}\n{lines}", [self.verifier])
        ours = [line for line in lines.splitlines() if line.startswith(f"— {self.verifier.name} ")]
        return note + "".join(f"{line}\n" for line in ours)


def _told_size(answer: str) -> int:
    text = answer.strip()
    if not text.isdecimal() or len(text) > 19:
        raise Refused("a witness answered 409 without the size that it knows")
    return int(text)
