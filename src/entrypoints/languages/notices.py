"""Notices in the recipient's language."""

from booking_domain.notifications.notices import Notice, TranslatedNotice, Translator
from booking_domain.shared.languages import language_of
from entrypoints.languages.catalogues import catalogue_of


class GettextTranslator(Translator):
    """Translates notices by the gettext catalogues."""

    def __init__(self, default_language: str) -> None:
        """`default_language` is used for locales of languages without a catalogue."""
        self._default = default_language

    def translate(self, notice: Notice, locale: str) -> TranslatedNotice:
        catalogue = catalogue_of(language_of(locale, self._default))
        return TranslatedNotice(
            language=catalogue.language,
            subject=notice.written(catalogue.notice(notice.template.subject)),
            text="\n".join(notice.written(catalogue.notice(each)) for each in (notice.template.text, *notice.details)),
        )
