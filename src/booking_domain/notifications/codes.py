"""One-time codes on their way to people. In every language a text fits into a single SMS segment."""

from collections.abc import Mapping
from typing import Final, Protocol

from booking_domain.notifications.notices import Notice, NoticeTemplate
from booking_domain.shared.ids import UserId

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


def code_notice(purpose: str, code: str) -> Notice:
    """Return the notice with a code; `KeyError` if the purpose is unknown."""
    return CODE_NOTICES[purpose].fill(code=code)


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


class CodesByAddress(CodeMessenger):
    """Sends to e-mail addresses by one messenger and to phone numbers by another."""

    def __init__(self, *, to_email: CodeMessenger, to_phone: CodeMessenger) -> None:
        self._to_email = to_email
        self._to_phone = to_phone

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str, user_id: UserId | None = None) -> None:
        messenger = self._to_email if "@" in to else self._to_phone
        await messenger.send_code(to=to, code=code, purpose=purpose, locale=locale, user_id=user_id)
