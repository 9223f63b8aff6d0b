"""The contract of `ActionLinkTokens`."""

import pytest

from booking_domain.bookings.action_links import (
    PHONE_BYTES,
    ActionLink,
    ActionLinkTokens,
    LinkAction,
    ShortLink,
    address_digest,
)
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.testing.kit.builders import NOW
from booking_domain.testing.kit.forgeries import RUBBISH, mutations
from booking_domain.testing.shared.memory.entropy import SeededEntropy

_ENTROPY = SeededEntropy()


def _link(action: LinkAction = LinkAction.CANCEL) -> ActionLink:
    return ActionLink(
        action=action,
        booking_id=BookingId(_ENTROPY.new_id()),
        user_id=UserId(_ENTROPY.new_id()),
        expires_at=NOW.replace(microsecond=0),
        address=address_digest("dorj@example.com"),
    )


def _short_link() -> ShortLink:
    return ShortLink(booking_id=BookingId(_ENTROPY.new_id()), phone=address_digest("+97699112233")[:PHONE_BYTES])


class ActionLinkTokensContract:
    """Unguessable tokens that carry one action on one booking.

    Define two fixtures, `action_link_tokens` and `strangers_action_link_tokens`. The second uses another key.
    """

    def test_a_token_carries_its_link(self, action_link_tokens: ActionLinkTokens) -> None:
        links = [_link(action) for action in LinkAction]
        tokens = [action_link_tokens.issue(link) for link in links]
        assert [action_link_tokens.read(token) for token in tokens] == links
        assert tokens == [action_link_tokens.issue(link) for link in links]
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_.~") for letter in "".join(tokens))

    def test_a_short_token_carries_booking_and_phone_in_at_most_36_letters(
        self, action_link_tokens: ActionLinkTokens
    ) -> None:
        link = _short_link()
        token = action_link_tokens.issue_short(link)
        assert action_link_tokens.read_short(token) == link
        assert len(token) <= 36
        assert action_link_tokens.read(token) is None
        assert action_link_tokens.read_short(action_link_tokens.issue(_link())) is None

    def test_a_changed_short_token_is_rejected(
        self, action_link_tokens: ActionLinkTokens, strangers_action_link_tokens: ActionLinkTokens
    ) -> None:
        link = _short_link()
        for forged in mutations(action_link_tokens.issue_short(link)):
            assert action_link_tokens.read_short(forged) is None
        assert action_link_tokens.read_short(strangers_action_link_tokens.issue_short(link)) is None

    def test_a_changed_token_is_rejected(
        self, action_link_tokens: ActionLinkTokens, strangers_action_link_tokens: ActionLinkTokens
    ) -> None:
        link = _link()
        for forged in mutations(action_link_tokens.issue(link)):
            assert action_link_tokens.read(forged) is None
        assert action_link_tokens.read(strangers_action_link_tokens.issue(link)) is None

    @pytest.mark.parametrize("text", RUBBISH)
    def test_a_malformed_token_is_rejected(self, action_link_tokens: ActionLinkTokens, text: str) -> None:
        assert action_link_tokens.read(text) is None
        assert action_link_tokens.read_short(text) is None
