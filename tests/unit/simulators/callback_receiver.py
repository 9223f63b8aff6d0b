"""A small HTTP server that receives callbacks like a merchant."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from tests.gates import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCallback:
    method: str
    path: str
    query: list[tuple[str, str]]
    body: bytes
    headers: Mapping[str, str]

    @property
    def payment_id(self) -> str:
        return dict(self.query)["qpay_payment_id"]


class CallbackReceiver:
    """Replies with `responses` in order, then with 200 SUCCESS."""

    def __init__(self) -> None:
        self.received: list[ReceivedCallback] = []
        self.responses: list[tuple[int, str]] = []
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._handle()

            def do_POST(self) -> None:
                self._handle()

            def _handle(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, text = receiver.receive(
                    ReceivedCallback(
                        method=self.command, path=parts.path, query=parse_qsl(parts.query), body=body, headers=headers
                    )
                )
                self.send_response(status)
                self.send_header("content-type", "text/plain")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, rest: str = "/callback") -> str:
        return f"http://127.0.0.1:{self._server.server_port}{rest}"

    def receive(self, callback: ReceivedCallback) -> tuple[int, str]:
        with self._changed:
            self.received.append(callback)
            self._changed.notify_all()
            return self.responses.pop(0) if self.responses else (200, "SUCCESS")

    def wait_for(self, count: int) -> list[ReceivedCallback]:
        """Wait until `count` callbacks have arrived and return them."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.received) >= count, timeout=PATIENCE_SECONDS)
            assert arrived, f"{len(self.received)} of {count} callbacks arrived"
            return list(self.received)
