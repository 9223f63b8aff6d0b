"""The contracts of `AccessTokens` and `RefreshTokens`."""

from datetime import timedelta
from hashlib import sha256

import pytest

from booking_domain.identity.errors import InvalidToken
from booking_domain.identity.ports import AccessTokens, Bearer, RefreshTokens
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.forgeries import RUBBISH, mutations
from booking_domain.testing.shared.memory.entropy import SeededEntropy


def _bearer(role: Role = Role.CUSTOMER, *, second_factor: bool = False) -> Bearer:
    entropy = SeededEntropy()
    return Bearer(Actor(UserId(entropy.new_id()), role), SessionId(entropy.new_id()), second_factor)


class AccessTokensContract:
    """Signed tokens that name the caller.

    Define two fixtures, `access_tokens` and `strangers_access_tokens`. The second uses another key.
    """

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
    def test_a_token_names_the_caller_and_the_session(self, access_tokens: AccessTokens, role: Role) -> None:
        token = access_tokens.issue(_bearer(role), NOW)
        assert access_tokens.read(token.text, NOW) == _bearer(role)

    def test_a_token_tells_whether_a_second_factor_was_used(self, access_tokens: AccessTokens) -> None:
        for second_factor in (False, True):
            bearer = _bearer(second_factor=second_factor)
            assert access_tokens.read(access_tokens.issue(bearer, NOW).text, NOW) == bearer

    def test_a_token_is_valid_until_it_expires(self, access_tokens: AccessTokens) -> None:
        token = access_tokens.issue(_bearer(), NOW)
        life = timedelta(seconds=token.expires_in)
        assert access_tokens.read(token.text, NOW + life - timedelta(seconds=1)) == _bearer()
        for late in (timedelta(0), timedelta(seconds=1), timedelta(days=400)):
            with pytest.raises(InvalidToken):
                access_tokens.read(token.text, NOW + life + late)

    def test_a_token_fits_into_an_http_header(self, access_tokens: AccessTokens) -> None:
        text = access_tokens.issue(_bearer(), NOW).text
        assert text.isascii()
        assert text.isprintable()
        assert " " not in text
        assert len(text) < 2_000

    def test_a_changed_token_is_rejected(self, access_tokens: AccessTokens) -> None:
        text = access_tokens.issue(_bearer(), NOW).text
        for forged in mutations(text):
            with pytest.raises(InvalidToken):
                access_tokens.read(forged, NOW)

    def test_a_token_signed_with_another_key_is_rejected(
        self, access_tokens: AccessTokens, strangers_access_tokens: AccessTokens
    ) -> None:
        forged = strangers_access_tokens.issue(_bearer(Role.ADMIN), NOW)
        with pytest.raises(InvalidToken):
            access_tokens.read(forged.text, NOW)

    @pytest.mark.parametrize("text", RUBBISH)
    def test_a_malformed_token_is_rejected(self, access_tokens: AccessTokens, text: str) -> None:
        with pytest.raises(InvalidToken):
            access_tokens.read(text, NOW)


class RefreshTokensContract:
    """Opaque tokens that name a session and are rotated. Define a fixture `refresh_tokens`."""

    def test_a_token_carries_its_session_and_the_stored_digests(self, refresh_tokens: RefreshTokens) -> None:
        session_id = SessionId(SeededEntropy().new_id())
        token = refresh_tokens.first(session_id)
        assert refresh_tokens.read(token.text) == token
        assert token.session_id == session_id
        assert len(token.digest) == len(token.family_digest) == sha256().digest_size

    def test_token_families_of_a_session_are_distinct(self, refresh_tokens: RefreshTokens) -> None:
        session_id = SessionId(SeededEntropy().new_id())
        issued = [refresh_tokens.first(session_id) for _ in range(100)]
        assert len({token.text for token in issued}) == len({token.digest for token in issued}) == 100
        assert len({token.family_digest for token in issued}) == 100

    def test_a_rotated_token_stays_in_its_family(self, refresh_tokens: RefreshTokens) -> None:
        family = [refresh_tokens.first(SessionId(SeededEntropy().new_id()))]
        for _ in range(20):
            family.append(refresh_tokens.following(family[-1], refresh_tokens.seed()))
        assert len({token.text for token in family}) == len({token.digest for token in family}) == 21
        assert {(token.session_id, token.family_digest) for token in family} == {
            (family[0].session_id, family[0].family_digest)
        }
        assert [refresh_tokens.read(token.text) for token in family] == family

    def test_rotation_is_deterministic_in_token_and_seed(self, refresh_tokens: RefreshTokens) -> None:
        token, seeds = refresh_tokens.first(SessionId(SeededEntropy().new_id())), [refresh_tokens.seed() for _ in "ab"]
        assert refresh_tokens.following(token, seeds[0]) == refresh_tokens.following(token, seeds[0])
        assert refresh_tokens.following(token, seeds[0]) != refresh_tokens.following(token, seeds[1])
        other = refresh_tokens.following(token, seeds[1])
        assert refresh_tokens.following(token, seeds[0]).digest != refresh_tokens.following(other, seeds[0]).digest

    def test_the_digests_do_not_reveal_the_token(self, refresh_tokens: RefreshTokens) -> None:
        token = refresh_tokens.first(SessionId(SeededEntropy().new_id()))
        for digest in (token.digest, token.family_digest):
            assert digest not in token.text.encode()
            assert digest.hex() not in token.text
        assert token.text not in repr(token)

    def test_a_changed_token_has_another_digest(self, refresh_tokens: RefreshTokens) -> None:
        token = refresh_tokens.first(SessionId(SeededEntropy().new_id()))
        for forged in mutations(token.text):
            try:
                read = refresh_tokens.read(forged)
            except InvalidToken:
                continue
            assert (read.session_id, read.digest) != (token.session_id, token.digest)

    @pytest.mark.parametrize("text", RUBBISH)
    def test_a_malformed_token_is_rejected(self, refresh_tokens: RefreshTokens, text: str) -> None:
        with pytest.raises(InvalidToken):
            refresh_tokens.read(text)
