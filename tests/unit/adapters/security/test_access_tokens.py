"""Access tokens."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from adapters.security.access_tokens import LIFE, JwtAccessTokens
from booking_domain.identity.errors import InvalidToken
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import UserId

KEY = b"a key of thirty-two bytes, no less"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
DORJ = Actor(UserId(UUID(int=7)), Role.CUSTOMER)
TOKENS = JwtAccessTokens(KEY)
HEADER = {"typ": "at+jwt", "kid": "1"}
CLAIMS: dict[str, Any] = {
    "iss": "booking",
    "aud": "booking-api",
    "sub": str(DORJ.id),
    "role": "customer",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 1800,
}


def signed(claims: dict[str, Any], *, key: bytes = KEY, algorithm: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm, {**HEADER, **header})


def test_a_token_says_who_it_was_made_for() -> None:
    token = TOKENS.issue(DORJ, NOW)
    assert TOKENS.read(token.text, NOW) == DORJ
    assert token.expires_in == 1800
    assert TOKENS.read(signed(CLAIMS), NOW) == DORJ


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
    "another key": signed(CLAIMS, key=b"another key of thirty-two bytes..."),
    "another algorithm": signed(CLAIMS, key=KEY * 2, algorithm="HS512"),
    "an ordinary JWT": signed(CLAIMS, typ="JWT"),
    "another key's id": signed(CLAIMS, kid="2"),
    "another issuer": signed({**CLAIMS, "iss": "elsewhere"}),
    "another audience": signed({**CLAIMS, "aud": "elsewhere"}),
    "no user": signed({**CLAIMS, "sub": "dorj"}),
    "a number for a user": signed({**CLAIMS, "role": 7}),
    "no role": signed({**CLAIMS, "role": "owner"}),
    "the platform itself": signed({**CLAIMS, "role": "system"}),
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
