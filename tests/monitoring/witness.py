"""A witness of a test's own: it signs whatever checkpoint it is shown, until somebody stops it.

What real ones refuse is tested with a real one (tests/integration/test_witness.py).
"""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filrouge.stack.waiting import free_port
from filrouge_archive.note import COSIGNATURE, Verifier, signature_line, split_note

NAME = "witness.example/monitored"


class OwnWitness:
    """Keeps its port and its key when it is stopped and started again."""

    def __init__(self) -> None:
        self._private, self._port = Ed25519PrivateKey.generate(), free_port()
        self.verifier = Verifier(NAME, COSIGNATURE, self._private.public_key().public_bytes_raw())
        self._server: ThreadingHTTPServer | None = None

    @property
    def setting(self) -> str:
        """As FILROUGE_ARCHIVE_WITNESSES names it."""
        return f"http://127.0.0.1:{self._port} {self.verifier}"

    @property
    def running(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        cosigned = self._cosigned

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["content-length"])).decode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(cosigned(asked.partition("\n\n")[2]).encode())

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Handler)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """From now on connections are refused."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def _cosigned(self, note: str) -> str:
        text, _ = split_note(note)
        now = int(time.time())
        signature = self._private.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        return signature_line(NAME, self.verifier.id, now.to_bytes(8) + signature)
