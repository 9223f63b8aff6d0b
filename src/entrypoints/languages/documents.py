"""Texts of documents and of the bot in the reader's language."""

from dataclasses import dataclass

from booking_domain.notifications.notices import Words
from booking_domain.shared.errors import DomainError
from booking_domain.shared.languages import language_of
from entrypoints.languages.catalogues import Catalogue, catalogue_of
from entrypoints.languages.values import values_of


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of a document or of the bot in English, with placeholders in braces; the catalogues translate it."""

    template: str


@dataclass(frozen=True, slots=True)
class Plural:
    """A phrase about `{count}` things, for one and for several."""

    one: str
    many: str


class Wording:
    """The phrases of one language."""

    def __init__(self, language: str) -> None:
        self._catalogue: Catalogue = catalogue_of(language_of(language))
        self.values = values_of(self._catalogue.language)
        """Writes times and amounts."""

    @property
    def language(self) -> str:
        """Of `LANGUAGES`."""
        return self._catalogue.language

    def __call__(self, phrase: Phrase, **values: str) -> str:
        """The translated phrase with these values."""
        return self._catalogue.document(phrase.template).format(**values)

    def count(self, phrase: Plural, number: int, **values: str) -> str:
        """The translated phrase with this number of things, and these values."""
        template = self._catalogue.counted(phrase.one, phrase.many, number)
        return template.format(count=self.values(number), **values)

    def template(self, text: str, many: str | None = None, number: int = 1) -> str:
        """The translated template of a page, to be filled there; `many` is what it says of several."""
        return self._catalogue.document(text) if many is None else self._catalogue.counted(text, many, number)

    def words(self, words: Words) -> str:
        """The translated words."""
        return self._catalogue.document(words.text)

    def error(self, error: DomainError) -> str:
        """The message of an error."""
        return self._catalogue.error(error)

    def status(self, status: str) -> str:
        """The word for a status."""
        return self._catalogue.word("status", status)


def said(words: Words, locale: str) -> str:
    """Words in the language of a locale."""
    return Wording(locale).words(words)
