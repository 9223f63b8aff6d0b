"""HTTP plumbing that the SMS providers share: a client with one deadline per call and one error for every failure."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeVar

import httpx
import msgspec

from adapters.kit.http_client import http_client
from adapters.kit.http_responses import ACCEPT, HttpResponse, UnusableResponse, read_response
from adapters.kit.opened import Opened
from booking_domain.notifications.errors import SmsUnavailable

MAX_RESPONSE_BYTES: Final = 256 * 1024
MAX_COST: Final = 10**9
"""In whole currency units. A larger value is not a plausible price and overflows the stored integer."""
_CONNECT_SECONDS: Final = 5.0
_LOG: Final = logging.getLogger(__name__)

DocumentT = TypeVar("DocumentT")


def decode(response: HttpResponse, kind: type[DocumentT]) -> DocumentT:
    """Decode a JSON body; numbers may be strings.

    Raises:
        UnusableResponse: the body is not such a document. The message omits it: it may hold a phone number or a code.
    """
    try:
        return msgspec.json.decode(response.body, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        reason = f"{response.status}, no {kind.__name__} in {len(response.body)} bytes ({type(error).__name__})"
        raise UnusableResponse(reason) from None


class ProviderClient:
    """HTTP client of one provider. `timeout_seconds` bounds a whole call; connecting may take at most 5 seconds."""

    def __init__(self, provider: str, base_url: str, *, timeout_seconds: float) -> None:
        self._provider = provider
        self._base_url = base_url
        self._timeout_seconds = timeout_seconds
        self._http: httpx.AsyncClient | None = None

    async def open(self) -> None:
        self._http = http_client(
            base_url=self._base_url,
            timeout=httpx.Timeout(self._timeout_seconds, connect=min(_CONNECT_SECONDS, self._timeout_seconds)),
        )

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        self._http = None

    @asynccontextmanager
    async def unavailable_on_error(self, operation: str) -> AsyncIterator[None]:
        """Enforce the deadline and map transport and decoding errors to `SmsUnavailable`; log no response content."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                yield
        except (UnusableResponse, httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            reason = str(error) if isinstance(error, UnusableResponse) else type(error).__name__
            _LOG.warning("%s: no usable response to %s: %s", self._provider, operation, reason)
            # `from None`: the cause holds the request, and with it the credentials.
            raise SmsUnavailable(provider=self._provider) from None

    async def call(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> HttpResponse:
        """Send one request, without retries: after an error the provider may still have sent the message."""
        if self._http is None:
            raise RuntimeError("the sender is not open")
        async with self._http.stream(method, path, data=form, params=query, auth=auth, headers=ACCEPT) as response:
            return await read_response(response, max_bytes=MAX_RESPONSE_BYTES)


class HttpSmsSender(Opened):
    """Opens and closes the client of a provider, also as an async context manager."""

    def __init__(self, client: ProviderClient) -> None:
        self._client = client

    async def open(self) -> None:
        await self._client.open()

    async def close(self) -> None:
        await self._client.close()
