"""How many messages an e-mail address gets that nobody has verified: it may be that of a stranger."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest
from tests.unit.use_cases.test_send_messages import FAILED, SENT, SMS, Office, ScriptedSender

from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.notifications.errors import EmailUnavailable
from booking_domain.notifications.model import MessageAddress, MessageChannel
from booking_domain.notifications.ports import MessageFilter
from booking_domain.shared.errors import DomainError
from booking_domain.use_cases.messages.send_messages import EMAILS_TO_UNVERIFIED, UNVERIFIED_LIMITED

MOST: Final = EMAILS_TO_UNVERIFIED
FURTHER: Final = 5
ELSEWHERE: Final = MessageAddress(MessageChannel.EMAIL, "former@example.com")


class Desk(Office):
    """An office that tells its user a lot."""

    def __init__(self, *, verified: bool = False, script: Sequence[DomainError | None] = ()) -> None:
        super().__init__(ScriptedSender(email=script))
        if verified:
            self.user = self.user.verified(ContactChannel.EMAIL, self.platform.clock.now())

    @property
    def email(self) -> MessageAddress:
        return MessageAddress(MessageChannel.EMAIL, self.user.email or "")

    async def burst(self, *contacts: MessageAddress, number: int = MOST + FURTHER) -> int:
        """Tell the user of so many events; return how many messages were sent."""
        before = len(self.sender.sent)
        for _ in range(number):
            await self.tell(*(contacts or (self.email,)))
        await self.send_until_nothing_waits()
        return len(self.sender.sent) - before

    async def suppressed(self) -> int:
        criteria = MessageFilter(failure=UNVERIFIED_LIMITED, limit=999)
        return len(await self.platform.reads.notifications.messages(criteria))


async def test_an_unverified_address_gets_a_few_messages_and_the_log_says_why_the_others_are_not_sent() -> None:
    desk = Desk()
    assert await desk.burst() == MOST
    assert await desk.suppressed() == FURTHER
    assert (await desk.log())[-1] == (MessageChannel.EMAIL, FAILED, "email.unverified_limited")


async def test_a_verified_address_gets_all_of_them() -> None:
    desk = Desk(verified=True)
    assert await desk.burst() == MOST + FURTHER
    assert await desk.suppressed() == 0


async def test_what_is_not_sent_does_not_count_so_after_a_day_there_are_further_messages() -> None:
    desk = Desk()
    await desk.burst()
    desk.platform.clock.advance(timedelta(hours=23, minutes=59))
    assert await desk.burst(number=1) == 0
    desk.platform.clock.advance(timedelta(minutes=1))
    assert await desk.burst() == MOST


async def test_messages_arrive_again_once_the_address_is_verified() -> None:
    desk = Desk()
    await desk.burst()
    async with desk.platform.database.begin() as tx:
        user = await tx.users.lock(desk.user.id)
        assert user is not None
        await tx.users.save(user.verified(ContactChannel.EMAIL, desk.platform.clock.now()))
    assert await desk.burst() == MOST + FURTHER


async def test_the_next_contact_gets_what_the_address_does_not() -> None:
    desk = Desk()
    await desk.burst(desk.email, SMS)
    channels = [each.channel for each in desk.sender.sent]
    assert channels == [MessageChannel.EMAIL] * MOST + [MessageChannel.SMS] * FURTHER


async def test_an_attempt_without_an_outcome_counts_and_is_made_again() -> None:
    desk = Desk(script=[EmailUnavailable()] * 3)
    assert await desk.burst() == MOST
    assert [status for _, status, _ in await desk.log()].count(SENT) == MOST


@pytest.mark.parametrize("verified", [False, True])
async def test_an_address_that_is_no_longer_the_accounts_has_a_budget_of_its_own(*, verified: bool) -> None:
    desk = Desk(verified=verified)
    await desk.burst(number=MOST)
    assert await desk.burst(ELSEWHERE) == MOST  # its owner learns of the change, and cannot be flooded


async def test_the_notification_stays_in_the_app() -> None:
    desk = Desk()
    await desk.burst()
    assert await desk.platform.reads.notifications.unread(desk.user.id) == MOST + FURTHER
