"""The contract of `NotMeTokens`."""

from dataclasses import replace
from datetime import timedelta

import pytest

from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW
from booking_domain.testing.kit.forgeries import RUBBISH, mutations
from booking_domain.testing.shared.memory.entropy import SeededEntropy
from booking_domain.use_cases.identity.not_me_links import NotMeLink, NotMeTokens

_LINK = NotMeLink(user_id=UserId(SeededEntropy().new_id()), changed_at=NOW.replace(microsecond=0))


class NotMeTokensContract:
    """Unguessable tokens that report a change of the bank account.

    Define two fixtures, `not_me_tokens` and `strangers_not_me_tokens`. The second uses another key.
    """

    def test_a_token_says_whose_account_changed_and_when(self, not_me_tokens: NotMeTokens) -> None:
        other = NotMeLink(user_id=_LINK.user_id, changed_at=_LINK.changed_at + timedelta(seconds=1))
        links = [_LINK, other, replace(_LINK, restores_contacts=True)]
        tokens = [not_me_tokens.issue(link) for link in links]
        assert [not_me_tokens.read(token) for token in tokens] == links
        assert tokens == [not_me_tokens.issue(link) for link in links]
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_.~") for letter in "".join(tokens))

    def test_a_changed_token_is_rejected(
        self, not_me_tokens: NotMeTokens, strangers_not_me_tokens: NotMeTokens
    ) -> None:
        for forged in mutations(not_me_tokens.issue(_LINK)):
            assert not_me_tokens.read(forged) is None
        assert not_me_tokens.read(strangers_not_me_tokens.issue(_LINK)) is None

    @pytest.mark.parametrize("text", RUBBISH)
    def test_a_malformed_token_is_rejected(self, not_me_tokens: NotMeTokens, text: str) -> None:
        assert not_me_tokens.read(text) is None
