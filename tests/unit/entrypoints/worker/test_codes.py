"""The worker sends one-time codes, which no job contains."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs
from tests.unit.entrypoints.worker.workshop import Workshop, fetch_job

from booking_domain.identity.events import CodeRequested
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import CODE_LIFE, CodePurpose, Contact, ContactChannel, OneTimeCode
from booking_domain.notifications.errors import SmsCapReached
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import Unavailable
from booking_domain.shared.ids import EventId, UserId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.identity.memory.codes import MemoryCodeMessenger, SentCode
from booking_domain.testing.memory import MemorySmsSender
from booking_domain.use_cases.accounts.code_messages import send_code
from booking_domain.use_cases.identity.one_time_codes import RequestCode, request_code
from booking_domain.use_cases.notifications.record import MOST_TO_UNVERIFIED
from entrypoints.settings.main import Settings
from entrypoints.worker.identity import SEND_CODE


async def joined(shop: Workshop) -> User:
    user = replace(Builder().user(), id=UserId(uuid4()), email="coded@example.com", phone="+97699112233", locale="mn")
    async with shop.database.begin() as tx:
        await tx.users.add(user)
    return user


async def wanted(shop: Workshop, user: User, channel: ContactChannel = ContactChannel.PHONE) -> tuple[OneTimeCode, str]:
    address = user.phone if channel is ContactChannel.PHONE else user.email
    assert address is not None
    secrets = shop.container.secret_codes()
    command = RequestCode(Contact(channel, address), CodePurpose.LOGIN, user)
    code = await shop.container.executor().run(request_code, command, actor=SYSTEM)
    return code, secrets.code(code.id, code.purpose)


def messenger_of(shop: Workshop) -> MemoryCodeMessenger:
    messenger = MemoryCodeMessenger()
    shop.container.code_messenger.override(messenger)
    return messenger


async def test_a_code_goes_to_the_requested_contact_and_is_in_no_job(shop: Workshop) -> None:
    messenger, user = messenger_of(shop), await joined(shop)
    codes = []
    for channel in ContactChannel:
        _, code = await wanted(shop, user, channel)
        codes.append(code)
        await shop.relay()
        waiting = repr(await shop.waiting_jobs())
        assert "send_code" in waiting
        assert code not in waiting
        assert "99112233" not in waiting
        await shop.run_due_jobs()
    assert messenger.delivered == [
        SentCode(to=to or "", code=code, purpose="login", locale="mn")
        for to, code in zip((user.email, user.phone), codes, strict=True)
    ]
    assert shop.sender.delivered == ()


async def test_a_code_overtakes_waiting_notifications(shop: Workshop) -> None:
    user = await joined(shop)
    await shop.studio.book()
    await shop.relay()
    await wanted(shop, user)
    await shop.relay()
    waiting = [task for task, *_ in await shop.waiting_jobs()]
    assert waiting.index("notify") < waiting.index("send_code")
    async with shop.database.connection() as connection:
        assert await fetch_job(connection) == "send_code"


async def test_an_unsent_code_is_retried_soon(shop: Workshop) -> None:
    messenger, user = messenger_of(shop), await joined(shop)
    messenger.available = False
    await wanted(shop, user)
    await shop.relay()
    await shop.run_due_jobs()
    [(task, _, again_at, _)] = await shop.waiting_jobs()
    assert task == "send_code"
    assert again_at is not None
    assert messenger.delivered == []


async def test_a_code_over_the_sms_limit_is_logged_and_retried_while_it_is_valid(shop: Workshop) -> None:
    shop.container.settings.override(Settings.from_environment({"BOOKING_SMS_PER_DAY": "1"}))
    sender, user = MemorySmsSender(), await joined(shop)
    shop.container.sms_sender.override(sender)
    await shop.container.code_messenger().send_code(
        to="+989123456789", code="482913", purpose="login", locale="fa", until=NOW + CODE_LIFE, zone="Asia/Ulaanbaatar"
    )
    code, _ = await wanted(shop, user)
    await shop.relay()
    [(_, args, _, _)] = await shop.waiting_jobs()
    with capture_logs() as logged, pytest.raises(SmsCapReached):
        await shop.run(SEND_CODE, message=args["message"])
    assert logged == [{"event": "sms.cap_reached", "log_level": "warning"}]
    await shop.run_due_jobs()
    [(task, _, again_at, _)] = await shop.waiting_jobs()
    assert task == "send_code"
    assert again_at is not None
    shop.studio.clock.advance(code.expires_at - code.issued_at)
    await shop.run(SEND_CODE, message=args["message"])
    assert [to for to, _ in sender.delivered] == ["+989123456789"]


async def test_a_code_over_the_limit_of_an_unverified_number_is_logged_and_dropped(shop: Workshop) -> None:
    sender, user = MemorySmsSender(), await joined(shop)
    shop.container.sms_sender.override(sender)
    for _ in range(MOST_TO_UNVERIFIED):
        assert user.phone is not None
        await shop.container.code_messenger().send_code(
            to=user.phone, code="482913", purpose="login", locale="fa", until=NOW + CODE_LIFE, zone="Asia/Ulaanbaatar"
        )
    await wanted(shop, user)
    await shop.relay()
    [(_, args, _, _)] = await shop.waiting_jobs()
    with capture_logs() as logged:
        await shop.run(SEND_CODE, message=args["message"])
    event = {"event": "sms.unverified_number_limited", "user_id": str(user.id), "log_level": "warning"}
    assert logged == [event]
    assert len(sender.delivered) == MOST_TO_UNVERIFIED


async def test_an_expired_code_or_one_without_a_user_is_not_sent(shop: Workshop) -> None:
    messenger, user = MemoryCodeMessenger(), await joined(shop)
    code, _ = await wanted(shop, user)
    event = CodeRequested(
        id=EventId(uuid4()),
        occurred_at=code.issued_at,
        user_id=user.id,
        code_id=code.id,
        purpose=CodePurpose.LOGIN,
        channel=ContactChannel.PHONE,
        until=code.expires_at,
    )

    async def send(event: CodeRequested, late: timedelta) -> None:
        await send_code(
            event,
            now=code.expires_at + late,
            reads=shop.database.reads,
            secrets=shop.container.secret_codes(),
            messenger=messenger,
        )

    await send(event, timedelta(0))
    await send(replace(event, user_id=UserId(code.id)), -timedelta(seconds=1))
    assert messenger.delivered == []
    messenger.available = False
    with pytest.raises(Unavailable):
        await send(event, -timedelta(seconds=1))
    messenger.available = True
    await send(event, -timedelta(seconds=1))
    assert len(messenger.delivered) == 1
