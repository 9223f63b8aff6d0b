"""HTTP responses as bytes, for servers that a test scripts."""

import json


def http(body: bytes | str = b"", *, status: str = "200 OK", headers: str = "") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(content)}\r\n{headers}\r\n".encode() + content


def document(content: object, *, status: str = "200 OK") -> bytes:
    return http(json.dumps(content), status=status, headers="content-type: application/json\r\n")
