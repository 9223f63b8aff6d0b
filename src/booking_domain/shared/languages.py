"""The languages in which people read messages."""

from typing import Final, overload

LANGUAGES: Final = ("en", "mn", "fa")
"""Primary language subtags (RFC 5646 §2.2.1). Templates are written in the first and translated to the others."""
FALLBACK: Final = LANGUAGES[0]


@overload
def language_of(locale: str, default: str = FALLBACK) -> str: ...
@overload
def language_of(locale: str, default: None) -> str | None: ...
def language_of(locale: str, default: str | None = FALLBACK) -> str | None:
    """Return the language of a locale, or the default if nothing is translated to that language.

    >>> [language_of(locale) for locale in ("mn", "fa-IR", "en_GB", "de", "")]
    ['mn', 'fa', 'en', 'en', 'en']
    """
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else default
