"""Requests that a proxy and the server could read differently are refused (RFC 9112 §3.2, §6.1, §11.2)."""

import json
import socket

import pytest
from tests.acceptance.product import Product
from tests.gates import PATIENCE_SECONDS

LIVE = "GET /api/v1/health/live"
HOST = "Host: booking.example.com"
BODY = b"{}"
CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"


def exchange(port: int, *lines: str, body: bytes = b"", version: str = "1.1") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the only response before the server closes the connection."""
    request, *headers = lines
    head = "\r\n".join((f"{request} HTTP/{version}", *headers, "Connection: close", "", ""))
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(head.encode("latin-1") + body)
        answer = b""
        while received := connection.recv(65_536):
            answer += received
    raw_head, _, content = answer.partition(b"\r\n\r\n")
    status, *fields = raw_head.decode().split("\r\n")
    return (
        int(status.split()[1]),
        {name.lower(): text for name, _, text in (f.partition(": ") for f in fields)},
        content,
    )


def assert_refused(port: int, *lines: str, body: bytes = b"", pointer: str) -> None:
    status, headers, content = exchange(port, *lines, body=body)
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    problem = json.loads(content)
    assert problem["code"] == "validation.invalid_input"
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("Host:",),
        (HOST, HOST),
        (HOST, "Host: attacker.example.com"),
        ("Host: attacker@booking.example.com",),
        ("Host: booking.example.com, attacker.example.com",),
        ("Host: booking example com",),
        ("Host: booking.example.com/path",),
        ("Host: booking.example.com?query",),
        ("Host: b\xf6\xf6king.example.com",),
        ("Host: booking.example.com:65536",),
        ("Host: booking.example.com:80:80",),
        ("Host: booking.example.com:http",),
        ("Host: [::1",),
        ("Host: [::1::2]",),
        ("Host: ::1",),
        ("Host: :80",),
        (f"Host: {'a' * 256}",),
    ],
    ids=ascii,
)
def test_a_request_needs_exactly_one_valid_host(product: Product, headers: tuple[str, ...]) -> None:
    for request in (LIVE, "GET /nowhere", "PATCH /api/v1/health/live"):
        assert_refused(product.port, request, *headers, pointer="/header/Host")


@pytest.mark.parametrize(
    "host",
    [
        *("booking.example.com", "booking.example.com:8000", "booking.example.com:", "api_1", "127.0.0.1:80"),
        *("[::1]", "[::1]:8000", "[::ffff:127.0.0.1]", "xn--bking-jua.example.com", "a" * 255),
    ],
)
def test_a_valid_host_is_accepted(product: Product, host: str) -> None:
    assert exchange(product.port, LIVE, f"Host: {host}")[0] == 200


def test_http_1_0_needs_no_host_but_has_at_most_one(product: Product) -> None:
    assert exchange(product.port, LIVE, version="1.0")[0] == 200
    assert exchange(product.port, LIVE, HOST, version="1.0")[0] == 200
    assert exchange(product.port, LIVE, HOST, HOST, version="1.0")[0] == 400


@pytest.mark.parametrize("request_line", ["POST /api/v1/auth/login", "POST /api/v1/webhooks/sms/twilio", LIVE])
@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 2", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 2"),
        ("Content-Length: 12", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: gzip, chunked",),
    ],
    ids=", ".join,
)
def test_a_body_with_a_transfer_encoding_is_refused(
    product: Product, request_line: str, headers: tuple[str, ...]
) -> None:
    lines = (request_line, HOST, "Content-Type: application/json", *headers)
    assert_refused(product.port, *lines, body=CHUNKS, pointer="/header/Transfer-Encoding")


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        (("Content-Length: 2", "Transfer-Encoding: identity"), "1.1"),
        (("Content-Length: 2", "Transfer-Encoding: chunked, identity"), "1.1"),
        (("Content-Length: 2", "Transfer-Encoding: xchunked"), "1.1"),
        (("Content-Length: 2", "Transfer-Encoding: \x0bchunked"), "1.1"),
        (("Content-Length: 2", "Transfer-Encoding : chunked"), "1.1"),
        (("Content-Length: 2", "Transfer-Encoding: chunked"), "1.0"),
        (("Content-Length: 2", "Content-Length: 3"), "1.1"),
        (("Content-Length: +2",), "1.1"),
        (("Content-Length: 2, 2",), "1.1"),
    ],
    ids=ascii,
)
def test_the_server_refuses_bodies_of_ambiguous_length(
    product: Product, headers: tuple[str, ...], version: str
) -> None:
    """Granian's HTTP parser answers these without a body; a new version that passed them on would fail here."""
    lines = ("POST /api/v1/auth/login", HOST, "Content-Type: application/json", *headers)
    status, answered, content = exchange(product.port, *lines, body=BODY, version=version)
    assert (status, answered["connection"], content) == (400, "close", b"")
