"""`/webhooks/email-bounces`: messages that come back, from the SMTP server to the next contact of their reader."""

import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID, uuid4

import httpx
import pytest
from tests.unit.adapters.smtp import reports
from tests.unit.adapters.smtp.mail_server import Mailbox, server, smtp_sender
from tests.unit.entrypoints.api import Api, assert_problem

from booking_domain.identity.events import EmailUndeliverable, PhoneChanged
from booking_domain.identity.model import User
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.notifications.model import RETRIED_FOR
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.shared.ids import EventId, UserId
from booking_domain.use_cases.messages.notify import notify, notify_user
from booking_domain.use_cases.messages.send_messages import StoringNotifier, send_due_messages
from booking_domain.use_cases.notices.declarations import Addressed
from entrypoints.languages.notices import GettextTranslator
from entrypoints.wiring.messages import SenderByChannel

SECRET: Final = "a-secret-of-the-mail-server-in-the-tests"
with_bounces: Final = pytest.mark.settings(
    BOOKING_EMAIL_BOUNCE_ADDRESS=reports.ADDRESS, BOOKING_EMAIL_BOUNCE_SECRET=SECRET
)
pytestmark = with_bounces
PHONE: Final = "+97699112233"


class Texts(MessageSender):
    """Records messages over other channels."""

    def __init__(self) -> None:
        self.sent: list[OutgoingMessage] = []

    async def send(self, message: OutgoingMessage) -> None:
        self.sent.append(message)


@dataclass
class Post:
    """A user with an address and a number, and what reaches them."""

    api: Api
    token: str
    user_id: UserId
    mailbox: Mailbox
    texts: Texts
    sender: MessageSender

    async def user(self) -> User:
        user = await self.api.container.reads().users.get(self.user_id)
        assert user is not None
        return user

    async def change(self, **members: Any) -> None:
        async with self.api.database.begin() as tx:
            user = await tx.users.lock(self.user_id)
            assert user is not None
            await tx.users.save(user.changed(**members))

    async def tell(self, topic: str = "booking.confirmed") -> None:
        """News of a booking."""
        kind = type("News", (PhoneChanged,), {"topic": topic})
        event = kind(id=EventId(uuid4()), occurred_at=self.api.clock.now(), user_id=self.user_id)
        notice = NoticeTemplate(subject="Confirmed", text="See you.").fill()
        container = self.api.container
        notifier = StoringNotifier(container.executor(), container.reads().external_identities)
        await notify_user(
            await self.user(),
            cast("PhoneChanged", event),
            Addressed(self.user_id, notice),
            notifier=notifier,
            translator=GettextTranslator("en"),
        )

    async def deliver(self) -> None:
        container = self.api.container
        await send_due_messages(
            self.user_id,
            clock=self.api.clock,
            reads=container.reads(),
            executor=container.executor(),
            sender=self.sender,
        )

    async def tell_and_deliver(self) -> None:
        await self.tell()
        await self.deliver()

    def report(self, shape: Callable[..., bytes], number: int = -1, **fields: str) -> bytes:
        """A report about a message that arrived."""
        return shape(self.mailbox.messages[number], self.mailbox.senders[number], **fields)

    async def bounce(self, body: bytes, *, secret: str = SECRET, age: timedelta = timedelta()) -> httpx.Response:
        """What the mail server passes on."""
        at = str(int((self.api.clock.now() - age).timestamp()))
        signature = hmac.new(secret.encode(), at.encode() + b"." + body, "sha256").hexdigest()
        headers = {"Content-Type": "message/rfc822", "X-Bounce-Timestamp": at, "X-Bounce-Signature": signature}
        return await self.api.post("/webhooks/email-bounces", content=body, headers=headers)

    async def account(self) -> dict[str, Any]:
        return cast("dict[str, Any]", (await self.api.get("/users/me", self.token)).json())

    async def reason(self) -> str | None:
        account = await self.account()
        assert ("emailUndeliverableAt" in account) == ("emailUndeliverableReason" in account)
        return account.get("emailUndeliverableReason")

    async def log(self, query: str = "") -> list[tuple[str, str, str]]:
        admin = await self.api.an_admin()
        answer = await self.api.get(f"/admin/messages?userId={self.user_id}{query}", admin)
        address = (await self.user()).email
        assert address is None or address not in answer.text
        assert PHONE not in answer.text
        return [(each["channel"], each["status"], each["failure"]) for each in reversed(answer.json()["items"])]

    async def undeliverable(self) -> list[EmailUndeliverable]:
        return [each for each in await self.api.database.outbox_events() if isinstance(each, EmailUndeliverable)]


@pytest.fixture
async def post(api: Api) -> AsyncIterator[Post]:
    mailbox, texts, token = Mailbox(), Texts(), await api.joined("customer")
    user_id = UserId(UUID((await api.get("/users/me", token)).json()["id"]))
    async with server(mailbox) as port:
        email = smtp_sender(port, api.container.delivery_references(), bounce_address=reports.ADDRESS)
        sender = SenderByChannel({"email": email, "sms": texts})
        post = Post(api, token, user_id, mailbox, texts, sender)
        await post.change(phone=PHONE, phone_verified_at=api.clock.now())
        yield post


@pytest.mark.parametrize("shape", [reports.postfix, reports.exchange, reports.gmail])
async def test_a_bounce_gives_the_address_up_and_the_message_goes_to_the_next_contact(
    post: Post, shape: Callable[..., bytes]
) -> None:
    await post.tell_and_deliver()
    assert await post.log() == [("email", "sent", ""), ("sms", "skipped", "")]
    assert (await post.bounce(post.report(shape))).status_code == 204
    assert await post.reason() == "bounced"
    await post.deliver()
    assert await post.log() == [("email", "failed", "email.bounced"), ("sms", "sent", "")]
    assert await post.log("&failure=email.bounced") == [("email", "failed", "email.bounced")]
    await post.tell_and_deliver()
    assert len(post.mailbox.messages) == 1
    assert [each.text for each in post.texts.sent] == ["See you."] * 2


async def test_a_complaint_gives_the_address_up_and_nothing_is_sent_again(post: Post) -> None:
    await post.tell_and_deliver()
    assert (await post.bounce(post.report(reports.complaint))).status_code == 204
    assert await post.reason() == "complained"
    await post.deliver()
    assert await post.log() == [("email", "sent", "email.complained"), ("sms", "skipped", "")]
    assert post.texts.sent == []


@pytest.mark.parametrize("status", ["4.4.7", "5.2.2", "5.7.1"])
async def test_another_failure_sends_the_message_to_the_next_contact_and_leaves_the_address(
    post: Post, status: str
) -> None:
    await post.tell_and_deliver()
    await post.bounce(post.report(reports.postfix, status=status))
    await post.deliver()
    assert await post.reason() is None
    assert await post.log() == [("email", "failed", "email.not_delivered"), ("sms", "sent", "")]
    assert await post.undeliverable() == []


async def test_a_refusal_at_the_smtp_server_counts_the_same(post: Post) -> None:
    post.mailbox.rejection = "550 5.1.1 no such user here"
    await post.tell_and_deliver()
    assert await post.reason() == "refused"
    assert await post.log() == [("email", "failed", "email.refused"), ("sms", "sent", "")]
    assert len(await post.undeliverable()) == 1


async def test_the_owner_is_told_in_the_app_and_by_the_other_channels(post: Post) -> None:
    await post.tell_and_deliver()
    await post.bounce(post.report(reports.postfix))
    [event] = await post.undeliverable()
    executor, reads = post.api.container.executor(), post.api.container.reads()
    for _ in range(2):
        notifier = StoringNotifier(executor, reads.external_identities)
        await notify(event, reads=reads, notifier=notifier, translator=GettextTranslator("en"))
    await post.deliver()
    listed = (await post.api.get("/notifications", post.token)).json()["items"]
    assert [each["type"] for each in listed] == ["account.email_undeliverable", "booking.confirmed"]
    assert {each.type for each in post.texts.sent} == {"account.email_undeliverable", "booking.confirmed"}
    assert len(post.texts.sent) == len(listed)
    assert len(post.mailbox.messages) == 1


async def test_a_repeated_bounce_has_no_effect_also_after_an_admin_has_restored_the_address(post: Post) -> None:
    await post.tell_and_deliver()
    body = post.report(reports.postfix)
    for _ in range(3):
        assert (await post.bounce(body)).status_code == 204
    assert len(await post.undeliverable()) == 1
    admin, path = await post.api.an_admin(), f"/admin/users/{post.user_id}"
    assert (await post.api.get(path, admin)).json()["emailUndeliverableReason"] == "bounced"
    for _ in range(2):
        assert (await post.api.delete(f"{path}/email-block", admin)).status_code == 204
    assert "emailUndeliverableReason" not in (await post.api.get(path, admin)).json()
    noted = await post.api.get(f"/admin/audit?action=user.restore_email&subjectId={post.user_id}", admin)
    assert len(noted.json()["items"]) == 2
    assert (await post.bounce(body)).status_code == 204
    assert await post.reason() is None
    await post.tell_and_deliver()
    assert len(post.mailbox.messages) == 2
    await post.bounce(post.report(reports.postfix))
    assert await post.reason() == "bounced"


async def test_bounces_of_several_messages_are_told_once_and_keep_the_first_time(post: Post) -> None:
    for _ in range(2):
        await post.tell_and_deliver()
    await post.bounce(post.report(reports.postfix, 0))
    first = await post.account()
    post.api.clock.advance(timedelta(minutes=1))
    await post.bounce(post.report(reports.complaint, 1))
    assert await post.account() == first
    assert len(await post.undeliverable()) == 1


async def test_a_repeated_complaint_has_no_effect(post: Post) -> None:
    await post.tell_and_deliver()
    await post.bounce(post.report(reports.complaint))
    await post.change(email_undeliverable_at=None, email_undeliverable_reason=None)
    await post.bounce(post.report(reports.complaint))
    assert await post.reason() is None


async def test_verifying_an_undeliverable_address_clears_it_and_earlier_bounces_do_not_mark_it_again(
    post: Post,
) -> None:
    for _ in range(2):
        await post.tell_and_deliver()
    await post.bounce(post.report(reports.postfix, 0))
    assert await post.reason() == "bounced"
    post.api.clock.advance(timedelta(minutes=1))
    async with post.api.database.begin() as tx:
        user = await tx.users.lock(post.user_id)
        assert user is not None
        await tx.users.save(user.verified(ContactChannel.EMAIL, post.api.clock.now()))
    assert await post.reason() is None
    await post.bounce(post.report(reports.postfix, 1))
    assert await post.reason() is None
    post.api.clock.advance(timedelta(minutes=1))
    await post.tell_and_deliver()
    await post.bounce(post.report(reports.postfix))
    assert await post.reason() == "bounced"


async def test_a_late_bounce_does_not_give_up_the_address_that_the_account_has_now(post: Post) -> None:
    await post.tell_and_deliver()
    await post.change(email="another@example.com")
    await post.bounce(post.report(reports.postfix))
    assert await post.reason() is None
    assert await post.log("&channel=email") == [("email", "failed", "email.bounced")]


async def test_a_bounce_from_yesterday_triggers_no_resend(post: Post) -> None:
    await post.tell_and_deliver()
    post.api.clock.advance(RETRIED_FOR)
    await post.bounce(post.report(reports.postfix))
    user = await post.user()
    assert user.email_undeliverable_at is not None
    await post.deliver()
    assert post.texts.sent == []


async def test_a_bounce_that_comes_before_the_sending_is_recorded_counts(post: Post) -> None:
    class Crashing(MessageSender):
        async def send(self, message: OutgoingMessage) -> None:
            await post.sender.send(message)
            assert (await post.bounce(post.report(reports.postfix))).status_code == 204

    await post.tell()
    container = post.api.container
    await send_due_messages(
        post.user_id,
        clock=post.api.clock,
        reads=container.reads(),
        executor=container.executor(),
        sender=SenderByChannel({"email": Crashing(), "sms": post.texts}),
    )
    assert await post.reason() == "bounced"
    assert await post.log() == [("email", "failed", "email.bounced"), ("sms", "sent", "")]


async def test_messages_that_wait_for_an_address_that_is_given_up_go_to_the_next_contact(post: Post) -> None:
    await post.tell_and_deliver()
    await post.tell()
    await post.tell("account.phone_changed")
    await post.bounce(post.report(reports.complaint))
    await post.deliver()
    assert (await post.log())[2:] == [
        ("email", "failed", "email.undeliverable"),
        ("sms", "sent", ""),
        ("email", "sent", ""),  # security notices are tried
        ("sms", "skipped", ""),
    ]


async def test_a_bounce_with_an_invalid_or_old_signature_changes_nothing(post: Post) -> None:
    await post.tell_and_deliver()
    body, minutes = post.report(reports.postfix), timedelta(minutes=6)
    for answer in (
        await post.bounce(body, secret="another-secret"),
        await post.bounce(body, age=minutes),
        await post.bounce(body, age=-minutes),
        await post.api.post("/webhooks/email-bounces", content=body),
    ):
        assert_problem(answer, 403, "email.invalid_bounce_signature")
    assert await post.reason() is None


async def test_a_bounce_of_no_message_of_ours_and_of_a_deleted_account_changes_nothing(post: Post) -> None:
    await post.tell_and_deliver()
    body = post.report(reports.postfix)
    reference = post.api.container.delivery_references().issue(uuid4())
    real = str(post.mailbox.senders[0]).partition("+")[2].partition("@")[0]
    unknown = body.replace(real.encode(), reference.encode())
    forged = body.replace(real.encode(), real[::-1].encode())
    for each in (unknown, forged, b"", reports.out_of_office(post.mailbox.messages[0], str(post.mailbox.senders[0]))):
        assert (await post.bounce(each)).status_code == 204
    assert await post.log() == [("email", "sent", ""), ("sms", "skipped", "")]
    async with post.api.database.begin() as tx:
        user = await tx.users.lock(post.user_id)
        assert user is not None
        await tx.users.save(user.deleted(post.api.clock.now()))
    assert (await post.bounce(body)).status_code == 204
    assert (await post.user()).email_undeliverable_at is None
