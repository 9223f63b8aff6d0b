"""HTTP client for QPay: bounded responses, authentication with the merchant's token, retries."""

from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

import httpx
import msgspec

from adapters.kit.http_responses import ACCEPT, HttpResponse, RefusedRequest, UnusableResponse, read_response
from adapters.qpay.tokens import TokenProvider, TokenStore
from adapters.qpay.wire import DocumentT, TokenResponse, decode, encode, error_code

MAX_RESPONSE_BYTES: Final = 1024 * 1024
_MAX_TOKEN_RETRIES: Final = 2
"""Once with a token that another process has stored in the meantime, and once with a new one."""
_HEADERS: Final = {**ACCEPT, "content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QPayResponse(HttpResponse):
    @property
    def error_summary(self) -> str:
        """Status and error code, safe to log."""
        return f"{self.status} {error_code(self.body) or 'without a code'}"

    @property
    def text(self) -> str:
        """The body as text.

        Raises:
            UnusableResponse: the body is not UTF-8.
        """
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            raise UnusableResponse("a response that is not UTF-8") from None

    def read(self, kind: type[DocumentT]) -> DocumentT:
        """Decode the body of a successful response.

        Raises:
            RefusedRequest: QPay answered with an error of its own to this request.
            UnusableResponse: the status is not 2xx, or the body is not such a document.
        """
        if self.refused and error_code(self.body) is not None:
            raise RefusedRequest(self.error_summary)
        if not self.succeeded:
            raise UnusableResponse(self.error_summary)
        return decode(self.body, kind)


class QPayCalls(Protocol):
    """Calls QPay's API, directly or through another server."""

    async def call(
        self, method: str, path: str, document: msgspec.Struct | None = None, *, repeatable: bool
    ) -> QPayResponse:
        """Return QPay's response to a call that is authenticated as the merchant."""
        ...


class QPayClient(QPayCalls):
    """Calls raise `UnusableResponse`, `httpx.HTTPError`, or an error of the token store."""

    def __init__(self, http: httpx.AsyncClient, credentials: httpx.BasicAuth, store: TokenStore) -> None:
        self._http = http
        self._credentials = credentials
        self._tokens = TokenProvider(store, self._log_in)

    async def call(
        self, method: str, path: str, document: msgspec.Struct | None = None, *, repeatable: bool
    ) -> QPayResponse:
        """Call with the token; on 401, which has no side effect, retry with another token.

        If the connection breaks, only a `repeatable` call is retried, once.
        """
        content = None if document is None else encode(document)
        refused: set[str] = set()
        while True:
            token, is_new = await self._tokens.obtain(refused)
            response = await self._send(method, path, content, repeatable=repeatable, auth=_Bearer(token.access))
            given_up = (is_new and refused) or len(refused) == _MAX_TOKEN_RETRIES
            if response.status != HTTPStatus.UNAUTHORIZED or given_up:
                return response
            refused.add(token.access)

    async def _log_in(self) -> TokenResponse:
        response = await self._send("POST", "/auth/token", None, repeatable=True, auth=self._credentials)
        return response.read(TokenResponse)

    async def _send(
        self, method: str, path: str, content: bytes | None, *, repeatable: bool, auth: httpx.Auth
    ) -> QPayResponse:
        try:
            return await self._send_once(method, path, content, auth)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            if not repeatable:
                raise
            return await self._send_once(method, path, content, auth)

    async def _send_once(self, method: str, path: str, content: bytes | None, auth: httpx.Auth) -> QPayResponse:
        async with self._http.stream(method, path, content=content, headers=_HEADERS, auth=auth) as stream:
            response = await read_response(stream, max_bytes=MAX_RESPONSE_BYTES)
            return QPayResponse(status=response.status, body=response.body)


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["authorization"] = self._header
        yield request
