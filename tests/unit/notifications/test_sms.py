"""What is kept of a text message, and how it goes on."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations, product

import pytest

from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.notifications.codes import CODE_NOTICES, code_notice
from booking_domain.notifications.segments import segments_of
from booking_domain.notifications.sms import (
    ASKED_FOR,
    FIRST_ASK,
    FOLLOWS,
    SmsCost,
    SmsMessage,
    SmsNews,
    SmsOrder,
    SmsStatus,
    masked,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.languages import LANGUAGES, language_of
from booking_domain.shared.phones import phone_number
from booking_domain.testing.builders import NOW, Builder
from entrypoints.languages.notices import GettextTranslator

LATER = NOW + timedelta(seconds=5)
CENT = SmsCost(millionths=10_000, currency="USD")
BY_HAND = {
    "queued": {"sent", "delivered", "failed", "undelivered"},
    "sent": {"delivered", "failed", "undelivered"},
    "delivered": set(),
    "failed": set(),
    "undelivered": set(),
}


def news(message: SmsMessage, status: SmsStatus | None = None, *, error: str | None = None) -> SmsNews:
    return SmsNews(message_id=message.id, status=status, error=error)


def test_what_may_follow_is_what_was_written_by_hand() -> None:
    assert {status.value: {after.value for after in afters} for status, afters in FOLLOWS.items()} == BY_HAND


@pytest.mark.parametrize("order", list(permutations([SmsStatus.QUEUED, SmsStatus.SENT, SmsStatus.DELIVERED])))
def test_in_whichever_order_the_news_comes_what_was_delivered_stays_delivered(order: tuple[SmsStatus, ...]) -> None:
    message = Builder().sms()
    for status in order:
        message = message.heard(news(message, status), LATER)
        message = message.heard(news(message, status), LATER)
    assert message.status is SmsStatus.DELIVERED


@pytest.mark.parametrize(("status", "heard"), list(product(SmsStatus, SmsStatus)))
def test_a_status_never_goes_back(status: SmsStatus, heard: SmsStatus) -> None:
    message = replace(Builder().sms(), status=status)
    after = message.heard(news(message, heard), LATER)
    assert after.status is (heard if heard in BY_HAND[status] else status)
    assert (after is message) == (after.status is status)
    assert after.heard(news(message, heard), LATER + FIRST_ASK) is after


def test_what_becomes_known_is_kept_and_nothing_is_forgotten() -> None:
    message = Builder().sms()
    known = message.heard(
        SmsNews(message_id=message.id, provider_message_id="SM1", status=SmsStatus.SENT, segments=3, cost=CENT), LATER
    )
    assert (known.provider_message_id, known.segments, known.cost, known.updated_at) == ("SM1", 3, CENT, LATER)
    again = known.heard(SmsNews(message_id=message.id, provider_message_id="SM2", segments=0), LATER)
    assert again is known


def test_an_error_belongs_to_the_status_that_it_came_with() -> None:
    message = Builder().sms()
    lost = message.heard(news(message, error="no usable answer"), LATER)
    assert (lost.status, lost.error) == (SmsStatus.QUEUED, "no usable answer")
    sent = lost.heard(news(message, SmsStatus.SENT), LATER)
    assert sent.error is None
    failed = sent.heard(news(message, SmsStatus.FAILED, error="twilio 30003"), LATER)
    assert failed.error == "twilio 30003"
    assert failed.heard(news(message, SmsStatus.UNDELIVERED, error="twilio 30005"), LATER) is failed
    delivered = sent.heard(news(message, SmsStatus.DELIVERED), LATER)
    assert delivered.heard(news(message, SmsStatus.FAILED, error="twilio 30003"), LATER) is delivered


def test_a_message_is_asked_about_less_and_less_until_two_days_have_passed() -> None:
    message, now, asks = replace(Builder().sms(), ask_at=NOW + FIRST_ASK), NOW, []
    while message.ask_at is not None:
        assert message.ask_at >= now + FIRST_ASK
        now = message.ask_at
        asks.append(now - NOW)
        message = message.asked(now)
    assert asks[:4] == [FIRST_ASK, 2 * FIRST_ASK, 4 * FIRST_ASK, 8 * FIRST_ASK]
    assert len(asks) < 15
    assert asks[-1] >= ASKED_FOR


def test_a_message_whose_end_and_cost_are_known_is_not_asked_about() -> None:
    message = Builder().sms()
    delivered = message.heard(
        SmsNews(message_id=message.id, provider_message_id="SM1", status=SmsStatus.DELIVERED), LATER
    )
    assert delivered.ask_at == LATER + FIRST_ASK
    assert not delivered.settled
    priced = delivered.heard(SmsNews(message_id=message.id, cost=CENT), LATER)
    assert priced.settled
    assert priced.ask_at is None
    assert priced.asked(LATER) is priced


@pytest.mark.parametrize(
    ("amount", "millionths"), [("0.0079", 7_900), ("0", 0), ("120", 120_000_000), ("0.0000005", 1), ("0.0000004", 0)]
)
def test_a_cost_is_exact_to_a_millionth(amount: str, millionths: int) -> None:
    cost = SmsCost.from_decimal(Decimal(amount), "USD")
    assert cost.millionths == millionths
    assert cost.decimal() == Decimal(millionths) / 1_000_000


def test_a_cost_is_shown_with_its_currency() -> None:
    assert str(SmsCost.from_decimal(Decimal("1234.0079"), "USD")) == "1,234.007900 USD"


@pytest.mark.parametrize(("amount", "currency"), [("-0.01", "USD"), ("NaN", "USD"), ("Infinity", "USD"), ("1", "XXX")])
def test_what_is_no_cost_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(InvalidValue):
        SmsCost.from_decimal(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("phone", "shown"), [("+97699112233", "+976****2233"), ("+491711234567", "+491****4567"), ("+2471234", "+24****34")]
)
def test_a_number_is_shown_with_its_middle_hidden(phone: str, shown: str) -> None:
    assert masked(phone_number(phone)) == shown


@pytest.mark.parametrize(
    "text", ["", "88001122", "+0123456789", "+976 9911 2233", "+9768800112212345", "+976٩٩١١٢٢٣٣", "+1\n"]
)
def test_what_is_no_number_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        phone_number(text)
    assert not text or text not in str(refusal.value)


def test_an_order_shows_neither_number_nor_text() -> None:
    order = SmsOrder(
        to="+97699112233", to_digest=b"digest", text="482913 is", template="code.login", language="en", provider="x"
    )
    assert not any(secret in repr(order) for secret in ("88001122", "482913", "digest"))


def code_text(language: str, purpose: str, code: str) -> str:
    return GettextTranslator("en").translate(code_notice(purpose, code), language).text


@pytest.mark.parametrize(("language", "purpose"), list(product(LANGUAGES, CodePurpose)))
def test_a_code_message_fits_into_one_segment(language: str, purpose: CodePurpose) -> None:
    text = code_text(language, purpose, "48291374")
    assert text.count("48291374") == 1
    assert segments_of(text) == 1


def test_every_purpose_has_a_text_of_its_own_in_every_language() -> None:
    assert LANGUAGES == ("en", "mn", "fa")
    assert set(CODE_NOTICES) == set(CodePurpose)
    texts = [code_text(language, purpose, "1") for language in LANGUAGES for purpose in CodePurpose]
    assert len(set(texts)) == len(texts) == 15


@pytest.mark.parametrize(
    ("locale", "language"),
    [("mn", "mn"), ("mn-Cyrl-MN", "mn"), ("FA_ir", "fa"), ("en-GB", "en"), ("de", "en"), ("", "en"), ("fas", "en")],
)
def test_a_locale_without_a_catalogue_falls_back_to_english(locale: str, language: str) -> None:
    assert language_of(locale) == language
