"""Notices reach people in their own language."""

import re
from datetime import date
from typing import Final

import pytest

from booking_domain.bookings import events as bookings
from booking_domain.bookings.transitions import Status
from booking_domain.notifications.codes import CODE_NOTICES, code_notice
from booking_domain.notifications.notices import LocalTime, Notice, NoticeTemplate, NoticeValue
from booking_domain.payments.events import PaymentReceived
from booking_domain.scheduling.events import CalendarChanged
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.memory import MemoryDatabase, MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.workflows import notify_disputes as disputes
from booking_domain.workflows import notify_memberships as memberships
from booking_domain.workflows.booking_notices import NOTICES, TIME_CHANGED, TIME_REFUSED, notices_of
from booking_domain.workflows.notify_account import ACCOUNT_DELETED, PHONE_CHANGED
from booking_domain.workflows.notify_consents import (
    GRANTED_TO_CUSTOMER,
    GRANTED_TO_PROVIDER,
    REVOKED_TO_CUSTOMER,
    REVOKED_TO_PROVIDER,
)
from booking_domain.workflows.notify_parties import notify_parties
from booking_domain.workflows.notify_waiting import OFFER
from booking_domain.workflows.notify_webhooks import DISABLED
from entrypoints.languages.notices import GettextTranslator

LETTERS: Final = {"en": "[A-Za-z]", "mn": "[А-Яа-яЁёӨөҮү]", "fa": "[\u0600-\u06ff]"}
VALUES: Final[dict[str, NoticeValue]] = {
    "reference": "77-REF-77",
    "provider": "77-PROVIDER-77",
    "customer": "77-CUSTOMER-77",
    "when": LocalTime(NOW, "Asia/Ulaanbaatar"),
    "until": LocalTime(NOW, "Asia/Tehran"),
    "due": LocalTime(NOW, "UTC"),
    "agreed": LocalTime(NOW, "Asia/Ulaanbaatar"),
    "end": LocalTime(NOW, "Asia/Ulaanbaatar"),
    "objection_deadline": LocalTime(NOW, "UTC"),
    "offered": (LocalTime(NOW, "Asia/Ulaanbaatar"), LocalTime(NOW, "UTC")),
    "time_zone": "Asia/Ulaanbaatar",
    "deposit": "20,000 MNT",
    "refund": "15,000 MNT",
    "bank_reference": "FT26327000123",
    "return_reason": "Unknown account.",
    "day": date(2026, 12, 22),
    "code": "482913",
    "host": "hooks.example.com",
    "other": "77-OTHER-77",
    "statement_due": LocalTime(NOW, "UTC"),
    "decision_due": LocalTime(NOW, "Asia/Tehran"),
    "note": "77-NOTE-77",
    "salon": "77-SALON-77",
}
MAKE = Builder()


def placed(to: Status) -> bookings.BookingPlaced:
    return bookings.BookingPlaced(
        id=EventId(MAKE.entropy.new_id()), occurred_at=NOW, booking_id=BookingId(MAKE.entropy.new_id()), to=to
    )


OF_PARTIES: Final = [
    *NOTICES.values(),
    *(notices_of(placed(to)) for to in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED)),
    *(notices_of(placed(to), by_staff=True) for to in (Status.PENDING, Status.CONFIRMED)),
    TIME_CHANGED,
    TIME_REFUSED,
]
TEMPLATES: Final[list[NoticeTemplate]] = [
    *(template for notices in OF_PARTIES for _, template in notices.templates()),
    *CODE_NOTICES.values(),
    OFFER,
    GRANTED_TO_CUSTOMER,
    GRANTED_TO_PROVIDER,
    REVOKED_TO_CUSTOMER,
    REVOKED_TO_PROVIDER,
    PHONE_CHANGED,
    ACCOUNT_DELETED,
    *DISABLED.values(),
    disputes.OPENED,
    disputes.OPENED_BY_OTHER,
    disputes.STATEMENT,
    disputes.STATEMENT_DUE,
    disputes.DECISION_DUE,
    disputes.WITHDRAWN,
    disputes.WITHDRAWN_BY_OTHER,
    *disputes.RESOLVED.values(),
    memberships.INVITED,
    memberships.JOINED,
    *memberships.LEFT.values(),
    *memberships.REMOVED.values(),
    memberships.DELETED,
]


def test_every_event_of_a_booking_has_a_notice() -> None:
    told_by_disputes = {bookings.BookingDisputed, bookings.BookingDisputeEnded}
    assert {*NOTICES, bookings.BookingPlaced, bookings.BookingNotRevived, *told_by_disputes} >= set(bookings.EVENTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_is_written_in_every_language_with_its_values(language: str) -> None:
    translator = GettextTranslator(FALLBACK)
    for template in TEMPLATES:
        translated = translator.translate(template.fill(**VALUES), language)
        assert translated.language == language
        for source, text in ((template.subject, translated.subject), (template.text, translated.text)):
            assert re.search(LETTERS[language], text), text
            assert "{" not in text
            for name in re.findall(r"{(\w+)}", source):
                assert Notice(template=template, values=VALUES).written(f"{{{name}}}") in text, text


def test_a_time_is_shown_on_the_clock_of_its_zone() -> None:
    notice = OFFER.fill(provider="Ink", when=LocalTime(NOW, "Asia/Ulaanbaatar"), until=LocalTime(NOW, "UTC"))
    assert GettextTranslator("en").translate(notice, "en").text == (
        f"A time has come free: Ink, {LocalTime(NOW, 'Asia/Ulaanbaatar')}; it is held for you until "
        f"{NOW:%Y-%m-%d %H:%M}."
    )


@pytest.mark.parametrize(("locale", "language"), [("de", "mn"), ("", "mn"), ("en-GB", "en"), ("fa-IR", "fa")])
def test_a_locale_without_a_catalogue_gets_the_default_language(locale: str, language: str) -> None:
    assert GettextTranslator("mn").translate(code_notice("login", "482913"), locale).language == language


def test_braces_in_a_name_are_no_placeholders() -> None:
    notice = OFFER.fill(provider="{until}", when="", until="")
    assert GettextTranslator("en").translate(notice, "en").subject == "{until}: a time has come free"


def test_a_notice_shows_no_values_in_a_log() -> None:
    notice = code_notice("login", "482913")
    assert "482913" not in repr(notice)
    assert "482913" not in repr(GettextTranslator("en").translate(notice, "en"))


async def test_each_party_of_a_booking_reads_its_own_language() -> None:
    studio = await Studio.opened(MemoryDatabase())
    provider = await studio.reads.providers.get(studio.provider_id)
    assert provider is not None
    locales = {studio.customer.id: "mn-MN", provider.profile.owner_id: "fa"}
    emails = {}
    async with studio.backend.begin() as tx:
        for user_id, locale in locales.items():
            user = await tx.users.lock(user_id)
            assert user is not None
            await tx.users.save(user.changed(locale=locale, email=f"{locale}@example.com"))
            emails[f"{locale}@example.com"] = locale
    booking = await studio.book()
    await studio.paid(booking)
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if not isinstance(event, bookings.BookingChanged):
            assert isinstance(event, PaymentReceived | CalendarChanged)  # of which nobody is notified
            continue
        await notify_parties(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator(FALLBACK))
    reference = (await studio.seen(booking)).reference
    result = [(emails[each.to], each.subject.replace(reference, "#")) for each in notifier.delivered]
    assert result == [
        ("mn-MN", "Захиалга #: урьдчилгаагаа төлнө үү"),
        ("mn-MN", "Захиалга #: баталгаажлаа"),
        ("fa", "رزرو #: تأیید شد"),
    ]
