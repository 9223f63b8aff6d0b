"""The contract of `CallbackTokens`."""

import pytest

from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.ids import PaymentId
from booking_domain.testing.kit.forgeries import RUBBISH, mutations
from booking_domain.testing.shared.memory.entropy import SeededEntropy


class CallbackTokensContract:
    """Unguessable tokens, one per payment.

    Define two fixtures, `callback_tokens` and `strangers_callback_tokens`. The second uses another key.
    """

    def test_the_token_of_a_payment_is_deterministic(self, callback_tokens: CallbackTokens) -> None:
        payment_id = PaymentId(SeededEntropy().new_id())
        token = callback_tokens.issue(payment_id)
        assert callback_tokens.issue(payment_id) == token
        assert callback_tokens.verify(payment_id, token)

    def test_a_token_fits_into_a_url_unescaped(self, callback_tokens: CallbackTokens) -> None:
        token = callback_tokens.issue(PaymentId(SeededEntropy().new_id()))
        assert len(token) >= 22  # 128 bits in base64
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_.~") for letter in token)

    def test_tokens_of_different_payments_differ(self, callback_tokens: CallbackTokens) -> None:
        entropy = SeededEntropy()
        ids = [PaymentId(entropy.new_id()) for _ in range(20)]
        assert len({callback_tokens.issue(each) for each in ids}) == 20
        assert not callback_tokens.verify(ids[0], callback_tokens.issue(ids[1]))

    def test_a_changed_token_is_rejected(self, callback_tokens: CallbackTokens) -> None:
        payment_id = PaymentId(SeededEntropy().new_id())
        for forged in mutations(callback_tokens.issue(payment_id)):
            assert not callback_tokens.verify(payment_id, forged)

    def test_a_token_signed_with_another_key_is_rejected(
        self, callback_tokens: CallbackTokens, strangers_callback_tokens: CallbackTokens
    ) -> None:
        payment_id = PaymentId(SeededEntropy().new_id())
        assert not callback_tokens.verify(payment_id, strangers_callback_tokens.issue(payment_id))

    @pytest.mark.parametrize("text", RUBBISH)
    def test_a_malformed_token_is_rejected(self, callback_tokens: CallbackTokens, text: str) -> None:
        assert not callback_tokens.verify(PaymentId(SeededEntropy().new_id()), text)
