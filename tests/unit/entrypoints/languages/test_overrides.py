"""Texts that admins have written, in messages."""

from typing import Final

from booking_domain.notifications.overrides import MessageOverride
from booking_domain.testing.builders import NOW
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, SAMPLES
from entrypoints.languages.notices import GettextTranslator, OverridingTranslator
from entrypoints.languages.values import values_of

KEY: Final = "reminder.appointment"
BUILT_IN: Final = GettextTranslator("en")
NOTICE: Final = MESSAGE_TEMPLATES[KEY].fill(**SAMPLES)


def override(text: str, *, key: str = KEY, language: str = "en") -> MessageOverride:
    return MessageOverride(template_key=key, language=language, subject="{reference}", text=text, changed_at=NOW)


def test_the_text_of_an_admin_is_sent_with_the_details_of_the_template() -> None:
    translated = OverridingTranslator(BUILT_IN, [override("See you on {when}!")]).translate(NOTICE, "en-GB")
    plain = BUILT_IN.translate(NOTICE, "en")
    assert translated.language == "en"
    assert translated.subject == SAMPLES["reference"]
    assert translated.text.splitlines() == [
        f"See you on {values_of('en')(SAMPLES['when'])}!",
        *plain.text.splitlines()[1:],
    ]


def test_other_languages_and_templates_keep_their_texts() -> None:
    translator = OverridingTranslator(BUILT_IN, [override("A", language="mn"), override("B", key="reminder.deposit")])
    assert translator.translate(NOTICE, "en") == BUILT_IN.translate(NOTICE, "en")


def test_an_override_that_cannot_be_filled_or_is_of_no_template_is_not_used() -> None:
    for broken in (override("{gone}"), override("{when"), override("A", key="no.such")):
        assert OverridingTranslator(BUILT_IN, [broken]).translate(NOTICE, "en") == BUILT_IN.translate(NOTICE, "en")
