"""The transport of Stripe's SDK: bounded responses, no redirects, nothing from the environment."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from stripe import HTTPClient

from adapters.kit.http_client import http_client
from adapters.kit.http_responses import ACCEPT, UnusableResponse, read_response

MAX_RESPONSE_BYTES: Final = 4 * 1024 * 1024
"""A page of a hundred charges has about half of it."""


class _Error(msgspec.Struct, frozen=True):
    type: str
    code: str | None = None
    message: str | None = None
    param: str | None = None


class _ErrorDocument(msgspec.Struct, frozen=True):
    error: _Error


class StripeTransport(HTTPClient):
    """Sends the requests of a `StripeClient`. Raises `UnusableResponse` and `httpx.HTTPError`."""

    name = "httpx"

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._http = http_client(timeout=timeout_seconds)

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one request and read its response, which is a JSON object."""
        own = {name: value for name, value in headers.items() if name.lower() not in ACCEPT} | ACCEPT
        async with self._http.stream(method, url, headers=own, content=post_data or None) as stream:
            response = await read_response(stream, max_bytes=MAX_RESPONSE_BYTES)
        try:
            text = response.body.decode()
            msgspec.json.decode(text, type=dict[str, msgspec.Raw] if response.succeeded else _ErrorDocument)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise UnusableResponse(f"{response.status} with {len(response.body)} bytes that are not Stripe's") from None
        return response.body, response.status, stream.headers

    async def close_async(self) -> None:
        """Close the connections."""
        await self._http.aclose()
