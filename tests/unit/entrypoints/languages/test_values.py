"""Times and amounts are written as each language writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.notifications.notices import LocalTime, NoticeValue
from booking_domain.notifications.segments import segments_of
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.money import MINOR_UNIT_DIGITS, Money
from booking_domain.shared.region import CalendarSystem, Digits, Region
from booking_domain.shared.time import TimeRange
from entrypoints.languages.values import values_of, written_for

MORNING = datetime(2026, 11, 27, 2, tzinfo=UTC)
NIGHT = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)


def plain(text: str) -> str:
    """The text without the characters that nobody sees."""
    return text.replace("\u00a0", " ").replace("\u2067", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("language", "same_day", "another_day"),
    [
        (
            "en",
            "Fri 27 Nov 2026, 10:00 (Ulaanbaatar; Tehran: 05:30)",
            "Sat 28 Nov 2026, 01:30 (Ulaanbaatar; Tehran: Fri 27 Nov 2026, 21:00)",
        ),
        (
            "mn",
            "2026.11.27, баасан, 10:00 (Улаанбаатар; Тегеран: 05:30)",
            "2026.11.28, бямба, 01:30 (Улаанбаатар; Тегеран: 2026.11.27, баасан, 21:00)",
        ),
        (
            "fa",
            "جمعه ۶ آذر ۱۴۰۵، ساعت ۱۰:۰۰ (اولان‌باتور؛ تهران: ۰۵:۳۰)",
            "شنبه ۷ آذر ۱۴۰۵، ساعت ۰۱:۳۰ (اولان‌باتور؛ تهران: جمعه ۶ آذر ۱۴۰۵، ساعت ۲۱:۰۰)",
        ),
    ],
)
def test_a_time_names_weekday_and_zone_and_the_other_clock_repeats_the_date_only_if_it_differs(
    language: str, same_day: str, another_day: str
) -> None:
    show = values_of(language)
    assert show(LocalTime(MORNING, "Asia/Ulaanbaatar", "Asia/Tehran")) == same_day
    assert show(LocalTime(NIGHT, "Asia/Ulaanbaatar", "Asia/Tehran")) == another_day
    alone = same_day.partition(";")[0].partition("؛")[0] + ")"
    assert show(LocalTime(MORNING, "Asia/Ulaanbaatar", "Asia/Shanghai")) == alone
    assert show(LocalTime(MORNING, "Asia/Ulaanbaatar")) == alone


@pytest.mark.parametrize(
    ("language", "several"),
    [
        ("en", "Fri 27 Nov 2026, 10:00 to Sat 28 Nov 2026 (Ulaanbaatar; Tehran: 05:30)"),
        ("mn", "2026.11.27, баасан, 10:00 – 2026.11.28, бямба (Улаанбаатар; Тегеран: 05:30)"),
        ("fa", "جمعه ۶ آذر ۱۴۰۵، ساعت ۱۰:۰۰ تا شنبه ۷ آذر ۱۴۰۵ (اولان‌باتور؛ تهران: ۰۵:۳۰)"),
    ],
)
def test_the_time_of_an_appointment_names_its_last_day_if_it_takes_a_day_or_longer(language: str, several: str) -> None:
    show = values_of(language)
    for hours, names_it in ((8, False), (23, False), (24, True), (38, True)):
        span = TimeRange(MORNING, MORNING + timedelta(hours=hours))
        said = show(LocalTime.of(span, "Asia/Ulaanbaatar", "Asia/Tehran"))
        assert (said == several) == names_it
    midnight = datetime(2026, 11, 26, 16, tzinfo=UTC)
    one_date = LocalTime.of(TimeRange(midnight, midnight + timedelta(days=1)), "Asia/Ulaanbaatar")
    assert one_date.last_day is None


@pytest.mark.parametrize(
    ("language", "amounts"),
    [
        ("en", ["MNT 15,000", "€19.90", "$20", "IRR 15,000", "KWD 1,234.567"]),
        ("mn", ["15 000 ₮", "19.90 €", "20 $", "15 000 IRR", "1 234.567 KWD"]),
        ("fa", ["۱۵٬۰۰۰ ₮", "۱۹٫۹۰ €", "۲۰ $", "۱۵٬۰۰۰ ریال", "۱٬۲۳۴٫۵۶۷ KWD"]),
    ],
)
def test_an_amount_has_its_currency_and_no_decimals_that_are_zero(language: str, amounts: list[str]) -> None:
    given = ((1_500_000, "MNT"), (1_990, "EUR"), (2_000, "USD"), (1_500_000, "IRR"), (1_234_567, "KWD"))
    shown = [values_of(language)(Money(amount=amount, currency=currency)) for amount, currency in given]
    assert [plain(each) for each in shown] == amounts


@pytest.mark.parametrize(
    ("language", "less"),
    [("en", "−MNT 15,000"), ("mn", "−15\u00a0000\u00a0₮"), ("fa", "\u2067\u200e−۱۵٬۰۰۰\u00a0₮\u2069")],
)
def test_an_amount_stands_alone_in_a_text_from_right_to_left_and_its_sign_before_the_number(
    language: str, less: str
) -> None:
    show, money = values_of(language), Money(amount=1_500_000, currency="MNT")
    assert (show.money(money)[0] == "\u2067", show.money(money)[-1] == "\u2069") == (language == "fa",) * 2
    assert show.money(money, sign="−") == less


def test_dates_and_lists_of_times_are_written_too() -> None:
    times = (LocalTime(MORNING, "UTC"), LocalTime(NIGHT, "UTC"))
    assert values_of("en")(times) == "Fri 27 Nov 2026, 02:00 (UTC), Fri 27 Nov 2026, 17:30 (UTC)"
    assert [values_of(each)(date(2027, 3, 21)) for each in LANGUAGES] == [
        {"en": "Sun 21 Mar 2027", "mn": "2027.03.21, ням", "fa": "یکشنبه ۱ فروردین ۱۴۰۶"}[each] for each in LANGUAGES
    ]
    assert values_of("fa")("Bold 12") == "Bold 12"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), st.data())  # noqa: DTZ001
def test_english_values_fit_the_alphabet_of_text_messages(at: datetime, data: st.DataObject) -> None:
    """A letter beyond it would halve what a segment holds."""
    money = Money(amount=data.draw(st.integers(0, 10**9)), currency=data.draw(st.sampled_from(["MNT", "USD", "IRR"])))
    text = f"{values_of('en')(LocalTime(at, 'Asia/Ulaanbaatar'))} {values_of('en')(money)}"
    assert segments_of(text + "x" * (160 - len(text))) == 1


@given(
    st.sampled_from(LANGUAGES),
    st.sampled_from(Digits),
    st.integers(0, 10**15),
    st.sampled_from(sorted(MINOR_UNIT_DIGITS)),
)
def test_an_amount_is_written_without_loss(language: str, digits: Digits, amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    with written_for(Region(digits=digits)):
        number = values_of(language).number(money.decimal())
    ascii_ = number.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.", ",\u00a0٬"))
    assert type(money.decimal())(ascii_) == money.decimal()


@pytest.mark.parametrize(
    ("digits", "calendar", "texts"),
    [
        (
            Digits.LATIN,
            CalendarSystem.GREGORIAN,
            {
                "en": "Fri 27 Nov 2026, 10:00 (Ulaanbaatar) MNT 15,000 12",
                "mn": "2026.11.27, баасан, 10:00 (Улаанбаатар) 15 000 ₮ 12",
                "fa": "جمعه 27 نوامبر 2026، ساعت 10:00 (اولان‌باتور) 15,000 ₮ 12",
            },
        ),
        (
            Digits.PERSIAN,
            CalendarSystem.PERSIAN,
            {
                "en": "Fri ۶ Azar ۱۴۰۵, ۱۰:۰۰ (Ulaanbaatar) MNT ۱۵٬۰۰۰ ۱۲",
                "mn": "۱۴۰۵.۰۹.۰۶, баасан, ۱۰:۰۰ (Улаанбаатар) ۱۵ ۰۰۰ ₮ ۱۲",
                "fa": "جمعه ۶ آذر ۱۴۰۵، ساعت ۱۰:۰۰ (اولان‌باتور) ۱۵٬۰۰۰ ₮ ۱۲",
            },
        ),
        (
            Digits.ARABIC,
            CalendarSystem.GREGORIAN,
            {
                "en": "Fri ٢٧ Nov ٢٠٢٦, ١٠:٠٠ (Ulaanbaatar) MNT ١٥٬٠٠٠ ١٢",
                "mn": "٢٠٢٦.١١.٢٧, баасан, ١٠:٠٠ (Улаанбаатар) ١٥ ٠٠٠ ₮ ١٢",
                "fa": "جمعه ٢٧ نوامبر ٢٠٢٦، ساعت ١٠:٠٠ (اولان‌باتور) ١٥٬٠٠٠ ₮ ١٢",
            },
        ),
    ],
)
def test_the_region_chooses_digits_and_calendar_for_all_languages(
    digits: Digits, calendar: CalendarSystem, texts: dict[str, str]
) -> None:
    values: tuple[NoticeValue, ...] = (
        LocalTime(MORNING, "Asia/Ulaanbaatar"),
        Money(amount=1_500_000, currency="MNT"),
        12,
    )
    with written_for(Region(digits=digits, calendar=calendar)):
        shown = {language: " ".join(map(values_of(language), values)) for language in LANGUAGES}
    assert {language: plain(text) for language, text in shown.items()} == texts
