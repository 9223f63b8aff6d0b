"""Bounded reading of responses from third-party HTTP APIs."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx

ACCEPT: Final = {"accept": "application/json", "accept-encoding": "identity"}
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "deflate"})
"""At most one layer of compression, which some proxies add unasked; stacked encodings may be a decompression bomb."""


class UnusableResponse(Exception):
    """The response cannot be interpreted. The text never quotes the response, which may contain secrets."""


class RefusedRequest(UnusableResponse):
    """The server understood the request and refused it (4xx). It works; another request may succeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    status: int
    body: bytes

    @property
    def succeeded(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def refused(self) -> bool:
        """Whether the status refuses this request, rather than reporting an overloaded server."""
        overload = self.status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
        return HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR and not overload


async def read_response(response: httpx.Response, *, max_bytes: int) -> HttpResponse:
    """Read a streamed response to its end.

    Raises:
        UnusableResponse: the body exceeds `max_bytes`, or its content encoding is not accepted.
    """
    if response.headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
        raise UnusableResponse("a response in an unsupported content encoding")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise UnusableResponse(f"a response of more than {max_bytes} bytes")
    return HttpResponse(status=response.status_code, body=bytes(body))
