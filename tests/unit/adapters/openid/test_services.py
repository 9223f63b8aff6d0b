"""Signing in at a real OpenID provider: accepted and refused requests."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from tests.http_answers import document, http
from tests.tcp_server import serving_tcp
from tests.unit.adapters.openid.provider_process import REDIRECT_URI, ProviderProcess, person_signs_in
from tests.unit.adapters.openid.test_identity_tokens import KEYS
from tests.unit.entrypoints.api import serving

from adapters.openid.clients import OpenIdClient
from adapters.openid.flows import LIFE
from adapters.openid.services import HttpOpenIdProviders
from booking_domain.identity.errors import IdentityProviderNotConfigured, IdentityProviderUnavailable, InvalidAssertion
from booking_domain.identity.external_identities import Assertion, IdentityProvider, OpenIdReturn, OpenIdStart

GOOGLE, APPLE = IdentityProvider.GOOGLE, IdentityProvider.APPLE
DORJ: Final = {
    "sub": "1098765",
    "email": "Dorj@Gmail.com",
    "email_verified": True,
    "name": "Дорж\u0000 Бат",
    "given_name": "Дорж",
    "locale": "mn-MN",
}
LATER: Final = timedelta(seconds=1)


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderProcess]:
    with ProviderProcess() as provider:
        yield provider


@pytest.fixture
async def services(provider: ProviderProcess) -> AsyncIterator[HttpOpenIdProviders]:
    async with services_of({GOOGLE: provider.google(), APPLE: provider.apple()}) as services:
        yield services


def services_of(clients: dict[IdentityProvider, OpenIdClient], timeout_seconds: float = 5.0) -> HttpOpenIdProviders:
    key = b"key of the flows"
    return HttpOpenIdProviders(clients, redirect_uri=REDIRECT_URI, key=key, timeout_seconds=timeout_seconds)


def now() -> datetime:
    return datetime.now(UTC)


def back_with(begun: OpenIdStart, answer: dict[str, str], service: IdentityProvider = GOOGLE) -> OpenIdReturn:
    return OpenIdReturn(
        provider=service, code=answer["code"], state=answer["state"], issuer=answer.get("iss"), flow=begun.flow
    )


async def brought(
    services: HttpOpenIdProviders,
    service: IdentityProvider = GOOGLE,
    claims: dict[str, Any] | None = None,
    query: dict[str, str] | None = None,
) -> OpenIdReturn:
    begun = await services.begin(service, now())
    answer = await person_signs_in(begun.authorization_url, claims or DORJ, **(query or {}))
    return back_with(begun, answer, service)


async def asserted(services: HttpOpenIdProviders, **claims: Any) -> Assertion:
    return await services.redeem(await brought(services, claims={**DORJ, **claims}), now())


async def test_a_person_who_signed_in_is_known_by_what_the_service_signed(services: HttpOpenIdProviders) -> None:
    found = await asserted(services)
    assert (found.provider, found.subject, found.name, found.locale) == (GOOGLE, "1098765", "Дорж Бат", "mn")
    assert (found.email, found.email_of_service) == ("dorj@gmail.com", True)
    assert (found.given_name, found.family_name) == ("Дорж", None)
    assert found.digest != (await asserted(services)).digest
    assert now() < found.good_until


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"email_verified": False}, (None, False)),
        ({"email_verified": "false"}, (None, False)),
        ({"email_verified": "true"}, ("dorj@gmail.com", True)),
        ({"email": "no address"}, (None, False)),
        ({"email": None}, (None, False)),
        ({"email": "dorj@example.com"}, ("dorj@example.com", False)),
        ({"email": "dorj@example.com", "hd": "example.com"}, ("dorj@example.com", True)),
        ({"email": "dorj@gmail.com.example.com"}, ("dorj@gmail.com.example.com", False)),
    ],
)
async def test_an_address_counts_only_if_the_service_has_verified_it(
    services: HttpOpenIdProviders, claims: dict[str, Any], expected: tuple[str | None, bool]
) -> None:
    found = await asserted(services, **claims)
    assert (found.email, found.email_of_service) == expected


async def test_apple_answers_with_a_form_to_a_client_that_signs_its_secret(
    services: HttpOpenIdProviders, provider: ProviderProcess
) -> None:
    claims = {"sub": "001.ab", "email": "x@privaterelay.appleid.com", "email_verified": "true"}
    back = replace(await brought(services, APPLE, claims), name="Дорж")
    found = await services.redeem(back, now())
    assert (found.provider, found.subject, found.name, found.email_of_service) == (APPLE, "001.ab", "Дорж", True)
    for wrong in ({"team_id": "TEAM000000"}, {"key_id": "KEY0000000"}):
        async with services_of({APPLE: provider.apple(**wrong)}) as strangers:
            with pytest.raises(IdentityProviderUnavailable):
                await strangers.redeem(await brought(strangers, APPLE, claims), now())


async def test_a_code_is_good_once_for_the_client_that_began(services: HttpOpenIdProviders) -> None:
    back, other = await brought(services), await services.begin(GOOGLE, now())
    for wrong in (
        replace(back, flow=other.flow),
        replace(back, flow=""),
        replace(back, flow="é\ud800"),
        replace(back, state="é\ud800"),
        replace(back, state=""),
        replace(back, provider=APPLE),
        replace(back, issuer=None),
        replace(back, issuer="https://evil.example.com"),
        replace(back, code="another"),
    ):
        with pytest.raises(InvalidAssertion):
            await services.redeem(wrong, now())
    assert (await services.redeem(back, now())).subject == "1098765"
    with pytest.raises(InvalidAssertion):
        await services.redeem(back, now())


async def test_a_flow_is_good_once_also_with_several_codes(services: HttpOpenIdProviders) -> None:
    begun = await services.begin(GOOGLE, now())
    first, second = [
        await services.redeem(back_with(begun, await person_signs_in(begun.authorization_url, claims)), now())
        for claims in (DORJ, {**DORJ, "name": "Dorj"})
    ]
    assert (first.digest, first.good_until) == (second.digest, second.good_until)


async def test_a_flow_expires(services: HttpOpenIdProviders) -> None:
    with pytest.raises(InvalidAssertion):
        await services.redeem(await brought(services), now() + LIFE + LATER)


@pytest.mark.parametrize("query", [{"nonce": "another"}, {"code_challenge": "x" * 43}])
async def test_a_code_that_another_client_asked_for_is_refused(
    services: HttpOpenIdProviders, query: dict[str, str]
) -> None:
    """An attacker who injects a code cannot ask for it with the nonce or the challenge of the victim's flow."""
    with pytest.raises(InvalidAssertion):
        await services.redeem(await brought(services, query=query), now())


async def test_the_code_of_another_application_is_refused(
    services: HttpOpenIdProviders, provider: ProviderProcess
) -> None:
    back = await brought(services, query={"client_id": "other"})
    with pytest.raises(InvalidAssertion):
        await services.redeem(back, now())
    async with services_of({GOOGLE: provider.google(secret="wrong")}) as strangers:
        with pytest.raises(IdentityProviderUnavailable):
            await strangers.redeem(await brought(strangers), now())


async def test_the_provider_demands_pkce(services: HttpOpenIdProviders) -> None:
    url = (await services.begin(GOOGLE, now())).authorization_url
    without = httpx.URL(url).copy_remove_param("code_challenge").copy_remove_param("code_challenge_method")
    answer = await person_signs_in(str(without), DORJ)
    assert answer["error"] == "invalid_request"


async def test_keys_are_read_again_when_the_service_has_new_ones(
    services: HttpOpenIdProviders,
) -> None:
    services._keys[GOOGLE] = KEYS
    assert (await asserted(services)).subject == "1098765"


async def test_a_service_that_is_not_configured_or_does_not_answer(provider: ProviderProcess) -> None:
    nowhere = replace(provider.google(), issuer="http://127.0.0.1:9")
    async with services_of({GOOGLE: nowhere}) as services:
        with pytest.raises(IdentityProviderUnavailable):
            await services.begin(GOOGLE, now())
        with pytest.raises(IdentityProviderNotConfigured):
            await services.begin(APPLE, now())


async def test_garbage_of_a_service_means_unavailable(provider: ProviderProcess) -> None:
    garbage = {"not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n", "nothing": b"", "ten megabytes": http(b" " * 10_000_000)}
    garbage["a redirect"] = http(status="302 Found", headers=f"location: {provider.issuer}\r\n")
    garbage |= {text: http(text) for text in ("[]", "{}", "<html>", '{"token_endpoint": 7}', '{"x":' * 9_000)}
    garbage["an error"] = document({}, status="500 Internal Server Error")
    garbage["stacked encodings"] = http("x", headers="content-encoding: gzip, gzip\r\n")
    garbage["silence"] = b""
    for what, answer in garbage.items():

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, what: str = what, answer: bytes = answer
        ) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            await (reader.read() if what == "silence" else asyncio.sleep(0))

        async with serving_tcp(serve) as port:
            client = replace(provider.google(), issuer=f"http://127.0.0.1:{port}")
            async with services_of({GOOGLE: client}, timeout_seconds=0.1 if what == "silence" else 5.0) as services:
                with pytest.raises(IdentityProviderUnavailable):
                    await services.begin(GOOGLE, now())


async def test_a_person_signs_in_over_http(provider: ProviderProcess) -> None:
    settings = {
        "BOOKING_SIGN_IN_PAGE": "https://www.example.com/sign-in",
        "GOOGLE_ISSUER": provider.issuer,
        "GOOGLE_CLIENT_ID": "booking",
        "GOOGLE_CLIENT_SECRET": "the secret of the client",
    }
    async with serving(**settings) as api:
        api.clock.set(now())

        async def back(claims: dict[str, Any]) -> dict[str, Any]:
            begun = (await api.post("/auth/openid/start", json={"service": "google"})).json()
            answer = await person_signs_in(begun["authorizationUrl"], claims)
            passed = await api.get("/auth/openid/callback", params=answer)
            kept = httpx.QueryParams(httpx.URL(passed.headers["Location"]).fragment)
            return {"service": "google", "flow": begun["flow"], **kept}

        unverified = {**DORJ, "email_verified": False}
        assert (await api.post("/auth/openid", json=await back(unverified))).json()["code"] == "auth.email_not_verified"
        signed_in = await api.post("/auth/openid", json=await back(DORJ))
        assert signed_in.status_code == 200, signed_in.text
        assert signed_in.json()["user"]["email"] == "dorj@gmail.com"
