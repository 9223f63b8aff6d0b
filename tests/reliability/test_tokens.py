"""Row 21: only access tokens that the product issued are accepted."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, Final, Literal
from uuid import UUID

import jwt
import msgspec
import pytest
from tests.reliability import scale
from tests.reliability.conftest import Report
from tests.reliability.forgeries import KINDS, Forger
from tests.unit.entrypoints.api import Api, assert_problem, serving

from adapters.security.access_tokens import Claims, JwtAccessTokens
from adapters.security.callback_tokens import HmacCallbackTokens
from adapters.security.keys import derived_key, key_id
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import AccessTokens, Bearer
from booking_domain.identity.sessions import REFRESH_TOKEN_LIFE
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import PaymentId, SessionId, UserId
from booking_domain.testing.builders import NOW, Builder
from entrypoints.settings.environment import DEVELOPMENT_SECRET

FORGERIES: Final = scale.of(100_000, less=1_000)
OVER_HTTP: Final = scale.of(5_000, less=100)
SECRET: Final = DEVELOPMENT_SECRET
KEY: Final = derived_key(SECRET, "access-tokens")
PREVIOUS: Final = derived_key("the one of last year", "access-tokens")
DORJ: Final = Bearer(Actor(UserId(UUID(int=7)), Role.CUSTOMER), SessionId(UUID(int=8)))
BOLD: Final = Bearer(Actor(UserId(UUID(int=9)), Role.ADMIN), SessionId(UUID(int=10)))
TOKENS: Final = JwtAccessTokens(KEY, previous=[PREVIOUS])


def forger(seed: int) -> Forger:
    callback_key = derived_key(SECRET, "payment-callbacks")
    return Forger(
        random=Random(seed),  # noqa: S311 - not for secrets
        token=TOKENS.issue(DORJ, NOW).text,
        other=TOKENS.issue(BOLD, NOW).text,
        key=KEY,
        own_key=derived_key("a stranger's", "access-tokens"),
        keys_of_other_uses=(callback_key, PREVIOUS, SECRET.encode()),
        opaque=(
            OpaqueRefreshTokens().first(DORJ.session_id).text,
            HmacCallbackTokens(callback_key).issue(PaymentId(UUID(int=1))),
        ),
    )


def accepted(tokens: AccessTokens, number: int, seed: int = 0) -> Counter[str]:
    """How many forgeries of each kind are accepted; any other error propagates."""
    found: Counter[str] = Counter()
    for kind, text in forger(seed).forgeries(number):
        try:
            tokens.read(text, NOW)
        except InvalidToken:
            continue
        found[kind] += 1
    return found


def test_no_forgery_is_accepted(report: Report) -> None:
    assert accepted(TOKENS, FORGERIES) == Counter()
    report(21, f"{FORGERIES} forgeries of {len(KINDS)} kinds: 0 accepted")


def test_the_forged_tokens_derive_from_a_valid_one() -> None:
    signer = forger(0)
    for text in (signer.token, signer.signed()):
        assert TOKENS.read(text, NOW) == DORJ


async def sign_in(api: Api, bearer: Bearer) -> None:
    """Give the bearer an account and a live session: only the token decides."""
    make = Builder()
    user = replace(make.user(bearer.actor.role), id=bearer.actor.id, email=None, phone=None)
    session = replace(make.session(user), id=bearer.session_id, expires_at=api.clock.now() + REFRESH_TOKEN_LIFE)
    async with api.database.begin() as tx:
        await tx.users.add(user)
        await tx.sessions.add(session)


async def test_no_forgery_opens_the_api() -> None:
    async with serving() as api:
        for bearer in (DORJ, BOLD):
            await sign_in(api, bearer)
        now = api.clock.now()
        made = api.container.access_tokens().issue(DORJ, now).text
        other = api.container.access_tokens().issue(BOLD, now).text
        base = forger(1)
        signer = Forger(base.random, made, other, base.key, base.own_key, base.keys_of_other_uses, base.opaque)
        assert (await api.get("/bookings", signer.signed())).status_code == 200
        for _, text in signer.forgeries(OVER_HTTP):
            header = b"Bearer " + text.encode("utf-8", "surrogatepass")
            if text.strip() != made:  # space around a token is not part of it
                refused = await api.get("/bookings", headers={"Authorization": header})
                assert_problem(refused, 401, "auth.invalid_token")


class Unsigned(JwtAccessTokens):
    """Skips the signature check."""

    def _verify(self, text: str) -> tuple[Bearer, int, int]:
        signed, _, _ = text.rpartition(".")
        made = jwt.get_algorithm_by_name("HS256").sign(signed.encode(errors="replace"), self._key)
        return super()._verify(f"{signed}.{urlsafe_b64encode(made).decode().rstrip('=')}")


class AnyAlgorithm(JwtAccessTokens):
    """Trusts the algorithm named by the token."""

    def _verify(self, text: str) -> tuple[Bearer, int, int]:
        try:
            named = jwt.get_unverified_header(text)["alg"]
            jwt.decode(text, self._key, [named], {"verify_exp": False, "verify_iat": False}, audience="booking-api")
        except (jwt.PyJWTError, TypeError, ValueError, KeyError) as error:
            raise InvalidToken from error
        return DORJ, 0, 10**12


def _decoded(header: bytes) -> dict[str, str]:
    return dict(msgspec.json.decode(urlsafe_b64decode(header + b"=="), type=dict[str, str]))


class AnyHeader(JwtAccessTokens):
    """Checks only the key id of the header."""

    def _key_of(self, header: bytes) -> bytes:
        return {key_id(key): key for key in self._keys.values()}[_decoded(header)["kid"]]


class AnyKeyId(JwtAccessTokens):
    """Falls back to the current key for a missing or unknown key id."""

    def _key_of(self, header: bytes) -> bytes:
        said = _decoded(header)
        if said == {"alg": "HS256", "typ": "at+jwt", "kid": said.get("kid", "")}:
            return {key_id(key): key for key in self._keys.values()}.get(said.get("kid", ""), self._key)
        raise InvalidToken


class _OfAnyAudience(Claims):
    aud: Any


class _OfListedAudience(Claims):
    aud: Literal["booking-api"] | list[str]  # type: ignore[assignment]


class _OfAnyIssuer(Claims):
    iss: Any


class AnyAudience(JwtAccessTokens):
    """Skips the audience check."""

    claims = msgspec.json.Decoder(_OfAnyAudience)


class ListedAudience(JwtAccessTokens):
    """Accepts a token with further audiences."""

    claims = msgspec.json.Decoder(_OfListedAudience)


class AnyIssuer(JwtAccessTokens):
    """Skips the issuer check."""

    claims = msgspec.json.Decoder(_OfAnyIssuer)


class Padded(JwtAccessTokens):
    """Ignores padding, so that a token has several spellings."""

    def _verify(self, text: str) -> tuple[Bearer, int, int]:
        return super()._verify(text.rstrip("="))


class Timeless(JwtAccessTokens):
    """Skips the expiry check."""

    def _verify(self, text: str) -> tuple[Bearer, int, int]:
        bearer, _, _ = super()._verify(text)
        return bearer, 0, 10**12


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # of AnyAlgorithm
@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        (Unsigned, "a bit"),
        (Unsigned, "another key"),
        (AnyAlgorithm, "another digest"),
        (AnyHeader, "a type"),
        (AnyHeader, "a pointer to a key"),
        (AnyKeyId, "a key id"),
        (AnyAudience, "an audience"),
        (ListedAudience, "an audience"),
        (AnyIssuer, "an issuer"),
        (Padded, "the end"),
        (Timeless, "a time"),
    ],
)
def test_removing_any_defence_lets_forgeries_through(planted: Callable[..., AccessTokens], kind: str) -> None:
    assert accepted(planted(KEY, previous=[PREVIOUS]), 4_000)[kind] > 0
