"""Identity tokens: only what the service signed for this client, this flow and this time is accepted."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm

from adapters.openid.clients import google
from adapters.openid.identity_tokens import Claims, UnknownKey, assertion_of, key_of, verified
from booking_domain.identity.errors import InvalidAssertion
from booking_domain.identity.external_identities import CLOCKS_DIFFER, IdentityProvider
from booking_domain.identity.names import MAX_NAME

NOW: Final = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
CLIENT: Final = google("https://id.example.com", "booking", "secret")
KEY, STRANGE = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
NONCE: Final = "nonce of the flow"
CLAIMS: Final = {
    "iss": "https://id.example.com",
    "aud": "booking",
    "sub": "1098765",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
    "nonce": NONCE,
}


def public(key: EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    """The key as the service publishes it."""
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}


KEYS: Final = jwt.PyJWKSet.from_dict({"keys": [public(KEY, "1")]})


def signed(key: Any = KEY, algorithm: str = "ES256", header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token with these claims; None leaves one out."""
    kept = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(kept, key, algorithm, {"kid": "1", **(header or {})})


def unsigned(**header: str) -> str:
    parts = (json.dumps(each).encode() for each in ({"kid": "1", **header}, CLAIMS))
    return ".".join(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts) + "."


def read(text: str, now: datetime = NOW) -> Claims:
    return verified(text, key_of(text, KEYS), CLIENT, nonce=NONCE, now=now)


def test_the_claims_of_a_good_token_are_read() -> None:
    for text in (signed(), signed(azp="booking"), signed(email="x")):
        assert read(text).sub == "1098765"


@pytest.mark.parametrize(
    "claims",
    [
        *({name: None} for name in CLAIMS),
        {"iss": "https://id.example.com/"},
        {"iss": "https://evil.example.com"},
        {"aud": "other"},
        {"aud": ["booking", "other"]},
        {"azp": "other"},
        {"nonce": "another"},
        {"nonce": ""},
        {"nonce": "\ud800"},
        {"nonce": [NONCE]},
        {"sub": ""},
        {"sub": "x" * 256},
        *({"sub": wrong} for wrong in (7, True, ["1"], "a\0b", "a\nb", "a b", "é", "\ud800", "١", "1" * 5_000)),
        *({name: wrong} for name in ("iat", "exp") for wrong in (str(CLAIMS["exp"]), True, [1], float("nan"))),
        *({"iat": wrong} for wrong in (float("inf"), 10**400, 253402300799)),
        *({"exp": wrong} for wrong in (float("-inf"), -(10**400), -62135596800)),
        {"iat": -62135596800, "exp": -62135596799},
        {"nonce": 7},
        {"azp": ["booking"]},
        {"azp": 7},
        *({"email_verified": wrong} for wrong in (1, 0, 1.0, "True", "TRUE", "1", "yes", [True], {"value": True})),
        *({"email": wrong} for wrong in (7, ["d@example.com"], True)),
        *({"hd": wrong} for wrong in (1, True, ["example.com"])),
        {"iat": "soon"},
        {"exp": 10**30},
        {"exp": -(10**30)},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidAssertion):
        read(signed(**claims))


@given(
    st.dictionaries(
        st.sampled_from(
            ("aud", "sub", "iat", "exp", "nonce", "azp", "email", "email_verified", "hd", "name", "locale")
        ),
        st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_the_claims_are_a_token_is_read_or_refused(claims: dict[str, Any]) -> None:
    try:
        found = assertion_of(read(signed(**claims)), IdentityProvider.GOOGLE, CLIENT, None, until=NOW)
    except InvalidAssertion:
        return
    assert found.subject.isascii()
    assert found.subject.isprintable()
    assert found.name.isprintable()


@pytest.mark.parametrize("part", ["header", "claims"])
def test_a_token_nested_without_end_is_refused(part: str) -> None:
    head, _, signature = signed().split(".")
    deep = base64.urlsafe_b64encode(b'{"a":' * 50_000 + b"1" + b"}" * 50_000).decode().rstrip("=")
    text = f"{deep}.{deep}.{signature}" if part == "header" else f"{head}.{deep}.{signature}"
    with pytest.raises(InvalidAssertion):
        read(text)


@pytest.mark.parametrize(
    "email",
    ["d\0@example.com", "d@exa\0mple.com", "d\x7f@example.com", "\ud800@example.com", "d\n@example.com", "d", "", "@"],
)
def test_an_address_that_cannot_be_one_is_not_taken(email: str) -> None:
    claims = read(signed(email=email, email_verified=True))
    assert assertion_of(claims, IdentityProvider.GOOGLE, CLIENT, None, until=NOW).email is None


@pytest.mark.parametrize(
    "text",
    [
        lambda: unsigned(alg="none"),
        lambda: unsigned(alg="None"),
        lambda: unsigned(alg="ES256"),
        lambda: signed("a secret of thirty-two characters", "HS256"),
        lambda: signed(STRANGE),
        lambda: signed(STRANGE, header={"jwk": public(STRANGE, "1")}),
        lambda: signed(algorithm="ES256")[:-4],
        lambda: signed() + "=",
        lambda: "",
        lambda: "a.b.c",
        lambda: "é.é.é",
    ],
)
def test_a_token_that_the_service_did_not_sign_is_refused(text: Callable[[], str]) -> None:
    with pytest.raises(InvalidAssertion):
        read(text())


def test_a_token_of_an_unknown_key_asks_for_new_keys() -> None:
    for header in ({"kid": "2"}, {"kid": ""}):
        with pytest.raises(UnknownKey):
            read(signed(header=header))


def test_a_token_is_good_until_it_expires_and_clocks_may_differ_by_a_minute() -> None:
    expires = NOW + timedelta(seconds=300)
    for good in (NOW - CLOCKS_DIFFER, expires + CLOCKS_DIFFER - SECOND):
        assert read(signed(), good).sub == "1098765"
    for wrong in (NOW - CLOCKS_DIFFER - SECOND, expires + CLOCKS_DIFFER):
        with pytest.raises(InvalidAssertion):
            read(signed(), wrong)


@pytest.mark.parametrize(
    ("claims", "client_name", "name"),
    [
        ({"name": " Dorj\u0007  Bat "}, None, "Dorj Bat"),
        ({"given_name": "Dorj", "family_name": "Bat"}, "Other", "Dorj Bat"),
        ({"email": "d@example.com", "email_verified": True}, "Dorj", "Dorj"),
        ({"email": "d@example.com", "email_verified": True}, "\u200c", "d"),
        ({"name": ["Dorj"], "given_name": 7}, None, "Google"),
        ({"name": "x" * 1_000}, None, "x" * MAX_NAME),
    ],
    ids=str,
)
def test_the_name_is_that_of_the_service_else_what_the_client_knows(
    claims: dict[str, Any], client_name: str | None, name: str
) -> None:
    found = assertion_of(read(signed(**claims)), IdentityProvider.GOOGLE, CLIENT, client_name, until=NOW)
    assert found.name == name
