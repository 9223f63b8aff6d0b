"""The tokens and phone numbers of the server keep their contracts."""

import pytest
from tests.unit.passkey_device import SoftwareDevice

from adapters.phone_numbers import LibPhoneNumbers
from adapters.security.access_tokens import JwtAccessTokens
from adapters.security.action_link_tokens import HmacActionLinkTokens
from adapters.security.callback_tokens import HmacCallbackTokens
from adapters.security.entropy import SystemEntropy
from adapters.security.keys import derived_key
from adapters.security.not_me_tokens import HmacNotMeTokens
from adapters.security.passkeys import WebAuthnCeremonies
from adapters.security.refresh_tokens import OpaqueRefreshTokens
from adapters.security.time_codes import TotpTimeCodes
from adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from booking_domain.bookings.action_links import ActionLinkTokens
from booking_domain.identity.passkeys import PasskeyCeremonies
from booking_domain.identity.ports import AccessTokens, PhoneNumbers, RefreshTokens
from booking_domain.identity.second_factor import TimeCodes
from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.ids import Entropy
from booking_domain.testing.bookings.contracts.action_links import ActionLinkTokensContract
from booking_domain.testing.identity.contracts.not_me_links import NotMeTokensContract
from booking_domain.testing.identity.contracts.passkeys import Device, PasskeyCeremoniesContract
from booking_domain.testing.identity.contracts.phone_numbers import PhoneNumbersContract
from booking_domain.testing.identity.contracts.second_factors import Authenticator, TimeCodesContract
from booking_domain.testing.identity.contracts.tokens import (
    AccessTokensContract,
    RefreshTokensContract,
)
from booking_domain.testing.identity.contracts.unsubscribing import UnsubscribeTokensContract
from booking_domain.testing.memory import MemoryTimeCodes
from booking_domain.testing.payments.contracts.callback_tokens import CallbackTokensContract
from booking_domain.testing.shared.contracts.sources import EntropyContract
from booking_domain.use_cases.identity.not_me_links import NotMeTokens
from booking_domain.use_cases.identity.unsubscribe import UnsubscribeTokens

_APP = MemoryTimeCodes()
OURS, THEIRS = derived_key("ours", "a test"), derived_key("theirs", "a test")


class TestAccessTokens(AccessTokensContract):
    @pytest.fixture
    def access_tokens(self) -> AccessTokens:
        return JwtAccessTokens(OURS)

    @pytest.fixture
    def strangers_access_tokens(self) -> AccessTokens:
        return JwtAccessTokens(THEIRS)


class TestPasskeyCeremonies(PasskeyCeremoniesContract):
    @pytest.fixture
    def ceremonies(self) -> PasskeyCeremonies:
        return WebAuthnCeremonies("localhost", ["http://localhost"], "Ink")

    @pytest.fixture
    def device(self) -> Device:
        return SoftwareDevice()


class TestEntropy(EntropyContract):
    @pytest.fixture
    def entropy(self) -> Entropy:
        return SystemEntropy()


class TestRefreshTokens(RefreshTokensContract):
    @pytest.fixture
    def refresh_tokens(self) -> RefreshTokens:
        return OpaqueRefreshTokens()


class TestCallbackTokens(CallbackTokensContract):
    @pytest.fixture
    def callback_tokens(self) -> CallbackTokens:
        return HmacCallbackTokens(OURS)

    @pytest.fixture
    def strangers_callback_tokens(self) -> CallbackTokens:
        return HmacCallbackTokens(THEIRS)


class TestUnsubscribeTokens(UnsubscribeTokensContract):
    @pytest.fixture
    def unsubscribe_tokens(self) -> UnsubscribeTokens:
        return HmacUnsubscribeTokens(OURS)

    @pytest.fixture
    def strangers_unsubscribe_tokens(self) -> UnsubscribeTokens:
        return HmacUnsubscribeTokens(THEIRS)


class TestNotMeTokens(NotMeTokensContract):
    @pytest.fixture
    def not_me_tokens(self) -> NotMeTokens:
        return HmacNotMeTokens(OURS)

    @pytest.fixture
    def strangers_not_me_tokens(self) -> NotMeTokens:
        return HmacNotMeTokens(THEIRS)


class TestActionLinkTokens(ActionLinkTokensContract):
    @pytest.fixture
    def action_link_tokens(self) -> ActionLinkTokens:
        return HmacActionLinkTokens(OURS)

    @pytest.fixture
    def strangers_action_link_tokens(self) -> ActionLinkTokens:
        return HmacActionLinkTokens(THEIRS)


class TestTimeCodes(TimeCodesContract):
    @pytest.fixture
    def time_codes(self) -> TimeCodes:
        return TotpTimeCodes("booking.example.com")

    @pytest.fixture
    def authenticator(self) -> Authenticator:
        return _APP.code


class TestPhoneNumbers(PhoneNumbersContract):
    @pytest.fixture
    def phone_numbers(self) -> PhoneNumbers:
        return LibPhoneNumbers("MN")
