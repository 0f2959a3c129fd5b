"""Health of a container, for engines: does this process answer that it is ready? Kubernetes asks by itself."""

import os
import sys
from http import HTTPStatus
from urllib.request import urlopen

TIMEOUT_SECONDS = 4
path = sys.argv[1] if len(sys.argv) > 1 else "/readyz"
port = os.environ.get("FILROUGE_HTTP_PORT", "8080")
with urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT_SECONDS) as answer:
    raise SystemExit(answer.status != HTTPStatus.OK)
