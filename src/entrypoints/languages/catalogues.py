"""The gettext catalogues, and the messages of one language."""

import gettext
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from booking_domain.shared.errors import DomainError
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from entrypoints.languages.templates import Templates

LOCALES: Final = Path(__file__).parents[1] / "locales"
MESSAGE: Final = "message"
"""The context (`msgctxt`) of messages about requests that never reach the domain.

A word that is a parameter of a template has the parameter's name as its context. Templates of domain errors have none.
"""
TITLE: Final = "title"
"""The context of the titles of problems."""
NOTICE: Final = "notice"
"""The context of messages to people: bookings, accounts and one-time codes."""

DOCUMENT: Final = "document"
"""The context of the texts of documents: receipts, credit notes, statements."""


class Catalogue:
    """The messages of one language; a message without a translation stays English."""

    def __init__(
        self, language: str, translations: gettext.NullTranslations, templates: Mapping[str, Templates]
    ) -> None:
        self.language = language
        self._translations = translations
        self._templates = templates

    def error(self, error: DomainError) -> str:
        """Return the message of a domain error."""
        said = {
            name: self.word(name, value) if isinstance(value, str) else value
            for name, value in error.parameters.items()
        }
        return self._translations.gettext(error.template()).format(**said)

    def notice(self, template: str) -> str:
        """Return the translated template of a notice."""
        return self._translations.pgettext(NOTICE, template)

    def document(self, template: str) -> str:
        """Return the translated template of a text of a document."""
        return self._translations.pgettext(DOCUMENT, template)

    def word(self, context: str, said: str) -> str:
        """Translate a finished English message, or the value of a placeholder, by recognising its template."""
        translated = self._translations.pgettext(context, said)
        if translated != said or context not in self._templates:
            return translated
        found = self._templates[context].of(said)
        if found is None:
            return said
        template, parts = found
        words = {name: self.word(name, part) for name, part in parts.items()}
        return self._translations.pgettext(context, template).format(**words)


@lru_cache(maxsize=8)
def catalogue_of(language: str) -> Catalogue:
    """Return the catalogue of a language of `LANGUAGES`; it is read once."""
    if language == FALLBACK:
        return Catalogue(language, gettext.NullTranslations(), {})
    catalog = read_catalog(LOCALES / language / "LC_MESSAGES" / "messages.po", language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    by_context: defaultdict[str, list[str]] = defaultdict(list)
    for message in catalog:
        if message.context is not None and message.string:
            by_context[message.context].append(str(message.id))
    templates = {context: Templates(found) for context, found in by_context.items()}
    return Catalogue(language, gettext.GNUTranslations(compiled), templates)


def read_catalogues() -> None:
    """Read all catalogues at the start, so that a broken one is noticed and no request waits for one."""
    for language in LANGUAGES:
        catalogue_of(language)


def read_catalog(file: Path, language: str | None = None) -> Catalog:
    """Read a catalogue file; a malformed one raises an error."""
    with file.open("rb") as opened:
        return read_po(opened, locale=language, abort_invalid=True)
