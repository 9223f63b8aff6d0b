"""Access tokens."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from adapters.security.access_tokens import LIFE, JwtAccessTokens
from adapters.security.keys import key_id
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import Bearer
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId, UserId

KEY = b"a key of thirty-two bytes, no less"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DORJ = Bearer(Actor(UserId(UUID(int=7)), Role.CUSTOMER), SessionId(UUID(int=8)))
TOKENS = JwtAccessTokens(KEY)
OTHER_KEY = b"another key of thirty-two bytes..."
HEADER = {"typ": "at+jwt", "kid": key_id(KEY)}
CLAIMS: dict[str, Any] = {
    "iss": "booking",
    "aud": "booking-api",
    "sub": str(DORJ.actor.id),
    "sid": str(DORJ.session_id),
    "role": "customer",
    "jti": "1",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 1800,
}


def signed(claims: dict[str, Any], *, key: bytes = KEY, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm, {**HEADER, **header})


def without_kid() -> str:
    return jwt.encode(CLAIMS, KEY, "HS256", {"typ": "at+jwt"})


def test_an_issued_token_reads_back_its_bearer() -> None:
    token = TOKENS.issue(DORJ, NOW)
    assert TOKENS.read(token.text, NOW) == DORJ
    assert token.expires_in == 1800
    assert TOKENS.read(signed(CLAIMS), NOW) == DORJ


def test_a_two_factor_token_carries_the_standard_amr_claim() -> None:
    two = replace(DORJ, second_factor=True)
    claims = jwt.decode(TOKENS.issue(two, NOW).text, options={"verify_signature": False})
    assert claims["amr"] == ["mfa"]  # RFC 8176
    assert TOKENS.read(signed({**CLAIMS, "amr": ["mfa"]}), NOW) == two
    assert "amr" not in jwt.decode(TOKENS.issue(DORJ, NOW).text, options={"verify_signature": False})


def test_expiry_depends_on_the_callers_clock() -> None:
    text = TOKENS.issue(DORJ, NOW).text
    assert TOKENS.read(text, NOW + LIFE - timedelta(seconds=1)) == DORJ
    with pytest.raises(InvalidToken):
        TOKENS.read(text, NOW + LIFE)
    assert TOKENS.read(text, NOW - timedelta(days=1)) == DORJ


def without(name: str) -> dict[str, Any]:
    return {claim: value for claim, value in CLAIMS.items() if claim != name}


def unsigned() -> str:
    parts = ({"alg": "none", **HEADER}, CLAIMS)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


INVALID_TOKENS = {
    "an empty token": "",
    "not a token": "a.b.c",
    "not ASCII": "é" * 40,
    "a lone surrogate": "\ud800",
    "enormous": "a" * 100_000,
    "unsigned": unsigned(),
    "another key": signed(CLAIMS, key=OTHER_KEY),
    "another key under its own id": signed(CLAIMS, key=OTHER_KEY, kid=key_id(OTHER_KEY)),
    "no kid": without_kid(),
    "an empty kid": signed(CLAIMS, kid=""),
    "a path as kid": signed(CLAIMS, kid="../../../../dev/null"),
    "a query as kid": signed(CLAIMS, kid="' OR '1'='1"),
    "a jku header": signed(CLAIMS, jku="https://example.com/keys"),
    "a jwk header": signed(CLAIMS, jwk={"kty": "oct", "k": "AAAA"}),
    "an x5u header": signed(CLAIMS, x5u="https://example.com/cert"),
    "an x5c header": signed(CLAIMS, x5c=["AAAA"]),
    "a crit header": signed(CLAIMS, crit=["exp"], exp=1),
    "a cty header": signed(CLAIMS, cty="JWT"),
    "padding": signed(CLAIMS) + "=",
    "another algorithm": signed(CLAIMS, key=KEY * 2, algorithm="HS512"),
    "an ordinary JWT": signed(CLAIMS, typ="JWT"),
    "another key's kid": signed(CLAIMS, kid=key_id(OTHER_KEY)),
    "another issuer": signed({**CLAIMS, "iss": "elsewhere"}),
    "another audience": signed({**CLAIMS, "aud": "elsewhere"}),
    "part of the audience": signed({**CLAIMS, "aud": "booking"}),
    "an additional audience": signed({**CLAIMS, "aud": ["booking-api", "elsewhere"]}),
    "an invalid session id": signed({**CLAIMS, "sid": "phone"}),
    "not valid yet": signed({**CLAIMS, "nbf": CLAIMS["iat"] + 1}),
    "a text nbf": signed({**CLAIMS, "nbf": "0"}),
    "an invalid user id": signed({**CLAIMS, "sub": "dorj"}),
    "a numeric role": signed({**CLAIMS, "role": 7}),
    "an unknown role": signed({**CLAIMS, "role": "owner"}),
    "the system role": signed({**CLAIMS, "role": "system"}),
    "another amr": signed({**CLAIMS, "amr": ["pwd"]}),
    "an additional amr": signed({**CLAIMS, "amr": ["mfa", "pwd"]}),
    "a text amr": signed({**CLAIMS, "amr": "mfa"}),
    "an empty amr": signed({**CLAIMS, "amr": []}),
    "a null amr": signed({**CLAIMS, "amr": None}),
    "pending, but not": signed({**CLAIMS, "pending": False}),
    "a numeric pending": signed({**CLAIMS, "pending": 1}),
    "a null pending": signed({**CLAIMS, "pending": None}),
    "a text exp": signed({**CLAIMS, "exp": str(CLAIMS["exp"])}),
    "a fractional exp": signed({**CLAIMS, "exp": CLAIMS["exp"] + 0.5}),
    "an infinite exp": signed({**CLAIMS, "exp": float("inf")}),
    **{f"without {name}": signed(without(name)) for name in CLAIMS},
}


@pytest.mark.parametrize("kind", INVALID_TOKENS)
def test_every_invalid_token_is_refused(kind: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read(INVALID_TOKENS[kind], NOW)


def test_a_changed_signature_is_refused() -> None:
    text = TOKENS.issue(DORJ, NOW).text
    head, _, signature = text.rpartition(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    with pytest.raises(InvalidToken):
        TOKENS.read(f"{head}.{changed}", NOW)


def test_a_token_is_valid_from_the_instant_of_nbf() -> None:
    assert TOKENS.read(signed({**CLAIMS, "nbf": CLAIMS["iat"]}), NOW) == DORJ


def test_tokens_are_unique() -> None:
    assert len({TOKENS.issue(DORJ, NOW).text for _ in range(50)}) == 50


def test_a_previous_key_still_reads_and_no_longer_signs() -> None:
    old, both = JwtAccessTokens(OTHER_KEY), JwtAccessTokens(KEY, previous=[OTHER_KEY])
    assert both.read(old.issue(DORJ, NOW).text, NOW) == DORJ
    assert TOKENS.read(both.issue(DORJ, NOW).text, NOW) == DORJ
    with pytest.raises(InvalidToken):
        TOKENS.read(old.issue(DORJ, NOW).text, NOW)
    with pytest.raises(InvalidToken):  # signed by one key under another key's kid
        both.read(signed(CLAIMS, key=OTHER_KEY), NOW)


def test_key_ids_are_distinct_and_do_not_reveal_the_key() -> None:
    assert key_id(KEY) == key_id(KEY) != key_id(OTHER_KEY)
    assert len(key_id(KEY)) == 16
    assert key_id(KEY).encode() not in KEY
