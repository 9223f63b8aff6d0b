"""Notices in the recipient's language."""

from collections.abc import Iterable

import structlog

from booking_domain.notifications.notices import Notice, NoticeValue, TranslatedNotice, Translator, Words
from booking_domain.notifications.overrides import MessageOverride
from booking_domain.shared.languages import language_of
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES
from entrypoints.languages.catalogues import catalogue_of
from entrypoints.languages.values import values_of, without_isolates

log = structlog.get_logger()


class GettextTranslator(Translator):
    """Translates notices by the gettext catalogues."""

    def __init__(self, default_language: str) -> None:
        """`default_language` is used for locales of languages without a catalogue."""
        self._default = default_language

    def translate(self, notice: Notice, locale: str) -> TranslatedNotice:
        catalogue = catalogue_of(language_of(locale, self._default))
        subject, text = catalogue.notice(notice.template.subject), catalogue.notice(notice.template.text)
        return self.written(notice, subject, text, catalogue.language)

    def written(self, notice: Notice, subject: str, text: str, language: str) -> TranslatedNotice:
        """Fill these texts, and add the details of the notice, in the given language."""
        catalogue, values = catalogue_of(language), values_of(language)
        details = map(catalogue.notice, notice.details)

        def show(value: NoticeValue) -> str:
            return catalogue.document(value.text) if isinstance(value, Words) else without_isolates(values(value))

        return TranslatedNotice(
            language=language,
            subject=notice.written_subject(subject, show),
            text="\n\n".join(
                filter(None, (notice.written(text, show), "\n".join(notice.written(each, show) for each in details)))
            ),
        )

    def language(self, locale: str) -> str:
        """The language of notices for this locale."""
        return catalogue_of(language_of(locale, self._default)).language


class OverridingTranslator(Translator):
    """Uses the texts that admins have written, and the catalogues for all others.

    An override that cannot be filled, e.g. because a field was renamed, is logged and ignored.
    """

    def __init__(self, translator: GettextTranslator, overrides: Iterable[MessageOverride]) -> None:
        self._translator = translator
        self._overrides = {
            (MESSAGE_TEMPLATES[each.template_key], each.language): each
            for each in overrides
            if each.template_key in MESSAGE_TEMPLATES
        }

    def translate(self, notice: Notice, locale: str) -> TranslatedNotice:
        language = self._translator.language(locale)
        override = self._overrides.get((notice.template, language))
        if override is not None:
            try:
                return self._translator.written(notice, override.subject, override.text, language)
            except (KeyError, ValueError, IndexError, AttributeError):
                log.warning("message_template.broken", key=override.template_key, language=language)
        return self._translator.translate(notice, locale)
