"""One-time codes on their way to people. In every language a text fits into a single SMS segment."""

from collections.abc import Mapping
from typing import Final, Protocol

from booking_domain.notifications.model import MessageChannel
from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import CODE_TYPE
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import Entropy, UserId

CODE_NOTICES: Final[Mapping[str, NoticeTemplate]] = {
    "verify": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to confirm that this is you. Do not share it with anybody.",
    ),
    "login": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to sign in. Do not share it with anybody.",
    ),
    "unlock": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to unlock your account. Do not share it with anybody.",
    ),
    "reset": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to choose a new password. Do not share it with anybody.",
    ),
    "change_phone": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to use this number for your account. Do not share it with anybody.",
    ),
    "change_email": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to use this address for your account. Do not share it with anybody.",
    ),
    "signup": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to sign up or sign in. Do not share it with anybody.",
    ),
}
"""By purpose."""


class CodeMessenger(Protocol):
    """Sends one-time codes."""

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str, user_id: UserId | None = None) -> None:
        """Send a code to an e-mail address or an E.164 number, in the language of the locale.

        A record of the message is kept under the account `user_id`.

        Raises:
            KeyError: the purpose is unknown.
            Unavailable: the message may or may not have been sent; the caller may retry.
            RuleViolated: the message was rejected permanently.
        """
        ...


class MessageCodes(CodeMessenger):
    """Sends each code as a message of its own, to e-mail addresses by one sender and to phone numbers by another.

    A retry sends the same code in another message, so a duplicate is harmless.
    """

    def __init__(
        self,
        *,
        brand: str,
        email: MessageSender,
        sms: MessageSender,
        translator: Translator,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        """`brand` names the platform at the beginning of text messages, if it fits into the segment."""
        self._brand = brand
        self._senders = {MessageChannel.EMAIL: email, MessageChannel.SMS: sms}
        self._translator = translator
        self._clock = clock
        self._entropy = entropy

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str, user_id: UserId | None = None) -> None:
        notice = self._translator.translate(CODE_NOTICES[purpose].fill(code=code), locale)
        channel = MessageChannel.EMAIL if "@" in to else MessageChannel.SMS
        branded = f"{self._brand}: {notice.text}"
        in_sms = channel is MessageChannel.SMS and segments_of(branded) == 1
        message = OutgoingMessage(
            id=self._entropy.new_id(),
            channel=channel,
            to=to,
            subject=notice.subject,
            text=branded if in_sms else notice.text,
            created_at=self._clock.now(),
            language=notice.language,
            user_id=user_id,
            type=f"{CODE_TYPE}{purpose}",
        )
        await self._senders[channel].send(message)
