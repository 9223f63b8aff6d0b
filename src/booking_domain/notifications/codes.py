"""One-time codes on their way to people, and what they read. Every text fits into a single segment."""

from typing import Final, Protocol

from booking_domain.shared.ids import UserId

FALLBACK: Final = "en"
CODE_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "verify": "{code} is your code to confirm that this is you. Do not share it with anybody.",
        "login": "{code} is your code to sign in. Do not share it with anybody.",
        "unlock": "{code} is your code to unlock your account. Do not share it with anybody.",
        "reset": "{code} is your code to choose a new password. Do not share it with anybody.",
        "change_phone": "{code} is your code to use this number for your account. Do not share it with anybody.",
    },
    "mn": {
        "verify": "{code} - баталгаажуулах код. Хэнд ч бүү хэлээрэй.",
        "login": "{code} - нэвтрэх код. Хэнд ч бүү хэлээрэй.",
        "unlock": "{code} - бүртгэлийн түгжээ тайлах код. Хэнд ч бүү хэлээрэй.",
        "reset": "{code} - нууц үг шинэчлэх код. Хэнд ч бүү хэлээрэй.",
        "change_phone": "{code} - дугаар солих код. Хэнд ч бүү хэлээрэй.",
    },
    "fa": {
        "verify": "کد تأیید شما: {code}\nاین کد را به کسی ندهید.",
        "login": "کد ورود شما: {code}\nاین کد را به کسی ندهید.",
        "unlock": "کد باز کردن حساب شما: {code}\nاین کد را به کسی ندهید.",
        "reset": "کد تغییر رمز عبور شما: {code}\nاین کد را به کسی ندهید.",
        "change_phone": "کد تغییر شماره شما: {code}\nاین کد را به کسی ندهید.",
    },
}
"""By language and purpose."""
CODE_SUBJECTS: Final[dict[str, str]] = {
    "en": "{code} is your code",
    "mn": "Таны код: {code}",
    "fa": "کد شما: {code}",
}
"""By language, of those that go by e-mail."""


def language_of(locale: str) -> str:
    """The language of a locale (BCP 47) if there are texts in it, else English.

    >>> [language_of(locale) for locale in ("mn", "fa-IR", "en_GB", "de", "")]
    ['mn', 'fa', 'en', 'en', 'en']
    """
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in CODE_TEXTS else FALLBACK


def code_text(purpose: str, code: str, language: str) -> str:
    """The text with the code in it, in a language that `language_of` gave; `KeyError` if there is no such purpose."""
    return CODE_TEXTS[language][purpose].format(code=code)


def code_subject(code: str, language: str) -> str:
    """The subject of an e-mail with a code, in a language that `language_of` gave."""
    return CODE_SUBJECTS[language].format(code=code)


class CodeMessenger(Protocol):
    """Sends one-time codes."""

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str, user_id: UserId | None = None) -> None:
        """Send a code to an e-mail address or a phone number (E.164), in the language of its owner.

        What is kept of it is kept under the account that it is for.

        In English if there are no texts in that language.

        Raises:
            KeyError: there are no texts for such a purpose.
            Unavailable: it may or may not have been sent; trying again is right.
            RuleViolated: it was not sent, and never will be.
        """
        ...


class CodesByAddress(CodeMessenger):
    """Sends by one messenger to e-mail addresses, and by another to phones."""

    def __init__(self, *, to_email: CodeMessenger, to_phone: CodeMessenger) -> None:
        self._to_email = to_email
        self._to_phone = to_phone

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str, user_id: UserId | None = None) -> None:
        messenger = self._to_email if "@" in to else self._to_phone
        await messenger.send_code(to=to, code=code, purpose=purpose, locale=locale, user_id=user_id)
