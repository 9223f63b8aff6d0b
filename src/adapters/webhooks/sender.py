"""Sends webhooks to URLs that users supply."""

import asyncio
import logging
import ssl
from contextlib import aclosing, suppress
from http import HTTPStatus
from typing import Final

import httpx

from adapters.kit.destinations import DestinationRefused, Resolver, parsed_url
from adapters.kit.opened import Opened
from adapters.kit.pinned_client import PinnedClient
from adapters.webhooks.signing import signed_headers
from booking_domain.webhooks.model import MAX_EXCERPT, Failure, Outcome
from booking_domain.webhooks.ports import WebhookMessage, WebhookSender

_LOG = logging.getLogger(__name__)
_MAX_BYTES: Final = 4 * MAX_EXCERPT
"""As many bytes of a response are read as its excerpt may have."""
_HEADERS: Final = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    "user-agent": "booking-webhooks/1",
}


class HttpWebhookSender(Opened, WebhookSender):
    """Makes attempts concurrently; share one instance per process, and open and close it with `async with`.

    `timeout_seconds` bounds an attempt, including name resolution. A redirect is a failure. `allow_private`, for tests
    and development only, allows http, every address and every port.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        timeout_seconds: float = 10.0,
        resolve: Resolver | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._http = PinnedClient.public(
            timeout_seconds=timeout_seconds,
            schemes=frozenset({"https"}),
            allow_private=allow_private,
            resolve=resolve,
            trust=trust,
        )
        self._timeout_seconds = timeout_seconds

    async def open(self) -> None:
        await self._http.open()

    async def close(self) -> None:
        """Cancel queued lookups of names; the sender cannot be reopened."""
        await self._http.close()

    async def send(self, message: WebhookMessage) -> Outcome:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._post(message)
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(failure=Failure.TIMED_OUT)
        except DestinationRefused as refused:
            _LOG.info("webhook %s was not sent: %s", message.id, refused)
            return Outcome(failure=Failure.UNREACHABLE)
        except httpx.ConnectError:
            return Outcome(failure=Failure.UNREACHABLE)
        except (httpx.HTTPError, httpx.StreamError):
            return Outcome(failure=Failure.BROKEN)

    async def _post(self, message: WebhookMessage) -> Outcome:
        headers = {**_HEADERS, **signed_headers(message)}
        sent = await self._http.send("POST", parsed_url(message.url), headers=headers, content=message.body)
        async with aclosing(sent) as response:
            excerpt = await _excerpt(response, self._timeout_seconds / 2)
        succeeded = HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES
        return Outcome(
            failure=None if succeeded else Failure.STATUS, response_status=response.status_code, excerpt=excerpt
        )


async def _excerpt(response: httpx.Response, seconds: float) -> str:
    """The beginning of the body, as far as it arrives in time: the status is known already, and decides."""
    body = bytearray()
    with suppress(TimeoutError, httpx.HTTPError, httpx.StreamError):
        async with asyncio.timeout(seconds):
            async for chunk in response.aiter_raw():
                body += chunk[: _MAX_BYTES - len(body)]
                if len(body) == _MAX_BYTES:
                    break
    text = bytes(body).decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text[:MAX_EXCERPT]
