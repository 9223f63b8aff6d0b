"""Notify the owner of an account of a change to the account itself, even if all channels are off.

A changed number or address is announced to the former one and to the other contact, because an attacker who changed it
has the new one. The texts contain no names.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from booking_domain.identity.events import (
    AccountChanged,
    AccountDeleted,
    AccountDisabled,
    AccountEnabled,
    BankAccountChanged,
    CalendarLinkRevoked,
    ContactEdited,
    ContactLost,
    ContactRestored,
    DeviceRemembered,
    EarlierAccessRemoved,
    EmailChanged,
    EmailUndeliverable,
    IdentitiesChanged,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    PhoneChanged,
    SecondFactorChanged,
    SessionsEnded,
)
from booking_domain.identity.model import User, UserStatus
from booking_domain.identity.one_time_codes import ContactChannel
from booking_domain.notifications.model import CHAT, DEVICES, MessageAddress, MessageChannel
from booking_domain.notifications.notices import Notice, NoticeTemplate
from booking_domain.shared.time import local_time
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reach, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_TEMPLATES: Final[Mapping[type[AccountChanged], NoticeTemplate]] = {
    AccountDeleted: NoticeTemplate(
        subject="Your account was deleted",
        text="Your account was deleted and will be erased from {day} on. If you want it back, contact us before then.",
    ),
    AccountDisabled: NoticeTemplate(
        subject="Your account was disabled",
        text="We have disabled your account: you cannot sign in or book. Contact us if you disagree.",
    ),
    AccountEnabled: NoticeTemplate(
        subject="Your account is active again", text="Your account is active again: you can sign in as before."
    ),
    PhoneChanged: NoticeTemplate(
        subject="Your phone number was changed",
        text="The phone number of your account was changed. If that was not you, reset your password and contact us. "
        "What else has access, such as webhooks, calendars and consents, stays until you end it in your account.",
    ),
    EmailChanged: NoticeTemplate(
        subject="Your e-mail address was changed",
        text="The e-mail address of your account was changed. If that was not you, reset your password and contact us. "
        "What else has access, such as webhooks, calendars and consents, stays until you end it in your account.",
    ),
    PasswordChanged: NoticeTemplate(
        subject="Your password was changed",
        text="The password of your account was changed. If that was not you, reset your password and contact us. "
        "What else has access, such as webhooks, calendars and consents, stays until you end it in your account.",
    ),
    SecondFactorChanged: NoticeTemplate(
        subject="Your second factor was changed",
        text="The second factor of your account was set up, changed or removed. If that was not you, contact us.",
    ),
    IdentitiesChanged: NoticeTemplate(
        subject="Signing in with another service was changed",
        text="Another service was linked to your account, or unlinked: it signs in to your account, or no longer "
        "does. If that was not you, reset your password and contact us.",
    ),
    SessionsEnded: NoticeTemplate(
        subject="Devices were signed out",
        text="Devices were signed out of your account. If that was not you, reset your password and contact us. "
        "What else has access, such as webhooks, calendars and consents, stays until you end it in your account.",
    ),
    BankAccountChanged: NoticeTemplate(
        subject="Your bank account was changed",
        text=(
            "The bank account for refunds in your profile was changed. If that was not you, reset your password and "
            "contact us."
        ),
    ),
    EarlierAccessRemoved: NoticeTemplate(
        subject="Your account is now only yours",
        text="You confirmed this contact of your account. What was set up before was removed: the password, signed-in "
        "devices, linked accounts, other contacts, webhooks, connected calendars and consents. A profile, services, "
        "bookings or reviews that you find there were made before: please check them. Set a new password if you want "
        "one. If that was not you, contact us.",
    ),
    CalendarLinkRevoked: NoticeTemplate(
        subject="The secret address of your calendar was removed",
        text="The secret address of your calendar no longer works: your password or your sessions changed, or "
        "addresses of its kind were replaced by safer ones. Create a new one where you need it.",
    ),
    ContactLost: NoticeTemplate(
        subject="A contact was removed from your account",
        text="An e-mail address or phone number that your account had not confirmed was removed from it, because its "
        "owner confirmed it.",
    ),
    ContactEdited: NoticeTemplate(
        subject="A contact of your account was changed",
        text="We have changed the e-mail address or phone number of your account and signed out all devices. Confirm "
        "the new one with a code; where the former one was confirmed, it signs in from 48 hours after the change on.",
    ),
    ContactRestored: NoticeTemplate(
        subject="Your former contact is back",
        text="The former e-mail address or phone number of your account is back. All devices were signed out and the "
        "password was removed: set a new one with a code. If that was not you, contact us.",
    ),
    DeviceRemembered: NoticeTemplate(
        subject="A device was remembered",
        text="A device signs in to your account without the second factor until {day}. If that was not you, change "
        "your password and contact us.",
    ),
    PasskeyAdded: NoticeTemplate(
        subject="A passkey was added",
        text="A passkey was added to your account: it signs in without a password. If that was not you, remove it, "
        "change your password and contact us.",
    ),
    PasskeyRemoved: NoticeTemplate(
        subject="A passkey was removed",
        text="A passkey was removed from your account. If that was not you, change your password and contact us.",
    ),
    EmailUndeliverable: NoticeTemplate(
        subject="E-mail does not reach you",
        text="A message to your e-mail address came back, or was reported as spam. We send no news there until you "
        "verify the address again in your account, or enter another one.",
    ),
}
_CHANNELS: Final = {ContactChannel.EMAIL: MessageChannel.EMAIL, ContactChannel.PHONE: MessageChannel.SMS}
_IF_ACTIVE: Final = (AccountEnabled, CalendarLinkRevoked, ContactLost, EmailUndeliverable)
"""A disabled or deleted account is not notified of these."""


async def _notices(event: AccountChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """None of an account that was restored or erased since."""
    user = await reads.users.get(event.user_id)
    notice = None if user is None or user.erased_at is not None else await _notice(event, user, reads)
    if user is not None and notice is not None:
        yield Addressed(user.id, notice, await _contacts(user, event, reads))


async def _notice(event: AccountChanged, user: User, reads: Reads) -> Notice | None:
    if isinstance(event, AccountDeleted):  # not of an account that was restored
        return None if user.erased_from is None else _TEMPLATES[AccountDeleted].fill(day=user.erased_from.date())
    if isinstance(event, DeviceRemembered):  # not of one that was forgotten since
        until = [device.expires_at for device in await reads.remembered_devices.live(user.id, event.occurred_at)]
        day = None if not until else local_time(max(until), user.time_zone).date()
        return None if day is None else _TEMPLATES[DeviceRemembered].fill(day=day)
    if isinstance(event, EmailUndeliverable) and user.email_undeliverable_at is None:  # verified since
        return None
    if isinstance(event, AccountDisabled) and user.status is not UserStatus.DISABLED:  # enabled or deleted since
        return None
    if isinstance(event, _IF_ACTIVE) and user.status is not UserStatus.ACTIVE:
        return None
    return _TEMPLATES[type(event)].fill()


async def _contacts(user: User, event: AccountChanged, reads: Reads) -> list[MessageAddress]:
    email, phone = user.email, user.phone
    if isinstance(event, PhoneChanged):
        change = await reads.phone_changes.get(user.id)
        phone = None if change is None else change.former
    if isinstance(event, EmailChanged):
        change = await reads.email_changes.get(user.id)
        email = None if change is None else change.former
    if isinstance(event, EmailUndeliverable):
        email = None
    addresses = [(MessageChannel.EMAIL, email), (MessageChannel.SMS, phone)]
    if isinstance(event, ContactEdited):
        edits = await reads.contact_edits.of_user(user.id)
        addresses += [(_CHANNELS[each.channel], each.former) for each in edits if each.restored_at is None]
    distinct = dict.fromkeys(MessageAddress(channel, to) for channel, to in addresses if to is not None)
    return [CHAT, *distinct, DEVICES]


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(_TEMPLATES, Told((Reader.ACCOUNT,))), _notices, Reach.EVERYWHERE),),
    templates={kind.topic: template for kind, template in _TEMPLATES.items()},
)
