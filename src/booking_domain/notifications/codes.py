"""One-time codes on their way to people. In every language a text fits into a single SMS segment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

from booking_domain.notifications.model import MessageChannel
from booking_domain.notifications.notices import NoticeTemplate, TimeOfDay, Translator
from booking_domain.notifications.ports import MessageSender, OutgoingMessage
from booking_domain.notifications.segments import segments_of, shortened
from booking_domain.notifications.sms import CODE_TYPE
from booking_domain.shared.clock import Clock
from booking_domain.shared.ids import Entropy, UserId

_THEN: Final = ("Expired: ask for a new code.",)
"""In an e-mail; a text message has no place for it."""
CODE_NOTICES: Final[Mapping[str, NoticeTemplate]] = {
    "verify": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to confirm that this is you, until {expires}. Do not share it with anybody.",
        details=_THEN,
    ),
    "login": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to sign in, until {expires}. Do not share it with anybody.",
        details=_THEN,
    ),
    "unlock": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to unlock your account, until {expires}. Do not share it with anybody.",
        details=_THEN,
    ),
    "reset": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to choose a new password, until {expires}. Do not share it with anybody.",
        details=_THEN,
    ),
    "change_phone": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to use this number for your account, until {expires}. Do not share it with anybody.",
        details=_THEN,
    ),
    "change_email": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to use this address for your account, until {expires}. Do not share it with anybody.",
        details=_THEN,
    ),
    "signup": NoticeTemplate(
        subject="{code} is your code",
        text="{code} is your code to sign up or sign in, for {minutes} minutes. Do not share it with anybody.",
        details=_THEN,
    ),
}
"""By purpose."""


class CodeMessenger(Protocol):
    """Sends one-time codes."""

    async def send_code(
        self,
        *,
        to: str,
        code: str,
        purpose: str,
        locale: str,
        until: datetime,
        zone: str | None,
        user_id: UserId | None = None,
    ) -> None:
        """Send a code to an e-mail address or an E.164 number, in the language of the locale. It says when it expires.

        `zone` is the time zone of its reader; None if it is not known: the message counts minutes.

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

    async def send_code(
        self,
        *,
        to: str,
        code: str,
        purpose: str,
        locale: str,
        until: datetime,
        zone: str | None,
        user_id: UserId | None = None,
    ) -> None:
        now = self._clock.now()
        minutes = max(1, (until - now) // timedelta(minutes=1))
        filled = CODE_NOTICES[purpose].fill(
            code=code, minutes=minutes, expires="" if zone is None else TimeOfDay(until, zone)
        )
        notice = self._translator.translate(filled, locale)
        channel = MessageChannel.EMAIL if "@" in to else MessageChannel.SMS
        text = notice.text
        if channel is MessageChannel.SMS:
            branded = f"{self._brand}: {(text := shortened(text, 1))}"
            text = branded if segments_of(branded) == 1 else text
        message = OutgoingMessage(
            id=self._entropy.new_id(),
            channel=channel,
            to=to,
            subject=notice.subject,
            text=text,
            created_at=now,
            language=notice.language,
            user_id=user_id,
            type=f"{CODE_TYPE}{purpose}",
        )
        await self._senders[channel].send(message)
