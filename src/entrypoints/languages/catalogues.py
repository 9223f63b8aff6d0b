"""The gettext catalogues, and the messages of one language."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel import Locale

from booking_domain.notifications.notices import LocalTime
from booking_domain.shared.errors import DomainError
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.shared.money import Money
from entrypoints.languages.foreign import WORDS
from entrypoints.languages.templates import Templates
from entrypoints.languages.values import values_of

LOCALES: Final = Path(__file__).parents[1] / "locales"
MESSAGE: Final = "message"
"""The context (`msgctxt`) of messages about requests that never reach the domain.

A word that is a parameter of a template has the parameter's name as its context. Templates of domain errors have none.
"""
TITLE: Final = "title"
"""The context of the titles of problems."""
NOTICE: Final = "notice"
"""The context of messages to users: bookings, accounts and one-time codes."""

DOCUMENT: Final = "document"
"""The context of the texts of documents: receipts, credit notes, statements; and of words in place of a value."""

Messages = Mapping[tuple[str | None, str], str]
"""The translations of a language by context and English message."""
_TEXT: Final = r'(?:[^"\\\n]|\\.)*'
_STRINGS: Final = rf'((?:"{_TEXT}"\s*)+)'
_ENTRY: Final = re.compile(
    rf"(?:^msgctxt {_STRINGS})?^msgid {_STRINGS}"
    rf"(?:^msgstr {_STRINGS}|^msgid_plural {_STRINGS}^msgstr\[0\] {_STRINGS}^msgstr\[1\] {_STRINGS})",
    re.MULTILINE,
)
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_STRING: Final = re.compile(rf'"({_TEXT})"')


class Catalogue:
    """The messages of one language; a message without a translation stays English."""

    def __init__(self, language: str, translations: Messages, templates: Mapping[str, Templates]) -> None:
        self.language = language
        self._translations = translations
        self._templates = templates
        self._plural_form = Locale.parse(language).plural_form

    def error(self, error: DomainError) -> str:
        """Return the message of a domain error; times are on the clock of its `zone`, and `beside` it."""
        said = self._filled(self.template(error.template()), error.parameters)
        return said[:1].upper() + said[1:]

    def _filled(self, template: str, given: Mapping[str, object]) -> str:
        """Write the values of a template; those of a problem are in `values`."""
        zone, show = str(given.get("zone", "UTC")), values_of(self.language)
        beside = str(given["beside"]) if "beside" in given else None
        values: dict[str, object] = {}
        for name, value in given.items():
            match value:
                case str():
                    values[name] = self.word(name, value)
                case datetime():
                    values[name] = show(LocalTime(value, zone, beside))
                case date() | Money() | int():
                    values[name] = show(value)
                case Mapping() if value:
                    values["problem"] = self._filled(str(values["problem"]), value)
                case _:
                    values[name] = value
        return template.format(**values)

    def template(self, template: str) -> str:
        """Return the translated template of domain errors."""
        return self._translated(None, template)

    def notice(self, template: str) -> str:
        """Return the translated template of a notice."""
        return self._translated(NOTICE, template)

    def document(self, template: str) -> str:
        """Return the translated template of a text of a document."""
        return self._translated(DOCUMENT, template)

    def counted(self, one: str, many: str, number: int) -> str:
        """Return the translated template of a text about this number of things."""
        return self.document(one if self._plural_form(number) == "one" else many)

    def word(self, context: str, text: str) -> str:
        """Translate a finished English message, or the value of a placeholder, by recognising its template."""
        translated = self._translated(context, text)
        if translated != text or context not in self._templates:
            return values_of(self.language)(int(text)) if _NUMBER.fullmatch(text) else translated
        found = self._templates[context].of(text)
        if found is None:
            return text
        template, parts = found
        words = {name: self.word(name, part) for name, part in parts.items()}
        return self._translated(context, template).format(**words)

    def _translated(self, context: str | None, message: str) -> str:
        return self._translations.get((context, message), message)


@lru_cache(maxsize=8)
def catalogue_of(language: str) -> Catalogue:
    """Return the catalogue of a language of `LANGUAGES`; it is read once."""
    translations = WORDS if language == FALLBACK else read_messages(LOCALES / language)
    by_context: defaultdict[str, list[str]] = defaultdict(list)
    for context, message in translations:
        if context is not None:
            by_context[context].append(message)
    templates = {context: Templates(found) for context, found in by_context.items()}
    return Catalogue(language, translations, templates)


def read_catalogues() -> None:
    """Read all catalogues at the start: a broken one then fails the start, and no request has to wait for reading."""
    for language in LANGUAGES:
        catalogue_of(language)


def read_messages(folder: Path) -> Messages:
    """Read the catalogues of a language as `make catalogues` writes them, without compiling them and without Babel.

    Raises:
        ValueError: a file is malformed.
    """
    return {key: said for file in sorted(folder.glob("*.po")) for key, said in _messages_of(file).items()}


def _messages_of(file: Path) -> Messages:
    text = file.read_text(encoding="utf-8")
    for line in _ENTRY.sub("", text).splitlines():
        if line and not line.startswith("#"):
            raise ValueError(f"{file} is malformed near {line!r}")
    said: dict[tuple[str | None, str], str] = {}
    for entry in _ENTRY.findall(text):
        context, message, only, plural, one, many = map(_unquoted, entry)
        said |= {(context or None, message): only or one, (context or None, plural): many}
    return {(context, message): translated for (context, message), translated in said.items() if message and translated}


def _unquoted(strings: str) -> str:
    r"""Join the quoted strings of a value.

    >>> _unquoted('"one "\n"\\"two\\""')
    'one "two"'
    """
    return str(json.loads(f'"{"".join(_STRING.findall(strings))}"'))
