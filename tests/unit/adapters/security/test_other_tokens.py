"""Refresh tokens, callback tokens, derived keys, random ids and the clock."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest

from adapters.security.callback_tokens import HmacCallbackTokens
from adapters.security.clock import SystemClock
from adapters.security.entropy import SystemEntropy
from adapters.security.keys import derived_key
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from booking_domain.identity.errors import InvalidToken
from booking_domain.shared.ids import PaymentId, SessionId

SESSION = SessionId(UUID(int=5))
ONE, OTHER = PaymentId(UUID(int=1)), PaymentId(UUID(int=2))


def test_a_refresh_token_identifies_its_session() -> None:
    tokens = OpaqueRefreshTokens()
    token = tokens.first(SESSION)
    assert tokens.read(token.text) == token
    assert token.session_id == SESSION
    assert len(token.digest) == len(token.family_digest) == sha256().digest_size
    assert tokens.first(SESSION) != token


def test_the_next_token_needs_both_the_old_token_and_the_stored_seed() -> None:
    tokens = OpaqueRefreshTokens()
    old, seed = tokens.first(SESSION), tokens.seed()
    current = tokens.following(old, seed)
    assert len(seed) >= 32
    stored = (current.digest, current.family_digest, old.digest, seed)
    for guess in (tokens.following(old, b""), *(tokens.following(old, each) for each in stored[:3])):
        assert guess.digest != current.digest


@pytest.mark.parametrize("text", ["", "x", "A" * 95, "A" * 97, "é" * 96, "!" * 96, "A" * 95 + "=", "A" * 95 + "\n"])
def test_a_malformed_refresh_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidToken):
        OpaqueRefreshTokens().read(text)


def test_a_callback_token_is_valid_for_its_payment_only() -> None:
    tokens = HmacCallbackTokens(b"key")
    token = tokens.issue(ONE)
    assert token == tokens.issue(ONE)
    assert tokens.verify(ONE, token)
    assert not tokens.verify(OTHER, token)
    assert not HmacCallbackTokens(b"another").verify(ONE, token)
    for forged in ("", token[:-1], token + "A", "é", "\ud800"):
        assert not tokens.verify(ONE, forged)


def test_a_callback_token_of_a_previous_key_is_accepted() -> None:
    old, both = HmacCallbackTokens(b"old"), HmacCallbackTokens(b"key", previous=[b"old"])
    assert both.verify(ONE, old.issue(ONE))
    assert both.verify(ONE, both.issue(ONE))
    assert both.issue(ONE) == HmacCallbackTokens(b"key").issue(ONE)
    assert not both.verify(OTHER, old.issue(ONE))


def test_each_purpose_has_a_distinct_key() -> None:
    keys = {derived_key(secret, purpose) for secret in ("a", "b") for purpose in ("access", "callback")}
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)
    assert derived_key("a", "access") == derived_key("a", "access")


def test_ids_are_uuid7_in_time_order() -> None:
    entropy = SystemEntropy()
    ids = [entropy.new_id() for _ in range(1_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1_000
    assert {type(each) for each in ids} == {UUID}
    assert {each.version for each in ids} == {7}


def test_picked_characters_come_from_the_alphabet() -> None:
    entropy = SystemEntropy()
    picks = {entropy.pick("ABC", 20) for _ in range(20)}
    assert len(picks) == 20
    assert set("".join(picks)) == set("ABC")


def test_the_system_clock_returns_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs((datetime.now(UTC) - now).total_seconds()) < 60
