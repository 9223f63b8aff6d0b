"""What people are told when their account itself is changed. Every text fits into few segments, and names nobody."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from booking_domain.notifications.codes import language_of


@dataclass(frozen=True, slots=True)
class AccountText:
    """Subject and text."""

    subject: str
    text: str


_TEXTS: Final[dict[str, dict[str, AccountText]]] = {
    "account.phone_changed": {
        "en": AccountText(
            "Your phone number was changed",
            "The phone number of your account was changed. If that was not you, reset your password and write to us.",
        ),
        "mn": AccountText(
            "Таны утасны дугаар солигдлоо",
            "Таны бүртгэлийн утасны дугаар солигдлоо. Хэрэв та солиогүй бол нууц үгээ шинэчлээд бидэнд мэдэгдээрэй.",
        ),
        "fa": AccountText(
            "شماره تلفن شما تغییر کرد",
            "شماره تلفن حساب شما تغییر کرد. اگر کار شما نبود، رمز عبور را عوض کنید و به ما خبر دهید.",
        ),
    },
    "account.deleted": {
        "en": AccountText(
            "Your account was deleted",
            "Your account was deleted and will be erased from {day} on. If you want it back, write to us before.",
        ),
        "mn": AccountText(
            "Таны бүртгэл устгагдлаа",
            "Таны бүртгэл устгагдсан бөгөөд {day}-нд бүрмөсөн арчигдана. Буцааж авах бол түүнээс өмнө бидэнд бичээрэй.",
        ),
        "fa": AccountText(
            "حساب شما حذف شد",
            "حساب شما حذف شد و از {day} برای همیشه پاک می‌شود. اگر آن را می‌خواهید، پیش از آن به ما بنویسید.",
        ),
    },
}
"""By topic and language."""


def account_text(topic: str, locale: str, *, day: date | None = None) -> AccountText:
    """The text of a topic in the locale's language; `KeyError` if there is no such topic."""
    found = _TEXTS[topic][language_of(locale)]
    return AccountText(found.subject, found.text.format(day=day))
