"""One-time codes on their way to people."""

from typing import Final, Protocol

_TEXTS: Final = {
    "en": "{code} is your code. It is good for 5 minutes. Nobody of ours will ever ask you for it.",
    "mn": "Таны нэг удаагийн код: {code}. 5 минутын дотор хүчинтэй. Хэнд ч бүү хэлээрэй.",
    "fa": "کد یک‌بارمصرف شما: {code}. تا ۵ دقیقه معتبر است. آن را به کسی نگویید.",
}


class CodeMessenger(Protocol):
    """Sends one-time codes."""

    async def send_code(self, *, to: str, code: str, purpose: str, locale: str) -> None:
        """Send a code to an e-mail address or a phone number, in the language of its owner.

        Raises:
            Unavailable: it was not sent; trying again is right.
        """
        ...


def code_text(code: str, locale: str) -> str:
    """What a message with a code says; in English where there is no text in that language."""
    return _TEXTS.get(locale, _TEXTS["en"]).format(code=code)
