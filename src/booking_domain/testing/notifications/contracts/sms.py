"""The contract of `SmsSender`.

Define a fixture `open_sms` that returns an async context manager. It opens an `SmsUnderTest`: the sender and the
phones of its recipients.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from booking_domain.notifications.errors import SmsRefused, SmsUnavailable
from booking_domain.notifications.ports import SmsSender
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import SmsStatus
from booking_domain.shared.ids import SmsId
from booking_domain.testing.kit.asynchronous import AsyncContract
from booking_domain.testing.shared.memory.entropy import SeededEntropy

UNKNOWN = "404404404"
TEXTS = (
    "482913 is your code to sign in.",
    "482913 - нэвтрэх код. Хэнд ч бүү хэлээрэй.",
    "کد ورود شما: 482913\nاین کد را به کسی ندهید.",
    "100% of {it} & more + = ? # € 🖋\n" * 8,
)
GOOD = frozenset({SmsStatus.QUEUED, SmsStatus.SENT, SmsStatus.DELIVERED})


class SmsUnderTest(Protocol):
    """The sender under test, with the phones of its recipients."""

    @property
    def sender(self) -> SmsSender:
        """The adapter."""
        ...

    @property
    def number(self) -> str:
        """A number that receives messages (E.164)."""
        ...

    @property
    def refused_number(self) -> str:
        """A number that the SMS provider rejects."""
        ...

    async def arrived(self) -> Sequence[tuple[str, str]]:
        """Return number (E.164) and text of each delivered message, oldest first."""
        ...

    def cut_off(self) -> AbstractAsyncContextManager[None]:
        """Make the SMS provider return no usable response inside the context."""
        ...


OpenSms = Callable[[], AbstractAsyncContextManager[SmsUnderTest]]


def _key(number: int = 1) -> SmsId:
    return SmsId(SeededEntropy(number).new_id())


class SmsSenderContract(AsyncContract):
    """Sends text messages and reports their delivery."""

    @pytest.fixture
    async def subject(self, open_sms: OpenSms) -> AsyncIterator[SmsUnderTest]:
        """Open the adapter under test."""
        async with open_sms() as subject:
            yield subject

    async def test_messages_arrive_unchanged_and_in_order(self, subject: SmsUnderTest) -> None:
        for number, text in enumerate(TEXTS):
            await subject.sender.send(to=subject.number, text=text, key=_key(number))
        assert list(await subject.arrived()) == [(subject.number, text) for text in TEXTS]

    async def test_the_receipt_names_the_message_and_counts_its_segments(self, subject: SmsUnderTest) -> None:
        receipts = [
            await subject.sender.send(to=subject.number, text=text, key=_key(number))
            for number, text in enumerate(TEXTS)
        ]
        assert len({receipt.provider_message_id for receipt in receipts} - {""}) == len(TEXTS)
        assert [receipt.segments for receipt in receipts] == [segments_of(text) for text in TEXTS]
        assert {receipt.status for receipt in receipts} <= GOOD

    async def test_the_status_of_a_message_can_be_requested(self, subject: SmsUnderTest) -> None:
        receipt = await subject.sender.send(to=subject.number, text=TEXTS[0], key=_key())
        for _ in range(2):
            report = await subject.sender.report(receipt.provider_message_id)
            assert report.status in GOOD

    async def test_the_status_of_an_unknown_message_is_unavailable(self, subject: SmsUnderTest) -> None:
        with pytest.raises(SmsUnavailable):
            await subject.sender.report(UNKNOWN)

    async def test_a_rejected_number_differs_from_an_unavailable_provider(self, subject: SmsUnderTest) -> None:
        with pytest.raises(SmsRefused) as refusal:
            await subject.sender.send(to=subject.refused_number, text=TEXTS[0], key=_key())
        assert refusal.value.provider == subject.sender.name
        assert subject.refused_number not in str(refusal.value)
        assert list(await subject.arrived()) == []

    async def test_a_provider_without_a_usable_response_is_unavailable_and_can_be_retried(
        self, subject: SmsUnderTest
    ) -> None:
        receipt = await subject.sender.send(to=subject.number, text=TEXTS[0], key=_key(1))
        async with subject.cut_off():
            for attempt in (
                subject.sender.send(to=subject.number, text=TEXTS[1], key=_key(2)),
                subject.sender.report(receipt.provider_message_id),
            ):
                with pytest.raises(SmsUnavailable) as refusal:
                    await attempt
                assert refusal.value.provider == subject.sender.name
        await subject.sender.send(to=subject.number, text=TEXTS[1], key=_key(2))
        assert [text for _, text in await subject.arrived()] == list(TEXTS[:2])
