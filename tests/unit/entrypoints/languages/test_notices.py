"""Notices reach people in their own language."""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final, get_type_hints
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.shared.test_errors import all_errors, sample

from booking_domain.bookings import events as bookings
from booking_domain.notifications.codes import CODE_NOTICES
from booking_domain.notifications.notices import LocalTime, NoticeValue, TimeOfDay, names_in, zone_name
from booking_domain.shared.languages import FALLBACK, LANGUAGES
from booking_domain.shared.user_texts import has_address
from booking_domain.testing.builders import NOW
from booking_domain.testing.memory import MemoryDatabase, MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, NOTICE_FIELDS, SAMPLES
from booking_domain.use_cases.messages.notify import NOTIFIED_EVENTS, notify
from booking_domain.use_cases.scheduling.waiting_messages import OFFER
from entrypoints.languages.catalogues import catalogue_of
from entrypoints.languages.notices import GettextTranslator
from entrypoints.languages.values import values_of, without_isolates

A_TIME: Final = re.compile(r"\d{1,2}:\d{2}")
ZONES: Final = sorted(
    zone for zone in available_timezones() if zone.partition("/")[0] not in {"localtime", "posixrules"}
)
LETTERS: Final = {"en": "[A-Za-z]", "mn": "[А-Яа-яЁёӨөҮү]", "fa": "[\u0600-\u06ff]"}


def test_every_event_of_a_booking_has_a_notice() -> None:
    by_disputes = {bookings.BookingDisputed, bookings.BookingDisputeEnded}
    assert set(bookings.EVENTS) - by_disputes <= NOTIFIED_EVENTS
    of_another_key = {bookings.BookingPlaced, bookings.BookingNotRevived}
    keys = {key.rpartition(".")[0] for key in MESSAGE_TEMPLATES}
    assert {each.topic for each in set(bookings.EVENTS) - by_disputes - of_another_key} <= keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_is_written_in_every_language_with_its_values(language: str) -> None:
    translator = GettextTranslator(FALLBACK)
    for key, template in MESSAGE_TEMPLATES.items():
        filled = template.fill(**SAMPLES)
        translated = translator.translate(filled, language)
        assert translated.language == language
        source = "\n".join((template.text, *template.details))
        for english, said in ((template.subject, translated.subject), (source, translated.text)):
            assert re.search(LETTERS[language], said), key
            assert "{" not in said, key
            for name in names_in(english):
                assert without_isolates(filled.written(f"{{{name}}}", values_of(language))) in said, (key, name)
            assert "\u2067" not in said, "isolates count in text messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_says_who_speaks_before_it_quotes_a_user(language: str) -> None:
    for key, template in MESSAGE_TEMPLATES.items():
        subject = catalogue_of(language).notice(template.subject)
        for name in (name for name in names_in(subject) if NOTICE_FIELDS[name].of_users):
            before, _, after = subject.partition(f"{{{name}}}")
            assert before.endswith(("“", "«")), (key, subject)
            assert after.startswith(("”", "»")), (key, subject)
            assert len(re.findall(LETTERS[language], before)) >= 3, (key, subject)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stored_name_that_is_an_address_is_no_link_and_no_subject_in_any_message(language: str) -> None:
    hostile = "Account locked!\r\nVerify now: https://example.com/" + "x" * 100
    values = {name: hostile if isinstance(sample, str) else sample for name, sample in SAMPLES.items()}
    for key, template in MESSAGE_TEMPLATES.items():
        written = GettextTranslator(FALLBACK).translate(template.fill(**values), language)
        assert not has_address(re.sub(r"https://example\.com/(links|map|join|b\b)\S*", "", written.text)), key
        assert not has_address(written.subject), key
        assert len(written.subject.splitlines()) == 1, key
        assert len(written.subject) <= 150, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_names_the_fields_of_its_template_and_no_others(language: str) -> None:
    catalogue = catalogue_of(language)
    for key, template in MESSAGE_TEMPLATES.items():
        for text in (template.subject, template.text, *template.details):
            assert set(names_in(catalogue.notice(text))) == set(names_in(text)), key


ERRORS_WITH_TIMES: Final = [kind for kind in all_errors() if datetime in get_type_hints(kind).values()]


def assert_every_time_is_told_on_both_clocks(zone: str, beside: str, language: str) -> None:
    """Check each message: every time of it names the first zone, and the second where its clock shows another time."""
    differs = NOW.astimezone(ZoneInfo(zone)).utcoffset() != NOW.astimezone(ZoneInfo(beside)).utcoffset()
    local, show = LocalTime(NOW, zone, beside), values_of(language)
    local_time = show(local)
    assert show.zone(zone) in local_time
    assert (f"{show.zone(beside)}: " in local_time) == differs
    values = {name: _at_once(sample, local) for name, sample in SAMPLES.items()}
    for key, template in MESSAGE_TEMPLATES.items():
        written = GettextTranslator(FALLBACK).translate(template.fill(**values), language)
        times = {name for name, sample in SAMPLES.items() if isinstance(sample, LocalTime | tuple)}
        for source, said in (
            (template.subject, written.subject),
            ("\n".join((template.text, *template.details)), written.text),
        ):
            named = sum(name in times for name in names_in(source))
            assert said.count(local_time) == named, (key, said)
            assert not A_TIME.search(said.replace(local_time, "")), (key, said)


def _at_once(sample: NoticeValue, local: LocalTime) -> NoticeValue:
    """The same instant for every time."""
    match sample:
        case LocalTime():
            return local
        case TimeOfDay():  # of a code: only on the clock of its reader
            return ""
        case tuple():
            return (local,)
        case _:
            return sample


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("beside", ["Asia/Ulaanbaatar", "Asia/Tehran"])
def test_every_message_tells_a_time_in_the_zone_of_the_provider_and_beside_it_that_of_the_customer(
    beside: str, language: str
) -> None:
    assert_every_time_is_told_on_both_clocks("Asia/Tehran", beside, language)


@examples(10)
@given(st.sampled_from(ZONES), st.sampled_from(ZONES), st.sampled_from(LANGUAGES))
def test_every_message_names_the_zone_of_its_times_whatever_the_zones(zone: str, beside: str, language: str) -> None:
    assert_every_time_is_told_on_both_clocks(zone, beside, language)


@examples(10)
@given(st.sampled_from(ZONES), st.sampled_from(ZONES), st.sampled_from(LANGUAGES), st.datetimes(timezones=st.just(UTC)))
def test_every_error_with_a_time_names_the_zone_of_its_clock_and_no_other_instant(
    zone: str, beside: str, language: str, at: datetime
) -> None:
    at = at.replace(year=2020 + at.year % 20, day=min(at.day, 28))
    show = values_of(language)
    for kind in ERRORS_WITH_TIMES:
        names = {each.name for each in fields(kind)}
        error = sample(kind)
        assert "zone" in names, f"{kind.__name__} would be told in UTC"
        for name, value in {"zone": zone, "beside": beside}.items():
            if name in names:
                setattr(error, name, value)
        for name, hint in get_type_hints(kind).items():
            if hint is datetime:
                setattr(error, name, at)
        said = catalogue_of(language).error(error)
        time = show(LocalTime(at, zone, beside if "beside" in names else None))
        assert time in said, kind
        assert not A_TIME.search(said.replace(time, "")), (kind, said)


@examples(50)
@given(st.sampled_from(ZONES), st.sampled_from(LANGUAGES), st.timedeltas(timedelta(), timedelta(days=3)))
def test_a_link_says_its_time_on_the_clock_of_its_reader_with_the_date_of_another_day(
    zone: str, language: str, later: timedelta
) -> None:
    local = (NOW + later).astimezone(ZoneInfo(zone))
    shown, show = values_of(language)(TimeOfDay(NOW + later, zone, now=NOW)), values_of(language)
    another_day = local.date() != NOW.astimezone(ZoneInfo(zone)).date()
    assert (show.day(local.date()) in shown) == another_day
    assert shown.endswith(show.moment(local)[-5:])


@pytest.mark.parametrize("name_of", [zone_name, *(values_of(language).zone for language in LANGUAGES)])
def test_no_two_clocks_have_one_name(name_of: Callable[[str], str]) -> None:
    offsets: dict[str, set[timedelta | None]] = {}
    for zone, month in product(ZONES, (1, 7)):
        at = datetime(2026, month, 1, tzinfo=UTC)
        offsets.setdefault(f"{name_of(zone)} in month {month}", set()).add(at.astimezone(ZoneInfo(zone)).utcoffset())
    assert [name for name, found in offsets.items() if len(found) > 1] == []


def test_a_time_is_shown_on_the_clock_of_its_zone() -> None:
    notice = OFFER.fill(provider="Ink", when=LocalTime(NOW, "Asia/Ulaanbaatar"), until=LocalTime(NOW, "UTC"))
    assert GettextTranslator("en").translate(notice, "en").text == (
        "A time has come free: Ink, Mon 23 Nov 2026, 09:02 (Ulaanbaatar); it is held for you until "
        "Mon 23 Nov 2026, 01:02 (UTC)."
    )


@pytest.mark.parametrize(("locale", "language"), [("de", "mn"), ("", "mn"), ("en-GB", "en"), ("fa-IR", "fa")])
def test_a_locale_without_a_catalogue_gets_the_default_language(locale: str, language: str) -> None:
    assert (
        GettextTranslator("mn").translate(CODE_NOTICES["login"].fill(code="482913", expires="14:30"), locale).language
        == language
    )


def test_braces_in_a_name_are_no_placeholders() -> None:
    notice = OFFER.fill(provider="{until}", when="", until="")
    subject = GettextTranslator("en").translate(notice, "en").subject
    assert subject == "Waiting list: a time with “{until}” has come free"


def test_only_the_values_that_a_text_names_are_written() -> None:
    written: list[NoticeValue] = []

    def show(value: NoticeValue) -> str:
        written.append(value)
        return str(value)

    when, until = LocalTime(NOW, "Asia/Ulaanbaatar"), LocalTime(NOW, "UTC")
    OFFER.fill(provider="Ink", when=when, until=until).written("{provider}: {when}", show)
    assert written == [when]


def test_a_notice_shows_no_values_in_a_log() -> None:
    notice = CODE_NOTICES["login"].fill(code="482913", expires="14:30")
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
        if isinstance(event, bookings.BookingChanged):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator(FALLBACK))
    reference = (await studio.seen(booking)).reference
    result = [(emails[each.to], each.subject.replace(reference, "#")) for each in notifier.delivered]
    assert result == [
        ("mn-MN", "Захиалга #: урьдчилгаагаа төлнө үү"),
        ("mn-MN", "Захиалга #: баталгаажлаа"),
        ("fa", "رزرو #: تأیید شد"),
    ]
