"""The texts that carry a one-time code, a language each. Every one fits into a single segment."""

from enum import StrEnum
from typing import Final


class CodePurpose(StrEnum):
    """What a one-time code is for."""

    VERIFY = "verify"
    LOGIN = "login"
    UNLOCK = "unlock"
    RESET = "reset"


FALLBACK: Final = "en"
CODE_TEXTS: Final[dict[str, dict[CodePurpose, str]]] = {
    "en": {
        CodePurpose.VERIFY: "{code} is your code to confirm this phone number. Do not share it with anybody.",
        CodePurpose.LOGIN: "{code} is your code to sign in. Do not share it with anybody.",
        CodePurpose.UNLOCK: "{code} is your code to unlock your account. Do not share it with anybody.",
        CodePurpose.RESET: "{code} is your code to choose a new password. Do not share it with anybody.",
    },
    "mn": {
        CodePurpose.VERIFY: "{code} - дугаар баталгаажуулах код. Хэнд ч бүү хэлээрэй.",
        CodePurpose.LOGIN: "{code} - нэвтрэх код. Хэнд ч бүү хэлээрэй.",
        CodePurpose.UNLOCK: "{code} - бүртгэлийн түгжээ тайлах код. Хэнд ч бүү хэлээрэй.",
        CodePurpose.RESET: "{code} - нууц үг шинэчлэх код. Хэнд ч бүү хэлээрэй.",
    },
    "fa": {
        CodePurpose.VERIFY: "کد تأیید شماره شما: {code}\nاین کد را به کسی ندهید.",
        CodePurpose.LOGIN: "کد ورود شما: {code}\nاین کد را به کسی ندهید.",
        CodePurpose.UNLOCK: "کد باز کردن حساب شما: {code}\nاین کد را به کسی ندهید.",
        CodePurpose.RESET: "کد تغییر رمز عبور شما: {code}\nاین کد را به کسی ندهید.",
    },
}


def language_of(locale: str) -> str:
    """The language of a locale (BCP 47) if there are texts in it, else English.

    >>> [language_of(locale) for locale in ("mn", "fa-IR", "en_GB", "de", "")]
    ['mn', 'fa', 'en', 'en', 'en']
    """
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in CODE_TEXTS else FALLBACK


def code_text(purpose: CodePurpose, code: str, language: str) -> str:
    """The text with the code in it, in a language that `language_of` gave."""
    return CODE_TEXTS[language][purpose].format(code=code)
