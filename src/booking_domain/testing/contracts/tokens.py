"""The contracts of `AccessTokens`, `RefreshTokens` and `CallbackTokens`."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

import pytest

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import AccessTokens, RefreshTokens
from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId, TransactionId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory.entropy import SeededEntropy

RUBBISH: Final = (
    "",
    " ",
    ".",
    "..",
    "...",
    "a.b.c",
    "null",
    "Bearer x",
    "ж",
    "\ud800",
    "\x00",
    "e30.e30.",
    "=" * 5_000,
)


def _mutations(text: str) -> list[str]:
    """The text with one character changed, left out or added.

    The last character is not changed: in base64 it may have bits that mean nothing.
    """
    changed = [text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :] for at in range(len(text) - 1)]
    return [*changed, text[1:], text[:-1], "A" + text, text + "A", text.swapcase()]


class AccessTokensContract:
    """Signed tokens that say who asks.

    Define two fixtures, `access_tokens` and `strangers_access_tokens`, the latter with another key.
    """

    @pytest.mark.parametrize("role", Role)
    def test_a_token_says_who_asks(self, access_tokens: AccessTokens, role: Role) -> None:
        actor = Actor(UserId(SeededEntropy().new_id()), role)
        token = access_tokens.issue(actor, NOW)
        assert access_tokens.read(token.text, NOW) == actor

    def test_a_token_is_good_for_as_long_as_it_says(self, access_tokens: AccessTokens) -> None:
        actor = Actor(UserId(SeededEntropy().new_id()), Role.CUSTOMER)
        token = access_tokens.issue(actor, NOW)
        life = timedelta(seconds=token.expires_in)
        assert access_tokens.read(token.text, NOW + life - timedelta(seconds=1)) == actor
        for late in (timedelta(0), timedelta(seconds=1), timedelta(days=400)):
            with pytest.raises(InvalidToken):
                access_tokens.read(token.text, NOW + life + late)

    def test_a_token_fits_into_a_header(self, access_tokens: AccessTokens) -> None:
        text = access_tokens.issue(Actor(UserId(SeededEntropy().new_id()), Role.CUSTOMER), NOW).text
        assert text.isascii()
        assert text.isprintable()
        assert " " not in text
        assert len(text) < 2_000

    def test_a_token_that_was_changed_anywhere_is_refused(self, access_tokens: AccessTokens) -> None:
        text = access_tokens.issue(Actor(UserId(SeededEntropy().new_id()), Role.CUSTOMER), NOW).text
        for forged in _mutations(text):
            with pytest.raises(InvalidToken):
                access_tokens.read(forged, NOW)

    def test_a_token_under_another_key_is_refused(
        self, access_tokens: AccessTokens, strangers_access_tokens: AccessTokens
    ) -> None:
        forged = strangers_access_tokens.issue(Actor(UserId(SeededEntropy().new_id()), Role.ADMIN), NOW)
        with pytest.raises(InvalidToken):
            access_tokens.read(forged.text, NOW)

    @pytest.mark.parametrize("text", RUBBISH)
    def test_rubbish_is_refused(self, access_tokens: AccessTokens, text: str) -> None:
        with pytest.raises(InvalidToken):
            access_tokens.read(text, NOW)


class RefreshTokensContract:
    """Opaque tokens that name a session. Define a fixture `refresh_tokens`."""

    def test_a_token_names_its_session_and_has_the_digest_that_is_kept(self, refresh_tokens: RefreshTokens) -> None:
        session_id = SessionId(SeededEntropy().new_id())
        text, digest = refresh_tokens.issue(session_id)
        assert refresh_tokens.read(text) == (session_id, digest)
        assert len(digest) == sha256().digest_size

    def test_no_two_tokens_of_a_session_are_alike(self, refresh_tokens: RefreshTokens) -> None:
        session_id = SessionId(SeededEntropy().new_id())
        issued = [refresh_tokens.issue(session_id) for _ in range(100)]
        assert len({text for text, _ in issued}) == len({digest for _, digest in issued}) == 100

    def test_the_digest_does_not_give_the_token_away(self, refresh_tokens: RefreshTokens) -> None:
        text, digest = refresh_tokens.issue(SessionId(SeededEntropy().new_id()))
        assert digest not in text.encode()
        assert digest.hex() not in text

    def test_a_token_that_was_changed_anywhere_proves_nothing(self, refresh_tokens: RefreshTokens) -> None:
        session_id = SessionId(SeededEntropy().new_id())
        text, digest = refresh_tokens.issue(session_id)
        for forged in _mutations(text):
            try:
                read = refresh_tokens.read(forged)
            except InvalidToken:
                continue
            assert read != (session_id, digest)

    @pytest.mark.parametrize("text", RUBBISH)
    def test_rubbish_is_refused(self, refresh_tokens: RefreshTokens, text: str) -> None:
        with pytest.raises(InvalidToken):
            refresh_tokens.read(text)


class CallbackTokensContract:
    """Unguessable tokens, one a transaction.

    Define two fixtures, `callback_tokens` and `strangers_callback_tokens`, the latter with another key.
    """

    def test_a_transaction_always_has_the_same_token(self, callback_tokens: CallbackTokens) -> None:
        transaction_id = TransactionId(SeededEntropy().new_id())
        token = callback_tokens.issue(transaction_id)
        assert callback_tokens.issue(transaction_id) == token
        assert callback_tokens.verify(transaction_id, token)

    def test_a_token_fits_into_an_address_as_it_is(self, callback_tokens: CallbackTokens) -> None:
        token = callback_tokens.issue(TransactionId(SeededEntropy().new_id()))
        assert len(token) >= 22  # 128 bits in base64
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_.~") for letter in token)

    def test_a_token_is_no_other_transactions(self, callback_tokens: CallbackTokens) -> None:
        entropy = SeededEntropy()
        ids = [TransactionId(entropy.new_id()) for _ in range(20)]
        assert len({callback_tokens.issue(each) for each in ids}) == 20
        assert not callback_tokens.verify(ids[0], callback_tokens.issue(ids[1]))

    def test_a_token_that_was_changed_anywhere_is_refused(self, callback_tokens: CallbackTokens) -> None:
        transaction_id = TransactionId(SeededEntropy().new_id())
        for forged in _mutations(callback_tokens.issue(transaction_id)):
            assert not callback_tokens.verify(transaction_id, forged)

    def test_a_token_under_another_key_is_refused(
        self, callback_tokens: CallbackTokens, strangers_callback_tokens: CallbackTokens
    ) -> None:
        transaction_id = TransactionId(SeededEntropy().new_id())
        assert not callback_tokens.verify(transaction_id, strangers_callback_tokens.issue(transaction_id))

    @pytest.mark.parametrize("text", RUBBISH)
    def test_rubbish_is_refused(self, callback_tokens: CallbackTokens, text: str) -> None:
        assert not callback_tokens.verify(TransactionId(SeededEntropy().new_id()), text)
