"""Speaks HTTP with QPay: one call, one answer that was read whole, under the merchant's token."""

from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx
import msgspec

from adapters.http_responses import ACCEPT, HttpResponse, UnusableResponse, read_response
from adapters.qpay.tokens import Tokens, TokenStore
from adapters.qpay.wire import AnswerT, TokenAnswer, decode, encode, error_code

LARGEST_ANSWER: Final = 1024 * 1024
_REPLAYS: Final = 2
"""With the token that somebody has put into the store since, and with one of our own."""
_HEADERS: Final = {**ACCEPT, "content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QPayAnswer(HttpResponse):
    """What came back, of whichever status."""

    @property
    def refusal(self) -> str:
        """Status and code, for a log."""
        return f"{self.status} {error_code(self.body) or 'without a code'}"

    @property
    def text(self) -> str:
        """The body of an answer that could be read.

        Raises:
            UnusableResponse: it is no UTF-8.
        """
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            raise UnusableResponse("an answer that is no UTF-8") from None

    def read(self, kind: type[AnswerT]) -> AnswerT:
        """The document of a success.

        Raises:
            UnusableResponse: it is none.
        """
        if not self.succeeded:
            raise UnusableResponse(self.refusal)
        return decode(self.body, kind)


class QPayClient:
    """The calls raise `UnusableResponse`, `httpx.HTTPError`, or what the token store raises."""

    def __init__(self, http: httpx.AsyncClient, credentials: httpx.BasicAuth, store: TokenStore) -> None:
        self._http = http
        self._credentials = credentials
        self._tokens = Tokens(store, self._log_in)

    async def call(
        self, method: str, path: str, document: msgspec.Struct | None = None, *, repeatable: bool
    ) -> QPayAnswer:
        """Call under the token; a call that was refused for its token did nothing, and is made again with another.

        Only a `repeatable` one is made again, once, when the connection breaks.
        """
        content = None if document is None else encode(document)
        refused: set[str] = set()
        while True:
            token, is_new = await self._tokens.obtain(refused)
            answer = await self._send(method, path, content, repeatable=repeatable, auth=_Bearer(token.access))
            given_up = (is_new and refused) or len(refused) == _REPLAYS
            if answer.status != HTTPStatus.UNAUTHORIZED or given_up:
                return answer
            refused.add(token.access)

    async def _log_in(self) -> TokenAnswer:
        answer = await self._send("POST", "/auth/token", None, repeatable=True, auth=self._credentials)
        return answer.read(TokenAnswer)

    async def _send(
        self, method: str, path: str, content: bytes | None, *, repeatable: bool, auth: httpx.Auth
    ) -> QPayAnswer:
        try:
            return await self._send_once(method, path, content, auth)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            if not repeatable:
                raise
            return await self._send_once(method, path, content, auth)

    async def _send_once(self, method: str, path: str, content: bytes | None, auth: httpx.Auth) -> QPayAnswer:
        async with self._http.stream(method, path, content=content, headers=_HEADERS, auth=auth) as response:
            answer = await read_response(response, max_bytes=LARGEST_ANSWER)
            return QPayAnswer(status=answer.status, body=answer.body)


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["authorization"] = self._header
        yield request
