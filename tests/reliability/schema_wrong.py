"""A server with a planted fault for each check, and the document that it violates."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

JSON: Final = "application/json"


def _operation(name: str, *, answer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    content = {JSON: {"schema": answer or {"type": "object"}}}
    said = {"description": "Fine.", "content": content}
    return {"operationId": name, "parameters": [], "responses": {"200": said}, **more}


_BODY: Final = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "object",
                "properties": {"number": {"type": "integer", "minimum": 1}},
                "required": ["number"],
                "additionalProperties": False,
            },
            "example": {"number": 1},
        }
    },
}
_NUMBERED: Final = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}
_TAG: Final = {"ETag": {"required": True, "schema": {"type": "string"}}}
_SIGNED_IN: Final[list[dict[str, list[str]]]] = [{"bearer": []}]

DOCUMENT: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {"title": "Wrong", "version": "1"},
    "paths": {
        "/fails": {"get": _operation("fails")},
        "/undocumented": {"get": _operation("undocumented")},
        "/text": {"get": _operation("text")},
        "/words": {"get": _operation("words", answer=_NUMBERED)},
        "/untagged": {"get": _operation("untagged")},
        "/more": {"get": _operation("more")},
        "/lax": {"post": _operation("lax", requestBody=_BODY)},
        "/strict": {"post": _operation("strict", requestBody=_BODY)},
        "/open": {"get": _operation("open", security=_SIGNED_IN)},
        "/anything": {"get": _operation("anything")},
    },
    "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
}
DOCUMENT["paths"]["/untagged"]["get"]["responses"]["200"]["headers"] = _TAG
DOCUMENT["paths"]["/strict"]["post"]["responses"]["400"] = {"description": "Refused."}

FAULTS: Final = {
    ("not_a_server_error", "GET /fails"),
    ("status_code_conformance", "GET /undocumented"),
    ("content_type_conformance", "GET /text"),
    ("response_schema_conformance", "GET /words"),
    ("response_headers_conformance", "GET /untagged"),
    ("headers_are_documented", "GET /more"),
    ("negative_data_rejection", "POST /lax"),
    ("positive_data_acceptance", "POST /strict"),
    ("ignored_auth", "GET /open"),
    ("unsupported_method", "GET /anything"),
}
"""The planted faults, by check and operation."""
_STATUS: Final = {"/fails": 500, "/undocumented": 203, "/strict": 400}


class _Wrong(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"number": "many"} if path == "/words" else {}).encode()
        self.send_response(_STATUS.get(path, 200))
        self.send_header("Content-Type", "text/plain" if path == "/text" else JSON)
        self.send_header("Content-Length", str(len(body)))
        if path == "/more":
            self.send_header("X-More", "than was said")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = do_TRACE = do_QUERY = _answer  # noqa: N815

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def serving_wrongly() -> Iterator[str]:
    """Run the server; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Wrong)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
