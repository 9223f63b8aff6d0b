"""One call to a provider of text messages, one answer that was read whole, and one error for all that can go wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, Self, TypeVar

import httpx
import msgspec

from adapters.answers import ACCEPT, Answer, UnusableAnswer, read_answer
from booking_domain.notifications.errors import SmsUnavailable

LARGEST_ANSWER: Final = 256 * 1024
LARGEST_COST: Final = 10**9
"""Whole units of a currency; more is no cost of a message, and would not fit."""
_CONNECT_SECONDS: Final = 5.0
_LOG: Final = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT")


def decoded(answer: Answer, kind: type[AnswerT]) -> AnswerT:
    """The document of an answer, whose numbers may be written as text.

    Raises:
        UnusableAnswer: it is no such document; it is not quoted, since it may hold a number or a code.
    """
    try:
        return msgspec.json.decode(answer.body, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        said = f"{answer.status}, no {kind.__name__} in {len(answer.body)} bytes ({type(error).__name__})"
        raise UnusableAnswer(said) from None


class ProviderLine:
    """A line to one provider. `timeout_seconds` bounds a whole call; a connection takes at most five of them."""

    def __init__(self, provider: str, base_url: str, *, timeout_seconds: float) -> None:
        self._provider = provider
        self._base_url = base_url
        self._timeout_seconds = timeout_seconds
        self._http: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Be ready to call; nothing is sent yet."""
        # No settings of the environment: neither a proxy nor a .netrc gets to see codes and credentials.
        self._http = httpx.AsyncClient(
            base_url=self._base_url,
            timeout=httpx.Timeout(self._timeout_seconds, connect=min(_CONNECT_SECONDS, self._timeout_seconds)),
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Hang up."""
        if self._http is not None:
            await self._http.aclose()
        self._http = None

    @asynccontextmanager
    async def conversation(self, what: str) -> AsyncIterator[None]:
        """Turn whatever goes wrong into `SmsUnavailable`, and keep what was said out of the log."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                yield
        except (UnusableAnswer, httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            reason = str(error) if isinstance(error, UnusableAnswer) else type(error).__name__
            _LOG.warning("%s gave no usable answer to %s: %s", self._provider, what, reason)
            # Without the cause: its request carries the credentials.
            raise SmsUnavailable(provider=self._provider) from None

    async def call(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> Answer:
        """Call once, whatever comes of it: the provider may have sent the message all the same."""
        if self._http is None:
            raise RuntimeError("the sender is not open")
        async with self._http.stream(method, path, data=form, params=query, auth=auth, headers=ACCEPT) as response:
            return await read_answer(response, most_bytes=LARGEST_ANSWER)


class HttpSender:
    """What every sender over HTTP has: an `async with` opens and closes its line."""

    def __init__(self, line: ProviderLine) -> None:
        self._line = line

    async def open(self) -> None:
        """Be ready to send."""
        await self._line.open()

    async def close(self) -> None:
        """Hang up."""
        await self._line.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
