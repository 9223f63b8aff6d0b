"""The ports in memory that are not storage keep their contracts."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from booking_domain.identity.one_time_codes import SecretCodes
from booking_domain.identity.passkeys import PasskeyCeremonies
from booking_domain.identity.ports import AccessTokens, PasswordHasher, PhoneNumbers, RefreshTokens
from booking_domain.identity.second_factor import TimeCodes
from booking_domain.payments.ports import CallbackTokens
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import Entropy
from booking_domain.shared.money import Money
from booking_domain.shared.rate_limits import RateLimiter
from booking_domain.testing.identity.contracts.credentials import SecretCodesContract
from booking_domain.testing.identity.contracts.passkeys import Device, PasskeyCeremoniesContract
from booking_domain.testing.identity.contracts.passwords import PasswordHasherContract
from booking_domain.testing.identity.contracts.phone_numbers import PhoneNumbersContract
from booking_domain.testing.identity.contracts.second_factors import Authenticator, TimeCodesContract
from booking_domain.testing.identity.contracts.tokens import (
    AccessTokensContract,
    RefreshTokensContract,
)
from booking_domain.testing.identity.memory.passkeys import MemoryDevice, MemoryPasskeyCeremonies
from booking_domain.testing.identity.memory.security import MemoryPhoneNumbers
from booking_domain.testing.memory import (
    ManualClock,
    MemoryAccessTokens,
    MemoryCallbackTokens,
    MemoryGateway,
    MemoryMessageSender,
    MemoryPasswordHasher,
    MemoryRateLimiter,
    MemoryRefreshTokens,
    MemorySecretCodes,
    MemorySmsSender,
    MemoryTimeCodes,
    SeededEntropy,
)
from booking_domain.testing.notifications.contracts.message_sender import Mailbox, MessageSenderContract, OpenMailbox
from booking_domain.testing.notifications.contracts.sms import OpenSms, SmsSenderContract, SmsUnderTest
from booking_domain.testing.payments.contracts.callback_tokens import CallbackTokensContract
from booking_domain.testing.payments.contracts.payment_gateway import (
    GatewayUnderTest,
    OpenGateway,
    PaymentGatewayContract,
)
from booking_domain.testing.shared.contracts.rate_limits import OpenRateLimiter, RateLimiterContract
from booking_domain.testing.shared.contracts.sources import ClockContract, EntropyContract


class MemoryGatewayUnderTest:
    currency = "MNT"

    def __init__(self) -> None:
        self.gateway = MemoryGateway(authorises=True, keeps_methods=True)

    async def pay(self, invoice_reference: str, amount: Money) -> bool:
        return self.gateway.pay(invoice_reference, amount)

    async def pay_for_good(self, invoice_reference: str, amount: Money) -> bool:
        self.gateway.refundable = False
        return self.gateway.pay(invoice_reference, amount)

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        self.gateway.available = False
        yield
        self.gateway.available = True


class MemoryMailbox:
    channel = "email"
    address = "someone@example.com"

    def __init__(self) -> None:
        self.sender = MemoryMessageSender()

    async def arrived(self) -> Sequence[str]:
        return [message.text for message in self.sender.delivered if message.to == self.address]

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        self.sender.available = False
        yield
        self.sender.available = True


class MemorySmsUnderTest:
    number = "+97699112233"
    refused_number = "+97600000000"

    def __init__(self) -> None:
        self.sender = MemorySmsSender()
        self.sender.refused.add(self.refused_number)

    async def arrived(self) -> Sequence[tuple[str, str]]:
        return self.sender.delivered

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        self.sender.available = False
        yield
        self.sender.available = True


class TestSmsSender(SmsSenderContract):
    @pytest.fixture
    def open_sms(self) -> OpenSms:
        @asynccontextmanager
        async def opened() -> AsyncIterator[SmsUnderTest]:
            yield MemorySmsUnderTest()

        return opened


class TestPaymentGateway(PaymentGatewayContract):
    @pytest.fixture
    def open_gateway(self) -> OpenGateway:
        @asynccontextmanager
        async def opened() -> AsyncIterator[GatewayUnderTest]:
            yield MemoryGatewayUnderTest()

        return opened


class TestNotifier(MessageSenderContract):
    @pytest.fixture
    def open_mailbox(self) -> OpenMailbox:
        @asynccontextmanager
        async def opened() -> AsyncIterator[Mailbox]:
            yield MemoryMailbox()

        return opened


class TestAccessTokens(AccessTokensContract):
    @pytest.fixture
    def access_tokens(self) -> AccessTokens:
        return MemoryAccessTokens()

    @pytest.fixture
    def strangers_access_tokens(self) -> AccessTokens:
        return MemoryAccessTokens(key=b"another key")


class TestRefreshTokens(RefreshTokensContract):
    @pytest.fixture
    def refresh_tokens(self) -> RefreshTokens:
        return MemoryRefreshTokens()


class TestCallbackTokens(CallbackTokensContract):
    @pytest.fixture
    def callback_tokens(self) -> CallbackTokens:
        return MemoryCallbackTokens()

    @pytest.fixture
    def strangers_callback_tokens(self) -> CallbackTokens:
        return MemoryCallbackTokens(key=b"another key")


class TestSecretCodes(SecretCodesContract):
    @pytest.fixture
    def secret_codes(self) -> SecretCodes:
        return MemorySecretCodes()

    @pytest.fixture
    def strangers_secret_codes(self) -> SecretCodes:
        return MemorySecretCodes(key=b"another key")


class TestPasskeyCeremonies(PasskeyCeremoniesContract):
    @pytest.fixture
    def ceremonies(self) -> PasskeyCeremonies:
        return MemoryPasskeyCeremonies()

    @pytest.fixture
    def device(self) -> Device:
        return MemoryDevice()


class TestTimeCodes(TimeCodesContract):
    @pytest.fixture
    def time_codes(self) -> TimeCodes:
        return MemoryTimeCodes()

    @pytest.fixture
    def authenticator(self) -> Authenticator:
        return MemoryTimeCodes().code


class TestPasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def password_hasher(self) -> PasswordHasher:
        return MemoryPasswordHasher()


class TestClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return ManualClock(datetime(2026, 11, 23, tzinfo=UTC))


class TestEntropy(EntropyContract):
    @pytest.fixture
    def entropy(self) -> Entropy:
        return SeededEntropy()


class TestRateLimiter(RateLimiterContract):
    @pytest.fixture
    def open_rate_limiter(self) -> OpenRateLimiter:
        @asynccontextmanager
        async def opened() -> AsyncIterator[RateLimiter]:
            yield MemoryRateLimiter()

        return opened


class TestPhoneNumbers(PhoneNumbersContract):
    @pytest.fixture
    def phone_numbers(self) -> PhoneNumbers:
        return MemoryPhoneNumbers()
