"""The record of a text message, and its lifecycle."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations, product

import pytest

from booking_domain.identity.one_time_codes import CodePurpose
from booking_domain.notifications.codes import CODE_NOTICES
from booking_domain.notifications.segments import segments_of, shortened
from booking_domain.notifications.sms import (
    FIRST_POLL,
    FOLLOWS,
    POLLED_FOR,
    SmsCost,
    SmsMessage,
    SmsOrder,
    SmsStatus,
    SmsUpdate,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.languages import LANGUAGES, language_of
from booking_domain.shared.phones import masked, phone_number
from booking_domain.testing.builders import NOW, Builder
from entrypoints.languages.notices import GettextTranslator

LATER = NOW + timedelta(seconds=5)
CENT = SmsCost(millionths=10_000, currency="USD")
EXPECTED = {
    "queued": {"sent", "delivered", "failed", "undelivered"},
    "sent": {"delivered", "failed", "undelivered"},
    "delivered": set(),
    "failed": set(),
    "undelivered": set(),
}


def update(message: SmsMessage, status: SmsStatus | None = None, *, error: str | None = None) -> SmsUpdate:
    return SmsUpdate(message_id=message.id, status=status, error=error)


def test_the_lifecycle_equals_the_independently_written_table() -> None:
    assert {status.value: {after.value for after in afters} for status, afters in FOLLOWS.items()} == EXPECTED


@pytest.mark.parametrize("order", list(permutations([SmsStatus.QUEUED, SmsStatus.SENT, SmsStatus.DELIVERED])))
def test_a_delivered_message_stays_delivered_in_any_order_of_updates(order: tuple[SmsStatus, ...]) -> None:
    message = Builder().sms()
    for status in order:
        message = message.updated(update(message, status), LATER)
        message = message.updated(update(message, status), LATER)
    assert message.status is SmsStatus.DELIVERED


@pytest.mark.parametrize(("status", "reported"), list(product(SmsStatus, SmsStatus)))
def test_a_status_never_goes_back(status: SmsStatus, reported: SmsStatus) -> None:
    message = replace(Builder().sms(), status=status)
    after = message.updated(update(message, reported), LATER)
    assert after.status is (reported if reported in EXPECTED[status] else status)
    assert (after is message) == (after.status is status)
    assert after.updated(update(message, reported), LATER + FIRST_POLL) is after


def test_updates_add_information_and_remove_none() -> None:
    message = Builder().sms()
    known = message.updated(
        SmsUpdate(message_id=message.id, provider_message_id="SM1", status=SmsStatus.SENT, segments=3, cost=CENT), LATER
    )
    assert (known.provider_message_id, known.segments, known.cost, known.updated_at) == ("SM1", 3, CENT, LATER)
    again = known.updated(SmsUpdate(message_id=message.id, provider_message_id="SM2", segments=0), LATER)
    assert again is known


def test_an_error_belongs_to_the_status_of_its_update() -> None:
    message = Builder().sms()
    lost = message.updated(update(message, error="no usable answer"), LATER)
    assert (lost.status, lost.error) == (SmsStatus.QUEUED, "no usable answer")
    sent = lost.updated(update(message, SmsStatus.SENT), LATER)
    assert sent.error is None
    failed = sent.updated(update(message, SmsStatus.FAILED, error="twilio 30003"), LATER)
    assert failed.error == "twilio 30003"
    assert failed.updated(update(message, SmsStatus.UNDELIVERED, error="twilio 30005"), LATER) is failed
    delivered = sent.updated(update(message, SmsStatus.DELIVERED), LATER)
    assert delivered.updated(update(message, SmsStatus.FAILED, error="twilio 30003"), LATER) is delivered


def test_poll_intervals_double_until_two_days_have_passed() -> None:
    message, now, polls = replace(Builder().sms(), ask_at=NOW + FIRST_POLL), NOW, []
    while message.ask_at is not None:
        assert message.ask_at >= now + FIRST_POLL
        now = message.ask_at
        polls.append(now - NOW)
        message = message.polled(now)
    assert polls[:4] == [FIRST_POLL, 2 * FIRST_POLL, 4 * FIRST_POLL, 8 * FIRST_POLL]
    assert len(polls) < 15
    assert polls[-1] >= POLLED_FOR


def test_a_settled_message_is_not_polled() -> None:
    message = Builder().sms()
    delivered = message.updated(
        SmsUpdate(message_id=message.id, provider_message_id="SM1", status=SmsStatus.DELIVERED), LATER
    )
    assert delivered.ask_at == LATER + FIRST_POLL
    assert not delivered.settled
    priced = delivered.updated(SmsUpdate(message_id=message.id, cost=CENT), LATER)
    assert priced.settled
    assert priced.ask_at is None
    assert priced.polled(LATER) is priced


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
def test_an_invalid_cost_is_rejected(amount: str, currency: str) -> None:
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
def test_an_invalid_number_is_rejected_without_being_quoted(text: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        phone_number(text)
    assert not text or text not in str(refusal.value)


def test_an_order_shows_neither_number_nor_text() -> None:
    order = SmsOrder(
        to="+97699112233", to_digest=b"digest", text="482913 is", template="code.login", language="en", provider="x"
    )
    assert not any(secret in repr(order) for secret in ("88001122", "482913", "digest"))


def code_text(language: str, purpose: str, code: str) -> str:
    notice = CODE_NOTICES[purpose].fill(code=code, expires="14:30", minutes="5")
    return shortened(GettextTranslator("en").translate(notice, language).text, 1)


@pytest.mark.parametrize(("language", "purpose"), list(product(LANGUAGES, CodePurpose)))
def test_a_code_message_fits_into_one_segment(language: str, purpose: CodePurpose) -> None:
    text = code_text(language, purpose, "48291374")
    assert text.count("48291374") == 1
    assert segments_of(text) == 1


def test_every_purpose_has_a_text_of_its_own_in_every_language() -> None:
    assert LANGUAGES == ("en", "mn", "fa")
    assert set(CODE_NOTICES) == set(CodePurpose)
    texts = [code_text(language, purpose, "1") for language in LANGUAGES for purpose in CodePurpose]
    assert len(set(texts)) == len(texts) == len(LANGUAGES) * len(CodePurpose)


@pytest.mark.parametrize(
    ("locale", "language"),
    [("mn", "mn"), ("mn-Cyrl-MN", "mn"), ("FA_ir", "fa"), ("en-GB", "en"), ("de", "en"), ("", "en"), ("fas", "en")],
)
def test_a_locale_without_a_catalogue_falls_back_to_english(locale: str, language: str) -> None:
    assert language_of(locale) == language
