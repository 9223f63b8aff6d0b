"""Account jobs: codes to new numbers, notices of changes, erasure."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from tests.unit.entrypoints.worker.test_codes import messenger_of
from tests.unit.entrypoints.worker.workshop import Workshop

from booking_domain.identity.calendar_links import CalendarLink, digest_of
from booking_domain.identity.model import ERASED_AFTER, ERASED_NAME, User, UserStatus
from booking_domain.identity.one_time_codes import CodePurpose, Contact, ContactChannel, OneTimeCode
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import SessionId, UserId
from booking_domain.testing.builders import HOUR, Builder
from booking_domain.testing.identity.memory.codes import SentCode
from booking_domain.use_cases.accounts.delete_account import delete_own_account
from booking_domain.use_cases.calendars.links import change_calendar_link
from booking_domain.use_cases.identity.contact_changes import (
    ChangeContact,
    RequestContactChange,
    change_contact,
    request_contact_change,
)
from booking_domain.use_cases.identity.reauthentication import PasswordCheck
from booking_domain.use_cases.identity.sign_up import RequestSignUp, request_sign_up
from entrypoints.worker import identity

OLD, NEW = "+97699112233", "+97680112233"


async def joined(shop: Workshop, **members: object) -> tuple[User, SessionId]:
    make = Builder()
    user = replace(make.user(), id=UserId(uuid4()), email=f"{uuid4().hex}@example.com", phone=OLD, locale="mn")
    user = replace(user, created_at=shop.studio.clock.now(), **members)  # type: ignore[arg-type]
    session = replace(make.session(user), id=SessionId(uuid4()), expires_at=shop.studio.clock.now() + HOUR)
    async with shop.database.begin() as tx:
        await tx.users.add(user)
        await tx.sessions.add(session)
    return user, session.id


def contact(address: str) -> Contact:
    return Contact(ContactChannel.EMAIL if "@" in address else ContactChannel.PHONE, address)


async def wanted(shop: Workshop, user: User, session_id: SessionId, to: str = NEW) -> OneTimeCode:
    proof = PasswordCheck(user=user, right=True, current=session_id)
    command = RequestContactChange(proof=proof, contact=contact(to))
    code: OneTimeCode = await shop.container.executor().run(request_contact_change, command, actor=user.actor)
    return code


async def test_the_code_goes_to_the_new_number_which_no_job_contains(shop: Workshop) -> None:
    messenger, (user, session_id) = messenger_of(shop), await joined(shop)
    issued = await wanted(shop, user, session_id)
    await shop.relay()
    waiting = repr(await shop.waiting_jobs())
    assert "send_code" in waiting
    assert "80112233" not in waiting
    await shop.run_due_jobs()
    code = shop.container.secret_codes().code(issued.id, issued.purpose)
    assert messenger.delivered == [SentCode(to=NEW, code=code, purpose="change_phone", locale="mn")]


async def test_a_newer_phone_change_replaces_the_unsent_code(shop: Workshop) -> None:
    messenger, (user, session_id) = messenger_of(shop), await joined(shop)
    await wanted(shop, user, session_id)
    shop.studio.clock.advance(timedelta(minutes=1))
    await wanted(shop, user, session_id, "+97680112244")
    await shop.relay()
    await shop.run_due_jobs()
    assert [sent.to for sent in messenger.delivered] == ["+97680112244"]


async def test_a_code_sent_by_sms_is_recorded_under_its_account(shop: Workshop) -> None:
    user, session_id = await joined(shop)
    await wanted(shop, user, session_id)
    await shop.relay()
    await shop.run_due_jobs()
    [message] = await shop.database.reads.sms.of_user(user.id, None, 9)
    assert (message.template, message.to_masked) == ("code.change_phone", "+976****2233")


async def test_a_changed_address_is_announced_to_the_former_one_and_the_number(shop: Workshop) -> None:
    messenger, (user, session_id) = messenger_of(shop), await joined(shop)
    issued = await wanted(shop, user, session_id, "new@example.com")
    await shop.relay()
    await shop.run_due_jobs()
    code = shop.container.secret_codes().code(issued.id, issued.purpose)
    assert messenger.delivered == [SentCode(to="new@example.com", code=code, purpose="change_email", locale="mn")]
    command = ChangeContact(contact=contact("new@example.com"), code=code, current=session_id)
    await shop.container.executor().run(change_contact, command, actor=user.actor)
    await shop.relay()
    await shop.run_due_jobs()
    assert [(each.channel, each.to) for each in shop.sender.delivered] == [("email", user.email), ("sms", OLD)]


async def test_the_code_of_a_sign_up_goes_to_any_contact_but_that_of_a_blocked_account(shop: Workshop) -> None:
    messenger, now = messenger_of(shop), shop.studio.clock.now()
    blocked = {"status": UserStatus.DISABLED, "phone_verified_at": now}
    await joined(shop, phone="+97688112233", **blocked)
    await joined(shop, locale="fa")
    for to in ("+97688112233", OLD, "+97680001122", "new@example.com"):
        command = RequestSignUp(contact=contact(to), locale="mn")
        await shop.container.executor().run(request_sign_up, command, actor=SYSTEM)
    await shop.relay()
    assert "80001122" not in repr(await shop.waiting_jobs())
    await shop.run_due_jobs()
    sent = [(each.to, each.purpose, each.locale) for each in messenger.delivered]
    signup = CodePurpose.SIGNUP.value
    assert sent == [(OLD, signup, "fa"), ("+97680001122", signup, "mn"), ("new@example.com", signup, "mn")]


async def test_a_changed_number_is_announced_to_the_address_and_the_former_number(shop: Workshop) -> None:
    user, session_id = await joined(shop)
    issued = await wanted(shop, user, session_id)
    secrets = shop.container.secret_codes()
    code = secrets.code(issued.id, issued.purpose)
    command = ChangeContact(contact=contact(NEW), code=code, current=session_id)
    await shop.container.executor().run(change_contact, command, actor=user.actor)
    await shop.relay()
    await shop.run_due_jobs()
    notified = [(each.channel, each.to, each.subject) for each in shop.sender.delivered]
    subject = "Таны утасны дугаар солигдлоо"
    assert notified == [("email", user.email, subject), ("sms", OLD, subject)]


async def test_a_deleted_account_is_notified_and_erased_30_days_later_by_the_daily_job(shop: Workshop) -> None:
    people = [await joined(shop, phone=None) for _ in range(3)]
    for user, session_id in people[:2]:
        proof = PasswordCheck(user=user, right=True, current=session_id)
        await shop.container.executor().run(delete_own_account, proof, actor=user.actor)
    await shop.relay()
    await shop.run_due_jobs()
    assert [each.to for each in shop.sender.delivered] == [user.email for user, _ in people[:2]]
    assert all("2026.12.23, лхагва гарагаас" in each.text for each in shop.sender.delivered)

    async def names() -> list[str]:
        found = [await shop.database.reads.users.get(user.id) for user, _ in people]
        return [user.name for user in found if user is not None]

    before = await names()
    shop.studio.clock.advance(ERASED_AFTER - timedelta(seconds=1))
    await shop.run_periodic("erase_due")
    assert await shop.waiting_jobs() == []
    shop.studio.clock.advance(timedelta(seconds=1))
    for _ in range(2):  # a second round finds the jobs of the first
        await shop.run_periodic("erase_due")
        assert len(await shop.waiting_jobs()) == 2
    await shop.run_due_jobs()
    assert await names() == [ERASED_NAME, ERASED_NAME, before[2]]
    await shop.run_periodic("erase_due")
    assert await shop.waiting_jobs() == []


async def test_the_daily_job_erases_more_accounts_than_fit_on_one_page(shop: Workshop) -> None:
    deleted = {"status": UserStatus.DELETED, "deleted_at": shop.studio.clock.now() - ERASED_AFTER}
    for _ in range(3):
        await joined(shop, phone=None, **deleted)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(identity, "ERASURES_PER_PAGE", 2)
        await shop.run_periodic("erase_due")
    assert len([task for task, *_ in await shop.waiting_jobs() if task == "erase"]) == 3


async def test_erasing_an_account_deletes_the_files_of_its_messages(shop: Workshop) -> None:
    shop.container.message_sender.reset_override()
    [(deleted, deleted_session), (other, other_session)] = [
        await joined(shop),
        await joined(shop, phone="+97688112233"),
    ]
    for user, session_id, phone in ((deleted, deleted_session, NEW), (other, other_session, "+97680112244")):
        issued = await wanted(shop, user, session_id, phone)
        await shop.relay()
        await shop.run_due_jobs()
        code = shop.container.secret_codes().code(issued.id, issued.purpose)
        command = ChangeContact(contact=contact(phone), code=code, current=session_id)
        await shop.container.executor().run(change_contact, command, actor=user.actor)
    await shop.relay()
    await shop.run_due_jobs()
    folder = shop.container.settings().data_dir / "messages"

    def recipients() -> set[str]:
        return {json.loads(path.read_text(encoding="utf-8"))["to"] for path in folder.glob("*.json")}

    others = {other.email, "+97688112233", "+97680112244"}
    assert recipients() == {deleted.email, OLD, NEW, *others}
    changed = await shop.database.reads.users.get(deleted.id)
    assert changed is not None
    proof = PasswordCheck(user=changed, right=True, current=deleted_session)
    await shop.container.executor().run(delete_own_account, proof, actor=deleted.actor)
    arguments = {"user_id": str(deleted.id)}
    shop.studio.clock.advance(ERASED_AFTER - timedelta(seconds=1))
    await shop.run(identity.ERASE, **arguments)
    assert recipients() == {deleted.email, OLD, NEW, *others}
    shop.studio.clock.advance(timedelta(seconds=1))
    await shop.run(identity.ERASE, **arguments)
    assert recipients() == others


async def test_calendar_links_of_the_earlier_kind_end_and_their_users_are_notified(shop: Workshop) -> None:
    (earlier, _), (current, session_id) = [await joined(shop, phone=None) for _ in range(2)]
    made = await shop.studio.run(change_calendar_link, session_id, by=current.actor)
    digest = sha256(b"of the earlier kind").digest()
    async with shop.database.begin() as tx:
        link = CalendarLink(user_id=earlier.id, secret_digest=digest, created_at=shop.studio.clock.now())
        await tx.calendar_links.save(link)
    for _ in range(2):
        await shop.run_periodic("sweep")
        await shop.relay()
        await shop.run_due_jobs()
    links = shop.database.reads.calendar_links
    assert (await links.user_of(digest), await links.user_of(digest_of(made.secret))) == (None, current.id)
    assert [each.to for each in shop.sender.delivered] == [earlier.email]
