"""Send an admin a message of a template, with sample values. May run any number of times."""

from booking_domain.identity.model import UserStatus
from booking_domain.notifications.events import MessageTestRequested
from booking_domain.notifications.model import MessageAddress, MessageChannel
from booking_domain.notifications.notices import TranslatedNotice, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.use_cases.messages.templates import MESSAGE_TEMPLATES, SAMPLES
from booking_domain.use_cases.platform.ports import Reads

MARK = "[Test] "
"""What the subject begins with, and the text: a text message has no subject."""


async def notify_of_message_test(
    event: MessageTestRequested, /, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Send the test to the e-mail address of the admin who asked for it, else to the phone number.

    Raises:
        Unavailable: the notification was not kept; the caller may retry.
    """
    user, template = await reads.users.get(event.user_id), MESSAGE_TEMPLATES.get(event.template_key)
    if user is None or user.status is not UserStatus.ACTIVE or template is None:
        return
    notice = translator.translate(template.fill(**SAMPLES), event.language)
    marked = TranslatedNotice(language=notice.language, subject=f"{MARK}{notice.subject}", text=f"{MARK}{notice.text}")
    verified = (
        (MessageChannel.EMAIL, user.email, user.email_verified_at),
        (MessageChannel.SMS, user.phone, user.phone_verified_at),
    )
    contacts = [MessageAddress(channel, to) for channel, to, since in verified if to is not None and since is not None]
    await notifier.notify(user.id, event, marked, contacts)
