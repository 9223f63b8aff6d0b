"""Send an admin a message of a template, with sample values."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.identity.model import UserStatus
from booking_domain.notifications.events import MessageTestRequested
from booking_domain.notifications.model import MessageAddress, MessageChannel
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, SAMPLES
from booking_domain.use_cases.notices.declarations import Addressed, NoticesOf, Reach, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

MARK: Final = "[Test] "
"""What the subject begins with, and the text: a text message has no subject."""


async def _notices(event: MessageTestRequested, reads: Reads) -> AsyncIterator[Addressed]:
    """To the e-mail address of the admin who asked for it, else to the phone number."""
    user, template = await reads.users.get(event.user_id), MESSAGE_TEMPLATES.get(event.template_key)
    if user is None or user.status is not UserStatus.ACTIVE or template is None:
        return
    verified = (
        (MessageChannel.EMAIL, user.email, user.email_verified_at),
        (MessageChannel.SMS, user.phone, user.phone_verified_at),
    )
    contacts = [MessageAddress(channel, to) for channel, to, since in verified if to is not None and since is not None]
    yield Addressed(user.id, template.fill(**SAMPLES), contacts, language=event.language, mark=MARK)


TESTS: Final = NoticesOf({MessageTestRequested: Told((Reader.ADMINS,))}, _notices, Reach.ASKED)
