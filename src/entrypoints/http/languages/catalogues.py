"""The catalogues, and messages by them."""

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
from entrypoints.http.languages.negotiation import FALLBACK, LANGUAGES
from entrypoints.http.languages.templates import Templates

LOCALES: Final = Path(__file__).parents[2] / "locales"
MESSAGE: Final = "message"
"""The context of what is refused before the domain is asked; that of titles is `title`, that of a parameter its name.

Templates of the domain's errors have no context.
"""
TITLE: Final = "title"


class Catalogue:
    """The messages in one language; what has no translation stays as it is."""

    def __init__(
        self, language: str, translations: gettext.NullTranslations, templates: Mapping[str, Templates]
    ) -> None:
        self.language = language
        self._translations = translations
        self._templates = templates

    def error(self, error: DomainError) -> str:
        """The message of an error of the domain."""
        said = {
            name: self.word(name, value) if isinstance(value, str) else value
            for name, value in error.parameters.items()
        }
        return self._translations.gettext(error.template()).format(**said)

    def word(self, context: str, said: str) -> str:
        """What is said in English already: a whole message, or what a placeholder of another one stands for."""
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
    """The catalogue of one of the languages that there are, read once."""
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
    """Read all catalogues, so that no request waits for one, and one that is broken is noticed at the start."""
    for language in LANGUAGES:
        catalogue_of(language)


def read_catalog(file: Path, language: str | None = None) -> Catalog:
    """A catalogue as it lies in the repository; one that cannot be read is an error."""
    with file.open("rb") as opened:
        return read_po(opened, locale=language, abort_invalid=True)
