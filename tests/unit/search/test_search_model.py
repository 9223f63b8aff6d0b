"""Ranks, words and free time: points are bounded and monotonous, keys agree, and no slot is missed."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from math import asin, atan2, cos, degrees, radians, sin
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.catalogue.model import Rating
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.feeds import Feed, FeedRule, WhenFeedFails
from booking_domain.scheduling.model import Calendar, SlotSettings
from booking_domain.scheduling.pauses import Pause
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.validity import NEVER
from booking_domain.scheduling.weekly import Hours, WeeklyRule
from booking_domain.search.free_time import QUARTERS, FreeTime, mask_of, starts, text_of
from booking_domain.search.model import (
    LONGEST_RUN,
    SCORE_WITHOUT_REVIEWS,
    Box,
    Facts,
    Near,
    Offer,
    Place,
    Points,
    Record,
    lot_of,
    points_of,
)
from booking_domain.search.synonyms import GROUPS
from booking_domain.search.words import (
    SIMILAR,
    fewest,
    keys_of,
    readings_of,
    searched,
    similarity,
    synonyms_of,
    words_of,
)
from booking_domain.shared.earth import EARTH_RADIUS_METRES
from booking_domain.shared.folding import folded
from booking_domain.shared.ids import FeedId, ProviderId, RuleId, UserId
from booking_domain.shared.time import TimeRange, WallTime
from booking_domain.testing.question import PROVIDER, Question
from booking_domain.testing.strategies.questions import questions
from booking_domain.use_cases.search.index import starts_of, times_of

FACTS = st.builds(
    Facts,
    place=st.none() | st.sampled_from(Place),
    score=st.integers(1_000_000, 5_000_000),
    metres=st.none() | st.integers(0, 100_000),
    free_soon=st.integers(0, 288),
    reliability=st.integers(0, 1_000),
    completeness=st.integers(0, 1_000),
    days_published=st.integers(0, 4_000),
)
MOST = Points(text=400, rating=200, nearness=200, free_soon=100, reliability=100, completeness=50, new=30)
WORDS = st.text(st.characters(categories=["Lu", "Ll", "Lo"], max_codepoint=0x6FF), min_size=1, max_size=12)


@given(FACTS)
def test_points_are_bounded(facts: Facts) -> None:
    points = points_of(facts)
    for name in Points.__slots__:
        assert 0 <= getattr(points, name) <= getattr(MOST, name)
    assert 0 <= points.total <= MOST.total


@given(FACTS, st.integers(1, 1_000))
def test_more_of_what_is_good_never_ranks_lower(facts: Facts, more: int) -> None:
    better = [
        replace(facts, score=facts.score + more),
        replace(facts, metres=None if facts.metres is None else max(0, facts.metres - more)),
        replace(facts, free_soon=facts.free_soon + more),
        replace(facts, reliability=facts.reliability + more),
        replace(facts, completeness=facts.completeness + more),
        replace(facts, days_published=max(0, facts.days_published - more)),
    ]
    assert all(points_of(each).total >= points_of(facts).total for each in better)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_reliability_falls_only_with_what_was_not_kept(
    kept: int, cancelled: int, answered: int, unanswered: int
) -> None:
    record = Record(
        confirmed=kept + cancelled, cancelled=cancelled, requested=answered + unanswered, unanswered=unanswered
    )
    assert 0 <= record.reliability <= 1_000
    assert record._replace(cancelled=0, unanswered=0).reliability == 1_000
    assert record._replace(cancelled=max(0, cancelled - 1)).reliability >= record.reliability


def test_draws_of_equals_differ_from_day_to_day() -> None:
    drawn = Random(7)  # noqa: S311 - ids, not secrets
    ids = [ProviderId(UUID(int=drawn.getrandbits(128))) for _ in range(8)]
    day = datetime(2026, 11, 25, tzinfo=UTC).date()
    orders = {tuple(sorted(ids, key=lambda each: lot_of(each, day + timedelta(days=after)))) for after in range(10)}
    assert len(orders) == 10


@given(WORDS)
def test_a_word_has_the_keys_of_its_folded_form(word: str) -> None:
    assert keys_of(word) == keys_of(folded(word))
    assert folded(word) in keys_of(word)


@given(st.lists(WORDS, min_size=1), st.lists(WORDS, min_size=1), st.data())
def test_the_fewest_keys_find_whom_all_keys_find(stored: list[str], typed: list[str], data: st.DataObject) -> None:
    theirs = {key for word in stored for key in keys_of(word)}
    of_typed = st.sampled_from(sorted({key for word in typed for key in keys_of(word)}))
    keys = data.draw(st.sets(st.sampled_from(sorted(theirs)) | of_typed, min_size=1))
    assert (not theirs.isdisjoint(keys)) == (not theirs.isdisjoint(fewest(keys)))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("uschin", "Үсчин"),
        ("усчин", "үсчин"),
        ("zhargal", "Жаргал"),
        ("khulan", "Хулан"),
        ("hulan", "Хулан"),
        ("Болд", "Bold"),
        ("oyuun", "Оюун"),
        ("علي", "علی"),
        ("كامران", "کامران"),
        ("Нямаа", "nyamaa"),
    ],
)
def test_spellings_of_one_word_share_a_key(typed: str, stored: str) -> None:
    assert keys_of(typed) & keys_of(stored)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("vschin", "Үсчин"),
        ("нvvр", "нүүр"),
        ("xuuxed", "хүүхэд"),
        ("cetseg", "цэцэг"),
        ("munkh", "Мөнх"),
        ("aris", "арьс"),
        ("зайсанд", "Зайсан"),
        ("barbers", "barber"),
        ("ناخنها", "ناخن"),
        ("niloofar", "نیلوفر"),
        ("mozhe", "مژه"),
        ("botox", "بوتاکس"),
        ("مردونه", "مردانه"),
        ("Sara", "سارا"),
    ],
)
def test_what_people_type_is_read_as_they_mean_it(typed: str, stored: str) -> None:
    assert any(key.startswith(tuple(readings_of(typed))) for key in keys_of(stored))


@given(WORDS)
def test_a_word_is_read_as_itself(word: str) -> None:
    assert keys_of(word) & readings_of(word)


def test_fillers_do_not_count_beside_other_words() -> None:
    assert [each.word for each in searched("best barber near me")] == ["barber"]
    assert [each.word for each in searched("near me")] == ["near", "me"]


def test_words_are_read_together_as_well() -> None:
    make, up = searched("make up")
    assert ("makeup",) in make.phrases
    assert ("makeup",) in up.phrases
    assert "makeup" in make.begins & up.begins


@pytest.mark.parametrize(("typed", "meant"), [("manic", "маникюр"), ("babrer", "barber"), ("uschn", "үсчин")])
def test_synonyms_of_what_is_not_done_or_misspelt(typed: str, meant: str) -> None:
    assert (meant,) in synonyms_of(typed)


def test_what_includes_others_means_them_and_they_do_not_mean_it() -> None:
    assert ("balayage",) in synonyms_of("hairdresser")
    assert ("hairdresser",) not in synonyms_of("balayage")


def test_every_group_of_synonyms_is_found_from_each_of_its_words() -> None:
    for group in GROUPS:
        phrases = [words_of(each) for each in group]
        for phrase in phrases:
            if len(phrase) == 1:
                found = {phrase, *synonyms_of(phrase[0])}
                assert set(phrases) <= found, group


@given(WORDS, WORDS)
def test_similarity_is_symmetric_and_whole_for_equals(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= similarity(one, one) == 1


def test_a_letter_too_few_or_too_many_is_similar() -> None:
    for right, wrong in (("tattoo", "tatoo"), ("manicure", "manicur"), ("балаяж", "балаяаж"), ("сормуус", "сормус")):
        assert similarity(right, wrong) >= SIMILAR


@given(questions(capacity=False))  # places are of classes, whose claims are left out
def test_free_time_misses_no_slot(question: Question) -> None:
    free, _ = times_of(a_schedule(question), question.now)
    for slot in question.slots():
        whole = mask_of(TimeRange(slot.start, slot.end), free.since)
        minutes = (slot.end - slot.start) // timedelta(minutes=1)
        if whole.bit_count() * 15 >= minutes:  # the days that are known have all of it
            start = mask_of(TimeRange(slot.start, slot.start + timedelta.resolution), free.since)
            assert starts(free.quarters, min(minutes, LONGEST_RUN)) & start


def test_what_lies_in_a_pause_leaves_the_whole_appointment_free() -> None:
    nine, hour = datetime(2026, 11, 25, 9, tzinfo=UTC), timedelta(hours=1)
    opened = WeeklyRule(id=RuleId(UUID(int=1)), day=3, hours=Hours(WallTime.parse("09:00"), WallTime.parse("11:00")))
    settings = SlotSettings(duration_minutes=120, pauses=(Pause(after_minutes=30, minutes=60),))
    question = Question(
        calendar=Calendar(time_zone="UTC", rules=(opened,), settings=settings),
        claims=(Claim.of(TimeRange(nine + hour / 2, nine + hour + hour / 2)),),
        window=TimeRange(nine, nine + hour),
        now=nine - hour,
    )
    assert [slot.start for slot in question.slots()] == [nine]
    free, _ = times_of(a_schedule(question), question.now)
    assert starts(free.quarters, 120) & mask_of(TimeRange(nine, nine + timedelta.resolution), free.since)


@given(questions(), st.sampled_from(WhenFeedFails), st.integers(0, 12))
def test_free_time_misses_no_slot_once_an_external_calendar_fails(
    question: Question, rule: WhenFeedFails, hours: int
) -> None:
    busy = (TimeRange(question.now, question.now + timedelta(hours=hours + 1)),)
    feed = Feed(id=FeedId(UUID(int=3)), url="https://calendar.example.com/a.ics", busy=busy, read_at=question.now)
    schedule = replace(a_schedule(question), feeds=(feed,), feed_rule=FeedRule(when_failing=rule))
    free, _ = times_of(schedule, question.now)
    later, _ = times_of(schedule, question.now + timedelta(hours=hours))
    assert not later.from_date(free.since) & ~free.quarters


def a_schedule(question: Question) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=ProviderId(UUID(int=1)),
        owner_id=UserId(UUID(int=2)),
        accepting=True,
        calendar=question.calendar,
        claims=question.claims,
    )


@given(
    question=questions(),
    later=st.timedeltas(timedelta(hours=-1), timedelta(days=9)),
    begin=st.timedeltas(timedelta(), timedelta(days=9)),
    length=st.timedeltas(timedelta(seconds=1), timedelta(days=3)),
    whole=st.booleans(),
    most=st.integers(1, 30),
)
def test_next_starts_are_those_of_the_calendar_or_not_known(
    *, question: Question, later: timedelta, begin: timedelta, length: timedelta, whole: bool, most: int
) -> None:
    minutes = question.length // timedelta(minutes=1)
    starts = starts_of(Offer(PROVIDER, minutes, None), a_schedule(question), question.now)
    at, start = question.now + later, question.now + begin
    windows = [TimeRange(start, start + length), TimeRange(start + 2 * length, start + 3 * length)]
    found = starts and starts.first(windows, at, minutes=minutes, whole=whole, most=most)
    if found is not None:
        slots = (
            TimeRange(slot.start, slot.end)
            for window in windows
            for slot in replace(question, window=window, now=at).slots()
            if slot.end <= window.end or not whole
        )
        assert found == tuple(islice(slots, most))


def test_next_starts_are_known_for_a_week() -> None:
    now = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
    always = tuple(
        WeeklyRule(id=RuleId(UUID(int=day)), day=day, hours=Hours(WallTime.parse("09:00"), WallTime.parse("18:00")))
        for day in range(7)
    )
    calendar = Calendar(time_zone="Asia/Ulaanbaatar", rules=always, settings=SlotSettings(min_notice_minutes=60))
    schedule = a_schedule(Question(calendar, (), TimeRange(now, now + timedelta(days=1)), now))
    starts = starts_of(Offer(schedule.provider_id, 60, None), schedule, now)
    assert starts is not None

    def first(after: timedelta, at: timedelta = timedelta(), days: int = 7) -> list[str] | None:
        window = TimeRange(now + after, now + after + timedelta(days=days))
        slots = starts.first([window], now + at, minutes=60, whole=False, most=2)
        return None if slots is None else [f"{slot.start:%d %H:%M}" for slot in slots]

    assert first(timedelta()) == ["25 02:30", "25 03:00"]
    assert first(timedelta(), timedelta(seconds=1)) == ["25 03:00", "25 03:30"]
    assert first(timedelta(days=6)) == ["01 01:30", "01 02:00"]
    assert first(timedelta(days=7, hours=22)) is None
    assert first(timedelta(), timedelta(seconds=-1)) is None
    assert starts.unchanged_until(None) == NEVER


@given(st.integers(-40, 40), st.integers(0, (1 << QUARTERS) - 1))
def test_moved_free_time_keeps_its_instants(days: int, quarters: int) -> None:
    day = datetime(2026, 11, 25, tzinfo=UTC).date()
    free = FreeTime(since=day, quarters=quarters)
    moved = FreeTime(since=day + timedelta(days=days), quarters=free.from_date(day + timedelta(days=days)))
    again = moved.from_date(day)
    first, last = (
        datetime.combine(day, time(), UTC) + timedelta(days=each) for each in (max(0, days), 31 + min(0, days))
    )
    assert again == (quarters & mask_of(TimeRange(first, last), day) if first < last else 0)
    assert len(text_of(quarters)) == QUARTERS


def test_a_box_may_cross_the_180th_meridian() -> None:
    fiji = Box(south=-20, west=176, north=-15, east=-178)
    assert fiji.contains(-17, 179)
    assert fiji.contains(-17, -179)
    assert not fiji.contains(-17, 170)


@given(st.floats(-89, 89), st.floats(-180, 180), st.integers(1, 100_000), st.floats(0, 360))
def test_the_box_of_a_circle_has_all_who_are_so_many_whole_metres_away(
    lat: float, lon: float, metres: int, bearing: float
) -> None:
    far, turn = (metres + 0.99) / EARTH_RADIUS_METRES, radians(bearing)
    there = asin(sin(radians(lat)) * cos(far) + cos(radians(lat)) * sin(far) * cos(turn))
    east = atan2(sin(turn) * sin(far) * cos(radians(lat)), cos(far) - sin(radians(lat)) * sin(there))
    assert Near(lat=lat, lon=lon, radius_metres=metres).box.contains(
        degrees(there), (lon + degrees(east) + 180) % 360 - 180
    )


def test_an_entry_has_by_default_the_score_without_reviews() -> None:
    assert Rating().score == SCORE_WITHOUT_REVIEWS
