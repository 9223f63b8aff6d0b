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


def test_a_token_says_who_it_was_made_for() -> None:
    token = TOKENS.issue(DORJ, NOW)
    assert TOKENS.read(token.text, NOW) == DORJ
    assert token.expires_in == 1800
    assert TOKENS.read(signed(CLAIMS), NOW) == DORJ


def test_a_token_of_two_factors_says_so_as_others_do() -> None:
    two = replace(DORJ, second_factor=True)
    claims = jwt.decode(TOKENS.issue(two, NOW).text, options={"verify_signature": False})
    assert claims["amr"] == ["mfa"]  # RFC 8176
    assert TOKENS.read(signed({**CLAIMS, "amr": ["mfa"]}), NOW) == two
    assert "amr" not in jwt.decode(TOKENS.issue(DORJ, NOW).text, options={"verify_signature": False})


def test_the_callers_clock_decides_when_it_has_expired() -> None:
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


WRONG = {
    "nothing": "",
    "no token": "a.b.c",
    "not ASCII": "é" * 40,
    "a lone surrogate": "\ud800",
    "enormous": "a" * 100_000,
    "unsigned": unsigned(),
    "another key": signed(CLAIMS, key=OTHER_KEY),
    "another key under its own id": signed(CLAIMS, key=OTHER_KEY, kid=key_id(OTHER_KEY)),
    "no key's id": without_kid(),
    "an empty key's id": signed(CLAIMS, kid=""),
    "a path for a key's id": signed(CLAIMS, kid="../../../../dev/null"),
    "a query for a key's id": signed(CLAIMS, kid="' OR '1'='1"),
    "an address of keys": signed(CLAIMS, jku="https://example.com/keys"),
    "a key of its own": signed(CLAIMS, jwk={"kty": "oct", "k": "AAAA"}),
    "an address of a certificate": signed(CLAIMS, x5u="https://example.com/cert"),
    "a certificate": signed(CLAIMS, x5c=["AAAA"]),
    "something critical": signed(CLAIMS, crit=["exp"], exp=1),
    "a type of content": signed(CLAIMS, cty="JWT"),
    "padding": signed(CLAIMS) + "=",
    "another algorithm": signed(CLAIMS, key=KEY * 2, algorithm="HS512"),
    "an ordinary JWT": signed(CLAIMS, typ="JWT"),
    "another key's id": signed(CLAIMS, kid=key_id(OTHER_KEY)),
    "another issuer": signed({**CLAIMS, "iss": "elsewhere"}),
    "another audience": signed({**CLAIMS, "aud": "elsewhere"}),
    "part of the audience": signed({**CLAIMS, "aud": "booking"}),
    "another audience as well": signed({**CLAIMS, "aud": ["booking-api", "elsewhere"]}),
    "no session": signed({**CLAIMS, "sid": "phone"}),
    "not good yet": signed({**CLAIMS, "nbf": CLAIMS["iat"] + 1}),
    "text for a beginning": signed({**CLAIMS, "nbf": "0"}),
    "no user": signed({**CLAIMS, "sub": "dorj"}),
    "a number for a user": signed({**CLAIMS, "role": 7}),
    "no role": signed({**CLAIMS, "role": "owner"}),
    "the platform itself": signed({**CLAIMS, "role": "system"}),
    "other factors": signed({**CLAIMS, "amr": ["pwd"]}),
    "more factors": signed({**CLAIMS, "amr": ["mfa", "pwd"]}),
    "text for factors": signed({**CLAIMS, "amr": "mfa"}),
    "no factors": signed({**CLAIMS, "amr": []}),
    "null for factors": signed({**CLAIMS, "amr": None}),
    "text for an expiry": signed({**CLAIMS, "exp": str(CLAIMS["exp"])}),
    "a fraction for an expiry": signed({**CLAIMS, "exp": CLAIMS["exp"] + 0.5}),
    "no end": signed({**CLAIMS, "exp": float("inf")}),
    **{f"without {name}": signed(without(name)) for name in CLAIMS},
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_in_any_way_is_refused(kind: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read(WRONG[kind], NOW)


def test_a_changed_signature_is_refused() -> None:
    text = TOKENS.issue(DORJ, NOW).text
    head, _, signature = text.rpartition(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    with pytest.raises(InvalidToken):
        TOKENS.read(f"{head}.{changed}", NOW)


def test_a_token_that_is_good_from_now_on_is_good_now() -> None:
    assert TOKENS.read(signed({**CLAIMS, "nbf": CLAIMS["iat"]}), NOW) == DORJ


def test_no_two_tokens_are_alike() -> None:
    assert len({TOKENS.issue(DORJ, NOW).text for _ in range(50)}) == 50


def test_a_previous_key_still_reads_and_no_longer_signs() -> None:
    old, both = JwtAccessTokens(OTHER_KEY), JwtAccessTokens(KEY, previous=[OTHER_KEY])
    assert both.read(old.issue(DORJ, NOW).text, NOW) == DORJ
    assert TOKENS.read(both.issue(DORJ, NOW).text, NOW) == DORJ
    with pytest.raises(InvalidToken):
        TOKENS.read(old.issue(DORJ, NOW).text, NOW)
    with pytest.raises(InvalidToken):  # the id of one key does not make another one good
        both.read(signed(CLAIMS, key=OTHER_KEY), NOW)


def test_a_key_has_a_name_of_its_own_that_does_not_show_it() -> None:
    assert key_id(KEY) == key_id(KEY) != key_id(OTHER_KEY)
    assert len(key_id(KEY)) == 16
    assert key_id(KEY).encode() not in KEY
