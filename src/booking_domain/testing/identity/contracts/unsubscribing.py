"""The contract of `UnsubscribeTokens`."""

import pytest

from booking_domain.identity.preferences import NewsChannel, NewsKind, Unsubscription
from booking_domain.shared.ids import UserId
from booking_domain.testing.kit.forgeries import RUBBISH, mutations
from booking_domain.testing.shared.memory.entropy import SeededEntropy
from booking_domain.use_cases.identity.unsubscribe import Unsubscribe, UnsubscribeTokens

_USER = UserId(SeededEntropy().new_id())
_REMINDERS = Unsubscription(kind=NewsKind.REMINDERS, channel=NewsChannel.EMAIL)


class UnsubscribeTokensContract:
    """Unguessable tokens that do nothing but unsubscribe.

    Define two fixtures, `unsubscribe_tokens` and `strangers_unsubscribe_tokens`. The second uses another key.
    """

    def test_a_token_says_who_unsubscribes_from_what(self, unsubscribe_tokens: UnsubscribeTokens) -> None:
        all_ = [Unsubscription(kind=kind, channel=channel) for kind in NewsKind for channel in NewsChannel]
        tokens = [unsubscribe_tokens.issue(_USER, each) for each in all_]
        read = [unsubscribe_tokens.read(token) for token in tokens]
        assert read == [Unsubscribe(user_id=_USER, unsubscription=each) for each in all_]
        assert tokens == [unsubscribe_tokens.issue(_USER, each) for each in all_]
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_.~") for letter in "".join(tokens))

    def test_a_changed_token_is_rejected(
        self, unsubscribe_tokens: UnsubscribeTokens, strangers_unsubscribe_tokens: UnsubscribeTokens
    ) -> None:
        for forged in mutations(unsubscribe_tokens.issue(_USER, _REMINDERS)):
            assert unsubscribe_tokens.read(forged) is None
        assert unsubscribe_tokens.read(strangers_unsubscribe_tokens.issue(_USER, _REMINDERS)) is None

    @pytest.mark.parametrize("text", RUBBISH)
    def test_a_malformed_token_is_rejected(self, unsubscribe_tokens: UnsubscribeTokens, text: str) -> None:
        assert unsubscribe_tokens.read(text) is None
