"""Requests that no client library sends, as bytes, with the statuses that are right for them."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import zstandard

OK: Final = b'{"a": 1}'
MOST: Final = 262_144
"""The default limit of a body, in bytes."""


@dataclass(frozen=True)
class Hostile:
    """A request as a sequence of writes."""

    name: str
    pieces: tuple[bytes, ...]
    answers: frozenset[int]
    ends: bool = False
    """Whether the client closes its side of the connection afterwards."""


def request(token: str, *lines: str, method: str = "POST", path: str = "/bookings", kind: str = "") -> bytes:
    """The head of a request."""
    return "\r\n".join(
        (
            f"{method} /api/v1{path} HTTP/1.1",
            "Host: booking",
            f"Authorization: Bearer {token}",
            f"Content-Type: {kind or 'application/json'}",
            *lines,
            "",
            "",
        )
    ).encode()


def whole(token: str, body: bytes, *lines: str, path: str = "/bookings", kind: str = "") -> tuple[bytes, bytes]:
    """A request with the right Content-Length."""
    return request(token, *lines, f"Content-Length: {len(body)}", path=path, kind=kind), body


def compressed(token: str) -> Iterator[Hostile]:
    bomb = b" " * 50_000_000
    for coding, packed in (
        ("gzip", gzip.compress(OK)),
        ("zstd", zstandard.compress(bomb)),
        ("br", b"\x0b\x02\x80{}\x03"),
    ):
        yield Hostile(f"a body in {coding}", whole(token, packed, f"Content-Encoding: {coding}"), frozenset({415}))
    twice = whole(token, gzip.compress(gzip.compress(bomb)), "Content-Encoding: gzip, gzip")
    yield Hostile("a body that is gzipped twice", twice, frozenset({415}))
    chunked = request(token, "Content-Encoding: gzip", "Transfer-Encoding: chunked")
    yield Hostile("a compressed body in pieces", (chunked, b"1\r\nx\r\n0\r\n\r\n"), frozenset({415}))
    for path in ("/auth/login", "/webhooks/sms/twilio"):
        form = whole(token, gzip.compress(bomb), "Content-Encoding: gzip", path=path)
        yield Hostile(f"a bomb for {path}", form, frozenset({415}))


def lengths(token: str) -> Iterator[Hostile]:
    wrong, large = frozenset({400}), frozenset({413})
    for said in ("-1", "abc", "+8", "0x8", "9" * 40, "8, 9"):
        yield Hostile(f"a length of {said}", (request(token, f"Content-Length: {said}"), OK), wrong)
    yield Hostile("two lengths", (request(token, "Content-Length: 8", "Content-Length: 9"), OK), wrong)
    yield Hostile("a length that is less", (request(token, "Content-Length: 3"), OK), wrong)
    yield Hostile("a length that is more", (request(token, "Content-Length: 100"), OK), wrong, ends=True)
    yield Hostile("a length of 10 GB", (request(token, "Content-Length: 10000000000"), OK), large)
    yield Hostile("a byte too much", (request(token, f"Content-Length: {MOST + 1}"), b"[" * (MOST + 1)), large)
    chunked = request(token, "Transfer-Encoding: chunked")
    piece = b"10000\r\n" + b"[" * 65_536 + b"\r\n"
    yield Hostile("more and more pieces", (chunked, *(piece for _ in range(64))), large)
    yield Hostile("pieces of a byte", (chunked, b"1\r\n[\r\n" * 100_000, b"0\r\n\r\n"), wrong)
    yield Hostile("a piece of no length", (chunked, b"zz\r\n" + OK + b"\r\n0\r\n\r\n"), wrong)
    yield Hostile("a piece of 2⁷² bytes", (chunked, b"f" * 18 + b"\r\n" + OK + b"\r\n0\r\n\r\n"), wrong)
    yield Hostile("a piece with much to say of it", (chunked, b"8;" + b"x" * 300_000 + b"\r\n" + OK), wrong)
    yield Hostile("pieces that end too soon", (chunked, b"8\r\n" + OK + b"\r\n"), wrong, ends=True)
    both = request(token, "Content-Length: 8", "Transfer-Encoding: chunked")
    yield Hostile("a length and pieces", (both, b"8\r\n" + OK + b"\r\n0\r\n\r\n"), wrong)


def depths(token: str) -> Iterator[Hostile]:
    names = json.dumps({f"{number:x}": 1 for number in range(22_000)}).encode()
    bodies = {
        "100,000 lists in each other": b"[" * 100_000,
        "lists up to the limit": b"[" * MOST,
        "48,000 objects in each other": b'{"a":' * 48_000,
        "objects in a member": b'{"slot": ' + b'{"a":' * 48_000,
        "100,000 members": b"[" + b"0," * 99_999 + b"0]",
        "22,000 names": names,
        "one name 20,000 times": b"{" + b'"slot": 1,' * 20_000 + b'"slot": 1}',
        "a number of 250,000 digits": b'{"durationMinutes": ' + b"1" * 250_000 + b"}",
        "an exponent": b'{"durationMinutes": 1e999999999}',
        "a text of escapes": b'{"notes": "' + b"\\u0000" * 40_000 + b'"}',
    }
    for name, body in bodies.items():
        yield Hostile(name, whole(token, body), frozenset({400}))


def forms(token: str) -> Iterator[Hostile]:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    multipart = "multipart/form-data; boundary=x"
    for path in ("/bookings", "/auth/login", "/webhooks/sms/twilio"):
        right = {415} if "webhooks" not in path else {403}  # that one takes a form, if it is signed
        few = whole(token, part * 5_000 + b"--x--", path=path, kind=multipart)
        yield Hostile(f"5,000 parts for {path}", few, frozenset(right))
        many = whole(token, part * 100_000 + b"--x--", path=path, kind=multipart)
        yield Hostile(f"100,000 parts for {path}", many, frozenset({413, 415}))
        fields = whole(token, b"a=1&" * 65_000, path=path, kind="application/x-www-form-urlencoded")
        yield Hostile(f"65,000 fields for {path}", fields, frozenset(right))


def heads(token: str) -> Iterator[Hostile]:
    def get(path: str, *lines: str) -> tuple[bytes]:
        return (request(token, *lines, method="GET", path=path),)

    yield Hostile("100,000 header lines", get("/providers", *["X-A: b"] * 100_000), frozenset({431}))
    yield Hostile("a header of 500 kB", get("/providers", "X-A: " + "b" * 500_000), frozenset({431}))
    yield Hostile("an address of 60 kB", get("/providers?" + "a" * 60_000), frozenset({400}))
    yield Hostile("an address of 400 kB", get("/" + "a" * 400_000), frozenset({414, 431}))
    yield Hostile("30,000 levels", get("/a" * 30_000), frozenset({404}))
    for path in ("/providers", "/auth/me"):
        yield Hostile(f"30,000 parameters for {path}", get(f"{path}?" + "a&" * 30_000), frozenset({400}))
        yield Hostile(f"100,000 for {path}", get(f"{path}?" + "a&" * 100_000), frozenset({414, 431}))


def all_of_them(token: str) -> Sequence[Hostile]:
    return [hostile for kind in (compressed, lengths, depths, forms, heads) for hostile in kind(token)]
