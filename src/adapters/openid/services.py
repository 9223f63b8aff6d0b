"""Google, Apple and other services, by OpenID Connect Core 1.0 with PKCE (RFC 7636), as RFC 9700 advises."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlencode

import httpx
import jwt
import msgspec

from adapters.kit.http_client import http_client
from adapters.kit.http_responses import ACCEPT, HttpResponse, UnusableResponse, read_response
from adapters.kit.opened import Opened
from adapters.openid.clients import Clients, OpenIdClient
from adapters.openid.flows import LIFE, Flow
from adapters.openid.identity_tokens import UnknownKey, assertion_of, key_of, verified
from booking_domain.identity.errors import IdentityProviderNotConfigured, IdentityProviderUnavailable, InvalidAssertion
from booking_domain.identity.external_identities import (
    Assertion,
    IdentityProvider,
    OpenIdProviders,
    OpenIdReturn,
    OpenIdStart,
)

_MAX_RESPONSE_BYTES: Final = 256 * 1024
_LOG: Final = logging.getLogger(__name__)

Document = TypeVar("Document")


class Metadata(msgspec.Struct, frozen=True):
    """The published metadata of a service (OpenID Connect Discovery 1.0 §3).

    Its `issuer` is not checked, because Apple's has differed from the issuer of its tokens. The tokens' issuer is
    checked against the settings.
    """

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False


class TokenResponse(msgspec.Struct, frozen=True):
    """The answer of the token endpoint; the access token is not used."""

    id_token: str


class HttpOpenIdProviders(Opened, OpenIdProviders):
    """Services over HTTP. Metadata and keys are cached; keys are read again when a token names an unknown one."""

    def __init__(self, clients: Clients, *, redirect_uri: str, key: bytes, timeout_seconds: float = 5.0) -> None:
        self._clients = clients
        self._redirect_uri = redirect_uri
        self._key = key
        self._timeout_seconds = timeout_seconds
        self._http: httpx.AsyncClient | None = None
        self._metadata: dict[IdentityProvider, Metadata] = {}
        self._keys: dict[IdentityProvider, jwt.PyJWKSet] = {}

    async def open(self) -> None:
        self._http = http_client(timeout=self._timeout_seconds)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        self._http = None

    async def begin(self, provider: IdentityProvider, now: datetime) -> OpenIdStart:
        client = self._client(provider)
        metadata = await self._metadata_of(provider, client)
        flow = Flow.begin(provider, self._key, now)
        query = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": client.scope,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }
        if client.form_post:
            query["response_mode"] = "form_post"
        return OpenIdStart(
            authorization_url=f"{metadata.authorization_endpoint}?{urlencode(query)}",
            flow=flow.text,
            expires_in=int(LIFE.total_seconds()),
        )

    async def redeem(self, back: OpenIdReturn, now: datetime) -> Assertion:
        client = self._client(back.provider)
        flow = Flow(back.provider, back.flow, self._key)
        flow.require(back.state, now)
        metadata = await self._metadata_of(back.provider, client)
        named = back.issuer is not None or metadata.authorization_response_iss_parameter_supported
        if named and back.issuer != client.issuer:  # RFC 9207
            raise InvalidAssertion
        form = {
            "grant_type": "authorization_code",
            "code": back.code,
            "redirect_uri": self._redirect_uri,
            "client_id": client.client_id,
            "client_secret": client.secret_at(now),
            "code_verifier": flow.verifier,
        }
        text = await self._trade(back.provider, metadata.token_endpoint, form)
        claims = verified(text, await self._key_of(text, back.provider, metadata), client, nonce=flow.nonce, now=now)
        return assertion_of(claims, back.provider, client, back.name, until=flow.until)

    def _client(self, provider: IdentityProvider) -> OpenIdClient:
        client = self._clients.get(provider)
        if client is None:
            raise IdentityProviderNotConfigured
        return client

    async def _trade(self, provider: IdentityProvider, endpoint: str, form: Mapping[str, str]) -> str:
        """Trade the code for an identity token, once: a repeated code is refused."""
        async with self._available(provider, "token request"):
            answer = await self._call("POST", endpoint, form)
            if answer.status == HTTPStatus.BAD_REQUEST:  # RFC 6749 §5.2
                raise InvalidAssertion
            return _decoded(answer, TokenResponse).id_token

    async def _key_of(self, text: str, provider: IdentityProvider, metadata: Metadata) -> jwt.PyJWK:
        known = self._keys.get(provider)
        if known is not None:
            try:
                return key_of(text, known)
            except UnknownKey:
                pass
        async with self._available(provider, "keys"):
            answer = await self._call("GET", metadata.jwks_uri)
            try:
                self._keys[provider] = jwt.PyJWKSet.from_dict(_decoded(answer, dict))
            except jwt.PyJWTError:
                raise UnusableResponse("no keys") from None
        try:
            return key_of(text, self._keys[provider])
        except UnknownKey:
            raise InvalidAssertion from None

    async def _metadata_of(self, provider: IdentityProvider, client: OpenIdClient) -> Metadata:
        if provider not in self._metadata:
            async with self._available(provider, "metadata"):
                answer = await self._call("GET", f"{client.issuer}/.well-known/openid-configuration")
                self._metadata[provider] = _decoded(answer, Metadata)
        return self._metadata[provider]

    @asynccontextmanager
    async def _available(self, provider: IdentityProvider, operation: str) -> AsyncIterator[None]:
        """Enforce the deadline; map transport and decoding errors to `IdentityProviderUnavailable`; log no content."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                yield
        except (UnusableResponse, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError) as error:
            reason = str(error) if isinstance(error, UnusableResponse) else type(error).__name__
            _LOG.warning("%s: no usable response to the %s: %s", provider, operation, reason)
            raise IdentityProviderUnavailable from None  # the cause contains the request, and with it the secret

    async def _call(self, method: str, url: str, form: Mapping[str, str] | None = None) -> HttpResponse:
        if self._http is None:
            raise RuntimeError("the services are not open")
        async with self._http.stream(method, url, data=form, headers=ACCEPT) as response:
            return await read_response(response, max_bytes=_MAX_RESPONSE_BYTES)


def _decoded(answer: HttpResponse, kind: type[Document]) -> Document:
    if not answer.succeeded:
        raise UnusableResponse(f"status {answer.status}")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnusableResponse(f"no {kind.__name__} ({type(error).__name__})") from None
