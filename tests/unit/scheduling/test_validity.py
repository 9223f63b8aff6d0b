"""An answer about slots that is kept equals the computed one at every instant until it may change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples
from tests.unit.scheduling.making import PROVIDER

from booking_domain.scheduling import Calendar, Claim, SlotSettings, TimeRange, WeeklyRule
from booking_domain.scheduling.feeds import STALE_AFTER, Feed, FeedRule, WhenFeedFails
from booking_domain.scheduling.owned_resources import ResourceUses, UnitUse
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.scheduling.validity import NEVER, unchanged_until
from booking_domain.scheduling.weekly import Hours
from booking_domain.shared.ids import ClaimId, FeedId, ResourceId, UserId
from booking_domain.testing.builders import HOUR, NOW
from booking_domain.testing.question import Question
from booking_domain.testing.strategies import questions, transitions
from booking_domain.use_cases.catalogue.salon_slots import SalonSchedules
from entrypoints.http.kit.answers import Answer
from entrypoints.http.providers.schemas import days_response, next_free, slots_response
from entrypoints.http.salons.schemas import salon_slots_response

MOMENT: Final = timedelta.resolution
ZONE: Final = "Asia/Ulaanbaatar"
DAY: Final = timedelta(days=1)
STEPS: Final = [MOMENT, timedelta(seconds=1), timedelta(minutes=7), HOUR, 5 * HOUR, DAY, 3 * DAY]
RULES: Final = [FeedRule(when, hours) for when in WhenFeedFails for hours in (1, 24)]


def schedule_of(question: Question, feeds: tuple[Feed, ...] = (), rule: FeedRule = RULES[0]) -> ProviderSchedule:
    return ProviderSchedule(
        provider_id=PROVIDER,
        owner_id=UserId(UUID(int=1)),
        accepting=True,
        calendar=question.calendar,
        claims=question.claims,
        feeds=feeds,
        feed_rule=rule,
    )


@st.composite
def asked(draw: st.DrawFn) -> tuple[ProviderSchedule, Question]:
    """A schedule with external calendars that were read a while ago, and with holds that expire; and a question."""
    question = draw(questions())
    read = st.sampled_from([timedelta(0), STALE_AFTER, STALE_AFTER - HOUR / 4, HOUR, 23 * HOUR, 25 * HOUR])
    feeds = tuple(
        Feed(
            id=FeedId(UUID(int=number)),
            url="https://calendar.example.com/a.ics",
            busy=(TimeRange(question.window.start, question.window.start + HOUR),),
            read_at=question.now - draw(read),
            failure=draw(st.sampled_from([None, None, "gone"])),
        )
        for number in range(draw(st.integers(0, 2)))
    )
    schedule = schedule_of(question, feeds, draw(st.sampled_from(RULES)))
    lasting = st.sampled_from([None, None, MOMENT, HOUR, 30 * HOUR])
    claims = tuple(
        each if (left := draw(lasting)) is None else replace(each, expires_at=question.now + left)
        for each in schedule.claims
    )
    return replace(schedule, claims=claims), question


def answers_of(schedule: ProviderSchedule, question: Question) -> list[Callable[[datetime], Answer]]:
    """What is answered about a schedule at some time."""
    window, minutes = question.window, question.duration_minutes
    of_salon = SalonSchedules(schedules=(schedule, replace(schedule, claims=())), window=window, next_from=None)

    def free(now: datetime) -> Answer:
        found = next_free(schedule, now, minutes)
        return Answer(repr((found.slot, found.degraded)).encode(), found.until)

    return [
        lambda now: slots_response(schedule, window, now, duration_minutes=minutes),
        lambda now: days_response(schedule, window, now, duration_minutes=minutes),
        lambda now: salon_slots_response(of_salon, "UTC", now, duration_minutes=minutes),
        free,
    ]


@examples(60, nightly=4_000)
@given(asked(), st.lists(st.sampled_from(STEPS), min_size=3, max_size=8), st.data())
def test_what_is_kept_equals_what_is_computed_at_every_instant(
    about: tuple[ProviderSchedule, Question], steps: list[timedelta], data: st.DataObject
) -> None:
    for compute in answers_of(*about):
        now = about[1].now
        kept = compute(now)
        for step in steps:
            edge = data.draw(st.sampled_from([None, MOMENT, timedelta(0)]))
            after = now + step
            now = after if edge is None or kept.until is NEVER else max(now, kept.until - edge)
            computed = compute(now)
            if now < kept.until:
                assert computed.body == kept.body
            else:
                kept = computed
            assert kept.until > now


@st.composite
def changing(draw: st.DrawFn) -> tuple[ProviderSchedule, TimeRange, datetime, datetime | None]:
    """A schedule with holds, rooms that others hold and external calendars; a window, a time now, and a first start.

    Clocks change near now, or four days before or after it.
    """
    zone = draw(st.sampled_from(["America/New_York", "America/Havana", "Europe/London", "Asia/Ulaanbaatar"]))
    now = draw(st.sampled_from([each.at for each in transitions(zone, 2010, 2018)]))
    now += (
        draw(st.sampled_from([-4 * DAY, timedelta(0), 4 * DAY]))
        + draw(st.integers(-30, 30)) * HOUR
        + draw(st.sampled_from([timedelta(0), MOMENT, 59 * HOUR / 60]))
    )
    window = TimeRange(now - DAY, now + draw(st.integers(0, 10)) * DAY + HOUR)
    notice, days = draw(st.sampled_from([0, 30, 2_000])), draw(st.integers(0, 6))
    settings = SlotSettings(min_notice_minutes=notice, horizon_days=days)
    rarely = st.sampled_from([None, None, -HOUR, timedelta(0), MOMENT, HOUR, 2 * DAY, 40 * DAY])
    holds, uses, reads = (
        [None if left is None else now + left for left in draw(st.lists(rarely, max_size=2))] for _ in range(3)
    )
    room = ResourceUses(
        resource_id=ResourceId(UUID(int=1)),
        quantity=1,
        uses=tuple(
            UnitUse(unit=1, provider_id=PROVIDER, claim_id=ClaimId(UUID(int=1)), blocked=window, expires_at=each)
            for each in uses
        ),
    )
    schedule = ProviderSchedule(
        provider_id=PROVIDER,
        owner_id=UserId(UUID(int=1)),
        accepting=True,
        calendar=Calendar(time_zone=zone, settings=settings),
        resources=(room,),
        claims=tuple(Claim.of(window, expires_at=each) for each in holds),
        feeds=tuple(
            Feed(id=FeedId(UUID(int=1)), url="https://calendar.example.com/a.ics", read_at=each and each - 24 * HOUR)
            for each in reads
        ),
        feed_rule=draw(st.sampled_from(RULES)),
    )
    beyond = draw(st.sampled_from([None, MOMENT, HOUR, 40 * HOUR]))
    return schedule, window, now, None if beyond is None else now + timedelta(minutes=notice) + beyond


@examples(2_000, nightly=20_000)
@given(changing())
def test_an_answer_ends_for_a_reason(
    asked: tuple[ProviderSchedule, TimeRange, datetime, datetime | None],
) -> None:
    schedule, window, now, first = asked
    zone, settings = schedule.calendar.zone, schedule.calendar.settings
    read = [feed.read_at for feed in schedule.feeds if feed.read_at is not None]
    reasons = {
        *(each.expires_at for each in schedule.claims),
        *(use.expires_at for room in schedule.resources for use in room.uses),
        *(at + STALE_AFTER + MOMENT for at in read),
        *(at + schedule.feed_rule.trust_hours * HOUR + MOMENT for at in read),
        None if first is None else first - timedelta(minutes=settings.min_notice_minutes) + MOMENT,
    }
    offsets = {(now + number * HOUR).astimezone(zone).utcoffset() for number in range(-26, 27)}
    midnight = (now.astimezone(zone) + DAY).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    date = midnight if len(offsets) == 1 else now + timedelta(minutes=1)  # dates may begin at other times then
    days_beyond = (window.end - now) / DAY - settings.horizon_days
    expected = min((each for each in reasons if each is not None and each > now), default=NEVER)
    until = unchanged_until(schedule, window, now, first=first)
    moves = {min(expected, date)} if days_beyond > -2 else set()  # the horizon, at a date that may be in the window
    assert until in (moves if days_beyond > 0 else moves | {expected})


OPEN: Final = Calendar(
    time_zone=ZONE,
    rules=WeeklyRule.every_day(Hours.parse("09:00-12:00")),
    settings=SlotSettings(min_notice_minutes=60, horizon_days=3, step_minutes=60),
)
WINDOW: Final = TimeRange(NOW, NOW + 30 * DAY)


def until(now: datetime, **changes: Any) -> datetime:
    schedule = schedule_of(Question(calendar=OPEN, claims=(), window=WINDOW, now=now, duration_minutes=None))
    return slots_response(replace(schedule, **changes), changes.pop("window", WINDOW), now).until


def test_an_answer_ends_with_the_notice_of_its_first_slot() -> None:
    schedule = schedule_of(Question(calendar=OPEN, claims=(), window=WINDOW, now=NOW, duration_minutes=None))
    first = next_free(schedule, NOW).slot
    assert first is not None
    assert until(NOW) == first.start - HOUR + MOMENT


def test_an_answer_ends_with_a_hold_and_at_midnight_if_the_horizon_moves() -> None:
    evening = NOW.astimezone(OPEN.zone).replace(hour=20, minute=0, second=0, microsecond=0)
    midnight = (evening + DAY).replace(hour=0)
    assert until(evening) == midnight
    hold = Claim.of(TimeRange(NOW + DAY, NOW + DAY + HOUR), expires_at=evening + HOUR)
    assert until(evening, claims=(hold,)) == evening + HOUR


def test_an_answer_about_the_past_never_changes() -> None:
    question = Question(calendar=OPEN, claims=(), window=WINDOW, now=NOW, duration_minutes=None)
    past = TimeRange(NOW - 9 * DAY, NOW - 8 * DAY)
    assert slots_response(schedule_of(question), past, NOW).until is NEVER
    assert unchanged_until(schedule_of(question), past, NOW, first=None) is NEVER


def test_an_answer_ends_when_an_external_calendar_counts_as_failing_and_when_it_is_trusted_no_more() -> None:
    past = TimeRange(NOW - 9 * DAY, NOW - 8 * DAY)
    question = Question(calendar=OPEN, claims=(), window=past, now=NOW, duration_minutes=None)
    feed = Feed(id=FeedId(UUID(int=1)), url="https://calendar.example.com/a.ics", read_at=NOW)
    schedule = schedule_of(question, (feed,), FeedRule(WhenFeedFails.TRUST, 2))
    fails, ends = NOW + STALE_AFTER + MOMENT, NOW + 2 * HOUR + MOMENT
    answers = [slots_response(schedule, past, now) for now in (NOW, fails - MOMENT, fails, ends - MOMENT, ends)]
    assert [each.until for each in answers] == [fails, fails, ends, ends, NEVER]
    assert len({each.body for each in answers}) == 3
