"""The program of the documentation, with which a mail server passes bounces on, run by a shell."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Final

import pytest
from tests.unit.adapters.smtp import reports
from tests.unit.adapters.smtp.test_bounces import OURS, SECRET, about, sent

from booking_domain.notifications.bounces import BounceKind

ROOT: Final = Path(__file__).parents[4]
TEMPORARY: Final = 75


@contextmanager
def platform(status: int) -> Iterator[tuple[str, list[tuple[str, str, str, bytes]]]]:
    """A server that answers with this status; yield its URL and what it received."""
    received: list[tuple[str, str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = (self.headers["X-Bounce-Timestamp"], self.headers["X-Bounce-Signature"])
            received.append((self.path, *headers, body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "code"), [(204, 0), (503, TEMPORARY), (403, TEMPORARY)])
def test_the_program_of_the_documentation_signs_what_it_passes_on(tmp_path: Path, status: int, code: int) -> None:
    page = (ROOT / "docs" / "operate" / "operations.md").read_text(encoding="utf-8")
    [program] = re.findall(r"```sh\n(#!/bin/sh\n# pass-bounce.*?)```", page, re.DOTALL)
    secret = tmp_path / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    body = reports.postfix(sent().messages[0], str(sent().senders[0])) + b"x" * 300_000
    with platform(status) as (url, received):
        program = program.replace("https://booking.example.com", url).replace("/etc/pass-bounce.secret", str(secret))
        environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(  # noqa: S603 - the program of our own documentation
            ["/bin/sh", "-c", program], input=body, env=environment, capture_output=True, check=False
        )
    assert done.returncode == code
    [(path, timestamp, signature, passed)] = received
    assert path == "/api/v1/webhooks/email-bounces"
    assert passed == body[:200_000]
    now = datetime.fromtimestamp(int(timestamp), UTC) + timedelta(seconds=1)
    found = OURS.read(passed, timestamp=timestamp, signature=signature, now=now)
    assert found == about(BounceKind.ADDRESS)
    assert list(tmp_path.iterdir()) == [secret]
